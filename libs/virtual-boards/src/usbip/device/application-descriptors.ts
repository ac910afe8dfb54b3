import type { WholeApplicationSpec } from '../../application/application-spec.ts';
import type { PartSpec } from '../../chip/part.ts';
import {
  association,
  type Descriptors,
  DFU_FUNCTIONAL,
  descriptor,
  descriptorsOf,
  endpoint,
  IDENTITY_STRINGS,
  interfaceSetting,
  type UsbClass,
  u16,
} from './descriptors.ts';

/** Endpoint numbers, as ST's virtual COM port has them. */
export const [SERIAL_OUT, SERIAL_IN, SERIAL_NOTICE] = [1, 1, 2];
const IN = 0x80;

const COMMUNICATIONS: UsbClass = [2, 0, 0];
const MISCELLANEOUS: UsbClass = [0xef, 2, 1];
const ABSTRACT_CONTROL: UsbClass = [2, 2, 1];
const CDC_DATA: UsbClass = [10, 0, 0];
const DFU_RUN_TIME: UsbClass = [0xfe, 1, 1];
const CLASS_SPECIFIC_INTERFACE = 0x24;
/** CanDnload, CanUpload; and WillDetach for one that does not wait for a reset of the bus. */
const [CAN_DO, WILL_DETACH] = [0x03, 0x08];
const DETACH_TIMEOUT_MS = 1000;
const BCD_DFU = 0x0110;

/** Interface numbers. */
const [CONTROL, DATA, DFU] = [0, 1, 2];

/** A CDC-ACM device with the classic union (CDC 1.2, 5.2.3); with DFU beside it the two are told apart by an association. */
export function applicationDescriptors(part: PartSpec, spec: WholeApplicationSpec): Descriptors {
  const { manufacturer, application } = part;
  const hasDfu = spec.accepts.includes('dfu-detach');
  const usbClass = hasDfu ? MISCELLANEOUS : COMMUNICATIONS;
  const identity = { ...application, bcdUsb: 0x0200, manufacturer, product: 'Virtual COM Port', usbClass };
  const serial = serialPort();
  if (!hasDfu) return descriptorsOf(identity, serial);
  const functional = descriptor(DFU_FUNCTIONAL, [
    CAN_DO | (spec.willDetach ? WILL_DETACH : 0),
    ...u16(DETACH_TIMEOUT_MS),
    ...u16(part.functional.transferSize),
    ...u16(BCD_DFU),
  ]);
  const dfu = interfaceSetting({ number: DFU, name: IDENTITY_STRINGS + 1 }, DFU_RUN_TIME);
  return descriptorsOf(identity, [association(CONTROL, 2, ABSTRACT_CONTROL), ...serial, dfu, functional], ['DFU']);
}

/** CDC 1.2, 5.2.3, and PSTN 1.2, 5.3: header, call management by the data interface, line coding, union. */
function serialPort(): number[][] {
  return [
    interfaceSetting({ number: CONTROL }, ABSTRACT_CONTROL, 1),
    descriptor(CLASS_SPECIFIC_INTERFACE, [0x00, ...u16(0x0110)]),
    descriptor(CLASS_SPECIFIC_INTERFACE, [0x01, 0x00, DATA]),
    descriptor(CLASS_SPECIFIC_INTERFACE, [0x02, 0x02]),
    descriptor(CLASS_SPECIFIC_INTERFACE, [0x06, CONTROL, DATA]),
    endpoint(IN | SERIAL_NOTICE, 'interrupt', 8, 16),
    interfaceSetting({ number: DATA }, CDC_DATA, 2),
    endpoint(SERIAL_OUT, 'bulk', 64),
    endpoint(IN | SERIAL_IN, 'bulk', 64),
  ];
}
