/**
 * Runs the tables of `vectors.ts` and `rules.ts` on whatever runs it, in the language that Espruino
 * reads. Each check is told by its name, what came out and what should have.
 */
import { createOutbox, type Outbox, type WaitingReading } from "../../meter-firmware/outbox.ts";
import {
  decodeAcknowledgement,
  decodeReport,
  encodeAcknowledgement,
  encodeReport,
  tagIsValid,
} from "../../meter-firmware/protocol/datagram.ts";
import { hmacSha256, type Sha256 } from "../../meter-firmware/protocol/hmac.ts";
import { createRegister, type Register } from "../../meter-firmware/register.ts";
import type { Saved } from "../../meter-firmware/board.ts";
import {
  OUTBOX_RULES,
  type OutboxRule,
  REGISTER_RULES,
  type RegisterRule,
  type RegisterStep,
} from "./rules.ts";
import { ACKNOWLEDGEMENTS, HMAC_CASES, KEY, REPORTS, TAMPERED } from "./vectors.ts";

export type Check = (name: string, actual: string, expected: string) => void;

const DIGITS = "0123456789abcdef";

const toHex = (bytes: Uint8Array): string => {
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    text += DIGITS.charAt(bytes[i] >> 4) + DIGITS.charAt(bytes[i] & 15);
  }
  return text;
};

const fromHex = (digits: string): Uint8Array => {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(digits.substr(2 * i, 2), 16);
  return bytes;
};

const checkWire = (sha256: Sha256, check: Check): void => {
  const sign = hmacSha256(sha256, fromHex(KEY));
  REPORTS.forEach((one) => {
    const bytes = fromHex(one.datagram);
    check(`encodes ${one.name}`, toHex(encodeReport(one.report, sign)), one.datagram);
    const decoded = decodeReport(bytes);
    const value = decoded.ok ? JSON.stringify(decoded.value) : decoded.reason;
    check(`decodes ${one.name}`, value, JSON.stringify(one.report));
    check(`knows the tag of ${one.name}`, String(tagIsValid(bytes, sign)), "true");
  });
  ACKNOWLEDGEMENTS.forEach((one) => {
    check(`encodes ${one.name}`, toHex(encodeAcknowledgement(one.ack, sign)), one.datagram);
    const decoded = decodeAcknowledgement(fromHex(one.datagram));
    const value = decoded.ok ? JSON.stringify(decoded.value) : decoded.reason;
    check(`decodes ${one.name}`, value, JSON.stringify(one.ack));
  });
  TAMPERED.forEach((one) => {
    check(`refuses ${one.name}`, String(tagIsValid(fromHex(one.datagram), sign)), "false");
  });
};

const checkHmac = (sha256: Sha256, check: Check): void => {
  HMAC_CASES.forEach((one) => {
    const sign = hmacSha256(sha256, fromHex(one.key));
    check(`signs ${one.name}`, toHex(sign(fromHex(one.message))), one.hmac);
  });
};

const reading = (n: number): WaitingReading => {
  return {
    n: n,
    time: 0,
    milliwattHours: n,
    quality: 0,
    takenAt: 5000 * n,
    sent: false,
    refusals: 0,
  };
};

const numbersAt = (outbox: Outbox, places: number[]): string =>
  places.map((place) => outbox.read(place).n).join(" ");

const checkOutbox = (rule: OutboxRule, check: Check): void => {
  const outbox = createOutbox(rule.capacity);
  rule.steps.forEach((step) => {
    if (step.add !== undefined) step.add.forEach((n) => outbox.add(reading(n)));
    if (step.remove !== undefined) outbox.remove(step.remove);
    if (step.refuse !== undefined) outbox.refuse(step.refuse);
  });
  const places: number[] = [];
  for (let i = 0; i < outbox.size(); i++) places.push(i);
  check(`waits: ${rule.name}`, numbersAt(outbox, places), rule.waiting.join(" "));
  const picked = outbox.pick(rule.backlogLimit, false);
  check(`picks: ${rule.name}`, numbersAt(outbox, picked), rule.picked.join(" "));
};

const checkRegister = (rule: RegisterRule, check: Check): void => {
  let uptime = 0;
  let saved: Saved | undefined;
  let saves = 0;
  let flashWorks = true;
  const board = {
    uptime: () => uptime,
    load: () => saved,
    save: (value: Saved) => {
      if (!flashWorks) return false;
      saved = value;
      saves += 1;
      return true;
    },
  };
  let register: Register = createRegister(board);
  rule.steps.forEach((step: RegisterStep) => {
    if (step.flashWorks !== undefined) flashWorks = step.flashWorks;
    if (step.add !== undefined) register.add(step.add);
    for (let i = 0; i < (step.take || 0); i++) register.takeNumber();
    if (step.cut === true) register = createRegister(board);
    if (step.pass === undefined) return;
    uptime += step.pass;
    register.saveWhenDue();
  });
  const found = [register.milliwattHours(), register.lastNumber(), saves];
  const wanted = [rule.milliwattHours, rule.lastNumber, rule.saves];
  check(`register: ${rule.name}`, found.join(" "), wanted.join(" "));
};

export const checkConformance = (sha256: Sha256, check: Check): void => {
  checkWire(sha256, check);
  checkHmac(sha256, check);
  OUTBOX_RULES.forEach((rule) => checkOutbox(rule, check));
  REGISTER_RULES.forEach((rule) => checkRegister(rule, check));
};
