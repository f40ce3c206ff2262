/** What is written of alerts to those who are told: with names, money and time as at the point. */
import { KINDS } from "../domain/alert-kinds.ts";
import { meterOf, nameOf } from "../domain/alert-subject.ts";
import { type AlertPlace, alertText } from "../domain/alert-words.ts";
import type { alertMail } from "../notify/mail-text.ts";
import type { AlertRecord } from "../store/alerts.ts";
import type { LabelOf } from "../store/meters-shown.ts";
import type { Points } from "../store/points.ts";
import type { Tariffs } from "../store/tariffs.ts";
import type { AlertTexts, ToldAlert } from "./turn.ts";

export interface AlertTextParts {
  points: Points;
  tariffs: Tariffs;
  meterLabel: LabelOf;
  writeMail: typeof alertMail;
  timezone: string;
  currency: string;
  locale: string;
  now: () => number;
}

export function alertTexts(parts: AlertTextParts): AlertTexts {
  const { locale, writeMail } = parts;
  return {
    alert: async (alert) => {
      const place = await placeOf(parts, alert, locale);
      const { title, sentence } = alertText(alert, place);
      return { title, sentence, currency: place.currency };
    },
    mail: async (items, { name: personName, alerts }, isDigest) => {
      const language = alerts?.locale ?? locale;
      const placed: (ToldAlert & { place: AlertPlace })[] = [];
      for (const { event, alert } of items) {
        placed.push({ event, alert, place: await placeOf(parts, alert, language) });
      }
      return writeMail(placed, { locale: language, personName, isDigest });
    },
  };
}

async function placeOf(
  { points, tariffs, meterLabel, timezone, currency, now }: AlertTextParts,
  alert: AlertRecord,
  locale: string,
): Promise<AlertPlace> {
  const point = alert.pointId === undefined ? undefined : await points.get(alert.pointId);
  const tariff = point && await tariffs.ofPoint(point, now());
  const meterId = meterOf(alert);
  const meter = meterId === undefined ? undefined : await meterLabel(meterId);
  return {
    locale,
    timeZone: point?.timezone ?? timezone,
    currency: tariff?.currency ?? currency,
    name: nameOf(alert, { point, meter }, await holderOf(points, alert)) ?? "",
  };
}

/** What is for customers is told to nobody else. */
async function holderOf(points: Points, { kind, customerId }: AlertRecord) {
  if (KINDS[kind].audience === "staff" || customerId === undefined) return undefined;
  return { customerId, hasSeveralPoints: await points.hasSeveral(customerId) };
}
