import { Fault } from '@flashline/contracts';
import { type DfuFunctional, TransferError, type TransferTrouble } from '@flashline/dfuse';
import { configurationOf, runTimeInterfaceOf } from './descriptor/configuration.ts';
import type { Sighting } from './discovery/sightings.ts';
import { asBoardFault } from './errors/libusb-error.ts';
import { type Claim, claimInterface, release, reset } from './transfer/claim.ts';
import type { PipeSurroundings } from './transfer/control-pipe.ts';

const DFU_OUT = 0x21;
const DETACH = 0x00;
const WILL_DETACH = 0x08;
/** What dfu-util 0.11 gives a board that names no time of its own. */
const USUAL_DETACH_MS = 1_000;
const TRANSFER_TIMEOUT_MS = 1_000;

/**
 * Asks running firmware by its DFU run-time interface to restart into its bootloader (DFU 1.1, 5.1). Resolves when it was
 * asked, which it often answers by leaving the bus at once, or not at all: the bus shows what came of it. Rejects with a Fault;
 * BOARD_STALLED when it refuses, BOARD_SILENT when it has no such interface.
 */
export async function detach(sighting: Sighting, around: PipeSurroundings): Promise<void> {
  const { path, device } = sighting;
  const configuration = configurationOf(device);
  const runTime = configuration && runTimeInterfaceOf(device, configuration);
  if (runTime === null) throw new Fault('BOARD_SILENT', { path, reason: 'no DFU run-time interface' });
  const claim = claimInterface(sighting, runTime.number, around);
  try {
    await askToDetach(claim, runTime.functional);
  } catch (thrown) {
    if (!endsBy(thrown, 'gone')) throw asBoardFault(thrown, { path });
  } finally {
    await release(claim);
  }
}

async function askToDetach(claim: Claim, functional: DfuFunctional | null): Promise<void> {
  const { pipe, interfaceNumber } = claim;
  const value = functional?.detachTimeoutMs || USUAL_DETACH_MS;
  const setup = { requestType: DFU_OUT, request: DETACH, value, index: interfaceNumber };
  await pipe.out(setup, new Uint8Array(), TRANSFER_TIMEOUT_MS).catch((thrown: unknown) => {
    // So ends one that was heard, too: the board resets before it acknowledges. With a fixed pull-up it does not even leave the bus.
    if (!endsBy(thrown, 'timeout', 'protocol')) throw thrown;
  });
  const detachesItself = functional !== null && (functional.attributes & WILL_DETACH) !== 0;
  // The others wait that long for a reset of the bus, and go on as before when none comes.
  if (!detachesItself) await reset(claim);
}

function endsBy(thrown: unknown, ...troubles: readonly TransferTrouble[]): boolean {
  return thrown instanceof TransferError && troubles.includes(thrown.trouble);
}
