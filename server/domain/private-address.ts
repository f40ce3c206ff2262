/**
 * What kind of network an IP address lies in, so that nobody can have the server call into its own.
 * IPv4 is looked at as the part of IPv6 that it is mapped into, so there is one table for both.
 */

export type AddressKind =
  | "public"
  | "private"
  | "loopback"
  | "link-local"
  | "unspecified"
  | "multicast"
  | "reserved"
  | "a carrier's own"
  | "a cloud's own"
  | "for documentation only"
  | "not an address";

/** The first that holds an address counts; what none holds is reserved. */
const RANGES: [range: string, kind: AddressKind][] = [
  ["0.0.0.0/8", "unspecified"],
  ["10.0.0.0/8", "private"],
  ["100.64.0.0/10", "a carrier's own"],
  ["127.0.0.0/8", "loopback"],
  ["168.63.129.16/32", "a cloud's own"],
  ["169.254.169.254/32", "a cloud's own"],
  ["169.254.0.0/16", "link-local"],
  ["172.16.0.0/12", "private"],
  ["192.0.0.0/24", "reserved"],
  ["192.0.2.0/24", "for documentation only"],
  ["192.88.99.0/24", "reserved"],
  ["192.168.0.0/16", "private"],
  ["198.18.0.0/15", "reserved"],
  ["198.51.100.0/24", "for documentation only"],
  ["203.0.113.0/24", "for documentation only"],
  ["224.0.0.0/4", "multicast"],
  ["240.0.0.0/4", "reserved"],
  ["::ffff:0:0/96", "public"],
  ["::/128", "unspecified"],
  ["::1/128", "loopback"],
  ["64:ff9b:1::/48", "private"],
  ["2001::/23", "reserved"],
  ["2001:db8::/32", "for documentation only"],
  ["3fff::/20", "for documentation only"],
  ["2000::/3", "public"],
  ["fd00:ec2::254/128", "a cloud's own"],
  ["fc00::/7", "private"],
  ["fe80::/10", "link-local"],
  ["fec0::/10", "private"],
  ["ff00::/8", "multicast"],
];

/** Ranges whose addresses lead on to an IPv4 address inside them, which ends that far from the right. */
const CARRIERS: [range: string, bitsBehind: bigint][] = [
  ["64:ff9b::/96", 0n],
  ["2002::/16", 80n],
];

const V4_BITS = 0xffff_ffffn;
const MAPPED = 0xffffn << 32n;
const OCTET = "(?:0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])";
const V4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const V6 = /^[\da-f:.]+$/i;

/** Of a written IP address, without brackets. */
export function addressKind(text: string): AddressKind {
  const address = numberOf(text);
  return address === undefined ? "not an address" : kindOf(address);
}

export const isAddress = (text: string): boolean => numberOf(text) !== undefined;

function kindOf(address: bigint): AddressKind {
  for (const [holds, bitsBehind] of CARRIED) {
    if (holds(address)) return kindOf(MAPPED | ((address >> bitsBehind) & V4_BITS));
  }
  return KINDS.find(([holds]) => holds(address))?.[1] ?? "reserved";
}

function numberOf(text: string): bigint | undefined {
  if (V4.test(text)) {
    return text.split(".").reduce((sum, octet) => sum << 8n | BigInt(octet), 0n) | MAPPED;
  }
  const url = V6.test(text) ? URL.parse(`http://[${text}]`) : null;
  if (!url) return undefined;
  const [head, tail = []] = url.hostname.slice(1, -1).split("::")
    .map((half) => half.split(":").filter((group) => group !== ""));
  const gap = Array(8 - head.length - tail.length).fill("0");
  return [...head, ...gap, ...tail].reduce((sum, group) => sum << 16n | BigInt(`0x${group}`), 0n);
}

function holder(range: string): (address: bigint) => boolean {
  const [text, length] = range.split("/");
  const first = numberOf(text)!;
  const free = BigInt((V4.test(text) ? 32 : 128) - Number(length));
  return (address) => address >> free === first >> free;
}

const KINDS = RANGES.map(([range, kind]) => [holder(range), kind] as const);
const CARRIED = CARRIERS.map(([range, bitsBehind]) => [holder(range), bitsBehind] as const);
