/** What the console and the flashing tool may set, and what is said of the rest. */
import { assertEquals } from "@std/assert";
import {
  checkSettings,
  type Input,
  loadSettings,
  saveSettings,
} from "../../meter-firmware/settings.ts";

export const GOOD = {
  server: "http://192.168.1.10:8000",
  meter: "0123456789abcdef",
  key: "00".repeat(32),
  wifi: { ssid: "Home", password: "12345678" },
  consolePassword: "open sesame",
};

Deno.test("checkSettings() fills in what is usual", () => {
  const { settings, problems } = checkSettings(GOOD);
  assertEquals(problems, []);
  assertEquals(settings, {
    host: "192.168.1.10",
    httpPort: 8000,
    udpPort: 8001,
    meter: "0123456789abcdef",
    key: new Uint8Array(32),
    keyId: 0,
    channel: 0,
    intervalSeconds: 5,
    ssid: "Home",
    wifiPassword: "12345678",
    source: "pulses",
    pulsesPerKwh: 1000,
    debounceMs: 20,
    hasTamperContact: false,
    consolePassword: "open sesame",
  });
});

Deno.test("checkSettings() reads the server with and without a port", () => {
  const hostAndPort = (server: string) => {
    const { settings } = checkSettings({ ...GOOD, server });
    return settings && [settings.host, settings.httpPort];
  };
  assertEquals(hostAndPort("http://meters.example"), ["meters.example", 80]);
  assertEquals(hostAndPort("http://meters.example:81/"), ["meters.example", 81]);
  for (const wrong of ["meters.example", "https://a.b", "http://", "http://a/b", "http://a:0"]) {
    assertEquals(hostAndPort(wrong), undefined, wrong);
  }
});

const HEX_KEY = "key: must be 64 hexadecimal digits, in lower case";
const PULSES = "pulsesPerKwh: must be a whole number, 1 to 1000000";

const WRONG: [changes: Input, problem: string][] = [
  [{ key: undefined }, HEX_KEY],
  [{ key: "00".repeat(31) }, HEX_KEY],
  [{ key: "0G".repeat(32) }, HEX_KEY],
  [{ key: 7 }, HEX_KEY],
  [{ meter: "0123456789ABCDEF" }, "meter: must be 16 hexadecimal digits, in lower case"],
  [{ pulsesPerKwh: -1000 }, PULSES],
  [{ pulsesPerKwh: 0.5 }, PULSES],
  [{ pulsesPerKwh: "1000" }, PULSES],
  [{ udpPort: 65536 }, "udpPort: must be a whole number, 0 to 65535"],
  [{ server: "ftp://a" }, "server: must be like http://HOST or http://HOST:PORT"],
  [{ wifi: undefined }, "wifi.ssid: must be a text of 1 to 31 characters"],
  [
    { wifi: { ssid: "a", password: "short" } },
    "wifi.password: must be a text of 8 to 63 characters, or left out",
  ],
  [{ source: "gas" }, 'source: must be "pulses" or "pzem"'],
  [{ consolePassword: "abc" }, "consolePassword: must be a text of 4 to 20 characters"],
  [{ colour: "red" }, "colour: is not known"],
];

for (const [changes, problem] of WRONG) {
  Deno.test(`checkSettings() says "${problem}" of ${JSON.stringify(changes)}`, () => {
    const { settings, problems } = checkSettings({ ...GOOD, ...changes });
    assertEquals(problems, [problem]);
    assertEquals(settings, undefined);
  });
}

Deno.test("checkSettings() tells all problems at once", () => {
  const { problems } = checkSettings({ ...GOOD, key: "", pulsesPerKwh: -1, keyId: 256 });
  assertEquals(problems.map((problem) => problem.split(":")[0]), ["key", "keyId", "pulsesPerKwh"]);
});

Deno.test("checkSettings() refuses what is no object", () => {
  for (const input of [undefined, null, 5, "text"]) {
    assertEquals(checkSettings(input).problems, ["there are no settings"]);
  }
});

const inMemory = () => {
  const kept = new Map<string, string>();
  const files = {
    read: (name: string) => kept.get(name),
    write: (name: string, text: string) => {
      kept.set(name, text);
      return true;
    },
  };
  return { kept, files };
};

Deno.test("loadSettings() gives what was saved last, also when one file is lost or torn", () => {
  const { kept, files } = inMemory();
  assertEquals(loadSettings(files), undefined);
  for (let round = 1; round <= 5; round++) {
    assertEquals(saveSettings(files, { round }), true);
    assertEquals(loadSettings(files), { round });
  }
  const names = [...kept.keys()];
  assertEquals(names.length, 2);
  for (const name of names) {
    for (const damage of ["", '{"version":9']) {
      const before = kept.get(name)!;
      kept.set(name, damage);
      assertEquals(
        [{ round: 4 }, { round: 5 }].map((one) => JSON.stringify(one)).includes(
          JSON.stringify(loadSettings(files)),
        ),
        true,
      );
      kept.set(name, before);
    }
  }
});
