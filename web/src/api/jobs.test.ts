import { expect, test } from 'vitest';
import { isOver, joinJob, joinSeries } from './jobs';
import type { Job, Point } from './types';

const point = (step: number, train_loss: number): Point => ({ step, train_loss, lr: 1e-3, grad_norm: 1 });

const job = (over: Partial<Job>): Job => ({
  id: '1',
  datanet: 'd',
  snapshot: '0x1',
  adapter_name: 'd',
  status: 'training',
  step: 0,
  steps: 10,
  epoch: 0,
  tokens_per_s: 0,
  series: [],
  time_s: 0,
  ...over,
});

test('points stay in order and appear once, whatever the order of events', () => {
  const series = joinSeries([point(1, 3), point(3, 1)], [point(2, 2), point(3, 0.9)]);
  expect(series).toEqual([
    point(1, 3),
    point(2, 2),
    point(3, 0.9),
  ]);
});

test('an event brings the job forward and keeps its curve', () => {
  const before = job({ step: 1, series: [point(1, 3)] });
  const after = joinJob(before, job({ step: 2, status: 'done', series: [point(2, 2)] }));
  expect(after.status).toBe('done');
  expect(after.series).toHaveLength(2);
  expect(joinJob(job({}), job({ step: 1 })).series).toEqual([]);
});

test('a job is over when nothing more will happen to it', () => {
  expect((['queued', 'training', 'indexing', 'anchoring'] as const).some(isOver)).toBe(false);
  expect((['done', 'failed', 'cancelled'] as const).every(isOver)).toBe(true);
});
