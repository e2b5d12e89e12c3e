import { expect, test } from 'vitest';
import { isOver, joinJob, joinSeries } from './jobs';
import type { Job } from './types';

const job = (over: Partial<Job>): Job => ({
  id: '1',
  datanet: 'd',
  adapter_name: 'd',
  status: 'training',
  step: 0,
  steps: 10,
  ...over,
});

test('points stay in order and appear once, whatever the order of events', () => {
  const series = joinSeries([{ step: 1, train_loss: 3 }, { step: 3, train_loss: 1 }], [{ step: 2, train_loss: 2 }, { step: 3, train_loss: 0.9 }]);
  expect(series).toEqual([
    { step: 1, train_loss: 3 },
    { step: 2, train_loss: 2 },
    { step: 3, train_loss: 0.9 },
  ]);
});

test('an event brings the job forward and keeps its curve', () => {
  const before = job({ step: 1, series: [{ step: 1, train_loss: 3 }] });
  const after = joinJob(before, job({ step: 2, status: 'done', series: [{ step: 2, train_loss: 2 }] }));
  expect(after.status).toBe('done');
  expect(after.series).toHaveLength(2);
  expect(joinJob(job({}), job({ step: 1 })).series).toEqual([]);
});

test('a job is over when nothing more will happen to it', () => {
  expect((['queued', 'training', 'indexing', 'anchoring'] as const).some(isOver)).toBe(false);
  expect((['done', 'failed', 'cancelled'] as const).every(isOver)).toBe(true);
});
