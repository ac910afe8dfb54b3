import { expect, test } from 'vitest';
import { provenResult } from '../proven-result.ts';
import { AT, AttemptsScene, attemptId, DEVICE, PASS, seatFor } from '../testing/attempts-scene.ts';
import { rememberedSeats } from './remembered-seats.ts';

const ASSIGNED_MS = Date.parse(AT);

test('who sat where is known with its address, until the computer has restarted', () => {
  const scene = new AttemptsScene();
  const job = scene.job(1);
  scene.journal.begin(job, seatFor(job), AT);
  const circumstances = { toolVersion: '0.0.0', startedAt: AT, endedAt: AT, durationMs: 1 };
  scene.journal.end(
    { station: 'line-1', assignment: job.assignment, result: provenResult(job, PASS, circumstances) },
    AT,
  );
  const seat = { attemptId: attemptId(1), hasPassed: true };
  expect(rememberedSeats(scene.journal, ASSIGNED_MS - 1)).toMatchObject([{ ...seat, address: DEVICE.address }]);
  expect(rememberedSeats(scene.journal, ASSIGNED_MS + 1)).toMatchObject([{ ...seat, address: null }]);
  scene.close();
});
