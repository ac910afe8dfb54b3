import type { PartSpec } from './part.ts';
import { APM32, AT32F415, AT32F437, GD32VF103_0100, GD32VF103_1000 } from './parts/clones.ts';
import { F072, F105, F303 } from './parts/f0-f1-f3.ts';
import { F405, F405_LYING, F427, F745_LYING, F767_DUAL_BANK } from './parts/f4-f7.ts';
import { H7A3, H743, H743_REV_V } from './parts/h7.ts';
import { L072, L152, L476 } from './parts/low-power.ts';
import { C5, G0C1, G474, U5_RDP1, WB55 } from './parts/second-generation.ts';

/** Every part there is a virtual board of. */
export const PARTS: readonly PartSpec[] = [
  F405,
  F405_LYING,
  F303,
  F072,
  L072,
  F105,
  F427,
  F745_LYING,
  F767_DUAL_BANK,
  L152,
  L476,
  G474,
  G0C1,
  H743,
  H743_REV_V,
  H7A3,
  U5_RDP1,
  C5,
  WB55,
  AT32F415,
  AT32F437,
  GD32VF103_1000,
  GD32VF103_0100,
  APM32,
];
