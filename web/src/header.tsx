import { useEffect, useState } from 'react';
import { useJobs, usePeriods, useStatus } from './api/queries';
import { isOver } from './api/jobs';
import { useLive, type EventName } from './api/live';
import type { Status } from './api/types';
import { count, share } from './format';
import { nextStep, type Step } from './journey';
import { Amount } from './parts/value';
import { href, SECTIONS, type Section } from './route';

const TITLES: Record<Section, string> = { datanets: 'Datanets', train: 'Training', chat: 'Chat', rewards: 'Rewards' };

function Mark() {
  return (
    <svg viewBox="0 0 40 16" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="3">
      <path d="M7 8h8m10 0h8" />
      <circle cx="5" cy="8" r="3.5" fill="currentColor" />
      <circle cx="20" cy="8" r="5" />
      <circle cx="35" cy="8" r="3.5" fill="currentColor" />
    </svg>
  );
}

const THEMES = { auto: 'Auto', light: 'Light', dark: 'Dark', contrast: 'Contrast' };
type Theme = keyof typeof THEMES;
const isTheme = (text: string | null): text is Theme => text !== null && text in THEMES;

/** Applies the stored theme; called once before the first paint. */
export function applyTheme() {
  const stored = localStorage.getItem('theme');
  document.documentElement.dataset.theme = isTheme(stored) ? stored : 'auto';
}

function ThemeChoice() {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme ?? 'auto');
  return (
    <label>
      <span className="visually-hidden">Colours</span>
      <select
        value={theme}
        onChange={({ target }) => {
          setTheme(target.value);
          localStorage.setItem('theme', target.value);
          applyTheme();
        }}
      >
        {Object.entries(THEMES).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Top({ section }: { section: Section | null }) {
  const { connected } = useLive();
  const { data: status } = useStatus();
  return (
    <header className="page top">
      <a className="wordmark" href={href(null)} aria-label="OpenLedger, overview">
        <Mark />
        OpenLedger
      </a>
      <nav className="tabs" aria-label="Sections">
        {SECTIONS.map((name) => (
          <a key={name} href={href(name)} aria-current={section === name ? 'page' : undefined}>
            {TITLES[name]}
          </a>
        ))}
      </nav>
      <span className={connected ? 'pulse' : 'pulse off'}>
        {connected === false ? 'Reconnecting' : connected && status ? `Block ${count(status.head.number)}` : 'Connecting'}
      </span>
      <ThemeChoice />
    </header>
  );
}

/** The step that an event belongs to; its dot lights up when one arrives. */
const LIGHTS: Partial<Record<EventName, Step>> = {
  contribution: 'contribute',
  snapshot: 'snapshot',
  job: 'train',
  adapter: 'train',
  completion: 'complete',
  receipt: 'attribute',
  period: 'pay out',
  claim: 'claim',
};

interface Station {
  step: Step;
  section: Section;
  reached: boolean;
  figure: React.ReactNode;
  note: string;
}

const some = (value: number, one: string, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

function stations(status: Status, receipts: number | undefined, training: { step: number; steps: number } | undefined): Station[] {
  const { counts, period, totals } = status;
  const attributed = receipts ?? period.open_receipts;
  const progress = training && training.steps > 0 ? Math.round((training.step / training.steps) * 1_000_000) : 0;
  return [
    {
      step: 'contribute',
      section: 'datanets',
      reached: counts.records > 0,
      figure: count(counts.records),
      note: `records by ${some(counts.contributors, 'person', 'people')}`,
    },
    {
      step: 'snapshot',
      section: 'datanets',
      reached: counts.snapshots > 0,
      figure: count(counts.snapshots),
      note: `${counts.snapshots === 1 ? 'snapshot' : 'snapshots'} of ${some(counts.datanets, 'Datanet')}`,
    },
    {
      step: 'train',
      section: 'train',
      reached: counts.adapters > 0,
      figure: training ? share(progress) : count(counts.adapters),
      note: training ? 'of the run in progress' : counts.adapters === 1 ? 'adapter trained' : 'adapters trained',
    },
    {
      step: 'complete',
      section: 'chat',
      reached: counts.completions > 0,
      figure: count(counts.completions),
      note: counts.completions === 1 ? 'answer given' : 'answers given',
    },
    {
      step: 'attribute',
      section: 'chat',
      reached: attributed > 0,
      figure: count(attributed),
      note: attributed === 1 ? 'signed receipt' : 'signed receipts',
    },
    {
      step: 'pay out',
      section: 'rewards',
      reached: BigInt(totals.paid_wei) > 0n,
      figure: <Amount wei={totals.paid_wei} significant={3} />,
      note: `in ${some(period.closed, 'period')}, ${count(period.open_receipts)} waiting`,
    },
    {
      step: 'claim',
      section: 'rewards',
      reached: BigInt(totals.claimed_wei) > 0n,
      figure: <Amount wei={totals.claimed_wei} significant={3} />,
      note: 'taken home',
    },
  ];
}

/** The seven steps with what has gone through each of them. */
export function Journey() {
  const { data: status } = useStatus();
  const { data: periods } = usePeriods();
  const { data: jobs } = useJobs();
  const { feed } = useLive();
  const newest = feed[0];
  const [lit, setLit] = useState<Step | undefined>();
  useEffect(() => {
    setLit(newest && LIGHTS[newest.event]);
    const timer = setTimeout(() => setLit(undefined), 1_000);
    return () => clearTimeout(timer);
  }, [newest]);

  if (!status) return <div className="journey" aria-hidden="true" />;
  const receipts = periods && periods.open.receipts + periods.periods.reduce((sum, period) => sum + period.receipts, 0);
  const next = nextStep(status);
  return (
    <nav className="journey" aria-label="The journey in seven steps">
      <div className="page">
        <ol>
          {stations(status, receipts, jobs?.find((job) => !isOver(job.status))).map(({ step, section, reached, figure, note }) => {
            const state = ['station', reached && 'reached', next.step === step && 'next', lit === step && 'lit'].filter(Boolean);
            return (
              <li key={step} className={state.join(' ')} aria-current={next.step === step ? 'step' : undefined}>
                <a href={href(section)}>
                  <span className="rail" aria-hidden="true">
                    <span className="dot" />
                  </span>
                  <span className="name">
                    {step[0]?.toUpperCase()}
                    {step.slice(1)}
                  </span>
                  <span className="figure">{figure}</span>
                  <span className="note">{note}</span>
                </a>
              </li>
            );
          })}
        </ol>
      </div>
    </nav>
  );
}
