/** The conformance tables as a program for Espruino: a line for each check, then one at the end. */
/// <reference path="../../meter-firmware/boards/espruino.d.ts" />
import { checkConformance } from "./conformance.ts";

const crypto = global.require("crypto");

checkConformance(
  (bytes) => new Uint8Array(crypto.SHA256(bytes)),
  (name, actual, expected) => {
    print(`CHECK ${JSON.stringify({ name: name, actual: actual, expected: expected })}`);
  },
);
print("CHECKS DONE");
