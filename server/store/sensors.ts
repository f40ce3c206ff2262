/** Sensors of the air at a point: temperature, humidity, pressure. */
import { done, failed, type Result } from "../errors.ts";
import { listOf, POINTS, SENSORS } from "./kinds.ts";
import { type By, type Listed, type ListQuery, type Records } from "./records.ts";

export interface SensorRecord {
  id: string;
  version?: string;
  /** Where it is, for good: a sensor that moves is registered anew. */
  pointId: string;
  label?: string;
  /** Unix seconds. */
  createdAt: number;
  retiredAt?: number;
}

export const MAX_SENSORS_A_POINT = 50;

export class Sensors {
  constructor(readonly records: Records) {}

  get(id: string): Promise<SensorRecord | undefined> {
    return this.records.get(SENSORS, id);
  }

  list({ pointId, ...query }: ListQuery & { pointId?: string }): Promise<Listed<SensorRecord>> {
    const of = pointId === undefined ? undefined : listOf("point", pointId);
    return this.records.list(SENSORS, { ...query, of });
  }

  /** All that are or were at a point. */
  async at(pointId: string): Promise<SensorRecord[]> {
    return (await this.list({ pointId, limit: MAX_SENSORS_A_POINT })).items;
  }

  async add(
    { pointId, label }: Pick<SensorRecord, "pointId" | "label">,
    by: By,
  ): Promise<Result<SensorRecord>> {
    if ((await this.at(pointId)).length === MAX_SENSORS_A_POINT) {
      return failed("conflict", `The point has had ${MAX_SENSORS_A_POINT} sensors.`);
    }
    return await this.records.transact<SensorRecord>(by, async (change) => {
      const point = await change.inUse(POINTS, pointId);
      if (!point.ok) return point;
      const sensor = { id: this.records.newId(), pointId, label, createdAt: by.at };
      change.put(SENSORS, sensor);
      return done(sensor);
    });
  }

  async update(
    id: string,
    details: Pick<SensorRecord, "label">,
    by: By,
  ): Promise<Result<SensorRecord>> {
    return await this.records.updateInUse<SensorRecord, SensorRecord>(
      SENSORS,
      id,
      by,
      (sensor) => done(Object.assign(sensor, details)),
    );
  }

  /** It says nothing more; what it said stays. */
  async retire(id: string, by: By): Promise<Result<void>> {
    return await this.records.update<SensorRecord, void>(SENSORS, id, by, (sensor) => {
      sensor.retiredAt ??= by.at;
      return done(undefined);
    });
  }
}
