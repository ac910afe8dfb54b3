import type { PartSpec } from '../part.ts';
import { readProtected } from '../read-protection.ts';
import {
  alternates,
  FULL_SPEED,
  flash,
  HONEST_POLLS,
  KIB,
  memory,
  SECOND_GENERATION,
  VIRTUAL_COM_PORT,
} from './generations.ts';
import { L4_OPTIONS, U5_OPTIONS, WB_OPTIONS } from './option-bytes.ts';

/**
 * 512 KB. 22 ms per page of 2 KB and 76 us per double word, near the data sheet as remembered: 128 * (22 + 19.46) ms and
 * 0.65 s of wire for 1412 transfers are 5.96 s for 256 KB.
 */
export const G474: PartSpec = {
  ...SECOND_GENERATION,
  name: 'G474',
  alternates: alternates(
    '@Internal Flash  /0x08000000/256*02Kg',
    '@Option Bytes   /0x1FFF7800/01*048 e/0x1FFFF800/01*048 e',
    '@OTP Memory   /0x1FFF7000/01*1024 e',
  ),
  regions: [
    flash({ count: 256, bytes: 2 * KIB, eraseMs: 22 }),
    memory('otp', 2, 0x1fff_7000, KIB),
    memory('option-bytes', 1, 0x1fff_7800, 48),
    memory('option-bytes', 1, 0x1fff_f800, 48),
  ],
  optionBytes: L4_OPTIONS,
  ram: [{ address: 0x2000_0000, bytes: 128 * KIB }],
  erasedByte: 0xff,
  wordBytes: 8,
  whileBusy: 'stalls',
  timing: { ...FULL_SPEED, setAddressMs: 0.1, programMsPerByte: 0.076 / 8, massEraseMs: 22, returnMs: 350 },
  polls: HONEST_POLLS,
  usbSerial: 'per-chip',
  application: VIRTUAL_COM_PORT,
};

/** All three alternate settings call themselves the flash (community.st.com td-p/839156). Times as G474. */
export const G0C1: PartSpec = {
  ...G474,
  name: 'G0C1',
  alternates: alternates(
    '@Internal Flash /0x08000000/256*02Kg',
    '@Internal Flash /0x08000000/256*02Kg',
    '@Internal Flash /0x08000000/256*02Kg',
  ),
  regions: [
    { ...flash({ count: 256, bytes: 2 * KIB, eraseMs: 22 }), alternates: [0, 1, 2] },
    { ...memory('option-bytes', 1, 0x1fff_7800, 48), alternates: [] },
  ],
  ram: [{ address: 0x2000_0000, bytes: 144 * KIB }],
};

/** 1 MB in pages of 4 KB (qFlipper). Times as G474, 24.5 ms per page (sources.md 7.1). */
export const WB55: PartSpec = {
  ...G474,
  name: 'WB55',
  alternates: alternates(
    '@Internal Flash   /0x08000000/256*04Kg',
    '@Option Bytes   /0x1FFF8000/01*128 e',
    '@OTP Memory   /0x1FFF7000/01*1024 e',
  ),
  regions: [
    flash({ count: 256, bytes: 4 * KIB, eraseMs: 24.5 }),
    memory('otp', 2, 0x1fff_7000, KIB),
    memory('option-bytes', 1, 0x1fff_8000, 128),
  ],
  optionBytes: WB_OPTIONS,
  ram: [{ address: 0x2000_0000, bytes: 256 * KIB }],
};

/**
 * 1 MB. Only its flash has an alternate setting, CLRSTATUS outside dfuERROR is stalled, and whoever asks for the DFU
 * functional descriptor alone waits for ever (betaflight-configurator#5300). Times are ours.
 */
export const C5: PartSpec = {
  ...G474,
  name: 'C5',
  alternates: alternates('@Internal Flash   /0x08000000/128*08Kg'),
  regions: [
    flash({ count: 128, bytes: 8 * KIB, eraseMs: 5 }),
    { ...memory('option-bytes', 1, 0x4002_2040, 64), alternates: [] },
  ],
  optionBytes: U5_OPTIONS,
  ram: [{ address: 0x2000_0000, bytes: 128 * KIB }],
  wordBytes: 16,
  strayClearStatus: 'stalls',
  functionalAlone: 'silence',
};

/** 4 MB that somebody protected: it acknowledges erases and writes, drops them, and reads as erased. Times are ours. */
export const U5_RDP1: PartSpec = readProtected({
  ...G474,
  name: 'U5-rdp1',
  alternates: alternates(
    '@Internal Flash   /0x08000000/512*08Kg',
    '@Option Bytes   /0x40022040/01*64 e',
    '@OTP Memory   /0x0BFA0000/01*512 e',
  ),
  regions: [
    flash({ count: 512, bytes: 8 * KIB, eraseMs: 3.4 }),
    memory('otp', 2, 0x0bfa_0000, 512),
    memory('option-bytes', 1, 0x4002_2040, 64),
  ],
  optionBytes: U5_OPTIONS,
  ram: [{ address: 0x2000_0000, bytes: 768 * KIB }],
  wordBytes: 16,
  whileBusy: 'holds',
  whenProtected: 'pretends',
  timing: { ...G474.timing, programMsPerByte: 0.118 / 16, massEraseMs: 200 },
});
