import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventReader } from './event-stream.ts';

test('an event is returned when its blank line arrives, not before', () => {
  const read = createEventReader();
  expect(read('data: {"on":"sl')).toEqual([]);
  expect(read('ot"}\n')).toEqual([]);
  expect(read('\ndata: 2\n\n')).toEqual(['{"on":"slot"}', '2']);
});

test('comments, other fields and empty events say nothing', () => {
  const read = createEventReader();
  expect(read(': heartbeat\n\nevent: x\nid: 4\nretry: 1\n\ndata:tight\n\n')).toEqual(['tight']);
});

test('several data lines are one event', () => {
  expect(createEventReader()('data: a\ndata: b\r\n\r\n')).toEqual(['a\nb']);
});

test('however the text is cut, the events are the same', () => {
  const line = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !/[\r\n]/.test(text));
  const newline = fc.constantFrom('\n', '\r\n');
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), newline, fc.infiniteStream(fc.nat(9)), (events, end, sizes) => {
      const text = events.map((event) => `: beat${end}data: ${event}${end}${end}`).join('');
      const read = createEventReader();
      const got: string[] = [];
      for (let at = 0; at < text.length; ) {
        const size = 1 + (sizes.next().value ?? 0);
        got.push(...read(text.slice(at, at + size)));
        at += size;
      }
      expect(got).toEqual(events);
    }),
  );
});

test('an event without an end is refused at its limit', () => {
  const read = createEventReader(100);
  expect(() => read(`data: ${'x'.repeat(200)}`)).toThrow(RangeError);
});
