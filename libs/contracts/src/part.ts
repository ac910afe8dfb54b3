import { z } from 'zod';
import { U32 } from './names.ts';

const U16 = z.int().min(0).max(0xffff);
const Layout = z.string().min(1).max(1024);

/** Milliseconds that flash takes, from data sheets and logs: what a plan expects, never a promise or a limit. */
export const PartTiming = z.strictObject({
  /** One sector: so much, and so much again for each KiB of it. */
  erasePerSectorMs: z.number().nonnegative(),
  erasePerKibMs: z.number().nonnegative(),
  writePerKibMs: z.number().nonnegative(),
  /** The whole flash by one command; null when nobody knows, and then it is never chosen for its speed. */
  massEraseMs: z.number().positive().nullable().default(null),
});
export type PartTiming = z.infer<typeof PartTiming>;

/** Option bytes of a part: where they are, and which of them is the read protection (RDP). */
export const PartOptionBytes = z.strictObject({
  address: U32,
  bytes: z.int().min(1).max(4096),
  /** The RDP byte counts from `address`; `open` is level 0, `permanent` level 2, null on parts that have none. */
  rdp: z.strictObject({
    offset: z.int().nonnegative(),
    open: z.int().min(0).max(0xff).default(0xaa),
    permanent: z.int().min(0).max(0xff).nullable().default(0xcc),
  }),
});
export type PartOptionBytes = z.infer<typeof PartOptionBytes>;

/** A kind of chip in its bootloader: how to know it, and where it is not what it says or not what others are. */
export const Part = z.strictObject({
  name: z.string().min(1).max(64),
  match: z.strictObject({
    vendorId: U16,
    productId: U16,
    /** Any of these; left out, any at all. */
    bcdDevice: z.array(U16).min(1).max(16).optional(),
    /** The layout string of alternate setting 0, any of these; runs of spaces count as one. */
    layouts: z.array(Layout).min(1).max(16),
    /** The strings of all other alternate settings, in any order, where the one of the flash is not this part's alone. */
    alternates: z.array(Layout).max(15).optional(),
  }),
  /** The map the chip really has, where the one in its descriptor is wrong. */
  layout: Layout.optional(),
  /** Bytes that are programmed together and once after an erase, where flash has error correction. */
  wordBytes: z.int().min(1).max(64).default(1),
  erasedByte: z.union([z.literal(0xff), z.literal(0x00)]).default(0xff),
  /** What a GETSTATUS meets while flash is busy: its answer is held back, it is stalled, it is told dfuDNBUSY; or nobody knows. */
  whileBusy: z.enum(['holds', 'stalls', 'answers', 'unknown']).default('holds'),
  /** The longest transfer that works, where the descriptor promises more. */
  transferBytesMax: z.int().min(8).max(4096).optional(),
  /** Its sectors may be smaller than its map says: each is looked at after its erase, and what was left is erased. */
  checksErase: z.boolean().default(false),
  /** It stays in dfuDNBUSY after erases from `from` on: after this time two CLRSTATUS free it, and the sector is looked at. */
  wedgedErase: z.strictObject({ from: U32, afterMs: z.int().positive() }).optional(),
  /** Under read protection it answers reads and acknowledges writes as if nothing were: its option bytes are looked at first. */
  hidesProtection: z.boolean().default(false),
  /** False where the mass erase command is known to damage or to fail: then it is refused, also when asked for. */
  hasMassErase: z.boolean().default(true),
  /** True where the USB serial of a chip may be another's too: every chip reports the same, or some were met that do. */
  sharesSerial: z.boolean().default(false),
  optionBytes: PartOptionBytes.optional(),
  /** One-time programmable memory. */
  otp: z.strictObject({ address: U32, bytes: z.int().positive() }).optional(),
  timing: PartTiming,
});
export type Part = z.infer<typeof Part>;
