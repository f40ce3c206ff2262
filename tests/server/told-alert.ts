/** An alert that is written as a sweep writes it, and then told to whoever waits for it, or given up. */
import { stageAlert } from "../../server/store/alerts.ts";
import { Announcer, stageDeliveries } from "../../server/store/announcer.ts";
import { type AppInMemory, NOON } from "./app-in-memory.ts";
import { alertOf } from "./jobs/told-people.ts";

const evidence = {
  since: NOON - 3_600,
  until: NOON,
  milliwattHours: 4_000_500,
  usualMilliwattHours: 1_000_000,
};

export async function tell(app: AppInMemory, subject: string): Promise<void> {
  const news = {
    event: "opened" as const,
    alert: alertOf("unusual", subject, "1", NOON, { evidence }),
  };
  const rows = await new Announcer(app.kv).rowsFor([news], NOON);
  const atomic = app.kv.atomic();
  stageAlert(atomic, news);
  stageDeliveries(atomic, rows);
  await atomic.commit();
  app.parts.delivering.poke();
  await app.parts.delivering.ended();
}
