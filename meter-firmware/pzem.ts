/**
 * A PZEM-004T v3 as the source of energy: Modbus RTU on a serial line at 9600 8N1.
 *
 * The sensor counts by itself, in whole watt-hours, and its counter decides. Between two of its steps
 * the measured power moves the register on, but never past what the next step would confirm; at the
 * step the register is put exactly where the counter is. So it runs smoothly and never drifts. Up to
 * the first step after power-up only what was measured counts, as a part of it may have counted before.
 *
 * What the sensor counted before power-up belongs to nobody. A counter that falls, or that rises
 * faster than the sensor can measure, is another one or has been reset: what it says from then on
 * is added, and nothing for the jump. The register itself never falls.
 *
 * It neither opens the line nor keeps time: the board calls `poll` about once a second.
 */
export interface PzemParts {
  write(bytes: Uint8Array): void;
  /** Is given whole numbers above 0. */
  add(milliwattHours: number): void;
  /** Milliseconds since power-up. */
  uptime(): number;
}

export interface PzemStatus {
  volts: number;
  amps: number;
  watts: number;
  /** The sensor's own counter. */
  energyWh: number;
  hertz: number;
  powerFactor: number;
  /** Uptime in milliseconds. */
  lastAnswerAt: number;
  /** Answers whose checksum did not fit. */
  errors: number;
}

export interface Pzem {
  /** Asks for the measured values; what is there of an earlier answer is dropped. */
  poll(): void;
  /** Bytes as they come, in any pieces. */
  receive(bytes: Uint8Array): void;
  /** Undefined before the first answer. */
  status(): PzemStatus | undefined;
}

const ANY_ADDRESS = 0xf8;
const READ_INPUT_REGISTERS = 4;
const REGISTERS = 10;
const ANSWER_BYTES = 25;
const DATA_BYTES = 20;

const WATT_MS_PER_MILLIWATT_HOUR = 3600;
const MILLIWATT_HOURS_PER_STEP = 1000;
/** 100 A at 260 V and something to spare: in doubt the counter is right. */
const MOST_WATTS = 30000;
const SPARE_STEPS = 1000;

// deno-fmt-ignore
const CRC_OF_NIBBLE = [
  0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401,
  0xa001, 0x6c00, 0x7800, 0xb401, 0x5000, 0x9c01, 0x8801, 0x4400,
];

/** CRC-16/MODBUS of the first `length` bytes. */
export const crc16 = (bytes: Uint8Array, length: number): number => {
  let crc = 0xffff;
  for (let i = 0; i < length; i++) {
    crc ^= bytes[i];
    crc = (crc >> 4) ^ CRC_OF_NIBBLE[crc & 15];
    crc = (crc >> 4) ^ CRC_OF_NIBBLE[crc & 15];
  }
  return crc;
};

const createRequest = (): Uint8Array => {
  const bytes = new Uint8Array([ANY_ADDRESS, READ_INPUT_REGISTERS, 0, 0, 0, REGISTERS, 0, 0]);
  const crc = crc16(bytes, 6);
  bytes[6] = crc & 0xff;
  bytes[7] = crc >> 8;
  return bytes;
};

/** Finds answers in whatever comes, holding no more bytes than one answer has. */
const createFinder = (found: (answer: Uint8Array) => void, failed: () => void) => {
  const bytes = new Uint8Array(ANSWER_BYTES);
  let size = 0;

  /** Any address may answer, so the first byte says nothing. */
  const mayBeAnswer = (): boolean =>
    (size < 2 || bytes[1] === READ_INPUT_REGISTERS) && (size < 3 || bytes[2] === DATA_BYTES);

  const dropFirst = (): void => {
    bytes.set(bytes.subarray(1, size), 0);
    size -= 1;
  };

  const finish = (): void => {
    const crc = crc16(bytes, ANSWER_BYTES - 2);
    if (bytes[ANSWER_BYTES - 2] === (crc & 0xff) && bytes[ANSWER_BYTES - 1] === crc >> 8) {
      size = 0;
      found(bytes);
      return;
    }
    failed();
    // The beginning may have been rubbish that looked like one, and a whole answer may follow.
    dropFirst();
  };

  return {
    clear: () => {
      size = 0;
    },
    receive: (more: Uint8Array) => {
      for (let i = 0; i < more.length; i++) {
        bytes[size] = more[i];
        size += 1;
        if (size === ANSWER_BYTES) finish();
        while (!mayBeAnswer()) dropFirst();
      }
    },
  };
};

const readAnswer = (bytes: Uint8Array, uptime: number): PzemStatus => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = (at: number): number => view.getUint16(at) + view.getUint16(at + 2) * 65536;
  return {
    volts: view.getUint16(3) / 10,
    amps: long(5) / 1000,
    watts: long(9) / 10,
    energyWh: long(13),
    hertz: view.getUint16(17) / 10,
    powerFactor: view.getUint16(19) / 100,
    lastAnswerAt: uptime,
    errors: 0,
  };
};

const energyBetween = (before: PzemStatus, now: PzemStatus, watts: number): number =>
  watts * (now.lastAnswerAt - before.lastAnswerAt) / WATT_MS_PER_MILLIWATT_HOUR;

const isAnotherCounter = (before: PzemStatus, now: PzemStatus, steps: number): boolean => {
  const mostSteps = energyBetween(before, now, MOST_WATTS) / MILLIWATT_HOURS_PER_STEP;
  return steps < 0 || steps > mostSteps + SPARE_STEPS;
};

export const createPzem = (parts: PzemParts): Pzem => {
  const request = createRequest();
  let latest: PzemStatus | undefined;
  let errors = 0;
  /** Milliwatt-hours since the counter's last step: as measured, and of that what was added. */
  let measured = 0;
  let added = 0;
  /** Before the first step nobody knows how much of it was added before the power came. */
  let knowsStep = false;

  const startFromStep = (): void => {
    measured = 0;
    added = 0;
  };

  const addUpTo = (milliwattHours: number): void => {
    if (milliwattHours <= added) return;
    parts.add(milliwattHours - added);
    added = milliwattHours;
  };

  const measureSince = (before: PzemStatus, now: PzemStatus): void => {
    measured += energyBetween(before, now, (before.watts + now.watts) / 2);
    measured = Math.min(measured, MILLIWATT_HOURS_PER_STEP - 1);
  };

  const count = (before: PzemStatus, now: PzemStatus): void => {
    const steps = now.energyWh - before.energyWh;
    if (isAnotherCounter(before, now, steps)) {
      startFromStep();
      knowsStep = false;
      return;
    }
    measureSince(before, now);
    if (steps === 0) {
      addUpTo(Math.floor(measured));
      return;
    }
    const sinceLastStep = knowsStep ? MILLIWATT_HOURS_PER_STEP : Math.floor(measured);
    addUpTo(MILLIWATT_HOURS_PER_STEP * (steps - 1) + sinceLastStep);
    startFromStep();
    knowsStep = true;
  };

  const take = (answer: Uint8Array): void => {
    const now = readAnswer(answer, parts.uptime());
    if (latest !== undefined) count(latest, now);
    latest = now;
  };
  const finder = createFinder(take, () => {
    errors += 1;
  });

  return {
    poll: () => {
      finder.clear();
      parts.write(request);
    },
    receive: finder.receive,
    status: () => {
      if (latest !== undefined) latest.errors = errors;
      return latest;
    },
  };
};
