/** How the tool ends: with one of these codes, and words for who typed the command. */

export const EXIT = {
  done: 0,
  refused: 1,
  usage: 2,
  notSignedIn: 3,
  notReachable: 4,
} as const;

export const EXIT_MEANINGS: Record<keyof typeof EXIT, string> = {
  done: "done",
  refused: "refused, or failed",
  usage: "the command does not fit",
  notSignedIn: "not signed in, or no valid key",
  notReachable: "the server cannot be reached",
};

export class Ending extends Error {
  constructor(readonly why: keyof typeof EXIT, message: string) {
    super(message);
  }
}

export const usage = (message: string): Ending => new Ending("usage", message);
