import { expect, test } from 'vitest';
import { conditionIn } from './inspect-redis.ts';

const INFO = [
  '# Server',
  'redis_version:7.0.15',
  '# Memory',
  'maxmemory_policy:allkeys-lru',
  '# Persistence',
  'rdb_last_bgsave_status:ok',
  'aof_enabled:1',
  'aof_last_write_status:ok',
  '# Replication',
  'role:master',
].join('\r\n');

test('reads what INFO tells', () => {
  expect(conditionIn(INFO)).toEqual({
    version: '7.0.15',
    policy: 'allkeys-lru',
    isAppending: true,
    refusesWrites: false,
    isReplica: false,
  });
});

test.each([
  ['aof_enabled:1', 'aof_enabled:0', { isAppending: false }],
  ['aof_last_write_status:ok', 'aof_last_write_status:err', { refusesWrites: true }],
  ['rdb_last_bgsave_status:ok', 'rdb_last_bgsave_status:err', { refusesWrites: true }],
  ['role:master', 'role:slave', { isReplica: true }],
])('tells %s from %s', (from, to, told) => {
  expect(conditionIn(INFO.replace(from, to))).toMatchObject(told);
});

test('a server that does not say is taken as it is', () => {
  expect(conditionIn('')).toEqual({
    version: null,
    policy: null,
    isAppending: null,
    refusesWrites: false,
    isReplica: false,
  });
});
