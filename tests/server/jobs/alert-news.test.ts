/** What becomes of alerts reaches those who look on: once, soon, and whichever server wrote it. */
import { assertEquals } from "@std/assert";
import { NewsDesk } from "../../../server/jobs/alert-news.ts";
import {
  type AlertNews,
  type AlertRecord,
  Alerts,
  stageAlert,
} from "../../../server/store/alerts.ts";
import { Records } from "../../../server/store/records.ts";
import { failTest, inMemory } from "../store/kv.ts";

const NOW = 1_790_000_000;

const alert = (key: string, at: number, more: Partial<AlertRecord> = {}): AlertRecord => ({
  id: `tamper:meter:${key}`,
  kind: "tamper",
  subject: "meter",
  key,
  severity: "urgent",
  evidence: {},
  openedAt: at,
  at,
  region: "",
  ...more,
});

interface Desk {
  clock: { now: number };
  readers: boolean;
  told: string[];
  write: (news: AlertNews) => Promise<void>;
  desk: NewsDesk;
}

async function withDesk(test: (desk: Desk) => Promise<void>): Promise<void> {
  await inMemory(async (kv) => {
    const clock = { now: NOW };
    const told: string[] = [];
    const state = { readers: true };
    const desk = new NewsDesk({
      alerts: new Alerts(new Records(kv, () => "id")),
      tell: ({ event, alert }) => {
        told.push(`${event} ${alert.key}`);
        return Promise.resolve();
      },
      hasReaders: () => state.readers,
      now: () => clock.now,
      every: () => () => {},
      report: failTest,
    });
    const write = async (news: AlertNews) => {
      const atomic = kv.atomic();
      stageAlert(atomic, news);
      await atomic.commit();
    };
    await test(Object.assign(state, { clock, told, write, desk }));
  });
}

Deno.test("NewsDesk tells what was written since it last looked, once", () =>
  withDesk(async ({ desk, write, told, clock }) => {
    await write({ event: "opened", alert: alert("a", NOW) });
    await desk.poll();
    await desk.poll();
    assertEquals(told, ["opened a"]);
    clock.now += 2;
    await write({ event: "updated", alert: alert("a", NOW + 2) });
    // Another server's clock is a little behind.
    await write({ event: "opened", alert: alert("b", NOW - 5) });
    await desk.poll();
    assertEquals(told, ["opened a", "opened b", "updated a"]);
    clock.now += 60;
    await write({ event: "closed", alert: alert("a", NOW + 61, { closedAt: NOW + 61 }) });
    await desk.poll();
    await desk.poll();
    assertEquals(told.slice(3), ["closed a"]);
  }));

Deno.test("NewsDesk asks for nothing while nobody looks on, and tells no old news then", () =>
  withDesk(async (all) => {
    const { desk, write, told, clock } = all;
    all.readers = false;
    await write({ event: "opened", alert: alert("a", NOW) });
    await desk.poll();
    clock.now += 120;
    await desk.poll();
    all.readers = true;
    await desk.poll();
    assertEquals(told, []);
    await write({ event: "opened", alert: alert("b", NOW + 120) });
    await desk.poll();
    assertEquals(told, ["opened b"]);
  }));
