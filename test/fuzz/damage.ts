import fc from 'fast-check';
import { sealed } from '../../libs/firmware/src/testing/write-dfu.ts';
import type { NamedFile } from './good-files.ts';

/** One thing that happens to a file, somewhere in it: `at` counts round and round. */
type Damage =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'overwrite'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'remove'; readonly at: number; readonly count: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly count: number };

/** The largest file that comes out of it. */
const DAMAGED_BYTES_MAX = 1024 * 1024;
/** Prefix and suffix of a DfuSe file. */
const DFUSE_BYTES_MIN = 11 + 16;
/** What makes a reader ask for too much: nothing, everything, almost everything, a flipped sign. */
const HUGE = [0, 1, 0xff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_fffe, 0xffff_ffff];
const CHARACTERS = Buffer.from('0123456789ABCDEFS:\r\n', 'latin1');

const position = fc.oneof(fc.nat(600), fc.nat(DAMAGED_BYTES_MAX));
const junk = fc.uint8Array({ minLength: 1, maxLength: 8 });
const character = fc.constantFrom(...CHARACTERS).map((one) => Uint8Array.of(one));
const number = fc.constantFrom(...HUGE).map((value) => new Uint8Array(Uint32Array.of(value).buffer));

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('flip'), at: position, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('cut'), at: position }),
  fc.record({ kind: fc.constant('overwrite'), at: position, bytes: fc.oneof(junk, character) }),
  fc.record({ kind: fc.constant('overwrite'), at: position.map((at) => at & ~3), bytes: number }),
  fc.record({ kind: fc.constant('insert'), at: position, bytes: junk }),
  fc.record({ kind: fc.constant('remove'), at: position, count: fc.nat(700) }),
  fc.record({ kind: fc.constant('repeat'), at: position, count: fc.nat(65_536) }),
);

/** What makes checksums right again, so that what was damaged is believed. */
const repair = fc.constantFrom((bytes: Buffer) => bytes, withDfuSum, withLineSums);
/** As a rule, a file keeps its name. */
const rename = fc.oneof(
  { arbitrary: fc.constant((name: string | undefined) => name), weight: 5 },
  {
    arbitrary: fc
      .constantFrom(undefined, 'a.bin', 'a.hex', 'a.dfu', 'a.elf', 'a.s37', 'a.uf2')
      .map((name) => () => name),
    weight: 1,
  },
);

/** Good files, damaged in up to six places, perhaps with right checksums, perhaps under another name. */
export function damaged(good: fc.Arbitrary<NamedFile>): fc.Arbitrary<NamedFile> {
  return fc
    .tuple(good, fc.array(damage, { minLength: 1, maxLength: 6 }), repair, rename)
    .map(([{ name, bytes }, damages, repaired, renamed]) => ({
      name: renamed(name),
      bytes: new Uint8Array(repaired(damages.reduce(after, Buffer.from(bytes)))),
    }));
}

function after(file: Buffer, what: Damage): Buffer {
  const at = what.at % Math.max(1, file.length);
  const [before, rest] = [file.subarray(0, at), file.subarray(at)];
  const damagedFile = Buffer.concat([before, ...afterwards(rest, what)]);
  return damagedFile.subarray(0, DAMAGED_BYTES_MAX);
}

/** What follows the place of the damage. */
function afterwards(rest: Buffer, what: Damage): Uint8Array[] {
  switch (what.kind) {
    case 'flip':
      return [rest.subarray(0, 1).map((byte) => byte ^ (1 << what.bit)), rest.subarray(1)];
    case 'cut':
      return [];
    case 'overwrite':
      return [what.bytes, rest.subarray(what.bytes.length)];
    case 'insert':
      return [what.bytes, rest];
    case 'remove':
      return [rest.subarray(what.count)];
    case 'repeat':
      return [rest.subarray(0, what.count), rest];
    default:
      return what satisfies never;
  }
}

function withDfuSum(bytes: Buffer): Uint8Array {
  if (bytes.length < DFUSE_BYTES_MIN) return bytes;
  if (bytes.toString('latin1', 0, 5) === 'DfuSe') bytes.writeUInt32LE(bytes.length - 16, 6);
  return sealed(bytes);
}

function withLineSums(bytes: Buffer): Uint8Array {
  const text = bytes.toString('latin1');
  if (!/^[:S]/.test(text)) return bytes;
  return Buffer.from(text.replaceAll(/(:|S\d)((?:[0-9A-F]{2}){1,256})[0-9A-F]{2}(?=\r|\n|$)/g, withSum), 'latin1');
}

function withSum(_record: string, start: string, digits: string): string {
  const sum = Buffer.from(digits, 'hex').reduce((total, byte) => total + byte, 0);
  const checksum = (start === ':' ? -sum : ~sum) & 0xff;
  return `${start}${digits}${checksum.toString(16).toUpperCase().padStart(2, '0')}`;
}
