/** Pages that end because too much was looked through: they lead on, and nothing is left out. */
import { assert, assertEquals } from "@std/assert";
import { AppInMemory, NOON } from "../app-in-memory.ts";
import type { Json } from "../running-server.ts";

const instant = (time: number): string => new Date(time * 1000).toISOString().replace(".000", "");

/** Both channels, the second one with every third number only; the clock is put back in between. */
const READINGS = Array.from({ length: 300 }, (_, i) => ({
  n: i + 1,
  time: instant(NOON - 90_000 + (i < 200 ? i : i - 200) * 60),
  energyWh: i,
  channel: 0,
})).flatMap((one) => one.n % 3 === 0 ? [one, { ...one, channel: 1 }] : [one]);

for (const maxScanned of [1, 7, 50, 1_000]) {
  Deno.test(`GET readings leads on through pages of ${maxScanned} looked at`, async () => {
    await using app = await AppInMemory.open();
    const { meters: [{ id }] } = await app.ask("POST", "/meters/provision", { count: 1 });
    await app.ask("POST", `/meters/${id}/readings`, { readings: READINGS });
    Object.assign(app.store.reader, { maxScanned });
    const [from, to] = [READINGS[0].time, READINGS[20].time];
    const wanted = READINGS.filter(({ time }) => time >= from && time < to);
    for (const limit of [3, 1_000]) {
      const items: Json[] = [];
      let emptyPages = 0;
      for (let cursor = "", pages = 0; pages < 900; pages++) {
        const query = `from=${from}&to=${to}&limit=${limit}${cursor}`;
        const page = await app.ask("GET", `/meters/${id}/readings?${query}`);
        items.push(...page.items);
        if (page.items.length === 0) emptyPages++;
        if (page.next === null) break;
        cursor = `&cursor=${page.next}`;
      }
      const places = items.map(({ n, channel }) => [n, channel]);
      assertEquals(places, wanted.map(({ n, channel }) => [n, channel]));
      assert(maxScanned > 60 || emptyPages > 0, "no page was cut short");
    }
  });
}
