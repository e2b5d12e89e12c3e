import type { Job, JobStatus, Point } from './types';

const OVER: JobStatus[] = ['done', 'failed', 'cancelled'];

/** Whether nothing more will happen to this job. */
export const isOver = (status: JobStatus): boolean => OVER.includes(status);

/** Points by step, each once; of two with one step the later one counts. */
export function joinSeries(before: Point[], after: Point[]): Point[] {
  const byStep = new Map(before.map((point) => [point.step, point]));
  for (const point of after) byStep.set(point.step, point);
  return [...byStep.values()].sort((a, b) => a.step - b.step);
}

/** A job with what an event says about it; the event carries only its newest points. */
export function joinJob(before: Job, event: Job): Job {
  return { ...before, ...event, series: joinSeries(before.series, event.series) };
}
