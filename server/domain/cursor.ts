/** Where the next page of a list begins: opaque to whoever passes it on. */

export const writeCursor = (place: unknown[]): string =>
  new TextEncoder().encode(JSON.stringify(place)).toBase64({ alphabet: "base64url" });

/** What was written into a cursor; undefined if it is none. */
export function placeIn(cursor: string): unknown {
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Undefined if it is not the place of an instant and an id. */
export function readMoment(cursor: string): [at: number, id: string] | undefined {
  const place = placeIn(cursor);
  if (!Array.isArray(place) || place.length !== 2) return undefined;
  const [at, id] = place;
  return Number.isSafeInteger(at) && typeof id === "string" ? [at, id] : undefined;
}

/** Undefined if it is not the place of a text and an id. */
export function readCursor(cursor: string): [text: string, id: string] | undefined {
  const place = placeIn(cursor);
  if (!Array.isArray(place) || place.length !== 2) return undefined;
  const [text, id] = place;
  return typeof text === "string" && typeof id === "string" ? [text, id] : undefined;
}
