import { assert, assertEquals } from "@std/assert";
import type { Board } from "../../meter-firmware/board.ts";
import { createLink, type Link } from "../../meter-firmware/link.ts";
import { sha256 } from "./bench.ts";

const INTERVAL_MS = 5000;
const REPORT = Uint8Array.of(1, 2, 3);

interface Line {
  link: Link;
  /** "udp" and "http", one for each report. */
  ways: string[];
  send(): void;
  /** Waits for the link, in whole intervals, and gives how long that took. */
  pause(): number;
}

const createLine = (
  random: () => number,
  answered: (bytes: Uint8Array) => void = () => {},
): Line => {
  let uptime = 0;
  const ways: string[] = [];
  const board: Board = {
    uptime: () => uptime,
    random,
    sha256,
    load: () => undefined,
    save: () => true,
    sendUdp: () => ways.push("udp"),
    postHttp: (bytes, done) => {
      ways.push("http");
      done(undefined);
      done(bytes);
    },
  };
  const link = createLink(board);
  return {
    link,
    ways,
    send: () => link.send(REPORT, INTERVAL_MS, answered),
    pause: () => {
      const start = uptime;
      do uptime += INTERVAL_MS; while (!link.isReady(uptime));
      return uptime - start;
    },
  };
};

Deno.test("Link.send() doubles the pause with every unanswered report, up to a minute", () => {
  const line = createLine(() => 0);
  const pauses = Array.from({ length: 8 }, () => {
    line.send();
    return line.pause() / 1000;
  });
  assertEquals(pauses, [5, 10, 20, 40, 60, 60, 60, 60]);
});

Deno.test("Link.send() shortens pauses by at most half, at random", () => {
  const line = createLine(() => 1 - 1e-9);
  const pauses = Array.from({ length: 6 }, () => {
    line.send();
    return line.pause() / 1000;
  });
  assertEquals(pauses, [5, 10, 15, 25, 35, 35]);
});

Deno.test("Link.answered() ends the pause and the count", () => {
  const line = createLine(() => 0);
  for (let i = 0; i < 4; i++) line.send();
  assertEquals(line.link.unanswered(), 3);
  assert(!line.link.isReady(INTERVAL_MS));
  line.link.answered(false);
  assertEquals(line.link.unanswered(), 0);
  assert(line.link.isReady(0));
});

Deno.test("Link.send() lets HTTP and UDP take turns after five unanswered reports", () => {
  const line = createLine(() => 0);
  for (let i = 0; i < 9; i++) line.send();
  assertEquals(line.ways, ["udp", "udp", "udp", "udp", "udp", "http", "udp", "http", "udp"]);
});

Deno.test("Link.send() gives the answer of HTTP, not its absence", () => {
  const answers: Uint8Array[] = [];
  const line = createLine(() => 0, (bytes) => answers.push(bytes));
  for (let i = 0; i < 6; i++) line.send();
  assertEquals(answers, [REPORT]);
});

Deno.test("Link.send() stays with HTTP once it was answered and tries UDP every twentieth time", () => {
  const line = createLine(() => 0);
  line.link.answered(true);
  for (let i = 0; i < 40; i++) {
    line.send();
    if (line.ways.at(-1) === "http") line.link.answered(true);
  }
  assertEquals(line.ways.flatMap((way, i) => way === "udp" ? [i] : []), [19, 39]);
});

Deno.test("Link.answered() by UDP brings the reports back to UDP", () => {
  const line = createLine(() => 0);
  line.link.answered(true);
  line.send();
  line.link.answered(false);
  line.send();
  assertEquals(line.ways, ["http", "udp"]);
});
