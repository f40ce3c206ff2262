/** The tariff of a point, and in which money it is billed. */
import type { PointRecord } from "../store/points.ts";
import type { TariffRecord } from "../store/tariffs.ts";
import type { HttpParts } from "./parts.ts";

export const tariffAt = (
  { tariffs, now }: Pick<HttpParts, "tariffs" | "now">,
  point: PointRecord,
): Promise<TariffRecord | undefined> => tariffs.ofPoint(point, now());

/** That of the point's tariff, or of the server where it has none. */
export const currencyAt = async (parts: HttpParts, point: PointRecord): Promise<string> =>
  (await tariffAt(parts, point))?.currency ?? parts.currency;
