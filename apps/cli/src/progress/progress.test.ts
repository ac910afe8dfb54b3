import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openProgress } from './progress.ts';

const LABELS = new Map([
  ['1-1.1', 'A1'],
  ['1-1.2', 'A2'],
]);

/** Keeps what is written to it. */
class Paper extends Writable {
  readonly isTTY: boolean;
  readonly columns = 80;
  readonly rows = 24;
  text = '';
  writes = 0;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    this.writes += 1;
    done();
  }
}

beforeEach(() => {
  vi.stubEnv('TERM', 'xterm');
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

function progressOn(stream: Paper | null) {
  return openProgress({ stream, labels: LABELS, nowMs: () => performance.now() });
}

describe('where there is no terminal', () => {
  test('each new thing that a board is at is one plain line', async () => {
    const paper = new Paper(false);
    const progress = await progressOn(paper);
    progress.at('1-1.1', 'erase', 0);
    progress.at('1-1.1', 'erase', 0.4);
    progress.at('1-1.2', 'erase', 0);
    progress.at('1-1.1', 'write', 0.5);
    progress.ended('1-1.1', { word: 'PASS', isGood: true });
    progress.close();
    expect(paper.text).toBe('A1: erase\nA2: erase\nA1: write\n');
  });

  test('a terminal that cannot go back gets lines, too', async () => {
    vi.stubEnv('TERM', 'dumb');
    const paper = new Paper(true);
    const progress = await progressOn(paper);
    progress.at('1-1.1', 'erase', 0);
    progress.close();
    expect(paper.text).toBe('A1: erase\n');
  });
});

describe('on a terminal', () => {
  test('it is drawn ten times a second at most, however much is told', async () => {
    const paper = new Paper(true);
    const progress = await progressOn(paper);
    for (let n = 0; n < 1000; n++) {
      progress.at('1-1.1', 'write', n / 1000);
      vi.advanceTimersByTime(1);
    }
    const frames = paper.text.split('A1  ').length - 1;
    expect(frames).toBeGreaterThan(5);
    expect(frames).toBeLessThanOrEqual(10);
    progress.close();
  });

  test('the end is shown, and nothing after it', async () => {
    const paper = new Paper(true);
    const progress = await progressOn(paper);
    progress.at('1-1.1', 'write', 0.5);
    vi.advanceTimersByTime(100);
    progress.ended('1-1.1', { word: 'PASS', isGood: true });
    progress.ended('1-1.2', { word: 'ABORTED CANCELLED', isGood: false });
    progress.close();
    const last = stripVTControlCharacters(paper.text).split('\n').slice(-3).join('\n');
    expect(last).toMatch(/A1 .* 100 % {2}PASS .*\nA2 .* 0 % {2}ABORTED CANCELLED .*\n$/);
    const { writes } = paper;
    vi.advanceTimersByTime(1000);
    expect(paper.writes).toBe(writes);
  });

  test('what is told late of a board that has ended changes nothing', async () => {
    const paper = new Paper(true);
    const progress = await progressOn(paper);
    progress.ended('1-1.1', { word: 'FAIL BOARD_GONE', isGood: false });
    progress.at('1-1.1', 'write', 0.9);
    progress.ended('1-1.1', { word: 'PASS', isGood: true });
    progress.close();
    expect(paper.text).toContain('FAIL BOARD_GONE');
    expect(paper.text).not.toContain('PASS');
  });
});

test('programs that read JSON are shown nothing', async () => {
  const progress = await progressOn(null);
  progress.at('1-1.1', 'erase', 0);
  progress.ended('1-1.1', { word: 'PASS', isGood: true });
  progress.close();
  expect(vi.getTimerCount()).toBe(0);
});
