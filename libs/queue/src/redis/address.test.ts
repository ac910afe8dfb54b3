import { Fault } from '@flashline/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress } from './address.ts';

test.each([
  ['redis://plant-redis', { host: 'plant-redis', port: 6379, db: 0 }, 'redis://plant-redis'],
  ['redis://10.0.0.7:7000/3', { host: '10.0.0.7', port: 7000, db: 3 }, 'redis://10.0.0.7:7000/3'],
  ['redis://[::1]:6380/', { host: '::1', port: 6380, db: 0 }, 'redis://[::1]:6380/'],
  ['rediss://plant', { host: 'plant', port: 6379, db: 0, tls: {} }, 'rediss://plant'],
  ['redis://:p%40ss@h', { host: 'h', port: 6379, db: 0, password: 'p@ss' }, 'redis://h'],
  ['redis://line:pw@h:1', { host: 'h', port: 1, db: 0, username: 'line', password: 'pw' }, 'redis://h:1'],
])('reads %s', (text, login, shown) => {
  expect(parseAddress(text)).toEqual({ login, shown, db: login.db });
});

describe('refuses what is not the address of a Redis', () => {
  test.each([
    '',
    'localhost',
    'localhost:6379',
    'http://localhost:6379',
    'redis:',
    'redis://',
    'redis:///1',
    'redis://:pw@',
    'redis://h:99999',
    'redis://h/one',
    'redis://h/1/2',
    'redis://h/12345',
    'redis://h?family=6',
    'redis://h#x',
    'redis://:%zz@h',
    ' redis-cli -h h',
  ])('%j', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

test('never shows a password, and never throws anything but a fault', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{8,16}$/);
  fc.assert(
    fc.property(secret, fc.webPath(), fc.constantFrom('redis', 'rediss', 'http'), (password, path, scheme) => {
      try {
        const { shown, login } = parseAddress(`${scheme}://user:${password}@host${path.slice(0, 2)}`);
        expect(shown).not.toContain(password);
        expect(login.password).toBe(password);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        expect(JSON.stringify(error.details) + error.message + String(error.cause)).not.toContain(password);
      }
    }),
  );
});
