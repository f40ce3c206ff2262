import { assert, assertEquals } from "@std/assert";
import { createDispatch, type Dispatch } from "../../meter-firmware/dispatch.ts";
import { createOutbox, type Outbox } from "../../meter-firmware/outbox.ts";

interface Desk {
  outbox: Outbox;
  dispatch: Dispatch;
  take(): void;
  /** Takes a reading and sends a report; gives its numbers. */
  send(): number[];
}

const createDesk = (waiting: number): Desk => {
  const outbox = createOutbox(1000);
  const dispatch = createDispatch(outbox);
  let last = 0;
  const take = () => {
    last += 1;
    outbox.add({
      n: last,
      time: 0,
      milliwattHours: 0,
      quality: 0,
      takenAt: 5000 * last,
      sent: false,
      refusals: 0,
    });
  };
  const send = () => {
    take();
    const numbers = dispatch.pick().map((index) => outbox.read(index).n);
    dispatch.remember({ numbers: Uint32Array.from(numbers), sentAt: 5000 * last });
    return numbers;
  };
  for (let i = 0; i < waiting; i++) take();
  return { outbox, dispatch, take, send };
};

const reportOf = (desk: Desk, numbers: number[]) => {
  const report = desk.dispatch.find(numbers[numbers.length - 1]);
  assert(report, `the report of ${numbers} is not awaited`);
  return report;
};

/** Answers like a server that refuses every report with one of these numbers. */
const answer = (desk: Desk, numbers: number[], poisoned: number[]): boolean => {
  const refused = numbers.some((n) => poisoned.includes(n));
  if (refused) desk.dispatch.refused(reportOf(desk, numbers));
  else desk.dispatch.stored(reportOf(desk, numbers));
  return !refused;
};

const waitingNumbers = (desk: Desk): number[] =>
  Array.from({ length: desk.outbox.size() }, (_, index) => desk.outbox.read(index).n);

Deno.test("Dispatch.find() knows a report by its last number until it is answered", () => {
  const desk = createDesk(2);
  desk.dispatch.stored(reportOf(desk, desk.send()));
  assertEquals([1, 2, 3].map(desk.dispatch.find), [undefined, undefined, undefined]);
  desk.dispatch.refused(reportOf(desk, desk.send()));
  assertEquals(desk.dispatch.find(4), undefined);
});

Deno.test("Dispatch.remember() forgets the oldest of more than eight reports", () => {
  const desk = createDesk(0);
  for (let i = 0; i < 9; i++) desk.send();
  assertEquals(desk.dispatch.find(1), undefined);
  assert(desk.dispatch.find(2));
});

Deno.test("Dispatch.refused() halves the backlog down to none, stored() makes it grow again", () => {
  const desk = createDesk(200);
  const lengths = (count: number, poisoned: (numbers: number[]) => number[]): number[] =>
    Array.from({ length: count }, () => {
      const numbers = desk.send();
      answer(desk, numbers, poisoned(numbers));
      return numbers.length;
    });
  assertEquals(lengths(8, (numbers) => numbers), [64, 32, 16, 8, 4, 2, 1, 1]);
  assertEquals(lengths(7, () => []), [1, 2, 4, 8, 16, 32, 64]);
});

Deno.test("Dispatch delivers everything around poisoned readings", () => {
  const poisoned = [1, 40, 41, 150];
  const desk = createDesk(300);
  let reports = 0;
  while (waitingNumbers(desk).some((n) => n <= 300 && !poisoned.includes(n))) {
    answer(desk, desk.send(), poisoned);
    reports += 1;
    assert(reports < 100, `still waiting: ${waitingNumbers(desk)}`);
  }
  for (let i = 0; i < 100; i++) answer(desk, desk.send(), poisoned);
  assertEquals(waitingNumbers(desk).filter((n) => n <= 400 && !poisoned.includes(n)), []);
});

Deno.test("Dispatch retries a poisoned reading in one report of twenty, and none is left behind", () => {
  const desk = createDesk(1);
  const refusals = Array.from({ length: 200 }, () => !answer(desk, desk.send(), [1]));
  const count = refusals.filter(Boolean).length;
  assert(count >= 5 && count <= 11, `${count} of 200 refused`);
  for (let i = 0; i < 40; i++) answer(desk, desk.send(), []);
  assertEquals(waitingNumbers(desk), []);
});

Deno.test("Dispatch catches up after a server that refused everything for a while", () => {
  const desk = createDesk(0);
  for (let i = 0; i < 50; i++) {
    const numbers = desk.send();
    answer(desk, numbers, numbers);
  }
  assertEquals(desk.outbox.size(), 50);
  for (let i = 0; i < 80; i++) answer(desk, desk.send(), []);
  assertEquals(waitingNumbers(desk), []);
});

Deno.test("Dispatch.refused() leaves readings alone that have left the outbox since", () => {
  const desk = createDesk(1);
  const first = desk.send();
  const second = desk.send();
  answer(desk, second, []);
  answer(desk, first, first);
  assertEquals(waitingNumbers(desk), []);
});
