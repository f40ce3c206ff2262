/** The address behind a server's name, as datagrams need it, by this machine's own rules. */
import { lookup } from "node:dns/promises";

const ADDRESS = /^[\d.]+$|:/;

/** Undefined where there is no such name. */
export const lookUp = async (host: string): Promise<string | undefined> => {
  if (ADDRESS.test(host)) return host;
  try {
    return (await lookup(host, { family: 4 })).address;
  } catch {
    return undefined;
  }
};
