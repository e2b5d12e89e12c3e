import { expect, test } from 'vitest';
import { nextStep } from './journey';

const none = { datanets: 0, records: 0, contributors: 0, snapshots: 0, adapters: 0, completions: 0 };
const check = (counts: Partial<typeof none>, open_receipts: number, paid_wei: string, claimed_wei: string) =>
  nextStep({
    counts: { ...none, ...counts },
    period: { open_receipts, open_fees_wei: '0', closed: 0, active: 0, pending: 0 },
    totals: {
      fees_wei: '0',
      paid_wei,
      claimed_wei,
      pending_wei: '0',
      uncollected_wei: '0',
      treasury_wei: '0',
      validators_wei: '0',
      burnt_wei: '0',
    },
  }).step;

test('walks the seven steps', () => {
  expect(check({}, 0, '0', '0')).toBe('contribute');
  expect(check({ datanets: 1 }, 0, '0', '0')).toBe('contribute');
  expect(check({ datanets: 1, records: 9 }, 0, '0', '0')).toBe('snapshot');
  expect(check({ datanets: 1, records: 9, snapshots: 1 }, 0, '0', '0')).toBe('train');
  expect(check({ datanets: 1, records: 9, snapshots: 1, adapters: 1 }, 0, '0', '0')).toBe('complete');
  const asked = { datanets: 1, records: 9, snapshots: 1, adapters: 1, completions: 2 };
  expect(check(asked, 2, '0', '0')).toBe('pay out');
  expect(check(asked, 0, '9007199254740993', '9007199254740992')).toBe('claim');
  expect(check(asked, 0, '5', '5')).toBe('complete');
});
