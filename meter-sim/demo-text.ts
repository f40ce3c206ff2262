/** What the demo says: how far the past is filled in, and where to look when it is live. */
import { curlLine, type Question, quoted } from "./command-lines.ts";
import type { Home } from "./demo-homes.ts";
import type { SignIn } from "./demo-people.ts";
import type { ServerPlace } from "./server-uplink.ts";
import type { Terminal } from "./terminal.ts";

/** Less is filled in before anybody could read how far it is. */
const WORTH_SHOWING = 10_000;

/** One line that is written over on a terminal; elsewhere a line for every tenth. */
export const createProgress = ({ isTerminal, write }: Terminal) => {
  let shown = 0;
  return (acknowledged: number, total: number): void => {
    const percent = Math.floor(100 * acknowledged / total);
    if (total < WORTH_SHOWING || percent === shown) return;
    if (!isTerminal && percent % 10 !== 0) return;
    shown = percent;
    const text = `  ${percent} % of ${total} readings`;
    const isLast = percent === 100;
    write(isTerminal ? `\r${text}${isLast ? "\n" : ""}` : `${text}\n`);
  };
};

export interface Summary {
  server: ServerPlace;
  operatorKey: string;
  /** The folder of the demo. */
  data: string;
  /** The version that runs this. */
  deno: string;
  homes: Home[];
  signIns: SignIn[];
  /** Unix milliseconds. */
  now: number;
}

/** The first day of the month eleven months ago: with this month, that makes twelve. */
const twelveMonths = (now: number): string => {
  const today = new Date(now);
  const first = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 11, 1));
  return first.toISOString().slice(0, 10);
};

/** One more meter, on the desk. */
const simLine = ({ server: { address, udpPort }, operatorKey, deno }: Summary): string => {
  const sim = `npx --yes deno@${deno} task sim --server ${address} --udp-port ${udpPort ?? "off"}`;
  return `  CONTALUZ_OPERATOR_KEY=${quoted(operatorKey)} ${sim}`;
};

const signInLine = ({ role, email, password }: SignIn): string =>
  `  ${`Sign-in, ${role}`.padEnd(19)}${email}  ${password}`;

const adminLines = ({ server: { address }, signIns, homes: [home], deno }: Summary): string[] => {
  const admin = `  npx --yes deno@${deno} task admin`;
  const customer = signIns.find(({ role }) => role === "customer")!;
  return [
    `${admin} sign-in --address ${address} --email ${customer.email}`,
    `${admin} consumption ${home.pointId} --by month`,
  ];
};

export const summaryOf = (summary: Summary): string => {
  const { server: { address }, operatorKey, data, homes, signIns, now } = summary;
  const [home] = homes;
  const curl = (path: string): string => `  ${curlLine({ address, operatorKey, path })}`;
  const consumption = `/points/${home.pointId}/consumption`;
  return [
    "",
    `${homes.length} homes are live: each meter reports every 5 seconds.`,
    "",
    `  Address            ${address}`,
    ...signIns.map(signInLine),
    `  Operator key       ${operatorKey}`,
    `  Data               ${data}; delete it to begin anew`,
    "",
    `${home.name}, ${home.address}, by month:`,
    curl(`${consumption}?step=1mo&from=${twelveMonths(now)}`),
    "By the hour, the last day:",
    curl(`${consumption}?step=1h`),
    "The register and the power now:",
    curl(`/points/${home.pointId}`),
    "What is worth knowing of the homes, found within a minute:",
    curl("/alerts?open=true&locale=en"),
    "The same as a table, in a terminal (it asks for the password):",
    ...adminLines(summary),
    "One more meter, with a load to turn, from another terminal in this folder:",
    simLine(summary),
    "",
    "Ctrl-C stops it; started again it goes on from there.",
    "",
  ].join("\n");
};

/** Once what has ended is billed. */
export const billLine = (server: Omit<Question, "path">, { name }: Home, invoice: string): string =>
  `The latest bill of ${name}, as a file:\n  ${
    curlLine({ ...server, path: `/invoices/${invoice}.pdf` })
  } > bill.pdf\n`;
