import { PLAIN_RECIPE } from '@flashline/contracts';
import { PaceBook, planFlash } from '@flashline/dfuse';
import { digestOf, programmed } from '@flashline/firmware';
import { type BoardSpec, PARTS, type PartSpec } from '@flashline/virtual-boards';
import { describe, expect, test } from 'vitest';
import { boardOf, knownPart, mapFor, smallImageFor } from './part-image.ts';
import { type Rig, rigWith, SLOT } from './rig.ts';

/** A U5 that is protected says yes to everything and does nothing: it can only pass when the protection may be taken off. */
const requestFor = (part: PartSpec) => ({
  image: smallImageFor(part),
  board: boardOf(part),
  recipe: { ...PLAIN_RECIPE, unprotect: part.name === 'U5-rdp1' },
});

function flash(part: PartSpec, spec: BoardSpec = {}): { rig: Rig; run: () => ReturnType<Rig['run']> } {
  const rig = rigWith({ part: part.name, ...spec });
  return { rig, run: () => rig.run(requestFor(part)) };
}

/** Sectors that no byte of the image is in: the first behind each range, and the last of all. */
function spared(part: PartSpec): { address: number; length: number }[] {
  const map = mapFor(part);
  const touched = new Set(planFlash(smallImageFor(part), map).sectors.map(({ address }) => address));
  const others = map.sectors.filter(({ address, memory }) => memory === map.name && !touched.has(address));
  const next = [...touched].flatMap((address) => others.find((one) => one.address > address) ?? []);
  return [...new Set([...next, ...others.slice(-1)])].map(({ address, bytes: length }) => ({ address, length }));
}

describe.each(PARTS.map((part) => [part.name, part] as const))('a sound %s', (name, part) => {
  test.each(['blank', 'used'] as const)(
    'that is %s passes, and what is not under the image stays',
    async (contents) => {
      const { rig, run } = flash(part, { contents });
      const { memory } = rig.bench.board(SLOT);
      const sparedBefore = spared(part).map(({ address, length }) => memory.digest(address, length));
      const report = await run();
      expect(report).toMatchObject({ outcome: 'pass', fault: null, faultDetails: null });
      expect(report.intended).toEqual(digestOf(programmed(smallImageFor(part))));
      expect(report.readback).toEqual(report.intended);
      expect(rig.holds(smallImageFor(part))).toBe(true);
      // A read-unprotect takes everything.
      if (name !== 'U5-rdp1')
        expect(spared(part).map(({ address, length }) => memory.digest(address, length))).toEqual(sparedBefore);
      expect(rig.bench.report(SLOT).presence).toBe('application');
      // The one that asks how the unprotect went meets a board that has gone.
      const unheard = name === 'U5-rdp1' ? 1 : 0;
      expect(report.transfers - rig.bench.report(SLOT).transfers).toBe(unheard);
    },
  );

  test('that holds the image already passes without an erase or a write', async () => {
    const { rig, run } = flash(part, { contents: 'used' });
    await run();
    rig.bench.unplug(SLOT);
    rig.bench.replug(SLOT);
    const { memory } = rig.bench.board(SLOT);
    const worn = JSON.stringify(memory.wear());
    expect(await run()).toMatchObject({ outcome: 'pass' });
    expect(JSON.stringify(memory.wear())).toBe(worn);
  });

  test('is asked for nothing that its ROM refuses, and not too early, or once where nobody knows how it bears that', async () => {
    const { rig, run } = flash(part, { contents: 'used' });
    await run();
    const sins = rig.bench.report(SLOT).sins.map(({ sin }) => sin);
    const isKnown = knownPart(part)?.whileBusy !== 'unknown';
    expect(isKnown || part.whileBusy !== 'stalls' ? [] : ['asked-too-early']).toEqual(sins);
  });

  test('that nobody has described passes too, or fails honestly where its own map is wrong', async () => {
    const { rig } = flash(part, { contents: 'used' });
    const request = { ...requestFor(part), recipe: PLAIN_RECIPE };
    const report = await rig.run(request, { parts: [], paces: new PaceBook() });
    const lies = ['U5-rdp1', 'F767-dual-bank', 'GD32VF103-1000', 'H743-rev-v'];
    if (!lies.includes(name)) expect(report).toMatchObject({ outcome: 'pass' });
    expect(report.outcome === 'pass').toBe(rig.holds(smallImageFor(part)) && report.readback !== null);
  });
});
