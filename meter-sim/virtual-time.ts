/**
 * Time that passes only from event to event, so that a simulated day takes no longer than its work
 * and the same schedule always runs in the same order: by time, then as scheduled.
 *
 * Events wait in a binary heap; a cancelled one stays in it until its turn and then does nothing.
 */
export interface VirtualTime {
  /** Milliseconds. */
  now(): number;
  /** Runs an event after a delay, 0 for after all that is already due now; gives its cancellation. */
  schedule(delayMs: number, run: () => void): () => void;
  /** Moves to the next event and runs it; false when none is left. */
  runNext(): boolean;
}

interface Event {
  at: number;
  order: number;
  run: (() => void) | undefined;
}

const isBefore = (a: Event, b: Event): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

const push = (heap: Event[], event: Event): void => {
  let index = heap.length;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (isBefore(heap[parent], event)) break;
    heap[index] = heap[parent];
    index = parent;
  }
  heap[index] = event;
};

/** Puts an event in at the top and lets it sink to its place. */
const sink = (heap: Event[], event: Event): void => {
  let index = 0;
  while (true) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child += 1;
    if (isBefore(event, heap[child])) break;
    heap[index] = heap[child];
    index = child;
  }
  heap[index] = event;
};

const pop = (heap: Event[]): Event | undefined => {
  const first = heap[0];
  const last = heap.pop();
  if (last !== undefined && heap.length > 0) sink(heap, last);
  return first;
};

export const createVirtualTime = (startMs: number): VirtualTime => {
  const heap: Event[] = [];
  let now = startMs;
  let scheduled = 0;
  return {
    now: () => now,
    schedule: (delayMs, run) => {
      const event: Event = { at: now + Math.max(0, delayMs), order: scheduled++, run };
      push(heap, event);
      return () => {
        event.run = undefined;
      };
    },
    runNext: () => {
      let event = pop(heap);
      while (event !== undefined && event.run === undefined) event = pop(heap);
      if (event?.run === undefined) return false;
      now = event.at;
      event.run();
      return true;
    },
  };
};
