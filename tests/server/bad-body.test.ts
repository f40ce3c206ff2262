/** Whatever a body brings that does not fit is refused by field, as a problem, and nothing is stored. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { FieldError } from "../../server/errors.ts";
import { AppInMemory } from "./app-in-memory.ts";
import { assertProblem } from "./udp-meter.ts";

interface Bad {
  what: string;
  /** As it is sent; what is no text is sent as JSON. */
  body: unknown;
  /** The field that the problem names; none where no field is at fault. */
  path?: string;
  status?: number;
}

const VALID = { time: "2026-06-15T11:00:00Z", energyWh: 1.5 };
const oneReading = (change: Record<string, unknown>) => ({ readings: [{ ...VALID, ...change }] });
const field = (name: string, values: unknown[]): Bad[] =>
  values.map((value) => ({
    what: `${name} ${JSON.stringify(value)}`,
    body: oneReading({ [name]: value }),
    path: `readings.0.${name}`,
  }));

/** What no call takes. */
const NO_OBJECT: Bad[] = [
  { what: "an empty body", body: "" },
  { what: "broken JSON", body: '{"readings": [' },
  { what: "two objects", body: "{}{}" },
  { what: "a body of blanks", body: " \n" },
  { what: "bytes that are no text", body: new Uint8Array([0xff, 0xfe, 0x00]) },
  { what: "null", body: null, path: "" },
  { what: "a number", body: 7, path: "" },
  { what: "a text", body: '"readings"', path: "" },
  { what: "a list", body: [], path: "" },
  { what: "2 MB", body: `{"a":"${"x".repeat(2 * 2 ** 20)}"}`, status: 413 },
];

const READINGS: Bad[] = [
  { what: "no readings", body: { readings: [] }, path: "readings" },
  { what: "readings missing", body: {}, path: "readings" },
  { what: "readings that are an object", body: { readings: { 0: VALID } }, path: "readings" },
  { what: "readings of null", body: { readings: [null] }, path: "readings.0" },
  { what: "1,001 readings", body: { readings: Array(1_001).fill(VALID) }, path: "readings" },
  { what: "a million readings", body: { readings: Array(1_000_000).fill(VALID) }, status: 413 },
  { what: "an unknown field", body: { readings: [VALID], unit: "kWh" }, path: "unit" },
  {
    what: "an unknown field of a reading",
    body: oneReading({ unit: "kWh" }),
    path: "readings.0.unit",
  },
  {
    what: "one bad reading behind good ones",
    body: { readings: [VALID, VALID, { ...VALID, energyWh: -1 }] },
    path: "readings.2.energyWh",
  },
  {
    what: "a number beyond every number",
    body: `{"readings":[{"time":"${VALID.time}","energyWh":1e999}]}`,
    path: "readings.0.energyWh",
  },
  ...field("time", [
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "1970-01-01T00:00:00Z",
    "2106-02-07T06:28:16Z",
    "2026-02-30T00:00:00Z",
    "2026-06-15T24:30:00Z",
    "2026-06-15T11:00:00",
    "2026-06-15",
    "yesterday",
    "",
    1_781_524_800,
    null,
    {},
  ]),
  { what: "time missing", body: { readings: [{ energyWh: 1 }] }, path: "readings.0.time" },
  ...field("energyWh", [-1, -0.001, 0.0001, 1.2345, 9_007_199_254_741, 1e300, "1", null, [], true]),
  {
    what: "energy missing",
    body: { readings: [{ time: VALID.time }] },
    path: "readings.0.energyWh",
  },
  ...field("n", [0, -1, 1.5, 2 ** 32, 1_781_524_800_000, 1e300, "1", null]),
  ...field("channel", [7, 2, -1, 0.5, "0", null]),
];

const PROVISION: Bad[] = [
  ...[0, -1, 1_001, 1.5, "3", null, 1e300].map((count) => ({
    what: `count ${JSON.stringify(count)}`,
    body: { count },
    path: "count",
  })),
  { what: "neither count nor meters", body: {}, path: "" },
  { what: "count and meters", body: { count: 1, meters: [{}] }, path: "" },
  { what: "an unknown field", body: { count: 1, cuont: 2 }, path: "cuont" },
  { what: "no meters", body: { meters: [] }, path: "meters" },
  { what: "1,001 meters", body: { meters: Array(1_001).fill({}) }, path: "meters" },
  { what: "a label of a number", body: { meters: [{ label: 5 }] }, path: "meters.0.label" },
  { what: "an empty label", body: { meters: [{ label: " " }] }, path: "meters.0.label" },
  { what: "a point of a number", body: { meters: [{ pointId: 1 }] }, path: "meters.0.pointId" },
];

const UNKNOWN = "0".repeat(16);

const POINTS: Bad[] = [
  { what: "no customer", body: { label: "a" }, path: "customerId" },
  { what: "no label", body: { customerId: "a" }, path: "label" },
  ...["Mars/Olympus", "", 3, "x".repeat(100)].map((timezone) => ({
    what: `time zone ${String(timezone).slice(0, 20)}`,
    body: { customerId: "a", label: "a", timezone },
    path: "timezone",
  })),
  { what: "no id", body: { customerId: "../a", label: "a" }, path: "customerId" },
  { what: "an unknown customer", body: { customerId: UNKNOWN, label: "a" }, status: 404 },
];

const OTHERS: Record<string, Bad[]> = {
  "/meters": [
    { what: "a label too long", body: { label: "x".repeat(201) }, path: "label" },
    { what: "an unknown field", body: { name: "x" }, path: "name" },
    { what: "no id", body: { pointId: "../../x" }, path: "pointId" },
    { what: "an unknown point", body: { pointId: UNKNOWN }, status: 404 },
  ],
  "/customers": [
    { what: "no name", body: {}, path: "name" },
    { what: "a name of blanks", body: { name: "  " }, path: "name" },
    { what: "no e-mail address", body: { name: "a", email: "at home" }, path: "email" },
  ],
  "/enrol": [
    { what: "no token", body: { hardwareId: "a" }, path: "token" },
    { what: "an endless token", body: { token: "x".repeat(201), hardwareId: "a" }, path: "token" },
    { what: "no hardware", body: { token: "a" }, path: "hardwareId" },
  ],
  "/meters/METER/assign": [
    { what: "no point", body: {}, path: "pointId" },
    { what: "a date for an instant", body: { pointId: "a", from: "2026-01-01" }, path: "from" },
    { what: "an unknown point", body: { pointId: UNKNOWN }, status: 404 },
  ],
};

/** Nothing of the library's own words. */
const PLAIN = /^(is missing|is not known|must (be|have|not be|not have) .*)$/;

const CALLS: Record<string, Bad[]> = {
  "/meters/METER/readings": READINGS,
  "/meters/provision": PROVISION,
  "/points": POINTS,
  ...OTHERS,
};

const bytesOf = (body: unknown): BodyInit =>
  typeof body === "string" || body instanceof Uint8Array ? body as BodyInit : JSON.stringify(body);

for (const [call, bad] of Object.entries(CALLS)) {
  Deno.test(`POST ${call} refuses a body that does not fit, and stores nothing`, async (t) => {
    await using app = await AppInMemory.open();
    const { meters: [{ id }] } = await app.ask("POST", "/meters/provision", { count: 1 });
    const before = await app.entries();
    for (const { what, body, path, status = 400 } of [...NO_OBJECT, ...bad]) {
      await t.step(what, async () => {
        const answer = await app.send("POST", call.replace("METER", id), bytesOf(body));
        assertProblem(answer, status);
        const errors: FieldError[] = answer.body.errors ?? [];
        const paths = errors.map((error) => error.path);
        for (const { message } of errors) assertMatch(message, PLAIN);
        if (path !== undefined) assert(paths.includes(path), JSON.stringify(answer.body));
        assertEquals(await app.entries(), before);
        assertEquals(app.reported, []);
      });
    }
  });
}

const TOLD: [call: string, body: unknown, told: string][] = [
  ["/meters/METER/readings", {}, "readings: is missing"],
  ["/meters/METER/readings", [], "must be an object"],
  ["/meters/METER/readings", { readings: 1 }, "readings: must be a list"],
  ["/meters/METER/readings", { readings: [] }, "readings: must have 1 to 1000 items"],
  ["/meters/METER/readings", { readings: [VALID], unit: "kWh" }, "unit: is not known"],
  [
    "/meters/METER/readings",
    { readings: Array(1_001).fill(VALID) },
    "readings: must have 1 to 1000 items",
  ],
  [
    "/meters/METER/readings",
    { readings: [{ time: VALID.time }] },
    "readings.0.energyWh: is missing",
  ],
  ["/meters/METER/readings", { readings: [{ energyWh: 1 }] }, "readings.0.time: is missing"],
  [
    "/meters/METER/readings",
    oneReading({ n: 1_781_524_800_000 }),
    "readings.0.n: must be 1 to 4294967295",
  ],
  ["/meters/METER/readings", oneReading({ n: 1.5 }), "readings.0.n: must be a whole number"],
  ["/meters/METER/readings", oneReading({ n: "1" }), "readings.0.n: must be a number"],
  ["/meters/METER/readings", oneReading({ channel: 2 }), "readings.0.channel: must be 0 or 1"],
  ["/meters/provision", { count: 0 }, "count: must be 1 to 1000"],
  ["/meters/provision", { count: 1, meters: [{}] }, "must have either count or meters, not both"],
  ["/meters/provision", {}, "must have count or meters"],
  ["/customers", { name: " " }, "name: must have 1 to 200 characters"],
  ["/customers", { name: 5 }, "name: must be text"],
  [
    "/customers",
    { name: "a", taxId: "1".repeat(12) },
    "taxId: must be a CPF with 11 digits or a CNPJ with 14 characters",
  ],
  ["/customers", { name: "a", email: "at home" }, "email: must be an e-mail address"],
  [
    "/customers",
    { name: "a", b: 1, c: 2, d: 3, e: 4, f: 5 },
    "b: is not known; c: is not known; d: is not known; and 2 more",
  ],
];

Deno.test("the API says in plain words what does not fit", async () => {
  await using app = await AppInMemory.open();
  const { meters: [{ id }] } = await app.ask("POST", "/meters/provision", { count: 1 });
  for (const [call, body, told] of TOLD) {
    const answer = await app.send("POST", call.replace("METER", id), JSON.stringify(body));
    assertEquals(answer.body.detail, `The body does not fit: ${told}`);
  }
});

Deno.test("the API counts all that does not fit and shows the first twenty", async () => {
  await using app = await AppInMemory.open();
  const unknown = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`a${i}`, i]));
  const { body } = await app.send("POST", "/meters", JSON.stringify(unknown));
  assertEquals(body.errors.length, 20);
  assertMatch(body.detail, /; and 27 more$/);
});

Deno.test("the API asks for an object where the body is empty", async () => {
  await using app = await AppInMemory.open();
  const { body } = await app.send("POST", "/meters", "");
  assertEquals(body.detail, "The body is empty: send a JSON object.");
});
