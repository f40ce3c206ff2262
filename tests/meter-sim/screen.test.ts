/** The screen of one meter tells the truth about it, and the last words what became of its readings. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { farewell, screen, type Shown } from "../../meter-sim/screen.ts";

const VIEW: Shown = {
  meter: "00000000000000ab",
  program: "the desktop twin",
  server: "http://127.0.0.1:8000",
  udpPort: 8001,
  replay: undefined,
  record: undefined,
  ask: ["What it used:", "  curl"],
  registerWh: 1234.5,
  watts: 348,
  waiting: 3,
  unanswered: 1,
  uplink: "ready",
  hasPower: true,
  hasNetwork: true,
  poweredMs: 60_000,
  silentMs: 40,
  answeredBy: "UDP",
  sinceAnswerMs: 2_400,
  lostReadings: 0,
  load: 350,
  speed: 1,
  typed: "",
};

/** What stands behind the line's name. */
const lineOf = (name: string, changes: Partial<Shown>): string => {
  const line = screen({ ...VIEW, ...changes }).find((line) => line.startsWith(`${name} `));
  assert(line, name);
  return line.slice(name.length).trim();
};

const LINES: [what: string, name: string, changes: Partial<Shown>, line: string][] = [
  ["the register", "register", {}, "1.234500 kWh"],
  ["that there is no power", "register", { hasPower: false }, "no power"],
  ["what waits", "outbox", {}, "3 readings wait, 1 report unanswered"],
  [
    "what power cuts took",
    "outbox",
    { waiting: 1, lostReadings: 7 },
    "1 reading waits, 1 report unanswered, 7 lost in power cuts",
  ],
  ["that it reports", "server", {}, "reporting over UDP, last acknowledgement 2 s ago"],
  ["that it connects before the first answer", "server", { answeredBy: undefined }, "connecting"],
  ["how long nothing has answered", "server", { silentMs: 23_900 }, "no answer for 23 s"],
  [
    "that nothing has ever answered",
    "server",
    { silentMs: 9_000, answeredBy: undefined },
    "no answer for 9 s",
  ],
  ["what keeps reports from the server", "server", {
    uplink: "server: the name a does not resolve",
  }, "nothing is sent: server: the name a does not resolve"],
  [
    "that the network is off",
    "server",
    { hasNetwork: false, silentMs: 9_000 },
    "nothing is sent: the network is off",
  ],
  ["that the power is off", "server", { hasPower: false }, "nothing is sent: the power is off"],
  ["the switches", "switches", { hasNetwork: false }, "power on, network OFF"],
  [
    "over what time the power is the mean",
    "power",
    {},
    "348 W, the mean of ten seconds, taken anew every ten",
  ],
  [
    "that the power is not known yet",
    "power",
    { poweredMs: 4_000, watts: 0 },
    "not known before ten seconds have passed",
  ],
  ["the load", "load", {}, "350 W"],
  ["what is typed, beside the load", "load", { typed: "12" }, "350 W; Enter sets 12 W"],
  [
    "that what is typed is too much",
    "load",
    { typed: "123456" },
    "350 W; Enter sets 123456 W; the most is 100,000 W",
  ],
  ["that there is no more load", "load", { load: 100_000 }, "100,000 W; the most is 100,000 W"],
  [
    "that a file says the load",
    "load",
    { replay: "a.csv", typed: "12" },
    "350 W from a.csv; the keys do not change it",
  ],
  ["that time is as on the clock", "time", {}, "as on the clock"],
  [
    "what faster time means",
    "time",
    { speed: 8 },
    "×8, 8 s of the meter in one: the server sees 8 times the power",
  ],
  [
    "what it means for a recording",
    "time",
    { speed: 2, record: "a.csv" },
    "×2, 2 s of the meter in one: the server sees 2 times the power, the recording has the meter's time",
  ],
];

for (const [what, name, changes, line] of LINES) {
  Deno.test(`the screen shows ${what}`, () => assertEquals(lineOf(name, changes), line));
}

Deno.test("the screen hints at the server's address where nothing answers", () => {
  const text = screen({ ...VIEW, silentMs: 9_000 }).join("\n");
  assertStringIncludes(
    text,
    "Does it run at http://127.0.0.1:8000, UDP port 8001? --server and --udp-port name another.",
  );
  assert(!screen(VIEW).join("\n").includes("--udp-port"));
});

Deno.test("the screen hints at the UDP port where only HTTP answers", () => {
  const hint = "UDP port 8001 does not answer: --udp-port names another.";
  assertStringIncludes(screen({ ...VIEW, answeredBy: "HTTP" }).join("\n"), hint);
  assert(!screen({ ...VIEW, answeredBy: "HTTP", udpPort: undefined }).join("\n").includes(hint));
});

Deno.test("the screen shows the keys, with the most that can be typed, and how to ask", () => {
  const text = screen(VIEW).join("\n");
  for (const part of ["up to 100,000", "q              quit", "  curl"]) {
    assertStringIncludes(text, part);
  }
});

const FAREWELLS: [what: string, changes: Partial<Shown>, first: string][] = [
  [
    "all is acknowledged",
    { waiting: 0 },
    "Stopped at 1.234500 kWh. All readings are acknowledged.",
  ],
  [
    "some is not",
    {},
    "Stopped at 1.234500 kWh. 3 readings were not acknowledged and lost: each start is a new meter.",
  ],
  [
    "nothing was",
    { waiting: 0, answeredBy: undefined },
    "Stopped at 1.234500 kWh. The server has acknowledged nothing.",
  ],
  [
    "power cuts took some",
    { waiting: 0, lostReadings: 1 },
    "Stopped at 1.234500 kWh. 1 reading was lost in power cuts. All others are acknowledged.",
  ],
  [
    "there is no power",
    { waiting: 0, hasPower: false },
    "Stopped without power. All readings are acknowledged.",
  ],
];

for (const [what, changes, first] of FAREWELLS) {
  Deno.test(`the last words say it when ${what}`, () => {
    assertEquals(farewell({ ...VIEW, ...changes }), [first, ...VIEW.ask]);
  });
}

Deno.test("the last words name the recording", () => {
  assertEquals(farewell({ ...VIEW, record: "a.csv" })[1], "The load is in a.csv.");
});
