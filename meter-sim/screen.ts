/** What the terminal of one meter shows. Knows nothing of chips and sockets. */
import type { DeskView } from "./desk.ts";
import { KEYS_HELP } from "./help.ts";
import { MOST_WATTS } from "./menu.ts";

/** What stays as it is while the program runs. */
export interface Captions {
  meter: string;
  program: string;
  server: string;
  udpPort: number | undefined;
  /** The file that the load comes from, instead of the keys. */
  replay: string | undefined;
  /** The file that it goes to. */
  record: string | undefined;
  /** How to ask the server what was used. */
  ask: string[];
}

export interface Shown extends DeskView, Captions {
  load: number;
  speed: number;
  typed: string;
}

/** An answer takes some milliseconds, but may get lost once. */
export const SILENT_AFTER_MS = 5_000;
/** Over and after so long the meter takes the mean of its power. */
const POWER_OVER_MS = 10_000;

const grouped = (watts: number): string => Math.round(watts).toLocaleString("en");

const seconds = (ms: number): string => `${Math.floor(ms / 1000)} s`;

const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

const place = ({ server, udpPort }: Captions): string =>
  udpPort === undefined ? `${server}, without UDP` : `${server}, UDP port ${udpPort}`;

const loadText = ({ load, typed, replay }: Shown): string => {
  const watts = `${grouped(load)} W`;
  if (replay !== undefined) return `${watts} from ${replay}; the keys do not change it`;
  const most = `the most is ${grouped(MOST_WATTS)} W`;
  if (typed === "") return load >= MOST_WATTS ? `${watts}; ${most}` : watts;
  const isTooMuch = Number(typed) > MOST_WATTS;
  return `${watts}; Enter sets ${typed} W${isTooMuch ? `; ${most}` : ""}`;
};

const powerText = ({ hasPower, poweredMs, watts }: Shown): string => {
  if (!hasPower) return "none";
  if (poweredMs < POWER_OVER_MS) return "not known before ten seconds have passed";
  return `${grouped(watts)} W, the mean of ten seconds, taken anew every ten`;
};

/** What became of the reports, and a hint where they do not get through. */
const serverText = (view: Shown): [state: string, hint?: string] => {
  const { hasPower, hasNetwork, uplink, silentMs, answeredBy, sinceAnswerMs, udpPort } = view;
  if (!hasPower) return ["nothing is sent: the power is off"];
  if (!hasNetwork) return ["nothing is sent: the network is off"];
  if (uplink !== "ready") return [`nothing is sent: ${uplink}`];
  if (silentMs > SILENT_AFTER_MS) {
    const hint = `Does it run at ${place(view)}? --server and --udp-port name another.`;
    return [`no answer for ${seconds(silentMs)}`, hint];
  }
  if (answeredBy === undefined) return ["connecting"];
  const state = `reporting over ${answeredBy}, last acknowledgement ${seconds(sinceAnswerMs)} ago`;
  if (answeredBy === "UDP" || udpPort === undefined) return [state];
  return [state, `UDP port ${udpPort} does not answer: --udp-port names another.`];
};

const speedText = ({ speed, record }: Shown): string => {
  if (speed === 1) return "as on the clock";
  const seen = `${speed} s of the meter in one: the server sees ${speed} times the power`;
  return `×${speed}, ${seen}${record === undefined ? "" : ", the recording has the meter's time"}`;
};

const onOff = (isOn: boolean): string => isOn ? "on" : "OFF";

/** How the meter is. */
export const statusLines = (view: Shown): string[] => {
  const { hasPower, hasNetwork, registerWh, waiting, unanswered, lostReadings } = view;
  const [state, hint] = serverText(view);
  const waits = counted(waiting, "reading waits", "readings wait");
  const lost = lostReadings === 0 ? "" : `, ${lostReadings} lost in power cuts`;
  return [
    `register  ${hasPower ? `${(registerWh / 1000).toFixed(6)} kWh` : "no power"}`,
    `load      ${loadText(view)}`,
    `power     ${powerText(view)}`,
    `outbox    ${waits}, ${counted(unanswered, "report", "reports")} unanswered${lost}`,
    `server    ${state}`,
    ...hint === undefined ? [] : [`          ${hint}`],
    `switches  power ${onOff(hasPower)}, network ${onOff(hasNetwork)}`,
    `time      ${speedText(view)}`,
  ];
};

export const screen = (view: Shown): string[] => [
  `Meter ${view.meter}, ${view.program}, for ${place(view)}`,
  "",
  ...statusLines(view),
  "",
  ...KEYS_HELP,
  ...view.ask.length > 0 ? ["", ...view.ask] : [],
];

const lastWords = ({ waiting, answeredBy, lostReadings }: Shown): string => {
  if (waiting > 0) {
    const readings = counted(waiting, "reading was", "readings were");
    return `${readings} not acknowledged and lost: each start is a new meter.`;
  }
  if (answeredBy === undefined) return "The server has acknowledged nothing.";
  return lostReadings > 0 ? "All others are acknowledged." : "All readings are acknowledged.";
};

/** Once the meter is gone: what the server has of it, and what it has not. */
export const farewell = (view: Shown): string[] => {
  const { hasPower, registerWh, lostReadings, record, ask } = view;
  const place = hasPower ? `at ${(registerWh / 1000).toFixed(6)} kWh` : "without power";
  const cuts = lostReadings === 0
    ? []
    : [`${counted(lostReadings, "reading was", "readings were")} lost in power cuts.`];
  return [
    [`Stopped ${place}.`, ...cuts, lastWords(view)].join(" "),
    ...record === undefined ? [] : [`The load is in ${record}.`],
    ...ask,
  ];
};
