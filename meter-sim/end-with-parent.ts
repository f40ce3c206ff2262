/**
 * Ends the process that it is loaded into when the one that started it is gone, however that ended:
 * then the pipe between them is closed. Nothing is to be finished first; a server has stored what it
 * has acknowledged.
 */
const KILLED = 137;

const endWithParent = async (): Promise<void> => {
  for await (const _ of Deno.stdin.readable) {
    // Nothing is ever sent: only the end is of interest.
  }
  Deno.exit(KILLED);
};

// The program would not begin while this waits.
addEventListener("load", endWithParent);
