/**
 * The flash log over power cuts at every byte, also half-way through one, with erasures that end
 * anywhere; alone and under the real register. On a failure fast-check prints its seed and the
 * shortest course that fails.
 */
import { crc32 as referenceCrc32 } from "node:zlib";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Saved } from "../../meter-firmware/board.ts";
import type { RawFlash } from "../../meter-firmware/board.ts";
import { crc32, createFlashLog } from "../../meter-firmware/flash-log.ts";
import { createRegister } from "../../meter-firmware/register.ts";
import { PowerCut } from "./bench.ts";
import { createNorFlash, type EraseOrder, type NorFlash } from "./nor-flash.ts";

const PAGES = 4;
const PAGE_BYTES = 128;
const RECORD_BYTES = 32;
const SLOTS = PAGES * PAGE_BYTES / RECORD_BYTES;

const saved = (i: number): Saved => ({ reservedThrough: 128 * i, milliwattHours: 1000 * i });

const reloaded = (flash: RawFlash): Saved | undefined => createFlashLog(flash).load();

/** Whether it came to its end before the power went. */
const survives = (run: () => void): boolean => {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof PowerCut) return false;
    throw error;
  }
};

Deno.test("crc32() is the CRC-32 of zip", () => {
  assertEquals(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assertEquals(crc32(bytes), referenceCrc32(bytes));
    }),
    { seed: 20260201 },
  );
});

Deno.test("FlashLog.load() gives undefined on a flash that was never used", () => {
  assertEquals(reloaded(createNorFlash(PAGES, PAGE_BYTES)), undefined);
});

Deno.test("FlashLog.load() finds nothing in random bytes, and save() works over them", () => {
  const anyContent = fc.uint8Array({
    minLength: PAGES * PAGE_BYTES,
    maxLength: PAGES * PAGE_BYTES,
  });
  fc.assert(
    fc.property(anyContent, (bytes) => {
      const flash = createNorFlash(PAGES, PAGE_BYTES);
      flash.content.set(bytes);
      const log = createFlashLog(flash);
      assertEquals(log.load(), undefined);
      for (let i = 1; i <= 2 * SLOTS; i++) {
        assert(log.save(saved(i)));
        assertEquals(reloaded(flash), saved(i));
      }
    }),
    { seed: 20260202 },
  );
});

Deno.test("FlashLog.save() keeps values at the top of every range", () => {
  const flash = createNorFlash(2, PAGE_BYTES);
  const top = { reservedThrough: 4294967295, milliwattHours: Number.MAX_SAFE_INTEGER };
  assert(createFlashLog(flash).save(top));
  assertEquals(reloaded(flash), top);
});

Deno.test("FlashLog.save() writes records that later versions must still read", () => {
  const flash = createNorFlash(2, PAGE_BYTES);
  createFlashLog(flash).save({ reservedThrough: 128, milliwattHours: 0x123456789ab });
  assertEquals(
    flash.content.subarray(0, RECORD_BYTES).toHex(),
    "434c5231000000010000008000000123456789ab0000000000000000c3e25c46",
  );
});

Deno.test("FlashLog.load() takes nothing without the mark for a record, even where the checksum fits", () => {
  const flash = createNorFlash(2, PAGE_BYTES);
  createFlashLog(flash).save(saved(1));
  flash.content[0] ^= 1;
  const checksum = crc32(flash.content.subarray(0, RECORD_BYTES - 4));
  new DataView(flash.content.buffer).setUint32(RECORD_BYTES - 4, checksum);
  assertEquals(reloaded(flash), undefined);
});

Deno.test("FlashLog.save() answers false when what is there is not what was given", () => {
  const flash = createNorFlash(PAGES, PAGE_BYTES);
  const log = createFlashLog(flash);
  assert(log.save(saved(1)));
  flash.failAfter(20);
  assert(!log.save(saved(2)));
  assertEquals([log.load(), reloaded(flash)], [saved(1), saved(1)]);
});

Deno.test("FlashLog.save() goes on with the next slot after a torn one", () => {
  const flash = createNorFlash(PAGES, PAGE_BYTES);
  const log = createFlashLog(flash);
  log.save(saved(1));
  flash.failAfter(20);
  log.save(saved(2));
  assert(log.save(saved(3)));
  assertEquals(flash.content.at(2 * RECORD_BYTES), flash.content[0]);
  assertEquals(reloaded(flash), saved(3));
});

Deno.test("FlashLog.save() leaves a page where a slot stays blank", () => {
  const flash = createNorFlash(PAGES, PAGE_BYTES);
  const log = createFlashLog(flash);
  log.save(saved(1));
  flash.failAfter(0);
  assert(!log.save(saved(2)));
  assert(log.save(saved(3)));
  assertEquals(flash.content.at(PAGE_BYTES), flash.content[0]);
  assertEquals(reloaded(flash), saved(3));
});

Deno.test("FlashLog.save() never erases the newest record, however often it fails", () => {
  const flash = createNorFlash(PAGES, PAGE_BYTES);
  createFlashLog(flash).save(saved(1));
  const log = createFlashLog({ ...flash, write: () => {} });
  for (let i = 0; i < 10 * SLOTS; i++) assert(!log.save(saved(2)));
  assertEquals(reloaded(flash), saved(1));
});

Deno.test("FlashLog.save() wears all pages alike", () => {
  const flash = createNorFlash(16, 4096);
  const log = createFlashLog(flash);
  for (let i = 1; i <= 20 * 2048 + 700; i++) log.save(saved(i));
  assertEquals(flash.erasures, [...Array(6).fill(21), ...Array(10).fill(20)]);
});

Deno.test("createFlashLog() reads one record of each page and the newest page once", () => {
  for (const count of [0, 1, 100, 127, 128, 129, 2000, 2047, 2048, 2049, 5000]) {
    const flash = createNorFlash(16, 4096);
    const log = createFlashLog(flash);
    for (let i = 1; i <= count; i++) log.save(saved(i));
    const before = flash.reads();
    assertEquals(reloaded(flash), count === 0 ? undefined : saved(count));
    const reads = flash.reads() - before;
    assert(reads <= 16 + 128 + 1, `${reads} reads after ${count} saves`);
  }
});

const CUTS: { eraseOrder: EraseOrder; halfDone: number }[] = [
  { eraseOrder: "forwards", halfDone: 0 },
  { eraseOrder: "backwards", halfDone: 0x55 },
  { eraseOrder: "scattered", halfDone: 0xf0 },
];

for (const { eraseOrder, halfDone } of CUTS) {
  Deno.test(`FlashLog keeps the newest whole record, cut at any byte, erasing ${eraseOrder}`, () => {
    let done = false;
    for (let bytes = 0; !done; bytes++) {
      const flash = createNorFlash(PAGES, PAGE_BYTES, eraseOrder);
      flash.cutAfter(bytes, halfDone);
      let last = 0;
      done = survives(() => {
        const log = createFlashLog(flash);
        while (last < 3 * SLOTS) {
          assert(log.save(saved(last + 1)));
          last++;
        }
      });
      flash.powerUp();
      const found = (reloaded(flash)?.reservedThrough ?? 0) / 128;
      assert(found === last || found === last + 1, `cut at ${bytes}: ${found}, saved ${last}`);
      const log = createFlashLog(flash);
      for (let i = found + 1; i <= found + SLOTS; i++) assert(log.save(saved(i)));
      assertEquals(reloaded(flash), saved(found + SLOTS), `cut at ${bytes}`);
    }
  });
}

const STEP_MS = 5000;
const STEPS_PER_MINUTE = 12;
const STEP_MILLIWATT_HOURS = 7;

/** A meter's register over all its boots on one flash, and whoever sees its numbers. */
const createLife = (flash: NorFlash) => {
  const used = new Set<number>();
  let truth = 0;

  /** From a boot on, until the power goes or the minutes are over; whether they were. */
  const live = (minutes: number): boolean =>
    survives(() => {
      const log = createFlashLog(flash);
      let uptime = 0;
      const register = createRegister({ uptime: () => uptime, load: log.load, save: log.save });
      const lost = truth - register.milliwattHours();
      assert(lost >= 0, `the register is ${-lost} mWh above the truth`);
      assert(lost <= STEPS_PER_MINUTE * STEP_MILLIWATT_HOURS, `${lost} mWh are lost`);
      truth = register.milliwattHours();
      while (uptime < minutes * STEPS_PER_MINUTE * STEP_MS) {
        uptime += STEP_MS;
        truth += STEP_MILLIWATT_HOURS;
        register.add(STEP_MILLIWATT_HOURS);
        const n = register.takeNumber();
        assert(n > 0 && !used.has(n), `number ${n} came twice`);
        used.add(n);
        register.saveWhenDue();
      }
    });

  return { live };
};

for (const { eraseOrder, halfDone } of CUTS) {
  Deno.test(`Register over FlashLog repeats no number and loses a minute at most, cut at any byte, erasing ${eraseOrder}`, () => {
    let done = false;
    for (let bytes = 0; !done; bytes++) {
      const flash = createNorFlash(PAGES, PAGE_BYTES, eraseOrder);
      const life = createLife(flash);
      flash.cutAfter(bytes, halfDone);
      done = life.live(45);
      flash.powerUp();
      assert(life.live(3));
      assert(life.live(3));
    }
  });
}

Deno.test("Register over FlashLog repeats no number and loses a minute at most through many cuts", () => {
  const anyCut = fc.record({ bytes: fc.nat(1500), halfDone: fc.nat(255) });
  const anyOrder = fc.constantFrom<EraseOrder>("forwards", "backwards", "scattered");
  fc.assert(
    fc.property(fc.array(anyCut, { maxLength: 40, size: "max" }), anyOrder, (cuts, eraseOrder) => {
      const flash = createNorFlash(PAGES, PAGE_BYTES, eraseOrder);
      const life = createLife(flash);
      for (const { bytes, halfDone } of cuts) {
        flash.cutAfter(bytes, halfDone);
        life.live(30);
        flash.powerUp();
      }
      assert(life.live(30));
    }),
    { seed: 20260203, numRuns: 200 },
  );
});

Deno.test("FlashLog agrees with a plain value through failures, cuts and reboots in any order", () => {
  const anyBytes = fc.oneof(fc.constantFrom(0, 32, 64, 96), fc.nat(40), fc.nat(300));
  const anyStep = fc.oneof(
    { weight: 6, arbitrary: fc.constant({ kind: "save" as const, bytes: 0, halfDone: 0 }) },
    fc.record({ kind: fc.constant("fail" as const), bytes: anyBytes, halfDone: fc.constant(0) }),
    fc.record({ kind: fc.constant("cut" as const), bytes: anyBytes, halfDone: fc.nat(255) }),
    fc.constant({ kind: "boot" as const, bytes: 0, halfDone: 0 }),
  );
  const anyFlash = fc.record({
    pages: fc.integer({ min: 2, max: 5 }),
    slots: fc.integer({ min: 1, max: 5 }),
    eraseOrder: fc.constantFrom<EraseOrder>("forwards", "backwards", "scattered"),
  });
  fc.assert(
    fc.property(anyFlash, fc.array(anyStep, { maxLength: 120, size: "max" }), (size, steps) => {
      const flash = createNorFlash(size.pages, size.slots * RECORD_BYTES, size.eraseOrder);
      let log = createFlashLog(flash);
      let last = 0;
      let tried = 0;
      for (const { kind, bytes, halfDone } of steps) {
        if (kind === "fail") flash.failAfter(bytes);
        if (kind === "cut") flash.cutAfter(bytes, halfDone);
        if (kind === "boot") log = createFlashLog(flash);
        tried++;
        const isWhole = survives(() => {
          if (log.save(saved(tried))) last = tried;
        });
        flash.powerUp();
        const found = (reloaded(flash)?.reservedThrough ?? 0) / 128;
        assert(found === last || (!isWhole && found === tried), `${found}, saved ${last}`);
        if (!isWhole) log = createFlashLog(flash);
        last = found;
        assertEquals(log.load()?.reservedThrough ?? 0, 128 * last);
      }
    }),
    { seed: 20260204, numRuns: 2000 },
  );
});
