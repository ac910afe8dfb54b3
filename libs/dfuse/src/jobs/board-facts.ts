import { type BoardIdentity, Fault, type FaultCode } from '@flashline/contracts';
import type { Range } from '@flashline/firmware';
import { alternateOf, type OtherMemory, readableIn } from '../alternates.ts';
import type { Contact } from '../contact.ts';
import { identityOf, requireReadable } from '../phases/identify.ts';
import { read } from '../phases/program.ts';
import { PROGRAMMED_ALTERNATE } from '../plan/flash-plan.ts';
import type { DfuFunctional } from '../port.ts';

/** What a board tells about itself when it is only looked at. */
export interface BoardFacts {
  readonly board: BoardIdentity;
  /** The name of the part, null when it is not known. */
  readonly part: string | null;
  readonly functional: DfuFunctional;
  /** Its alternate settings with their layout strings, as they are in its descriptors. */
  readonly alternates: readonly { readonly alternate: number; readonly layout: string }[];
  /** The layout that counts for its flash: its own, or what is known better. */
  readonly layout: string;
  /** True when its flash cannot be read. */
  readonly isReadProtected: boolean;
  /** Null where the board has no such memory, or does not let it be read. */
  readonly optionBytes: readonly Range[] | null;
  readonly otp: readonly Range[] | null;
}

/** Looks at a board and changes nothing. */
export async function factsOf(contact: Contact): Promise<BoardFacts> {
  const { port, session, part, map } = contact;
  const { functional, alternates } = port.device;
  const board = identityOf(port.device);
  const isReadProtected = await isRefused(() => requireReadable(session, { map, part, alternates, image: null }));
  // A refusal leaves dfuERROR behind.
  await session.settle();
  return {
    board,
    part: part?.name ?? null,
    functional,
    alternates: alternates.map(({ alternate, name }) => ({ alternate, layout: name })),
    layout: part?.layout ?? board.layout ?? '',
    isReadProtected,
    optionBytes: await otherMemory(contact, 'option-bytes'),
    otp: await otherMemory(contact, 'otp'),
  };
}

/** All that can be read of a memory beside the flash. */
async function otherMemory({ port, session }: Contact, memory: OtherMemory): Promise<Range[] | null> {
  const { alternates } = port.device;
  const alternate = alternateOf(alternates, memory);
  if (alternate === null) return null;
  const ranges: Range[] = [];
  const isHidden = await isRefused(async () => {
    await session.selectAlternate(alternate);
    for (const { address, bytes } of readableIn(alternates, alternate))
      ranges.push(await read(session, address, bytes, () => undefined));
  });
  await session.settle();
  await session.selectAlternate(PROGRAMMED_ALTERNATE);
  return isHidden ? null : ranges;
}

const REFUSALS: ReadonlySet<FaultCode> = new Set<FaultCode>(['BOARD_READ_PROTECTED', 'BOARD_STALLED', 'READ_REFUSED']);

async function isRefused(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (thrown) {
    if (thrown instanceof Fault && REFUSALS.has(thrown.code)) return true;
    throw thrown;
  }
}
