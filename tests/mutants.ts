/** The safeguards that `break-the-code.ts` takes out one at a time, and the tests that must notice. */

import { ALERTS } from "./mutants-alerts.ts";
import { BILLS } from "./mutants-bills.ts";
import { LIVE } from "./mutants-live.ts";
import { NOTIFY } from "./mutants-notify.ts";
import { SIGN_IN } from "./mutants-sign-in.ts";

export interface Mutant {
  /** What is lost, in words that follow "without". */
  lost: string;
  file: string;
  /** Text that the file must hold once. */
  from: string;
  to: string;
  /** Names of files in tests/server, without their ending. */
  tests: string[];
}

const INGEST: Mutant[] = [
  {
    lost: "the check of the tag",
    file: "server/ingest/verify.ts",
    from: "if (!tagIsValid(bytes, sign))",
    to: "if (!tagIsValid(bytes, sign) && bytes.length === 0)",
    tests: ["refused-datagrams"],
  },
  {
    lost: "acknowledging only after the commit",
    file: "server/ingest/ingest.ts",
    from: "const outcomes = await this.#store(batch.map(({ append }) => append));",
    to: `const early = { stored: 0, duplicates: 0, conflicts: [], mayFall: false };
    for (const { settle } of batch) settle(early);
    const outcomes = await this.#store(batch.map(({ append }) => append));`,
    tests: ["full-disk"],
  },
  {
    lost: "silence when a commit fails",
    file: "server/ingest/ingest.ts",
    from: 'if (!outcome) return this.#end(answer, "failed");',
    to: "outcome ??= { stored: 0, duplicates: 0, conflicts: [], mayFall: false };",
    tests: ["full-disk"],
  },
  {
    lost: "recording that a key is in use",
    file: "server/ingest/verify.ts",
    from: "if (found.unconfirmed) await parts.confirmKey(meter, keyId);",
    to: "",
    tests: ["identity"],
  },
  {
    lost: "refusing JSON of a meter that signs",
    file: "server/http/taken.ts",
    from: "if (await history.hasReadings(id)) throw",
    to: "if (await history.hasReadings(id) && id === '') throw",
    tests: ["json-or-signed"],
  },
  {
    lost: "noticing that a meter signs after JSON",
    file: "server/ingest/keyring.ts",
    from: " || meter.jsonSince !== undefined;",
    to: ";",
    tests: ["json-or-signed"],
  },
  {
    lost: "recording conflicts",
    file: "server/ingest/ingest.ts",
    from: "await this.parts.recordConflicts(meter, channel, conflicts);",
    to: "void [meter, channel];",
    tests: ["datagram-rules"],
  },
  {
    lost: "recording falls before the acknowledgement",
    file: "server/ingest/ingest.ts",
    from: "if (outcome.mayFall) await this.#recordFalls(verified);",
    to: "if (outcome.mayFall) this.#recordFalls(verified).catch(() => {});",
    tests: ["ingest/falls"],
  },
  {
    lost: "looking again at what comes again",
    file: "server/store/falls.ts",
    from: "if (!isFirst && !(near[begin]?.n > sealedThrough)) return true;",
    to: "if (!isFirst && !(near[begin]?.n > sealedThrough)) return false;",
    tests: ["ingest/falls"],
  },
  {
    lost: "another status where there is a conflict",
    file: "server/ingest/ingest.ts",
    from: "status: conflict ? STATUS_CONFLICT : STATUS_STORED,",
    to: "status: STATUS_STORED,",
    tests: ["datagram-rules"],
  },
  {
    lost: "taking a retired meter's key out",
    file: "server/ingest/keyring.ts",
    from: "if (!current) return this.#remove(meter.id);",
    to: "if (!current) return;",
    tests: ["identity"],
  },
  {
    lost: "the mark of a wrong clock",
    file: "server/domain/reading.ts",
    from: "reading.quality |= CLOCK_WRONG;",
    to: "",
    tests: ["datagram-rules"],
  },
];

const STORE: Mutant[] = [
  {
    lost: "knowing a duplicate",
    file: "server/store/store.ts",
    from: "} else if (sameContent(stored, reading)) duplicates++;",
    to: "} else if (!sameContent(stored, stored)) duplicates++;",
    tests: ["datagram-rules"],
  },
  {
    lost: "keeping a conflict out",
    file: "server/store/store.ts",
    from: "if (stored === undefined) {",
    to: "if (stored === undefined || !sameContent(stored, reading)) {",
    tests: ["datagram-rules"],
  },
  {
    lost: "keeping the channels apart",
    file: "server/store/keys.ts",
    from: "`${meter}${channel}`",
    to: "`${meter}${channel * 0}`",
    tests: ["datagram-rules"],
  },
  {
    lost: "replaying the journal",
    file: "server/store/embedded.ts",
    from: "await replay(kv, open)",
    to: "await replay(kv, new OpenParts())",
    tests: ["identity"],
  },
  {
    lost: "writing the rows of what is sealed",
    file: "server/store/embedded.ts",
    from: "applyPlan(atomic, plan);",
    to: "void applyPlan;",
    tests: ["readings-api"],
  },
  {
    lost: "the open part in what is read",
    file: "server/store/embedded.ts",
    from: "(series) => open.readings(series),",
    to: "(series) => open.readings(series).slice(0, 0),",
    tests: ["readings-api"],
  },
  {
    lost: "amending together what reaches into each other",
    file: "server/store/amended.ts",
    from: "if (last && place.afterN < last.byN)",
    to: "if (last && place.afterN < last.afterN)",
    tests: ["store/amended", "store/odd-registers"],
  },
  {
    lost: "leaving wrong readings out",
    file: "server/domain/corrections.ts",
    from: "filter(({ n }) => !faultAt(corrections, n));",
    to: "filter(({ n }) => !faultAt(corrections, -n));",
    tests: ["store/history-cases"],
  },
  {
    lost: "the checksum of what is stored",
    file: "server/store/checksum.ts",
    from: "if (view.getUint32(body.length) !== crc32(body))",
    to: "if (view.getUint32(body.length) !== crc32(body) && body.length === 0)",
    tests: ["damaged-folder"],
  },
  {
    lost: "the lock of the data folder",
    file: "server/store/data-folder.ts",
    from: "if (!lock.tryLockSync(true)) {",
    to: "if (!lock.tryLockSync(true) && path === '') {",
    tests: ["refused-start"],
  },
  {
    lost: "binding a sealed key to its meter",
    file: "server/store/vault.ts",
    from: "new TextEncoder().encode(owner)",
    to: "new TextEncoder().encode(owner.slice(0, 0))",
    tests: ["meters"],
  },
];

const HTTP: Mutant[] = [
  {
    lost: "the look at whose something is",
    file: "server/http/guard.ts",
    from: "return owner === limit ?",
    to: "return owner !== undefined ?",
    tests: ["rights"],
  },
  {
    lost: "whose a meter's readings are, in the table of rights",
    file: "server/http/rights.ts",
    from: 'listReadings: owner("meter"),',
    to: "listReadings: readers,",
    tests: ["rights"],
  },
  {
    lost: "the emptiness of an answer that is given again",
    file: "server/http/idempotency.ts",
    from: "if (known?.status === 204) return context.body(null, 204);",
    to: "",
    tests: ["edge"],
  },
  {
    lost: "the operator's key",
    file: "server/http/auth.ts",
    from: "if (expected && timingSafeEqual(digest(key), expected)) return ENVIRONMENT;",
    to: "if (expected && timingSafeEqual(digest(key), digest(key))) return ENVIRONMENT;",
    tests: ["identity"],
  },
  {
    lost: "the limit of a body",
    file: "server/http/serve.ts",
    from: "maxBytes = MAX_JSON_BYTES }",
    to: "maxBytes = 64 * MAX_JSON_BYTES }",
    tests: ["bad-body"],
  },
  {
    lost: "the second channel's place in the cursor",
    file: "server/http/readings.ts",
    from: "const fromN = own < firstChannel ? n + 1 : n;",
    to: "const fromN = own < firstChannel ? n : n;",
    tests: ["readings-api"],
  },
];

const RECORDS: Mutant[] = [
  {
    lost: "refusing what another has",
    file: "server/store/change.ts",
    from: "if (other !== undefined) return",
    to: "if (other === copy.id) return",
    tests: ["registry"],
  },
  {
    lost: "the check that a record is still as it was read",
    file: "server/store/change.ts",
    from: "if (entry) atomic.check(entry);",
    to: "",
    tests: ["store/records"],
  },
  {
    lost: "taking away what a record is found by no more",
    file: "server/store/change.ts",
    from: "for (const key of old.values()) atomic.delete(key);",
    to: "",
    tests: ["store/records"],
  },
  {
    lost: "showing a record once",
    file: "server/store/record-lists.ts",
    from: "wordsFor(kind, record).find((word) => word.startsWith(first)) === found;",
    to: "found.startsWith(first) && wordsFor(kind, record).length > 0;",
    tests: ["store/records"],
  },
  {
    lost: "the version that a change expects",
    file: "server/store/records.ts",
    from: "if (by.expected === undefined || by.expected === record.version)",
    to: "if (by.at >= 0)",
    tests: ["registry"],
  },
  {
    lost: "keeping secrets out of the audit log",
    file: "server/store/audit.ts",
    from: "kind.secret.includes(field) ? {} :",
    to: "",
    tests: ["registry"],
  },
  {
    lost: "asking for serial numbers before the first meter is written",
    file: "server/store/add-meters.ts",
    from: " ?? await refusedSerial(records, meters);",
    to: "; void refusedSerial;",
    tests: ["registry"],
  },
];

export const MUTANTS: Mutant[] = [
  ...RECORDS,
  ...INGEST,
  ...STORE,
  ...HTTP,
  ...LIVE,
  ...SIGN_IN,
  ...BILLS,
  ...NOTIFY,
  ...ALERTS,
];
