/**
 * The very file that is flashed, on the real interpreter, reporting over real UDP to a real server:
 * left out unless the variable `ESPRUINO` names an Espruino for Linux.
 */
import { assert, assertEquals } from "@std/assert";
import { compile } from "../../meter-firmware/build.ts";
import { slotText } from "../../meter-firmware/settings.ts";
import { RunningServer } from "../server/running-server.ts";
import { TestFolder } from "../server/test-folder.ts";
import { ESPRUINO, Espruino } from "./espruino.ts";

const ENTRY = new URL("../../meter-firmware/boards/esp32.ts", import.meta.url);
/** Before the tests: the compiler keeps a thread for as long as the process lives. */
const BUNDLE = await compile(ENTRY);
const PULSES = 40;

/** Settings before it, pulses by the console after it, and its status once a second. */
const programOf = (bundle: string, settings: unknown): string => `
  require("Storage").write("meter-a.json", ${JSON.stringify(slotText(1, settings))});
  ${bundle}
  var pulses = 0;
  function press() {
    if (pulses++ < ${PULSES}) { meter.pulse(1); setTimeout(press, 150); }
  }
  function tell() { print("STATUS " + JSON.stringify(meter.status())); setTimeout(tell, 500); }
  press();
  tell();
`;

interface Status {
  registerWh: number;
  report: { waiting: number; lastNumber: number; clockIsSet: boolean };
}

const statusIn = (line: string): Status | undefined => {
  const at = line.indexOf("STATUS ");
  return at < 0 ? undefined : JSON.parse(line.slice(at + 7));
};

Deno.test({
  name: "the flashed file on the real interpreter reports to a real server until nothing waits" +
    (ESPRUINO ? "" : " (left out: ESPRUINO names no Espruino for Linux)"),
  ignore: !ESPRUINO,
  fn: async () => {
    using data = new TestFolder();
    await using server = await RunningServer.start({ data: data.path });
    const provisioned = await server.api("POST", "/meters/provision", { count: 1 });
    const [{ id, key, keyId }] = provisioned.body.meters;
    const settings = {
      server: server.address,
      udpPort: server.udpPort,
      meter: id,
      key,
      keyId,
      intervalS: 1,
      wifi: { ssid: "none" },
      consolePassword: "open sesame",
    };
    await using espruino = new Espruino(programOf(BUNDLE, settings));
    const whenPressed = statusIn(
      await espruino.line((line) => statusIn(line)?.registerWh === PULSES),
    );
    await espruino.line((line) => {
      const report = statusIn(line)?.report;
      return report?.waiting === 0 && report.lastNumber > whenPressed!.report.lastNumber;
    });
    const meter = await server.api("GET", `/meters/${id}`);
    assertEquals(meter.body.registerWh, PULSES);
    const { body } = await server.api("GET", `/meters/${id}/readings`);
    assert(body.items.length >= 2, `${body.items.length} readings`);
    assertEquals(
      body.items.map(({ n }: { n: number }) => n),
      body.items.map((_: unknown, i: number) => i + 1),
    );
  },
});
