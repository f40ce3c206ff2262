/** Sends mails in plain text through the mail server that the operator has named. */
import { createTransport } from "nodemailer";
import type { Told } from "../domain/delivery-tries.ts";
import { inTime, type StartTimer, untold } from "./told.ts";

interface MailParts {
  /** `smtps://user:password@host:465`, or `smtp://` where TLS begins later or not at all. */
  url: string;
  /** The sender's address. */
  from: string;
  timer: StartTimer;
  limitMs?: number;
}

export interface Mail {
  to: string;
  subject: string;
  text: string;
  /** The same for each try of one mail. */
  id: string;
}

export type SendMail = (mail: Mail) => Promise<Told>;

const LIMIT_MS = 30_000;
const ACCEPTED = 250;
/** It takes no more of anyone, whatever it was asked. */
const CLOSING = 421;
const ADDRESS = /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+$/;

export function mailer({ url, from, timer, limitMs = LIMIT_MS }: MailParts): SendMail {
  const transport = createTransport({
    url,
    socketCloseTimeout: 0,
    // A password never travels in the clear, even where someone on the way hides STARTTLS.
    ...(new URL(url).username ? { requireTLS: true } : {}),
  });
  return async ({ to, subject, text, id }) => {
    if (!ADDRESS.test(to)) return untold("its address is not one", { isFinal: true });
    const messageId = await messageIdOf(id, from);
    return inTime(timer, limitMs, async (signal) => {
      try {
        await transport.sendMail({
          from: { name: "", address: from },
          to: { name: "", address: to },
          subject,
          text,
          messageId,
          headers: { "Auto-Submitted": "auto-generated" },
          disableFileAccess: true,
          disableUrlAccess: true,
          signal,
        });
        return { ok: true, status: ACCEPTED };
      } catch (error) {
        return refusalOf(error);
      }
    });
  };
}

/** Of letters and digits, whatever the id is made of. */
async function messageIdOf(id: string, from: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id));
  return `<${new Uint8Array(hash).toHex()}@${from.slice(from.lastIndexOf("@") + 1)}>`;
}

const REASONS: Record<string, string> = {
  EAUTH: "the mail server does not take the user and password",
  EDNS: "the mail server's name is not known",
  ETLS: "TLS with the mail server failed",
  ETIMEDOUT: "the mail server does not answer",
};

function refusalOf(error: unknown): Told {
  const { code = "", message = "", responseCode: status } = error as {
    code?: string;
    message?: string;
    responseCode?: number;
  };
  if (code in REASONS) return untold(REASONS[code]);
  if (status === undefined) {
    const isDistrusted = /certificate/i.test(message);
    return untold(`the mail server ${isDistrusted ? "is not trusted" : "cannot be reached"}`);
  }
  const reason = `the mail server answered with ${status}`;
  const isOfThisOne = (code === "EENVELOPE" || code === "EMESSAGE") && status !== CLOSING;
  if (!isOfThisOne) return untold(reason, { status });
  return untold(reason, { status, isOfThisOne, ...status >= 500 ? { isFinal: true } : {} });
}
