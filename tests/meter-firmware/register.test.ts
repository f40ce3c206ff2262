import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Board, Saved } from "../../meter-firmware/board.ts";
import { createRegister } from "../../meter-firmware/register.ts";
import { createFlash, type Flash, PowerCut, saveTo, sha256 } from "./bench.ts";

const createBoard = (flash: Flash): Board & { time: number } => {
  const board = {
    time: 0,
    uptime: () => board.time,
    random: () => 0,
    sha256,
    load: () => flash.saved,
    save: (saved: Saved) => saveTo(flash, saved),
    sendUdp: () => {},
    postHttp: () => {},
  };
  return board;
};

Deno.test("Register.takeNumber() saves a block of 128 before it gives the first number", () => {
  const flash = createFlash();
  const register = createRegister(createBoard(flash));
  assertEquals(register.takeNumber(), 1);
  assertEquals(flash.saves, [{ reservedThrough: 128, milliwattHours: 0 }]);
  for (let n = 2; n <= 128; n++) assertEquals(register.takeNumber(), n);
  assertEquals(flash.saves.length, 1);
  assertEquals(register.takeNumber(), 129);
  assertEquals(flash.saved?.reservedThrough, 256);
});

Deno.test("Register.takeNumber() goes on behind the reserved block after a boot", () => {
  const flash = createFlash();
  createRegister(createBoard(flash)).takeNumber();
  const register = createRegister(createBoard(flash));
  assert(register.cameFromFlash);
  assertEquals(register.takeNumber(), 129);
});

Deno.test("Register.takeNumber() gives 0 while the flash cannot be written", () => {
  const flash = createFlash();
  const register = createRegister(createBoard(flash));
  flash.next = "failed";
  assertEquals([register.takeNumber(), register.takeNumber()], [0, 0]);
  flash.next = "stored";
  assertEquals(register.takeNumber(), 1);
});

for (const cut of ["cut before", "cut after"] as const) {
  Deno.test(`Register.takeNumber() never repeats a number when the power is ${cut} saving`, () => {
    const flash = createFlash();
    const first = createRegister(createBoard(flash));
    for (let n = 1; n <= 128; n++) first.takeNumber();
    flash.next = cut;
    assertThrows(() => first.takeNumber(), PowerCut);
    flash.next = "stored";
    assertEquals(createRegister(createBoard(flash)).takeNumber(), cut === "cut after" ? 257 : 129);
  });
}

Deno.test("Register.saveWhenDue() saves a changed register once a minute, with the reservation", () => {
  const flash = createFlash();
  const board = createBoard(flash);
  const register = createRegister(board);
  register.takeNumber();
  for (board.time = 1000; board.time <= 180000; board.time += 1000) {
    register.add(7);
    register.saveWhenDue();
  }
  assertEquals(flash.saves.slice(1), [
    { reservedThrough: 128, milliwattHours: 420 },
    { reservedThrough: 128, milliwattHours: 840 },
    { reservedThrough: 128, milliwattHours: 1260 },
  ]);
});

Deno.test("Register.saveWhenDue() spares the flash while nothing was counted", () => {
  const flash = createFlash();
  const board = createBoard(flash);
  const register = createRegister(board);
  board.time = 3600000;
  register.saveWhenDue();
  assertEquals(flash.saves, []);
  register.add(1);
  register.saveWhenDue();
  board.time = 7200000;
  register.saveWhenDue();
  assertEquals(flash.saves.length, 1);
});

Deno.test("Register.saveWhenDue() waits a minute after a failure and keeps the count", () => {
  const flash = createFlash();
  const board = createBoard(flash);
  const register = createRegister(board);
  register.add(5);
  flash.next = "failed";
  board.time = 60000;
  register.saveWhenDue();
  flash.next = "stored";
  board.time = 119999;
  register.saveWhenDue();
  assertEquals(flash.saves, []);
  board.time = 120000;
  register.saveWhenDue();
  assertEquals(flash.saves, [{ reservedThrough: 0, milliwattHours: 5 }]);
});

Deno.test("Register.add() counts upwards only", () => {
  const register = createRegister(createBoard(createFlash()));
  register.add(10);
  register.add(-3);
  register.add(NaN);
  assertEquals(register.milliwattHours(), 10);
});
