import { ApplicationCheck, Fault, type RunningFirmware } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import { PHASE_LIMITS } from '../phases/limits.ts';
import type { BusDevice } from '../port.ts';
import { Bounds } from '../protocol/bounds.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { busOf, SCENE_PATH, seen } from '../testing/port-scene.ts';
import { type ExpectedFirmware, requireKnowable, seeRunning } from './running-firmware.ts';

const BOOTLOADER = seen(5);
const APP = seen(6, 'application', { vendorId: 0x0483, productId: 0x5740, usbSerial: '204A33' });
const CHECK = ApplicationCheck.parse({ deadlineMs: 2_000 });

type Lines = () => Promise<readonly string[]>;

function seeing(
  looks: readonly (BusDevice | undefined)[],
  { versionLines = async () => [], ...expected }: Partial<ExpectedFirmware> & { versionLines?: Lines } = {},
): Promise<RunningFirmware> {
  const bounds = new Bounds(new ManualClock(), new AbortController().signal);
  const firmware = { ask: () => Promise.resolve(), versionLines };
  const leaver = { path: SCENE_PATH, address: BOOTLOADER.address };
  const whole = { check: CHECK, serialBefore: null, unit: null, ...expected };
  return seeRunning(busOf(looks), leaver, whole, { bounds, limits: PHASE_LIMITS, firmware });
}

const wrong = (field: string, expected: string, found: string) => ({
  code: 'APPLICATION_WRONG',
  details: { field, expected, found },
});

describe('firmware after the bootloader', () => {
  test('is waited for, and told as it came up', async () => {
    expect(await seeing([BOOTLOADER, undefined, undefined, APP])).toEqual({
      vendorId: 0x0483,
      productId: 0x5740,
      usbSerial: '204A33',
      version: null,
    });
  });

  test('that does not come up in time is silent', async () => {
    await expect(seeing([BOOTLOADER, undefined])).rejects.toMatchObject({
      code: 'APPLICATION_SILENT',
      details: { deadlineMs: 2_000, seen: 'nothing' },
    });
  });

  test('is none when the board comes back to its bootloader, or stays in it', async () => {
    await expect(seeing([undefined, seen(7)])).rejects.toMatchObject({ code: 'LEAVE_REFUSED' });
    const patient = ApplicationCheck.parse({ deadlineMs: 60_000 });
    await expect(seeing([BOOTLOADER], { check: patient })).rejects.toMatchObject({ code: 'LEAVE_REFUSED' });
  });

  test('may begin with a loader of its own', async () => {
    const check = ApplicationCheck.parse({ vendorId: 0x0483, productId: 0x5740 });
    const loader = seen(6, 'other', { vendorId: 0x1209, productId: 1 });
    expect(await seeing([loader, loader, undefined, { ...APP, address: 7 }], { check })).toMatchObject({
      productId: 0x5740,
    });
    await expect(seeing([loader], { check })).rejects.toMatchObject(wrong('id', '0483:5740', '1209:0001'));
  });
});

describe('its USB serial', () => {
  const serial = (kind: ApplicationCheck['serial'], device: BusDevice, known: Partial<ExpectedFirmware> = {}) =>
    seeing([device], { check: { ...CHECK, serial: kind }, ...known });
  const nameless = { ...APP, usbSerial: null };

  test('may be anything, or must be there', async () => {
    expect(await serial('any', nameless)).toMatchObject({ usbSerial: null });
    expect(await serial('present', APP)).toMatchObject({ usbSerial: '204A33' });
    await expect(serial('present', nameless)).rejects.toMatchObject(wrong('serial', 'any', 'none'));
  });

  test('must be that of before, where the board was asked', async () => {
    expect(await serial('same', APP, { serialBefore: '204A33' })).toMatchObject({ usbSerial: '204A33' });
    await expect(serial('same', APP, { serialBefore: 'X' })).rejects.toMatchObject(wrong('serial', 'X', '204A33'));
    expect(await serial('same', APP)).toMatchObject({ usbSerial: '204A33' });
    await expect(serial('same', nameless)).rejects.toMatchObject(wrong('serial', 'any', 'none'));
  });

  test('must be that of the unit', async () => {
    expect(await serial('unit', APP, { unit: '204A33' })).toMatchObject({ usbSerial: '204A33' });
    await expect(serial('unit', APP, { unit: 'SN-1' })).rejects.toMatchObject(wrong('serial', 'SN-1', '204A33'));
    const expected = { check: { ...CHECK, serial: 'unit' as const }, serialBefore: null, unit: null };
    expect(() => requireKnowable(expected)).toThrow(Fault);
    expect(() => requireKnowable({ ...expected, unit: 'SN-1' })).not.toThrow();
  });
});

describe('its version', () => {
  const check = ApplicationCheck.parse({ version: { contains: '4.5.1' } });
  const line = '# Betaflight / STM32F405 (S405) 4.5.1 Nov 22 2026';

  test('is the line that holds the wanted text', async () => {
    expect(await seeing([APP], { check, versionLines: async () => ['# version', line] })).toMatchObject({
      version: line,
    });
  });

  test('is asked again when the firmware leaves meanwhile', async () => {
    let asked = 0;
    const versionLines = async () => {
      if (asked++ === 0) throw new Fault('BOARD_GONE');
      return [line];
    };
    expect(await seeing([APP, undefined, APP], { check, versionLines })).toMatchObject({ version: line });
    const leaves = () => Promise.reject(new Fault('BOARD_GONE'));
    await expect(seeing([APP, undefined], { check, versionLines: leaves })).rejects.toMatchObject({
      code: 'BOARD_GONE',
    });
  });

  test('is wrong when no line holds it', async () => {
    const versionLines = async () => ['# version', 'Betaflight 4.4.0'];
    await expect(seeing([APP], { check, versionLines })).rejects.toMatchObject(
      wrong('version', '4.5.1', 'Betaflight 4.4.0'),
    );
  });

  test('of firmware that does not answer is silence, and not being allowed to ask is the station’s trouble', async () => {
    const fails = (code: 'BOARD_SILENT' | 'USB_PERMISSION') => () => Promise.reject(new Fault(code));
    const never = () => new Promise<never>(() => {});
    const silent = { code: 'APPLICATION_SILENT', details: { asked: 'version' } };
    await expect(seeing([APP], { check, versionLines: fails('BOARD_SILENT') })).rejects.toMatchObject(silent);
    await expect(seeing([APP], { check, versionLines: never })).rejects.toMatchObject(silent);
    const denied = seeing([APP], { check, versionLines: fails('USB_PERMISSION') });
    await expect(denied).rejects.toMatchObject({ code: 'USB_PERMISSION' });
  });
});
