/** What an alert is about, and what people call it. */
import { type Kind, KINDS } from "./alert-kinds.ts";

interface About {
  kind: Kind;
  /** The id of a point or a meter, or the name of a region. */
  subject: string;
}

interface Place {
  label: string;
  address?: string;
  /** The utility's number of it. */
  code?: string;
  customerId?: string;
}

interface Names {
  point?: Place;
  meter?: string;
}

/** A customer who is told. */
export interface Holder {
  customerId: string;
  hasSeveralPoints: boolean;
}

export const meterOf = ({ kind, subject }: About): string | undefined =>
  KINDS[kind].subject === "meter" ? subject : undefined;

/** As the staff call it, or a customer. */
export function nameOf(
  { kind, subject }: About,
  { point, meter }: Names,
  holder?: Holder,
): string | undefined {
  if (KINDS[kind].subject === "region") return subject;
  return meter ?? (point && pointName(point, holder));
}

/** Where someone else has the point now, its label is theirs: who had it before is not told it. */
function pointName(point: Place, holder?: Holder): string | undefined {
  if (holder && point.customerId !== holder.customerId) return undefined;
  return holder?.hasSeveralPoints === false ? point.label : placed(point);
}

/** Many homes have the same label. */
function placed({ label, address, code }: Place): string {
  const where = address ?? code;
  return where === undefined || where === label ? label : `${label}, ${where}`;
}
