/** The meter's source on a simulated chip: the twin, without a compiler or an interpreter between. */
import type { Hardware } from "../meter-firmware/board.ts";
import { type Console, createDevice } from "../meter-firmware/device.ts";
import { type Chip, PAGE_BYTES, PAGES } from "./chip.ts";
import { sha256 } from "./sha256.ts";

const TICK_MS = 1000;
const PLENTY = 100_000;

const hardwareOf = (chip: Chip): Hardware => ({
  uptime: () => Math.floor(chip.uptime()),
  random: chip.world.random,
  sha256,
  flash: {
    pageBytes: PAGE_BYTES,
    pages: PAGES,
    read: (at, length) => chip.readFlash(at, length),
    write: (at, bytes) => chip.writeFlash(at, bytes),
    erase: (at) => chip.eraseFlash(at),
  },
  files: {
    read: (name) => chip.memory.files.get(name),
    write: (name, text) => {
      chip.memory.files.set(name, text);
      return true;
    },
  },
  print: (line) => chip.world.print(line),
  lockConsole: (password) => {
    chip.consolePassword = password;
  },
  blink: (times) => {
    chip.blinks = times;
  },
  tamperIsOpen: () => chip.tamperIsOpen,
  freeVariables: () => PLENTY,
  networkIsUp: () => chip.networkIsUp,
  joinNetwork: () => chip.joinNetwork(),
  resolve: (host, found) => chip.resolve(host, found),
  openUdp: (received) => {
    chip.received = received;
    return {
      send: (bytes, port, address) => chip.sendUdp(bytes, port, address),
      close: () => {
        chip.received = undefined;
      },
    };
  },
  postHttp: (post, answered) => chip.postHttp(post, answered),
  openSensor: (received) => (bytes) => chip.askSensor(bytes, received),
  watchPulses: (edge) => {
    chip.edge = edge;
  },
  restart: () => chip.restart(),
});

/** Powers the chip up with the meter in it. Gives its console. */
export const runMeter = (chip: Chip): Console => {
  const device = createDevice(hardwareOf(chip));
  const beat = () => {
    chip.schedule(TICK_MS, beat);
    device.tick();
  };
  beat();
  return device.console;
};
