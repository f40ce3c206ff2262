/** Alerts in the database, as whoever finds something writes them. */
import type { AlertEvent } from "../../server/domain/alert-life.ts";
import { type Kind, KINDS } from "../../server/domain/alert-kinds.ts";
import { type AlertRecord, stageAlert } from "../../server/store/alerts.ts";
import type { AppInMemory } from "./app-in-memory.ts";

const DAY = "2026-06-14";

const EVIDENCE: Partial<Record<Kind, Record<string, number>>> = {
  dayLimit: { milliwattHours: 16_000_000, limitMilliwattHours: 15_000_000 },
  silent: { heardAt: 1_781_517_600, gapSeconds: 7_200 },
  outage: { since: 1_781_517_600, meters: 12, ofMeters: 20 },
};

/** Of now, if it is not said. */
export async function staged(
  app: AppInMemory,
  given: Pick<AlertRecord, "kind" | "subject"> & Partial<AlertRecord>,
  event: AlertEvent = "opened",
): Promise<AlertRecord> {
  const { kind, subject, key = DAY } = given;
  const alert = {
    id: `${kind}:${subject}:${key}`,
    key,
    severity: KINDS[kind].severity,
    evidence: EVIDENCE[kind] ?? {},
    openedAt: app.clock.seconds,
    at: app.clock.seconds,
    region: "",
    ...given,
  };
  const atomic = app.kv.atomic();
  stageAlert(atomic, { event, alert });
  await atomic.commit();
  return alert;
}
