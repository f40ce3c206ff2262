/** The safeguards of what goes out by webhook and mail that `break-the-code.ts` takes out. */
import type { Mutant } from "./mutants.ts";

export const NOTIFY: Mutant[] = [
  {
    lost: "connecting to the addresses that were checked",
    file: "server/notify/hook-post.ts",
    from: "    lookup: lookupOf(addresses),\n",
    to: "",
    tests: ["notify/hook-address"],
  },
  {
    lost: "checking each address of a host",
    file: "server/notify/hook-post.ts",
    from: 'if (kind === "public") continue;',
    to: 'if (kind === "public") return undefined;',
    tests: ["notify/hook-address"],
  },
  {
    lost: "looking into addresses that carry another",
    file: "server/domain/private-address.ts",
    from: '["64:ff9b::/96", 0n],',
    to: "",
    tests: ["domain/private-address"],
  },
  {
    lost: "TLS before a password",
    file: "server/notify/mail.ts",
    from: "{ requireTLS: true }",
    to: "{}",
    tests: ["notify/mail"],
  },
];
