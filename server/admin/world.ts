/** What the tool needs of the machine that it runs on. */

export interface Terminal {
  columns: number;
  isTty: boolean;
  hasColour: boolean;
  /** What was asked for, on standard output. */
  write: (content: string | Uint8Array) => void;
  /** Whatever else there is to say, on standard error. */
  tell: (text: string) => void;
  /** Undefined at the end of the input. */
  readLine: (prompt: string) => Promise<string | undefined>;
  /** The same, not shown while it is typed. */
  readSecret: (prompt: string) => Promise<string | undefined>;
}

export interface Files {
  /** Undefined where there is none. */
  read: (path: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  write: (path: string, content: ReadableStream<Uint8Array>) => Promise<void>;
  /** For the eyes of who runs the tool only. */
  writePrivate: (path: string, text: string) => Promise<void>;
  remove: (path: string) => Promise<void>;
}

export const VARIABLES = [
  "CONTALUZ_ADDRESS",
  "CONTALUZ_KEY",
  "XDG_CONFIG_HOME",
  "HOME",
  "USERPROFILE",
] as const;

export interface World {
  fetch: (request: Request) => Promise<Response>;
  /** The messages of a WebSocket until it closes; throws where it does not open. */
  listen: (url: string, headers: Record<string, string>) => AsyncIterableIterator<string>;
  /** Ends early, too, when the signal says so. */
  pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Unix seconds. */
  now: () => number;
  /** Of the clock on the wall. */
  timeZone: string;
  terminal: Terminal;
  files: Files;
  environment: Partial<Record<typeof VARIABLES[number], string>>;
}
