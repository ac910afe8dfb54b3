import type { Sector } from '../memory-map.ts';

/** Thrown by the slow reader: this is not a layout string. */
const NOT_A_LAYOUT = new Error('not a layout string');

const KIB = 1024;

/** The grammar of layout strings once more, read one character after the other, and every sector put down as it is read. */
class SlowReader {
  readonly sectors: Sector[] = [];
  #rest: string;

  constructor(layout: string) {
    if (layout.length > 1024) throw NOT_A_LAYOUT;
    this.#rest = layout.replaceAll(/[^ -~]/g, '').trim();
    this.#need('@');
    do this.#memory();
    while (this.#takeNextMemory());
    if (this.#rest !== '') throw NOT_A_LAYOUT;
    this.sectors.sort((a, b) => a.address - b.address);
    this.sectors.reduce((end, { address, bytes }) => {
      if (address < end) throw NOT_A_LAYOUT;
      return address + bytes;
    }, 0);
  }

  #memory(): void {
    let name = '';
    while (this.#rest !== '' && !this.#rest.startsWith('/')) {
      if (/^, *@/.test(this.#rest)) throw NOT_A_LAYOUT;
      name += this.#next();
    }
    const words = name.split(' ').filter((word) => word !== '');
    do this.#region(words.join(' '));
    while (this.#rest.startsWith('/'));
  }

  #region(memory: string): void {
    this.#need('/');
    this.#spaces();
    if (!this.#take('0x')) this.#need('0X');
    let address = Number.parseInt(this.#run('0123456789abcdefABCDEF', 8), 16);
    this.#spaces();
    this.#need('/');
    do address = this.#segment(memory, address);
    while (!/^, *@/.test(this.#rest) && this.#take(','));
  }

  #segment(memory: string, start: number): number {
    this.#spaces();
    const count = Number(this.#run('0123456789', 5));
    this.#spaces();
    this.#need('*');
    this.#spaces();
    const bytes = Number(this.#run('0123456789', 5)) * this.#unit();
    this.#spaces();
    const letter = this.#next();
    const bits = 'abcdefg'.indexOf(letter) < 0 ? 0 : memory === 'Device Feature' ? 5 : 'abcdefg'.indexOf(letter) + 1;
    this.#spaces();
    const end = start + count * bytes;
    if (count * bytes === 0 || bits === 0 || end > 2 ** 32 || bytes > 16 * KIB * KIB) throw NOT_A_LAYOUT;
    if (this.sectors.length + count > 16_384) throw NOT_A_LAYOUT;
    const [readable = false, erasable = false, writable = false] = [1, 2, 4].map((bit) => (bits & bit) !== 0);
    for (let address = start; address < end; address += bytes) {
      this.sectors.push({ address, bytes, readable, erasable, writable, memory });
    }
    return end;
  }

  #unit(): number {
    this.#spaces();
    if (this.#take('K')) return KIB;
    if (this.#take('M')) return KIB * KIB;
    this.#take('B');
    return 1;
  }

  #takeNextMemory(): boolean {
    if (!this.#take(',')) return false;
    this.#spaces();
    return this.#take('@');
  }

  #run(alphabet: string, longest: number): string {
    let taken = '';
    while (this.#rest !== '' && alphabet.includes(this.#rest.charAt(0))) taken += this.#next();
    if (taken === '' || taken.length > longest) throw NOT_A_LAYOUT;
    return taken;
  }

  #next(): string {
    if (this.#rest === '') throw NOT_A_LAYOUT;
    const next = this.#rest.charAt(0);
    this.#rest = this.#rest.slice(1);
    return next;
  }

  #take(wanted: string): boolean {
    if (!this.#rest.startsWith(wanted)) return false;
    this.#rest = this.#rest.slice(wanted.length);
    return true;
  }

  #need(wanted: string): void {
    if (!this.#take(wanted)) throw NOT_A_LAYOUT;
  }

  #spaces(): void {
    while (this.#take(' '));
  }
}

/** The sectors of a layout string, or null when it is none: obviously right, and slow. */
export function readSlowly(layout: string): readonly Sector[] | null {
  try {
    return new SlowReader(layout).sectors;
  } catch (thrown) {
    if (thrown === NOT_A_LAYOUT) return null;
    throw thrown;
  }
}
