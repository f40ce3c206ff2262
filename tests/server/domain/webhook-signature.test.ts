/** Signed webhooks: the convention's vector, and all that must not get through. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import {
  checkWebhook,
  secretFault,
  signWebhook,
  type Webhook,
  webhookSecret,
} from "../../../server/domain/webhook-signature.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER = webhookSecret(new Uint8Array(32).fill(7));
const TIME = 1_614_265_330;
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** The example of the convention's own libraries. */
const WEBHOOK: Webhook = {
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestamp: String(TIME),
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  body: bytes('{"test": 2432232314}'),
};

const faultOf = async (
  changes: Partial<Webhook>,
  secrets = [SECRET],
  now = TIME,
): Promise<string | undefined> => {
  const check = await checkWebhook({ ...WEBHOOK, ...changes }, secrets, now);
  return check.ok ? undefined : check.fault;
};

Deno.test("checkWebhook() accepts the convention's example", async () => {
  assertEquals(await checkWebhook(WEBHOOK, [SECRET], TIME), {
    ok: true,
    id: WEBHOOK.id,
    time: TIME,
  });
});

Deno.test("signWebhook() signs as the convention's example is signed", async () => {
  assertEquals(await signWebhook(WEBHOOK, SECRET), WEBHOOK.signature);
});

Deno.test("signWebhook() agrees with another implementation of HMAC", async () => {
  const secret = new Uint8Array(32).fill(7);
  const tag = createHmac("sha256", secret).update(`m1.${TIME}.`).update(bytes("olá")).digest(
    "base64",
  );
  const webhook = { id: "m1", timestamp: String(TIME), body: bytes("olá") };
  assertEquals(await signWebhook(webhook, OTHER), `v1,${tag}`);
});

Deno.test("checkWebhook() takes a secret without its prefix, too", async () => {
  assertEquals(await faultOf({}, [SECRET.slice("whsec_".length)]), undefined);
});

Deno.test("checkWebhook() accepts any of several signatures under any of several secrets", async () => {
  const wrong = await signWebhook(WEBHOOK, OTHER);
  assertEquals(await faultOf({ signature: `${wrong} ${WEBHOOK.signature}` }), undefined);
  assertEquals(await faultOf({ signature: `v1a,abc ${WEBHOOK.signature}` }), undefined);
  assertEquals(await faultOf({}, [OTHER, SECRET]), undefined);
  assertEquals(await faultOf({}, [OTHER]), "webhook-signature does not match");
  assertEquals(await faultOf({}, []), "webhook-signature does not match");
});

const NO_MATCH = "webhook-signature does not match";
const NONE = "webhook-signature must have one like v1,…";
const WRONG: [string, Partial<Webhook>, string][] = [
  ["another id", { id: "msg_2" }, NO_MATCH],
  ["another time", { timestamp: String(TIME + 1) }, NO_MATCH],
  ["the same time written otherwise", { timestamp: `0${TIME}` }, NO_MATCH],
  ["another body", { body: bytes('{"test": 2432232315}') }, NO_MATCH],
  ["a body with a blank more", { body: bytes('{"test": 2432232314} ') }, NO_MATCH],
  ["no signature", { signature: "" }, NONE],
  ["a signature of another version", { signature: WEBHOOK.signature.replace("v1", "v2") }, NONE],
  ["a signature without a version", { signature: WEBHOOK.signature.slice(3) }, NONE],
  ["a shorter signature", { signature: "v1,g0hM9SsE" }, NONE],
  ["the eleventh signature", { signature: `${"v1,x ".repeat(10)}${WEBHOOK.signature}` }, NONE],
  ["no id", { id: "" }, "webhook-id must have up to 128 letters, digits or . : _ -"],
  [
    "an endless id",
    { id: "a".repeat(129) },
    "webhook-id must have up to 128 letters, digits or . : _ -",
  ],
  ["no time", { timestamp: "" }, "webhook-timestamp must be Unix seconds"],
  ["a time that is none", { timestamp: "1e9" }, "webhook-timestamp must be Unix seconds"],
  ["a time with a fraction", { timestamp: `${TIME}.0` }, "webhook-timestamp must be Unix seconds"],
];
for (const [what, changes, fault] of WRONG) {
  Deno.test(`checkWebhook() refuses ${what}`, async () => {
    assertEquals(await faultOf(changes), fault);
  });
}

Deno.test("checkWebhook() allows clocks to differ by five minutes, not by a second more", async () => {
  const at = (now: number): Promise<string | undefined> => faultOf({}, [SECRET], now);
  assertEquals(await at(TIME + 300), undefined);
  assertEquals(await at(TIME - 300), undefined);
  assertEquals(await at(TIME + 301), "webhook-timestamp is over 5 minutes old");
  assertEquals(await at(TIME - 301), "webhook-timestamp is over 5 minutes ahead");
});

Deno.test("checkWebhook() refuses every signature with one bit changed", async () => {
  const tag = Uint8Array.fromBase64(WEBHOOK.signature.slice(3));
  await fc.assert(fc.asyncProperty(fc.nat({ max: 255 }), async (bit) => {
    const changed = tag.slice();
    changed[bit >> 3] ^= 1 << (bit & 7);
    assertEquals(await faultOf({ signature: `v1,${changed.toBase64()}` }), NO_MATCH);
  }));
});

Deno.test("secretFault() wants 24 to 64 bytes in base64", () => {
  assertEquals(secretFault(SECRET), undefined);
  assertEquals(secretFault(webhookSecret(new Uint8Array(64))), undefined);
  for (
    const wrong of ["", "whsec_", "whsec_abc", "whsec_!!!!", webhookSecret(new Uint8Array(65))]
  ) {
    assertEquals(secretFault(wrong), "must be whsec_ and 24 to 64 bytes in base64");
  }
});

Deno.test("checkWebhook() throws on a secret that is none: the operator's fault, not the sender's", async () => {
  await assertRejects(() => checkWebhook(WEBHOOK, [""], TIME), RangeError);
  assert(secretFault("") !== undefined);
});
