import { expect, test } from 'vitest';
import { routeOf } from './router.ts';

test('every address is a page, or says that it is none', () => {
  expect(routeOf('/')).toEqual({ is: 'bench' });
  expect(routeOf('')).toEqual({ is: 'bench' });
  expect(routeOf('/log', '?outcome=fail')).toEqual({ is: 'log', query: 'outcome=fail' });
  expect(routeOf('/log/')).toEqual({ is: 'log', query: '' });
  expect(routeOf('/log/3f1c')).toEqual({ is: 'attempt', attemptId: '3f1c' });
  expect(routeOf('/log/3f1c/more')).toEqual({ is: 'nowhere' });
  expect(routeOf('/station')).toEqual({ is: 'station' });
  expect(routeOf('/station/x')).toEqual({ is: 'nowhere' });
  expect(routeOf('/orders')).toEqual({ is: 'nowhere' });
});
