import { Fault } from '@flashline/contracts';
import {
  type Alternate,
  type DfuDevice,
  type DfuFunctional,
  type DfuPort,
  TransferError,
  type TransferTrouble,
} from '@flashline/dfuse';
import { configurationOf, type DfuInterface, dfuInterfaceOf } from './descriptor/configuration.ts';
import type { Sighting } from './discovery/sightings.ts';
import { asBoardFault } from './errors/libusb-error.ts';
import { type Claim, claimInterface, release, setInterface } from './transfer/claim.ts';
import type { PipeSurroundings } from './transfer/control-pipe.ts';
import { UsbPort } from './usb-port.ts';

/** ST's parts have four or fewer; far more than that is not a memory map but noise. */
const ALTERNATES_MAX = 16;

/** What a port needs of the bus it was opened on. */
export interface PortSurroundings extends PipeSurroundings {
  /** Called once, when the device is free again. */
  readonly onClosed: () => void;
}

/**
 * Opens and claims the DFU interface of a device and reads what it says about itself. Rejects with a Fault: those of
 * DfuBus.open, and BOARD_SILENT or BOARD_GARBLED when the board is there but cannot describe itself.
 */
export async function openPort(sighting: Sighting, around: PortSurroundings): Promise<DfuPort> {
  const dfu = soundInterfaceOf(sighting);
  const claim = claimInterface(sighting, dfu.number, around);
  try {
    const device = await describe(claim, dfu);
    // A board that refuses SET_INTERFACE is in its first setting and stays there. Linux tells such a stall as "other".
    const [first, ...others] = dfu.settings;
    if (others.length > 0) await unless(['stall', 'host'], setInterface(claim, first.bAlternateSetting));
    return new UsbPort(device, claim, around.onClosed);
  } catch (thrown) {
    await release(claim);
    throw asBoardFault(thrown, { path: sighting.path });
  }
}

type SoundInterface = DfuInterface & { readonly functional: DfuFunctional };

function soundInterfaceOf({ path, device }: Sighting): SoundInterface {
  const configuration = configurationOf(device);
  if (configuration === null) throw new Fault('USB_HOST', { path, reason: 'the device has no active configuration' });
  const dfu = dfuInterfaceOf(device, configuration);
  if (dfu === null) throw new Fault('BOARD_GONE', { path, reason: 'the device is not in DFU mode' });
  const { functional, settings } = dfu;
  if (functional === null) throw new Fault('BOARD_GARBLED', { path, reason: 'no DFU functional descriptor' });
  if (settings.length > ALTERNATES_MAX)
    throw new Fault('BOARD_GARBLED', { path, alternates: settings.length, alternatesMax: ALTERNATES_MAX });
  return { ...dfu, functional };
}

async function describe({ usb, pipe }: Claim, dfu: SoundInterface): Promise<DfuDevice> {
  const { idVendor, idProduct, bcdDevice, iSerialNumber } = usb.deviceDescriptor;
  const alternates: Alternate[] = [];
  for (const { bAlternateSetting, iInterface } of dfu.settings) {
    const name = await unless(['stall'], pipe.text(iInterface));
    alternates.push({ alternate: bAlternateSetting, name: name ?? '' });
  }
  const usbSerial = await unless(['stall'], pipe.text(iSerialNumber));
  const { functional } = dfu;
  return { vendorId: idVendor, productId: idProduct, bcdDevice, usbSerial, functional, alternates };
}

async function unless<T>(tolerated: readonly TransferTrouble[], asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (thrown) {
    if (thrown instanceof TransferError && tolerated.includes(thrown.trouble)) return null;
    throw thrown;
  }
}
