import { PLAIN_RECIPE } from '@flashline/contracts';
import type { Range } from '@flashline/firmware';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Sector } from '../memory-map.ts';
import { type FlashWorld, flashOf, flashWorlds, mustErase } from '../testing/flash-world.ts';
import { madeImage } from '../testing/made-image.ts';
import { madePart } from '../testing/made-part.ts';
import { addressesOf } from '../testing/slow-flash.ts';
import { blocksOf, cut } from './blocks.ts';
import { Findings } from './findings.ts';
import { type FlashPlan, planFlash } from './flash-plan.ts';
import { inWords } from './words.ts';
import { type FlashWork, workOf } from './work.ts';

const RUNS = 300;

/** What is known, what is allowed, and which sector the survey gave up. */
const circumstances = fc.record({
  isKnown: fc.boolean(),
  keepsRest: fc.boolean(),
  massEraseMs: fc.constantFrom(null, 1, 30, 1_000),
  givenUp: fc.nat(12),
});
type Circumstances = typeof circumstances extends fc.Arbitrary<infer T> ? T : never;

interface Decided {
  readonly plan: FlashPlan;
  readonly work: FlashWork;
  /** What is sent to the board. */
  readonly sent: readonly Range[];
  /** What must be erased, seen the slow way. */
  readonly needed: readonly Sector[];
}

function decide(world: FlashWorld, { isKnown, keepsRest, massEraseMs, givenUp }: Circumstances): Decided {
  const { map, image, blockBytes, erasedByte } = world;
  const timing = { ...madePart().timing, massEraseMs };
  const part = isKnown ? madePart({ erasedByte, timing, wordBytes: world.wordBytes }) : null;
  const recipe = { ...PLAIN_RECIPE, keepsRest };
  const plan = planFlash(madeImage(...image), map, recipe, part);
  const flash = flashOf(world);
  const findings = new Findings(plan, blockBytes, part);
  const hopeless = plan.sectors[givenUp];
  if (hopeless !== undefined) findings.giveUp(hopeless);
  for (const block of findings.blocks) findings.note(block, flash.read(block.range));
  const blocks = [...cut(inWords(image, part), blockBytes)];
  const blank = isKnown ? erasedByte : null;
  const needed = plan.sectors.filter((one) => one === hopeless || mustErase(flash, one, blocks, blank));
  const work = workOf(plan, findings, recipe, part);
  return { plan, work, sent: inWords(work.writes, part), needed };
}

/** Addresses that hold something else than they did and than they should. */
function harmedBy(
  { work: { erase }, sent }: Decided,
  world: FlashWorld,
): { missing: number[]; lost: number[]; ruined: number[] } {
  const before = flashOf(world);
  const after = flashOf(world);
  for (const sector of erase.sectors) after.erase(sector);
  for (const range of sent) after.program(range);
  const image = new Map(world.image.flatMap(({ address, data }) => Array.from(data, (byte, i) => [address + i, byte])));
  const erased = new Set(erase.sectors.flatMap(addressesOf));
  const everywhere = world.map.sectors.flatMap(addressesOf);
  return {
    missing: [...image].flatMap(([at, byte]) => (after.at(at) === byte ? [] : [at])),
    lost: everywhere.filter((at) => !image.has(at) && !erased.has(at) && after.at(at) !== before.at(at)),
    ruined: after.ruined,
  };
}

test('the work leaves the image behind, ruins no flash and takes nothing that is not erased', () => {
  fc.assert(
    fc.property(flashWorlds, circumstances, (world, one) => {
      // What nobody knows is programmed byte by byte.
      const told = one.isKnown ? world : { ...world, wordBytes: 1 };
      expect(harmedBy(decide(told, one), told)).toEqual({ missing: [], lost: [], ruined: [] });
    }),
    { numRuns: RUNS },
  );
});

test('nothing is erased that need not be, except with everything at once: then it is faster, and nobody wants the rest', () => {
  let [spared, mass] = [0, 0];
  fc.assert(
    fc.property(flashWorlds, circumstances, (world, one) => {
      const { plan, work, needed } = decide(world, one);
      if (needed.length < plan.sectors.length) spared += 1;
      if (work.erase.kind === 'sectors') {
        expect(work.erase.sectors).toEqual(needed);
        return;
      }
      mass += 1;
      const byOneMs = needed.reduce((sum, { bytes }) => sum + 10 + bytes / 1024, 0);
      expect(one.massEraseMs).toBeLessThan(byOneMs);
      expect(one.isKnown && (!one.keepsRest || needed.length === plan.erasable.length)).toBe(true);
    }),
    { numRuns: RUNS },
  );
  // What this is about must have happened.
  expect(spared).toBeGreaterThan(RUNS / 10);
  expect(mass).toBeGreaterThan(RUNS / 50);
});

test('no block is sent to a known part that is there already, or will be after the erase', () => {
  fc.assert(
    fc.property(flashWorlds, circumstances, (world, one) => {
      const { plan, work } = decide(world, { ...one, isKnown: true });
      const flash = flashOf(world);
      for (const sector of work.erase.sectors) flash.erase(sector);
      const sent = new Set(
        work.writes.map(({ address, data }) => ({ address, bytes: data.length })).flatMap(addressesOf),
      );
      for (const { part } of [...blocksOf(plan, world.blockBytes)].flatMap(({ pieces }) => pieces))
        if (sent.has(part.address)) expect(Buffer.compare(flash.read(part), part.data)).not.toBe(0);
    }),
    { numRuns: RUNS },
  );
});
