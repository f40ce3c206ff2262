/** Structured logs: one JSON object a line, from a level on. */
import type { LogLevel } from "./config.ts";

const ORDER: LogLevel[] = ["debug", "info", "warn", "error"];

export type Log = (level: LogLevel, message: string, fields?: Record<string, unknown>) => void;

export function createLog(
  from: LogLevel,
  writeLine: (line: string) => void,
  now: () => Date,
): Log {
  return (level, message, fields) => {
    if (ORDER.indexOf(level) < ORDER.indexOf(from)) return;
    writeLine(JSON.stringify({ time: now().toISOString(), level, message, ...fields }));
  };
}

/** What an error says, without its stack: a line is for reading. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
