import { z } from 'zod';
import { ApplicationCheck, BootloaderEntry } from './application.ts';
import { U32 } from './names.ts';

const Bytes = z.string().regex(/^([0-9a-fA-F]{2}){1,4096}$/, 'must be 1-4096 bytes in hex, without spaces');

/** What is erased: sectors that hold something else, the whole flash, or nothing at all. */
export const ErasePolicy = z.enum(['needed', 'mass', 'none']);
export type ErasePolicy = z.infer<typeof ErasePolicy>;

/** How a board is programmed, besides the image. What is left out is the careful default. */
export const Recipe = z.strictObject({
  erase: ErasePolicy.default('needed'),
  /** False when what lies outside the image may go: then the whole flash is erased where that is faster. */
  keepsRest: z.boolean().default(true),
  /** Ranges that keep what the board holds: they are read before an erase, written again and proven with the image. */
  preserve: z
    .array(
      z.strictObject({
        address: U32,
        bytes: z
          .int()
          .positive()
          .max(1024 * 1024),
      }),
    )
    .max(64)
    .default([]),
  /** Bytes laid over the image before it is planned: a serial number, a calibration. They are proven with it. */
  patches: z
    .array(z.strictObject({ address: U32, data: Bytes }))
    .max(64)
    .default([]),
  /** Removes the read protection of a board that has it. Everything on the chip is erased with it. */
  unprotect: z.boolean().default(false),
  /** Option bytes and one-time programmable memory, written last and read back. */
  lock: z
    .array(z.strictObject({ memory: z.enum(['option-bytes', 'otp']), address: U32, data: Bytes }))
    .max(16)
    .default([]),
  /** Says once more that `lock` may do what can never be undone: read protection level 2, one-time programmable memory. */
  permanent: z.boolean().default(false),
  /** How a board that runs its firmware is asked into its bootloader; null leaves such boards alone. */
  enter: BootloaderEntry.nullable().default(null),
  /** What must come up after the board has left; null takes anything but the bootloader, and a board that stays away. */
  application: ApplicationCheck.nullable().default(null),
});
export type Recipe = z.infer<typeof Recipe>;

/** Nothing special: erase what is needed, keep the rest, lock nothing. */
export const PLAIN_RECIPE: Recipe = Recipe.parse({});

/** What every board of a work order has in common: a recipe without patches, which are each unit's own. */
export const OrderRecipe = Recipe.omit({ patches: true });
export type OrderRecipe = z.infer<typeof OrderRecipe>;

/** The recipe of an order that names none. */
export const PLAIN_ORDER_RECIPE: OrderRecipe = OrderRecipe.parse({});
