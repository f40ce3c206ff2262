/** Where the programs of the twin write: a terminal, or a file or a pipe. */

export interface Terminal {
  isTerminal: boolean;
  write(text: string): void;
}

export const createTerminal = (): Terminal => ({
  isTerminal: Deno.stdout.isTerminal(),
  write: (text) => {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  },
});
