/** Of a customer's whole data what concerns their points, while they had them. */
import { QUANTITIES, type Quantity, SCALES } from "../domain/ambient.ts";
import { STEP_SECONDS } from "../domain/calendar.ts";
import type { Value } from "../domain/energy.ts";
import { heldBy, overlapOf, type Stretch } from "../domain/holding.ts";
import { bestTime, type Reading } from "../domain/reading.ts";
import type { Customer } from "../store/customers.ts";
import type { PointRecord } from "../store/points.ts";
import { ambientLines, consumptionLines, readingLines } from "./csv-files.ts";
import { type DataFile, jsonList } from "./data-files.ts";
import { channelReadings } from "./exports.ts";
import { toInstant } from "./output.ts";
import type { HttpParts } from "./parts.ts";

const STEP = "15m";

export async function* pointsFile(
  { points }: HttpParts,
  { id }: Customer,
): AsyncGenerator<DataFile> {
  yield { name: "points.json", content: jsonList(shownPoints(points.heldEver(id), id)) };
}

export async function* pointFiles(parts: HttpParts, { id }: Customer): AsyncGenerator<DataFile> {
  for await (const point of parts.points.heldEver(id)) {
    const held = heldBy(point, id);
    yield* consumptionFiles(parts, point, held);
    yield* readingFiles(parts, point, held);
    yield* sensorFiles(parts, point, held);
  }
}

const folderOf = ({ id }: PointRecord): string => `points/${id}`;

async function* shownPoints(points: AsyncIterable<PointRecord>, customerId: string) {
  for await (const point of points) yield shownPoint(point, customerId);
}

/** Where someone else has the point now, its label and address are theirs. */
const shownPoint = (point: PointRecord, customerId: string) => {
  const held = heldBy(point, customerId);
  const isTheirs = point.customerId === customerId;
  return {
    id: point.id,
    label: isTheirs ? point.label : null,
    code: point.code ?? null,
    address: isTheirs ? point.address ?? null : null,
    timezone: point.timezone,
    held: held.map(shownStretch),
    meters: countedIn(point, held).map(({ meterId, stretch }) => ({
      id: meterId,
      ...shownStretch(stretch),
    })),
  };
};

const shownStretch = ({ from, to = Infinity }: Stretch) => ({
  from: from === 0 ? null : toInstant(from),
  to: to === Infinity ? null : toInstant(to),
});

/** Which meter counted when while the customer had the point. */
const countedIn = ({ assignments }: PointRecord, held: Stretch[]) =>
  held.flatMap((holding) =>
    assignments.flatMap((assignment) => {
      const stretch = overlapOf(assignment, holding);
      return stretch ? [{ meterId: assignment.meterId, stretch }] : [];
    })
  );

async function* consumptionFiles(
  parts: HttpParts,
  point: PointRecord,
  held: Stretch[],
): AsyncGenerator<DataFile> {
  for (const [channel, name] of [[0, "consumption"], [1, "fed-in"]] as const) {
    const values = valuesIn(parts, point, channel, held);
    const first = await values.next();
    if (first.done) continue;
    const content = consumptionLines(withFirst(first.value, values), point.timezone);
    yield { name: `${folderOf(point)}/${name}.csv`, content };
  }
}

async function* withFirst<Item>(first: Item, rest: AsyncIterable<Item>): AsyncGenerator<Item> {
  yield first;
  yield* rest;
}

async function* valuesIn(
  parts: HttpParts,
  point: PointRecord,
  channel: number,
  held: Stretch[],
): AsyncGenerator<Value[]> {
  for (const holding of held) {
    const from = await firstIn(parts, point, channel, holding);
    const to = Math.min(holding.to ?? Infinity, point.retiredAt ?? Infinity, parts.now());
    if (from < to) yield* parts.history.values(point, channel, { from, to, step: STEP });
  }
}

/** Before the first reading there is nothing to tell. */
async function firstIn(
  { history }: HttpParts,
  point: PointRecord,
  channel: number,
  holding: Stretch,
): Promise<number> {
  let first = Infinity;
  for (const { meterId, stretch: { from, to } } of countedIn(point, [holding])) {
    for await (const [reading] of history.readings(meterId, channel, from, to)) {
      first = Math.min(first, bestTime(reading));
      break;
    }
  }
  const { [STEP]: seconds } = STEP_SECONDS;
  return Math.max(holding.from, Math.floor(first / seconds) * seconds);
}

async function* readingFiles(
  parts: HttpParts,
  point: PointRecord,
  held: Stretch[],
): AsyncGenerator<DataFile> {
  const counted = countedIn(point, held);
  for (const meterId of new Set(counted.map(({ meterId }) => meterId))) {
    const stretches = counted.filter((one) => one.meterId === meterId).map(({ stretch }) =>
      stretch
    );
    const readings = readingsIn(parts, meterId, stretches);
    const content = readingLines(readings, point.timezone);
    yield { name: `${folderOf(point)}/readings-${meterId}.csv`, content };
  }
}

async function* readingsIn(
  parts: HttpParts,
  meter: string,
  stretches: Required<Stretch>[],
): AsyncGenerator<[channel: number, readings: Reading[]]> {
  for (const { from, to } of stretches) yield* channelReadings(parts, meter, [0, 1], from, to);
}

async function* sensorFiles(
  parts: HttpParts,
  point: PointRecord,
  held: Stretch[],
): AsyncGenerator<DataFile> {
  for (const { id } of await parts.sensors.at(point.id)) {
    const content = ambientLines(ambientIn(parts, id, held), point.timezone);
    yield { name: `${folderOf(point)}/sensor-${id}.csv`, content };
  }
}

async function* ambientIn(
  { history }: HttpParts,
  sensor: string,
  held: Stretch[],
): AsyncGenerator<[Quantity, Reading[]]> {
  for (const quantity of QUANTITIES) {
    for (const { from, to = Infinity } of held) {
      const readings = history.readings(sensor, SCALES[quantity].channel, from, to);
      for await (const some of readings) yield [quantity, some];
    }
  }
}
