import { Fault } from '@flashline/contracts';
import { BUSID_BYTES, busidIn, HEAD_BYTES, OPERATION, VERSION } from './operations.ts';
import { type Submit, type Unlink, URB_HEAD_BYTES, urbIn } from './urbs.ts';

/** What a client says. Once it has asked for an import, it speaks of transfers only. */
export type Said =
  | { readonly is: 'list' }
  | { readonly is: 'import'; readonly busid: string }
  | { readonly is: 'transfer'; readonly submit: Submit; readonly data: Uint8Array }
  | Unlink;

/** Cuts what a client sends into commands, never holding more than one of them. `push` throws USB_HOST when it is not USB/IP. */
export class UsbipReader {
  #rest: Buffer = Buffer.alloc(0);
  #hasImported = false;

  *push(chunk: Buffer): Generator<Said> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let said = this.#next(); said !== null; said = this.#next()) yield said;
  }

  #next(): Said | null {
    return this.#hasImported ? this.#nextUrb() : this.#nextOperation();
  }

  #nextOperation(): Said | null {
    if (this.#rest.length < HEAD_BYTES) return null;
    const [version, operation] = [this.#rest.readUInt16BE(0), this.#rest.readUInt16BE(2)];
    if (version !== VERSION) throw new Fault('USB_HOST', { reason: 'not USB/IP', version });
    if (operation === OPERATION.askList) {
      this.#take(HEAD_BYTES);
      return { is: 'list' };
    }
    if (operation !== OPERATION.askImport) throw new Fault('USB_HOST', { reason: 'unknown operation', operation });
    if (this.#rest.length < HEAD_BYTES + BUSID_BYTES) return null;
    this.#hasImported = true;
    return { is: 'import', busid: busidIn(this.#take(HEAD_BYTES + BUSID_BYTES).subarray(HEAD_BYTES)) };
  }

  #nextUrb(): Said | null {
    if (this.#rest.length < URB_HEAD_BYTES) return null;
    const urb = urbIn(this.#rest);
    if (urb === null) throw new Fault('USB_HOST', { reason: 'no transfer that can be carried out' });
    const dataBytes = urb.is === 'submit' && urb.direction === 'out' ? urb.length : 0;
    if (this.#rest.length < URB_HEAD_BYTES + dataBytes) return null;
    const bytes = this.#take(URB_HEAD_BYTES + dataBytes);
    if (urb.is === 'unlink') return urb;
    return { is: 'transfer', submit: urb, data: Uint8Array.from(bytes.subarray(URB_HEAD_BYTES)) };
  }

  #take(count: number): Buffer {
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }
}
