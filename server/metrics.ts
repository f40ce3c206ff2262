/**
 * Prometheus metrics. The counters live as plain numbers where the work is done and are collected
 * when asked for, so that a datagram pays nothing for being counted.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";

export interface Sources {
  datagrams: () => Record<string, number>;
  readings: () => Record<string, number>;
  queued: () => number;
  meters: () => number;
  series: () => number;
  openReadings: () => number;
  journalBytes: () => number;
  storeBytes: () => number;
  alerts: () => AlertFigures;
  deliveries: () => Record<string, number>;
  waiting: () => { waiting: number; dead: number };
}

export interface AlertFigures {
  /** By kind and event, like `silent opened`. */
  changes: Map<string, number>;
  /** How many are open, by kind and region. */
  open: Map<string, number>;
  points: number;
  sweptAt: number;
  sweepSeconds: number;
}

export interface Metrics {
  text: () => Promise<string>;
  commitTook: (seconds: number) => void;
}

const COUNTED = ", as the server that delivers counted them a minute ago at most";

export function createMetrics(sources: Sources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const byOutcome = (name: string, help: string, read: () => Record<string, number>) =>
    counter(name, help, ["outcome"], () => Object.entries(read()), registry);
  byOutcome("contaluz_datagrams_total", "Datagrams by outcome", sources.datagrams);
  byOutcome("contaluz_readings_total", "Readings by outcome", sources.readings);
  alertMetrics(sources, registry);
  const gauges: [string, string, () => number][] = [
    ["queued", "Datagrams and appends that wait", sources.queued],
    ["meters", "Meters with a key in memory", sources.meters],
    ["series", "Series with an open part in memory", sources.series],
    ["open_readings", "Readings not yet in a row of their own", sources.openReadings],
    ["journal_bytes", "Length of the journal", sources.journalBytes],
    ["store_bytes", "Size of the embedded store's files", sources.storeBytes],
    ["swept_points", "Points looked at for alerts", () => sources.alerts().points],
    [
      "sweep_seconds",
      "Time of the last look at all points, in whole seconds",
      () => sources.alerts().sweepSeconds,
    ],
    ["swept_at_seconds", "When that began, in Unix seconds", () => sources.alerts().sweptAt],
    [
      "deliveries_waiting",
      `Deliveries of alerts that wait${COUNTED}`,
      () => sources.waiting().waiting,
    ],
    ["dead_letters", `Deliveries of alerts given up${COUNTED}`, () => sources.waiting().dead],
  ];
  for (const [name, help, read] of gauges) {
    const collect = function (this: Gauge) {
      this.set(read());
    };
    new Gauge({ name: `contaluz_${name}`, help, registers, collect });
  }
  const commit = new Histogram({
    name: "contaluz_commit_seconds",
    help: "Time to decide on a batch, with all look-ups, and to make it durable",
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  return { text: () => registry.metrics(), commitTook: (seconds) => commit.observe(seconds) };
}

function alertMetrics({ alerts, deliveries }: Sources, registry: Registry): void {
  const changes = () => alerts().changes;
  const help = "What became of alerts, by kind and event";
  counter("contaluz_alerts_total", help, ["kind", "event"], changes, registry);
  const told = "Deliveries of alerts by way and outcome";
  const tries = () => Object.entries(deliveries());
  counter("contaluz_alert_deliveries_total", told, ["way", "outcome"], tries, registry);
  const collect = function (this: Gauge<"kind" | "region">) {
    this.reset();
    for (const [place, count] of alerts().open) {
      const [kind, region] = place.split(" ");
      this.set({ kind, region }, count);
    }
  };
  const name = "contaluz_alerts_open";
  const what = "Alerts that are open, by kind and region, as of the last sweep";
  new Gauge({ name, help: what, labelNames: ["kind", "region"], registers: [registry], collect });
}

/** Numbers by the words of their labels, like `webhook delivered`. */
function counter(
  name: string,
  help: string,
  labelNames: string[],
  read: () => Iterable<[words: string, value: number]>,
  registry: Registry,
): void {
  const collect = function (this: Counter) {
    this.reset();
    for (const [words, value] of read()) {
      const labels = words.split(" ").map((word, i) => [labelNames[i], word]);
      this.inc(Object.fromEntries(labels), value);
    }
  };
  new Counter({ name, help, labelNames, registers: [registry], collect });
}
