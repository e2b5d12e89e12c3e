import type { ReactNode } from 'react';
import { useLive, type Happening } from '../api/live';
import { useCompletions, useStatus } from '../api/queries';
import type { Adapter, Claim, CompletionRow, ContributionReport, Job, Period, Snapshot } from '../api/types';
import { count, share } from '../format';
import { nextStep } from '../journey';
import { Empty, Show } from '../parts/states';
import { Amount, Who } from '../parts/value';
import { href } from '../route';

/** One event as a sentence. */
function Sentence({ event, data }: Happening): ReactNode {
  switch (event) {
    case 'contribution': {
      const report = data as unknown as ContributionReport;
      return `${report.datanet}: ${count(report.accepted)} records accepted, ${count(report.rejected)} rejected`;
    }
    case 'snapshot': {
      const snapshot = data as unknown as Snapshot;
      return `${snapshot.datanet}: ${count(snapshot.records)} records frozen in a snapshot`;
    }
    case 'job': {
      const job = data as unknown as Job;
      return `${job.adapter_name}: ${job.status === 'training' ? 'training started' : job.status}`;
    }
    case 'adapter':
      return `${(data as unknown as Adapter).name}: adapter ready`;
    case 'completion': {
      const { model, fee_wei, top } = data as unknown as CompletionRow;
      return (
        <>
          {model} answered for <Amount wei={fee_wei} />
          {top && `, ${share(top.share_ppm)} of it from ${top.contributor_name ?? 'one record'}`}
        </>
      );
    }
    case 'period': {
      const period = data as unknown as Period;
      return (
        <>
          Period {period.number} pays <Amount wei={period.period_wei} /> to {count(period.accounts)} accounts
        </>
      );
    }
    case 'claim': {
      const claim = data as unknown as Claim;
      return (
        <>
          <Who name={claim.name} address={claim.account} /> claimed <Amount wei={claim.paid_wei} />
        </>
      );
    }
    default:
      return event;
  }
}

function Feed() {
  const { feed } = useLive();
  if (feed.length === 0) return <p className="soft">Nothing since you opened this page. New events appear by themselves.</p>;
  return (
    <ol className="feed" aria-live="polite">
      {feed.slice(0, 12).map((happening) => (
        <li key={happening.key}>
          <time dateTime={happening.at.toISOString()}>{happening.at.toLocaleTimeString()}</time>
          <span>
            <Sentence {...happening} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Answers() {
  return (
    <Show query={useCompletions(8)} what="answers">
      {(completions) =>
        completions.length === 0 ? (
          <Empty title="No answers yet">
            <p>The first question to a trained adapter appears here, with whom it paid.</p>
          </Empty>
        ) : (
          <ol className="answers">
            {completions.map((row) => (
              <li key={row.id}>
                <q>{row.prompt}</q>
                <strong>{row.answer}</strong>
                <span className="small soft">
                  {row.model} · <Amount wei={row.fee_wei} /> ·{' '}
                  {row.top ? (
                    <>
                      {share(row.top.share_ppm)} from {row.top.contributor_name ?? 'one record'}
                    </>
                  ) : (
                    'no record credited'
                  )}
                </span>
              </li>
            ))}
          </ol>
        )
      }
    </Show>
  );
}

export function Overview() {
  const status = useStatus();
  return (
    <div className="stack wide">
      <div className="stack mid">
        <h1 className="hero" tabIndex={-1}>
          Every answer pays the people whose records it came from.
        </h1>
        <p className="lead">
          People contribute records. A small model learns them. Each answer shows which records it rests on, and its fee is split among
          their contributors.
        </p>
        <Show query={status} what="the node’s state">
          {(data) => {
            const next = nextStep(data);
            return (
              <div className="row">
                <a className="button primary" href={href(next.section)}>
                  {next.action}
                </a>
                <span className="soft">
                  Next of the seven steps: {next.step}
                </span>
              </div>
            );
          }}
        </Show>
      </div>
      <div className="split">
        <section className="stack" aria-labelledby="latest">
          <h2 id="latest">Latest answers</h2>
          <Answers />
        </section>
        <section className="stack" aria-labelledby="now">
          <h2 id="now">Happening now</h2>
          <Feed />
        </section>
      </div>
    </div>
  );
}
