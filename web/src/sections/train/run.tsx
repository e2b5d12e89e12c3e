import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { api } from '../../api/client';
import { isOver } from '../../api/jobs';
import { useJob } from '../../api/queries';
import type { Job, JobStatus, Point } from '../../api/types';
import { count, decimal, duration } from '../../format';
import { Scroll } from '../../parts/scroll';
import { Failure, Loading, Show } from '../../parts/states';
import { href } from '../../route';

const Curve = lazy(() => import('./curve'));

const WORDS: Record<JobStatus, string> = {
  queued: 'Waiting for its turn',
  training: 'Training',
  indexing: 'Indexing, so that answers can be traced to records',
  anchoring: 'Anchoring on chain',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

function PointTable({ series }: { series: Point[] }) {
  return (
    <details>
      <summary>The curve as a table</summary>
      <Scroll label="Points of the curve" tall>
        <table>
          <caption className="visually-hidden">Loss at each step</caption>
          <thead>
            <tr>
              <th scope="col" className="number">
                Step
              </th>
              <th scope="col" className="number">
                Train loss
              </th>
              <th scope="col" className="number">
                Eval loss
              </th>
              <th scope="col" className="number">
                Learning rate
              </th>
              <th scope="col" className="number">
                Gradient norm
              </th>
            </tr>
          </thead>
          <tbody>
            {series.map((point) => (
              <tr key={point.step}>
                <td className="number">{point.step}</td>
                {[point.train_loss, point.eval_loss, point.lr, point.grad_norm].map((value, index) => (
                  <td key={index} className="number">
                    {value == null ? '–' : decimal(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}

function Facts({ job }: { job: Job }) {
  const facts: [string, string][] = [
    [job.status === 'indexing' ? 'Records indexed' : 'Step', `${count(job.step)} of ${count(job.steps)}`],
  ];
  if (job.train_loss != null) facts.push(['Train loss', decimal(job.train_loss)]);
  if (job.eval_loss != null) facts.push(['Eval loss', decimal(job.eval_loss)]);
  if (job.tokens_per_s != null) facts.push(['Tokens a second', count(job.tokens_per_s)]);
  if (job.eta_s != null && !isOver(job.status)) facts.push(['Left', duration(job.eta_s)]);
  return (
    <dl className="facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Outcome({ job }: { job: Job }) {
  if (job.status === 'failed') {
    return <Failure error={new Error(job.error ?? 'The run failed; the node gave no reason.')} />;
  }
  if (job.status !== 'done') return null;
  return (
    <p className="done">
      The adapter is ready. <a href={href('chat', job.adapter_name)}>Ask it something</a>.
    </p>
  );
}

/** One training run, live. */
export function Run({ id }: { id: string }) {
  const client = useQueryClient();
  const query = useJob(id);
  const cancel = useMutation({ mutationFn: () => api.cancelJob(id), onSettled: () => client.invalidateQueries() });
  return (
    <Show query={query} what="the run">
      {(job) => {
        const { series } = job;
        return (
          <section className="stack mid" aria-labelledby="run">
            <div className="row spread">
              <div>
                <h2 id="run">{job.adapter_name}</h2>
                <p className="soft" role="status">
                  {WORDS[job.status]}
                </p>
              </div>
              {!isOver(job.status) && (
                <button type="button" className="button" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
                  Cancel run
                </button>
              )}
            </div>
            {!isOver(job.status) && <progress aria-label="Progress of the run" value={job.step} max={Math.max(job.steps, 1)} />}
            <Facts job={job} />
            {cancel.isError && <Failure error={cancel.error} />}
            <Outcome job={job} />
            {series.length > 0 ? (
              <>
                <Suspense fallback={<Loading what="the curve" />}>
                  <Curve series={series} name={job.adapter_name} />
                </Suspense>
                <PointTable series={series} />
              </>
            ) : (
              !isOver(job.status) && <p className="soft">The curve begins with the first step.</p>
            )}
          </section>
        );
      }}
    </Show>
  );
}
