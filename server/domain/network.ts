/** The network from which someone asks, by which they are limited. */

/** As some proxies write an address with a port. */
const WITH_PORT = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/;

/** Whoever has an IPv6 address has all those with the same first 64 bits. */
export function networkOf(text: string): string {
  const [, six, four] = WITH_PORT.exec(text) ?? [];
  const address = six ?? four ?? text;
  if (!address.includes(":")) return address;
  const mapped = address.slice(address.lastIndexOf(":") + 1);
  if (mapped.includes(".")) return mapped;
  const [head, tail] = address.toLowerCase().split("::");
  const [first, last] = [head, tail].map((half) => half ? half.split(":") : []);
  const zeros = Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array(zeros).fill("0"), ...last].slice(0, 4);
  return groups.map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}
