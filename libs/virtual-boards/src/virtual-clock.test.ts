import { describe, expect, test } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

describe('the virtual clock', () => {
  test('jumps to whoever sleeps least, in order, without waiting', async () => {
    const clock = new VirtualClock();
    const woken: string[] = [];
    const sleeper = async (name: string, ms: number, times: number) => {
      for (let n = 0; n < times; n++) {
        await clock.sleep(ms);
        woken.push(`${name}@${clock.now()}`);
      }
    };
    await Promise.all([sleeper('a', 30, 2), sleeper('b', 20, 3)]);
    expect(woken).toEqual(['b@20', 'a@30', 'b@40', 'a@60', 'b@60']);
  });

  test('stands still while something is busy', async () => {
    const clock = new VirtualClock();
    const slept = clock.sleep(1000);
    for (let n = 0; n < 100; n++) await Promise.resolve();
    expect(clock.now()).toBe(0);
    await slept;
    expect(clock.now()).toBe(1000);
  });

  test('an aborted sleep rejects with the reason and takes no time', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const slept = clock.sleep(1000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(slept).rejects.toThrow('enough');
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('enough');
    await clock.sleep(5);
    expect(clock.now()).toBe(5);
  });
});
