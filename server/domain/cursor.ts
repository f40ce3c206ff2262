/** Where the next page of a list begins: opaque to whoever passes it on. */

export const writeCursor = (place: unknown[]): string =>
  new TextEncoder().encode(JSON.stringify(place)).toBase64({ alphabet: "base64url" });

/** Undefined if it is not the place of a text and an id. */
export function readCursor(cursor: string): [text: string, id: string] | undefined {
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    const [text, id, ...more] = JSON.parse(new TextDecoder().decode(bytes));
    const isPlace = typeof text === "string" && typeof id === "string" && more.length === 0;
    return isPlace ? [text, id] : undefined;
  } catch {
    return undefined;
  }
}
