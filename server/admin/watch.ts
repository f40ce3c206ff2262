/** What is stored at points, as it is stored; a lost connection is made again. */
import { granted } from "./answers.ts";
import { type Command, command } from "./command.ts";
import { byId, type Connection } from "./connection.ts";
import { Ending } from "./ending.ts";
import { padded, plain, rightAligned, shortened } from "./text.ts";
import { instant, register, watts } from "./units.ts";
import type { Terminal, World } from "./world.ts";

const FORBIDDEN = 403;
const TAKES_A_WEBSOCKET = 400;
const PAUSE_MS = 3_000;
/** Three heartbeats. */
const SILENCE_MS = 60_000;

interface Message {
  heartbeat?: string;
  alert?: { event: string; title: string; sentence: string; updatedAt: string };
  point: string;
  channel?: number;
  time: string;
  energyWh?: number;
  powerW?: number | null;
  temperature?: number | null;
  humidity?: number | null;
}

export const watchCommands: Command[] = [
  command("watch POINT…", {
    summary: "What is stored at points, live, until Ctrl-C",
    example: "watch 8a1f63c0d27be954 17c0a2b94be83d65",
    run: async ({ words, answers, connection, world }) => {
      const labels = await labelsOf(words.POINT, connection);
      const show = (text: string): void => {
        if (answers.isJson) return answers.print(text);
        const message: Message = JSON.parse(text);
        if (message.heartbeat === undefined) answers.print(lineOf(message, labels, world.terminal));
      };
      await follow(words.POINT, connection, world, show, (text) => answers.tell(text));
    },
  }),
];

/** A key may be one for the live feed only, and not see what the point is called. */
async function labelsOf(points: string[], { api }: Connection): Promise<Map<string, string>> {
  const labels = new Map<string, string>();
  for (const point of points) {
    const answer = await api.points[":id"].$get(byId(point));
    if (answer.status as number === FORBIDDEN) await answer.text();
    else labels.set(point, (await (await granted(Promise.resolve(answer))).json()).label);
  }
  return labels;
}

async function follow(
  points: string[],
  { address, credential }: Connection,
  world: World,
  show: (text: string) => void,
  tell: (text: string) => void,
): Promise<never> {
  const url = new URL("/api/v1/live", address.replace(/^http/, "ws"));
  url.searchParams.set("points", points.join(","));
  for (let wasOpen = false;;) {
    try {
      for await (const text of unlessSilent(world.listen(url.href, credential), world)) {
        wasOpen = true;
        show(text);
      }
      tell("The server closed the connection; trying again.");
    } catch (error) {
      if (error instanceof Ending) throw error;
      if (!wasOpen) await refuse(url, credential, world);
      tell(`${(error as Error).message}; trying again.`);
    }
    await world.pause(PAUSE_MS);
  }
}

/** A WebSocket does not tell why it is refused; the same address without one may. */
async function refuse(
  url: URL,
  headers: Record<string, string>,
  { fetch }: World,
): Promise<never> {
  const request = new Request(url.href.replace(/^ws/, "http"), { headers });
  const answer = await fetch(request).catch(() => undefined);
  if (!answer) throw new Ending("notReachable", `No answer from ${url.host}.`);
  if (answer.status !== TAKES_A_WEBSOCKET) await granted(Promise.resolve(answer));
  await answer.body?.cancel();
  throw new Ending("refused", "The live feed did not open: there may be too many connections.");
}

async function* unlessSilent(
  messages: AsyncIterableIterator<string>,
  { pause }: World,
): AsyncGenerator<string> {
  try {
    for (;;) {
      const silence = new AbortController();
      const next = await Promise.race([messages.next(), pause(SILENCE_MS, silence.signal)]);
      silence.abort();
      if (!next) throw new Error("The connection fell silent");
      if (next.done) return;
      yield next.value;
    }
  } finally {
    void messages.return?.();
  }
}

const LABEL_WIDTH = 22;
const REGISTER_WIDTH = 18;
const POWER_WIDTH = 10;

export function lineOf(message: Message, labels: Map<string, string>, terminal: Terminal): string {
  const label = plain(labels.get(message.point) ?? message.point);
  const { alert } = message;
  const head = [
    instant(alert?.updatedAt ?? message.time) ?? "",
    padded(shortened(label, LABEL_WIDTH), LABEL_WIDTH),
  ];
  if (alert) {
    return [...head, `${alert.event}: ${plain(alert.title)}`, plain(alert.sentence)].join("  ");
  }
  const values = message.energyWh === undefined ? airOf(message) : [
    rightAligned(watts(message.powerW ?? null) ?? "–", POWER_WIDTH),
    rightAligned(register(message.energyWh) ?? "–", REGISTER_WIDTH),
    ...message.channel ? [`channel ${message.channel}`] : [],
  ];
  return shortened([...head, ...values].join("  "), terminal.columns);
}

const airOf = ({ temperature, humidity }: Message): string[] => [
  ...temperature === undefined || temperature === null ? [] : [`${temperature} °C`],
  ...humidity === undefined || humidity === null ? [] : [`${humidity} % humidity`],
];
