/** How the programs are told to stop. */

/** A terminal that is closed must not leave anything behind. */
const STOP_SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** The reason of an end that somebody asked for. */
export const STOPPED = new Error("stopped");

/** Aborted once this process is asked to end. */
export const stopOnSignal = (over: AbortController): void => {
  for (const signal of STOP_SIGNALS) {
    Deno.addSignalListener(signal, () => over.abort(STOPPED));
  }
};
