import type { Status } from './api/types';
import type { Section } from './route';

export type Step = 'contribute' | 'snapshot' | 'train' | 'complete' | 'attribute' | 'pay out' | 'claim';

/** The first step that has something left to do, what it is, and where. */
export interface Next {
  step: Step;
  action: string;
  section: Section;
}

/** Which way the journey goes on from here, read off the counters alone. */
export function nextStep({ counts, period, totals }: Pick<Status, 'counts' | 'period' | 'totals'>): Next {
  if (counts.datanets === 0) return { step: 'contribute', action: 'Create the first Datanet', section: 'datanets' };
  if (counts.records === 0) return { step: 'contribute', action: 'Contribute the first records', section: 'datanets' };
  if (counts.snapshots === 0) return { step: 'snapshot', action: 'Freeze a snapshot', section: 'datanets' };
  if (counts.adapters === 0) return { step: 'train', action: 'Train the first adapter', section: 'train' };
  if (counts.completions === 0) return { step: 'complete', action: 'Ask the first question', section: 'chat' };
  if (BigInt(totals.claimed_wei) < BigInt(totals.paid_wei)) return { step: 'claim', action: 'Claim what was paid out', section: 'rewards' };
  if (period.open_receipts > 0) return { step: 'pay out', action: 'Close the period and pay out', section: 'rewards' };
  return { step: 'complete', action: 'Ask another question', section: 'chat' };
}
