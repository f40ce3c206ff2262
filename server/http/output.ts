/** How values leave the server: energy in Wh, exact; times as RFC 3339. */

declare global {
  interface JSON {
    rawJSON(text: string): number;
  }
}

/** Up to 15 digits a number survives its way through JSON; beyond, its digits are written as text. */
const MAX_EXACT = 1e15;

export function toWh(milliwattHours: number): number {
  if (milliwattHours < MAX_EXACT) return milliwattHours / 1000;
  const thousandths = String(milliwattHours % 1000).padStart(3, "0");
  return JSON.rawJSON(`${Math.floor(milliwattHours / 1000)}.${thousandths}`);
}

export const toInstant = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

export const toInstantOrNull = (seconds: number | undefined): string | null =>
  seconds === undefined ? null : toInstant(seconds);

/** As `toInstant`, for a long list in order of time, of which most fall into the same minute. */
export function instantsWriter(): (seconds: number) => string {
  let minute = -1;
  let head = "";
  return (seconds) => {
    const now = Math.floor(seconds / 60);
    if (now !== minute) {
      minute = now;
      head = toInstant(60 * now).slice(0, 17);
    }
    return `${head}${String(seconds - 60 * now).padStart(2, "0")}Z`;
  };
}
