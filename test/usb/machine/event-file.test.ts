import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EventFile } from './event-file.ts';
import type { MachineEvent } from './job.ts';

test('each event is read once, when its line is whole', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flashline-events-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'events.jsonl');
  const seen: MachineEvent[] = [];
  const file = new EventFile(path, (event) => seen.push(event));
  const after = (text: string) => {
    appendFileSync(path, text);
    file.read();
    return seen.splice(0);
  };

  file.read();
  expect(seen).toEqual([]);
  expect(after('{"on":"started","name":"a"}\n{"on":"star')).toEqual([{ on: 'started', name: 'a' }]);
  expect(after('ted","name":"b"}')).toEqual([]);
  expect(after('\n')).toEqual([{ on: 'started', name: 'b' }]);
  expect(after('')).toEqual([]);
});
