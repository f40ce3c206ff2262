/** What came of telling someone outside, and the one time limit over all of it. */
import type { Told, Untold } from "../domain/delivery-tries.ts";

export type StartTimer = (ms: number) => { ended: Promise<void>; cancel: () => void };

export const untold = (reason: string, more: Omit<Untold, "ok" | "reason"> = {}): Told => ({
  ok: false,
  reason,
  ...more,
});

/** The signal comes when the limit is over, or at the end: nothing stays open behind it. */
export async function inTime(
  timer: StartTimer,
  limitMs: number,
  tell: (stop: AbortSignal) => Promise<Told>,
): Promise<Told> {
  const limit = timer(limitMs);
  const stop = new AbortController();
  const late = limit.ended.then(() => untold(`it did not answer within ${limitMs / 1000} s`));
  try {
    return await Promise.race([tell(stop.signal), late]);
  } finally {
    stop.abort();
    limit.cancel();
  }
}
