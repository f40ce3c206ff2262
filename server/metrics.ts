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
}

export interface Metrics {
  text: () => Promise<string>;
  commitTook: (seconds: number) => void;
}

export function createMetrics(sources: Sources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  counter("contaluz_datagrams_total", "Datagrams by outcome", sources.datagrams, registry);
  counter("contaluz_readings_total", "Readings by outcome", sources.readings, registry);
  const gauges: [string, string, () => number][] = [
    ["queued", "Datagrams and appends that wait", sources.queued],
    ["meters", "Meters with a key in memory", sources.meters],
    ["series", "Series with an open part in memory", sources.series],
    ["open_readings", "Readings not yet in a row of their own", sources.openReadings],
    ["journal_bytes", "Length of the journal", sources.journalBytes],
    ["store_bytes", "Size of the embedded store's files", sources.storeBytes],
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

function counter(
  name: string,
  help: string,
  read: () => Record<string, number>,
  registry: Registry,
): void {
  const collect = function (this: Counter<"outcome">) {
    this.reset();
    for (const [outcome, value] of Object.entries(read())) this.inc({ outcome }, value);
  };
  new Counter({ name, help, labelNames: ["outcome"], registers: [registry], collect });
}
