import { expect, test } from 'vitest';
import { parseListing } from './dfu-util.ts';

test('every alternate setting that dfu-util lists is found, with names that hold commas', () => {
  const listing = [
    'dfu-util 0.11',
    'Found DFU: [0483:df11] ver=2200, devnum=2, cfg=1, intf=0, path="1-1", alt=3, name="@Device Feature/0xFFFF0000/01*004 e", serial="3276"',
    'Found DFU: [0483:df11] ver=2200, devnum=2, cfg=1, intf=0, path="1-1", alt=0, name="@Internal Flash  /0x08000000/04*016Kg,01*064Kg", serial="3276"',
    'Found Runtime: [0483:5740] ver=0200, devnum=3, cfg=1, intf=2, path="1-2", alt=0, name="UNKNOWN", serial="A"',
  ].join('\n');
  expect(parseListing(listing)).toEqual([
    { id: '0483:df11', path: '1-1', alternate: 3, name: '@Device Feature/0xFFFF0000/01*004 e', serial: '3276' },
    {
      id: '0483:df11',
      path: '1-1',
      alternate: 0,
      name: '@Internal Flash  /0x08000000/04*016Kg,01*064Kg',
      serial: '3276',
    },
  ]);
});
