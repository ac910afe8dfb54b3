import { expect, test } from 'vitest';
import { weaknessOf } from './health.ts';

const info = (policy: string, role: string) =>
  `# Memory\r\nused_memory:1\r\nmaxmemory_policy:${policy}\r\n# Replication\r\nrole:${role}\r\n`;

test('a Redis that evicts nothing and takes writes has no weakness', () => {
  expect(weaknessOf(info('noeviction', 'master'))).toBeNull();
});

test('an eviction policy is named together with the one to set', () => {
  expect(weaknessOf(info('volatile-lru', 'master'))).toMatch(/is volatile-lru\. Set "maxmemory-policy noeviction"/);
});

test('a replica is told from a master', () => {
  expect(weaknessOf(info('noeviction', 'slave'))).toContain('replica');
});

test('a server that does not say is taken as it is', () => {
  expect(weaknessOf('')).toBeNull();
});
