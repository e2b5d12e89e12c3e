import type { Source } from '../api/types';
import { compact, count } from '../format';

/** The four kinds of evidence: each has its own word, mark and border, never colour alone. */
const CLASSES: Record<string, { label: string; means: string; path: string }> = {
  cited: {
    label: 'Cited',
    means: 'The record stood before the model while it answered.',
    path: 'M3 4h4v4c0 2-1 3.5-3 4M9 4h4v4c0 2-1 3.5-3 4',
  },
  verbatim: {
    label: 'Same words',
    means: 'A run of words of the answer stands in the record, letter for letter. That is a match, not a cause.',
    path: 'M2 6h12M2 10h12',
  },
  influence: {
    label: 'Influence',
    means: 'An estimate of how far training on this record moved the model towards this answer.',
    path: 'M1.5 8c2-5 4-5 6.5 0s4.5 5 6.5 0',
  },
  lineage: {
    label: 'In the training set',
    means: 'The record belongs to the snapshot that the adapter was trained on.',
    path: 'M8 2v12M8 6l5-3M8 10l-5-3',
  },
};

export function EvidenceBadge({ kind, score }: { kind: string; score?: number | null | undefined }) {
  const known = CLASSES[kind];
  const shown = score == null ? null : kind === 'verbatim' ? `${count(score)} tokens` : compact(score);
  const title = score == null || !known ? known?.means : `${known.means} Score: ${count(score)}`;
  return (
    <span className={`class ${kind}`} title={title}>
      <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" aria-hidden="true">
        <path d={known?.path ?? ''} />
      </svg>
      {known?.label ?? kind}
      {shown && <span className="soft">{shown}</span>}
    </span>
  );
}

export function Evidence({ source }: { source: Source }) {
  return (
    <div className="evidence">
      {source.evidence.map(({ class: kind, score }, index) => (
        <EvidenceBadge key={index} kind={kind} score={score} />
      ))}
    </div>
  );
}

/** What each kind of evidence means, and what it does not. */
export function EvidenceLegend() {
  return (
    <dl className="legend">
      {Object.entries(CLASSES).map(([kind, { means }]) => (
        <div key={kind}>
          <dt>
            <EvidenceBadge kind={kind} />
          </dt>
          <dd>{means}</dd>
        </div>
      ))}
    </dl>
  );
}
