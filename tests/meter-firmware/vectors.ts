/**
 * Known answers for the wire: one table that every implementation of the datagram runs.
 *
 * Bytes are hexadecimal, so that the same figures can be fed to the board, to another language or
 * to a command line. Data only: no logic, no assertion. The HMAC cases are those of RFC 4231 without
 * the truncated one (5).
 */
import type { Acknowledgement, Report } from "../../meter-firmware/protocol/datagram.ts";

export const KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

export const REPORTS: { name: string; report: Report; datagram: string }[] = [
  {
    name: "one reading",
    report: {
      keyId: 0,
      channel: 0,
      flags: 1,
      meter: "0123456789abcdef",
      sentAt: 1767225601,
      readings: [{ n: 1, time: 1767225600, milliwattHours: 1234567, quality: 2 }],
    },
    datagram: "434c0101000001010123456789abcdef6955b901" +
      "000000016955b900000000000012d68702" +
      "eca0ff07a86cd14fdb5e904933ddd021",
  },
  {
    name: "three readings at the top of every range",
    report: {
      keyId: 7,
      channel: 1,
      flags: 3,
      meter: "0123456789abcdef",
      sentAt: 1782864011,
      readings: [
        { n: 4294967293, time: 1782864000, milliwattHours: 9007199254740991, quality: 0 },
        { n: 4294967294, time: 0, milliwattHours: 9007199254740991, quality: 1 },
        { n: 4294967295, time: 1782864010, milliwattHours: 9007199254740991, quality: 0 },
      ],
    },
    datagram: "434c0101070103030123456789abcdef6a44588b" +
      "fffffffd6a445880001fffffffffffff00" +
      "fffffffe00000000001fffffffffffff01" +
      "ffffffff6a44588a001fffffffffffff00" +
      "79a83ea8ce6a95b9a2e1d939df241002",
  },
];

export const ACKNOWLEDGEMENTS: { name: string; ack: Acknowledgement; datagram: string }[] = [
  {
    name: "one reading, stored",
    ack: {
      keyId: 0,
      status: 0,
      meter: "0123456789abcdef",
      serverTime: 1767225602,
      echo: 1,
      intervalSeconds: 5,
    },
    datagram: "434c0102000000000123456789abcdef6955b90200000001000500002705" +
      "48985ca765179fb2b755634e2f6a",
  },
];

/** Well formed and wrongly signed: to be refused everywhere. */
export const TAMPERED: { name: string; datagram: string }[] = [
  {
    name: "one bit of the register turned",
    datagram: "434c0101000001010123456789abcdef6955b901" +
      "000000016955b900000001000012d68702" +
      "eca0ff07a86cd14fdb5e904933ddd021",
  },
];

export const HMAC_CASES: { name: string; key: string; message: string; hmac: string }[] = [
  {
    name: "RFC 4231 case 1, a key of 20 bytes",
    key: "0b".repeat(20),
    message: "4869205468657265",
    hmac: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  },
  {
    name: "RFC 4231 case 2, a key shorter than the hash",
    key: "4a656665",
    message: "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
    hmac: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  },
  {
    name: "RFC 4231 case 3, key and message longer than a block together",
    key: "aa".repeat(20),
    message: "dd".repeat(50),
    hmac: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
  },
  {
    name: "RFC 4231 case 4, a key of 25 bytes",
    key: "0102030405060708090a0b0c0d0e0f10111213141516171819",
    message: "cd".repeat(50),
    hmac: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
  },
  {
    name: "RFC 4231 case 6, a key longer than a block",
    key: "aa".repeat(131),
    message: "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a" +
      "65204b6579202d2048617368204b6579204669727374",
    hmac: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  },
  {
    name: "RFC 4231 case 7, key and message longer than a block",
    key: "aa".repeat(131),
    message: "5468697320697320612074657374207573696e672061206c6172676572207468" +
      "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074" +
      "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565" +
      "647320746f20626520686173686564206265666f7265206265696e6720757365" +
      "642062792074686520484d414320616c676f726974686d2e",
    hmac: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
  },
];
