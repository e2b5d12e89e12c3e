import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, type TrainRequest } from '../api/client';
import { isOver } from '../api/jobs';
import { useDatanets, useJobs } from '../api/queries';
import type { Datanet, Job } from '../api/types';
import { decimal } from '../format';
import { Scroll } from '../parts/scroll';
import { Empty, Failure, Show } from '../parts/states';
import { href } from '../route';
import { Run } from './train/run';

const PRESETS: { id: TrainRequest['preset']; label: string; words: string }[] = [
  { id: 'quick', label: 'Quick', words: 'Fewest steps, to see that it works' },
  { id: 'balanced', label: 'Balanced', words: 'Longer, for everyday use' },
  { id: 'thorough', label: 'Thorough', words: 'Longest, for the best answers' },
];

function Start({ datanets, wanted }: { datanets: Datanet[]; wanted: string | null }) {
  const client = useQueryClient();
  const ready = datanets.filter((datanet) => datanet.snapshots > 0);
  const [chosen, setChosen] = useState('');
  const [preset, setPreset] = useState<TrainRequest['preset']>('quick');
  const [name, setName] = useState('');
  const datanet = chosen || ready.find(({ name }) => name === wanted)?.name || ready[0]?.name || '';
  const start = useMutation({
    mutationFn: () => api.train(datanet, { preset, ...(name.trim() ? { name: name.trim() } : {}) }),
    onSuccess: async (job) => {
      await client.invalidateQueries({ queryKey: ['jobs'] });
      location.hash = href('train', job.id);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate();
  };
  if (ready.length === 0) {
    return (
      <Empty title="Nothing to train on yet">
        <p>Training needs a snapshot. Contribute some records to a Datanet and freeze them.</p>
        <a className="button primary" href={href('datanets')}>
          Go to Datanets
        </a>
      </Empty>
    );
  }
  return (
    <form className="sheet stack" onSubmit={submit} aria-labelledby="start-title">
      <h2 id="start-title">Train an adapter</h2>
      <label className="field">
        <span>Datanet</span>
        <select value={datanet} onChange={({ target }) => setChosen(target.value)}>
          {ready.map((option) => (
            <option key={option.id}>{option.name}</option>
          ))}
        </select>
        <small>Its latest snapshot is used.</small>
      </label>
      <fieldset>
        <legend>Preset</legend>
        <div className="presets">
          {PRESETS.map(({ id, label, words }) => (
            <label key={id} className="preset">
              <input type="radio" name="preset" checked={preset === id} onChange={() => setPreset(id)} />
              <strong>{label}</strong>
              <small>{words}</small>
            </label>
          ))}
        </div>
      </fieldset>
      <label className="field">
        <span>Adapter’s name (optional)</span>
        <input value={name} onChange={({ target }) => setName(target.value)} placeholder={datanet} autoComplete="off" />
        <small>This is the model name in the API.</small>
      </label>
      {start.isError && <Failure error={start.error} />}
      <button className="button primary" disabled={start.isPending}>
        {start.isPending ? 'Starting' : 'Start training'}
      </button>
    </form>
  );
}

function History({ jobs, chosen }: { jobs: Job[]; chosen: string }) {
  return (
    <section className="stack" aria-labelledby="history">
      <h2 id="history">All runs</h2>
      <Scroll label="Training runs">
        <table>
          <caption className="visually-hidden">Training runs, newest first</caption>
          <thead>
            <tr>
              <th scope="col">Adapter</th>
              <th scope="col">Datanet</th>
              <th scope="col">State</th>
              <th scope="col" className="number">
                Steps
              </th>
              <th scope="col" className="number">
                Train loss
              </th>
              <th scope="col" className="number">
                Eval loss
              </th>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <tr key={job.id} className={job.id === chosen ? 'chosen' : undefined}>
                <td>
                  <a href={href('train', job.id)} aria-current={job.id === chosen || undefined}>
                    {job.adapter_name}
                  </a>
                </td>
                <td>{job.datanet}</td>
                <td>
                  <span className={job.status === 'failed' ? 'tag bad' : job.status === 'done' ? 'tag' : 'tag on'}>{job.status}</span>
                </td>
                <td className="number">
                  {job.step} / {job.steps}
                </td>
                <td className="number">{job.train_loss == null ? '–' : decimal(job.train_loss)}</td>
                <td className="number">{job.eval_loss == null ? '–' : decimal(job.eval_loss)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

/** `wanted` is a run to show, or a Datanet to train on. */
export function Train({ wanted }: { wanted: string | null }) {
  const datanets = useDatanets();
  const jobs = useJobs();
  const newestFirst = jobs.data?.toSorted((a, b) => b.time_s - a.time_s) ?? [];
  const run = newestFirst.find(({ id }) => id === wanted) ?? newestFirst.find(({ status }) => !isOver(status)) ?? newestFirst[0];
  return (
    <div className="stack wide">
      <div className="stack">
        <h1 tabIndex={-1}>Training</h1>
        <p className="lead">A LoRA adapter teaches the base model one Datanet. Its weights and the index that traces answers back to records are anchored on chain.</p>
      </div>
      <div className="split">
        <Show query={jobs} what="training runs">
          {() =>
            run ? (
              <Run key={run.id} id={run.id} />
            ) : (
              <Empty title="No run yet">
                <p>The curve of the first run will be drawn here while it trains.</p>
              </Empty>
            )
          }
        </Show>
        <Show query={datanets} what="Datanets">
          {(list) => <Start datanets={list} wanted={wanted} />}
        </Show>
      </div>
      {run && <History jobs={newestFirst} chosen={run.id} />}
    </div>
  );
}
