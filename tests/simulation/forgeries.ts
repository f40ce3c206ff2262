/** Datagrams that no meter signed. */
import { encodeReport } from "../../meter-firmware/protocol/datagram.ts";
import type { Random } from "../../meter-sim/random.ts";
import type { IssuedKey } from "../../server/store/meter-keys.ts";
import { serverSign } from "../meter-firmware/signers.ts";

export function forgeries(random: Random, { id, key, keyId }: IssuedKey): Uint8Array[] {
  const wrongKey = key.map((byte) => byte ^ 1);
  const report = (meter: string, signer: Uint8Array, id: number) =>
    encodeReport({
      keyId: id,
      channel: 0,
      flags: 1,
      meter,
      sentAt: 1_750_000_000,
      readings: [{
        n: 1 + Math.floor(random() * 1_000),
        time: 1_750_000_000,
        milliwattHours: Math.floor(random() * 1e9),
        quality: 0,
      }],
    }, serverSign(signer));
  const noise = Uint8Array.from({ length: 53 }, () => Math.floor(random() * 256));
  return [
    noise,
    report(id, wrongKey, keyId),
    report(id, key, keyId + 1),
    report("fedcba9876543210", key, keyId),
    report(id, key, keyId).subarray(0, 52),
    new Uint8Array(),
  ];
}
