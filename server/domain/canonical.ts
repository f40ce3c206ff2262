/** One text for one value: keys in order, whole numbers only, so that its bytes can be hashed. */

export function canonicalText(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") {
    return JSON.stringify(value);
  }
  if (typeof value === "number" && Number.isSafeInteger(value)) return `${value}`;
  // What a bill is computed from is mostly this, and there is a shorter way.
  if (Array.isArray(value) && value.every(Number.isSafeInteger)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => a < b ? -1 : 1);
    return `{${
      entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalText(inner)}`).join(",")
    }}`;
  }
  throw new TypeError(`has no canonical text: ${value}`);
}
