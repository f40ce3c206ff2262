/** The messages of the live feed, as they leave the server. */
import { bestTime } from "../domain/reading.ts";
import type { LiveReading } from "../live/followed-series.ts";
import type { AlertNews } from "../store/alerts.ts";
import { type AlertSources, type Reader, shownAlerts } from "./alert-answers.ts";
import { toInstant, toWh } from "./output.ts";

export function readingText({ point, meter, channel, reading, watts }: LiveReading): string {
  return JSON.stringify({
    point,
    meter,
    // A meter's second register is rare; who does not know of it must not mix it up with the first.
    channel: channel === 0 ? undefined : channel,
    time: toInstant(bestTime(reading)),
    energyWh: toWh(reading.milliwattHours),
    powerW: watts ?? null,
  });
}

export const heartbeatText = (at: number): string => JSON.stringify({ heartbeat: toInstant(at) });

/** Whoever has seen it is not named. */
export async function alertText(
  sources: AlertSources,
  { event, alert }: AlertNews,
  reader: Omit<Reader, "isNameless">,
): Promise<string> {
  const [shown] = await shownAlerts(sources, [alert], { ...reader, isNameless: true });
  return JSON.stringify({ alert: { ...shown, event }, point: alert.pointId });
}
