/** The setup stage of a control transfer (USB 2.0, table 9-2). */
export interface ControlSetup {
  /** bmRequestType: direction, type and recipient. */
  readonly type: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  /** wLength: bytes that follow, or that the host has room for. */
  readonly length: number;
}

export const SETUP_BYTES = 8;

/** The setup stage in eight bytes. */
export function setupOf(bytes: Uint8Array): ControlSetup {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SETUP_BYTES);
  return {
    type: view.getUint8(0),
    request: view.getUint8(1),
    value: view.getUint16(2, true),
    index: view.getUint16(4, true),
    length: view.getUint16(6, true),
  };
}

/** Type and request in one number, to tell requests apart: 0x2101 is DFU_DNLOAD. */
export function kindOf({ type, request }: ControlSetup): number {
  return type * 0x100 + request;
}
