/** The source on the simulated chip and the very file that is flashed do the same, to the byte. */
import { assert, assertEquals } from "@std/assert";
import { compile } from "../../meter-firmware/build.ts";
import { between, seededRandom } from "../../meter-sim/random.ts";
import { runCompiled } from "../../meter-sim/espruino.ts";
import { statusOf, Street, type StreetOptions } from "./street.ts";

const ENTRY = new URL("../../meter-firmware/boards/esp32.ts", import.meta.url);
/** Before the tests: the compiler keeps a thread for as long as the process lives. */
const SOURCE = await compile(ENTRY);
const MINUTE = 60_000;

/** A life of hours with all that may come: outages, power cuts, a silent server, bursts of load. */
function live(seed: number, options: StreetOptions): Street {
  const random = seededRandom(seed);
  const street = new Street({ ...options, seed });
  for (let hour = 0; hour < 8; hour++) {
    street.serverIsSilent = random() < 0.2;
    street.udpIsBlocked = random() < 0.2;
    street.chip.putInReach(random() > 0.2);
    street.chip.tamperIsOpen = random() < 0.1;
    street.pass(
      Math.floor(between(random, 1, 30) * MINUTE),
      Math.ceil(between(random, 100, 9_000)),
    );
    if (random() < 0.4) {
      street.powerDown();
      street.pass(10_000);
      street.powerUp();
    }
    if (random() < 0.2) street.console.configure({ pulsesPerKwh: 800 });
  }
  return street;
}

Deno.test("twin and flashed file send the same datagrams for the same seed, pulses and clock", () => {
  for (let seed = 1; seed <= 8; seed++) {
    const twin = live(seed, {});
    const flashed = live(seed, { run: (chip) => runCompiled(chip, SOURCE) });
    const told = (street: Street) =>
      street.sent.map(({ bytes, way, at }) => `${at} ${way} ${bytes.toHex()}`);
    assert(twin.sent.length > 50, `seed ${seed}: only ${twin.sent.length} datagrams`);
    assertEquals(told(flashed), told(twin), `seed ${seed}`);
    assertEquals(flashed.printed, twin.printed, `seed ${seed}`);
    assertEquals(flashed.memory.flash, twin.memory.flash, `seed ${seed}`);
    assertEquals(statusOf(flashed).registerWh, statusOf(twin).registerWh, `seed ${seed}`);
  }
});
