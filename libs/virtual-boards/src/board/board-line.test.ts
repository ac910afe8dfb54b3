import { describe, expect, test } from 'vitest';
import { boardWith } from '../testing/board-rig.ts';
import type { BoardSpec } from './board-spec.ts';

/** A board that runs its firmware, with its serial port opened. */
function lineTo(application: BoardSpec['application'] = {}) {
  const rig = boardWith({ mode: 'application', contents: 'used', application });
  let text = '';
  const hear = (bytes: Uint8Array) => {
    text += Buffer.from(bytes).toString('latin1');
  };
  const how = { baudRate: 115_200, hear };
  const open = () => rig.board.openLine('port', how);
  return { ...rig, open, line: open(), text: () => text };
}
const send = (line: { write(bytes: Uint8Array): Promise<void> }, text: string) => line.write(Buffer.from(text));

describe('the serial port of a board', () => {
  test('is there while its firmware runs, for one at a time', async () => {
    const { board, line, open } = lineTo();
    expect(open).toThrow(expect.objectContaining({ code: 'USB_BUSY' }));
    await line.close();
    expect(line.ended.aborted).toBe(true);
    const second = open();
    await line.close();
    expect(open, 'an earlier line has nothing to give back').toThrow(expect.objectContaining({ code: 'USB_BUSY' }));
    board.pull();
    expect(second.ended.aborted).toBe(true);
    expect(open).toThrow(expect.objectContaining({ code: 'BOARD_SILENT' }));
    expect(() => boardWith({ mode: 'dfu' }).board.openLine('port', { baudRate: 1, hear: () => {} })).toThrow(
      expect.objectContaining({ code: 'BOARD_SILENT' }),
    );
  });

  test('leads to the same firmware when it is opened again: a command line that was open still is', async () => {
    const { clock, line, open, text } = lineTo({ version: 'Pump 3' });
    await send(line, '#');
    await clock.sleep(100);
    await line.close();
    await send(open(), 'version\r');
    expect(text()).toContain('# Pump 3');
  });

  test('says nothing to one who has closed it', async () => {
    const { board, clock, line, text } = lineTo();
    await send(line, '#');
    await line.close();
    await clock.sleep(1000);
    expect(text()).toBe('');
    await send(line, 'R');
    await line.setBaud(1200);
    await line.hangUp();
    await clock.sleep(1000);
    expect(board.presence).toBe('application');
  });

  test('takes a long text in packets of 64 bytes', async () => {
    const { clock, line, text } = lineTo({ console: 'always', version: 'Pump 3' });
    await send(line, `${'x'.repeat(150)}\r`);
    await clock.sleep(1);
    expect(text()).toContain(`ERROR IN ${'x'.repeat(150)}`);
  });

  test.each([
    ['at 1200 baud is a touch', 1200, 'dfu'],
    ['at another speed is none', 115_200, 'application'],
  ])('closed %s', async (_, baud, becomes) => {
    const { board, clock, line } = lineTo({ accepts: ['touch-1200'] });
    await line.setBaud(baud);
    await line.close();
    await clock.sleep(5000);
    expect(board.presence).toBe(becomes);
  });

  test('is over when the firmware restarts, and what it was about to do is not done by the next', async () => {
    const { board, clock, line, open } = lineTo();
    await send(line, '#');
    await clock.sleep(100);
    await send(line, 'exit\r');
    await clock.sleep(5000);
    expect([line.ended.aborted, board.presence]).toEqual([true, 'application']);
    await send(open(), 'R');
    await clock.sleep(5000);
    expect(board.presence).toBe('dfu');
  });
});
