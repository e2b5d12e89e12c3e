import type { SplitRow, Wei } from './api/types';

/** What one account gets in one role, over all records of an answer. */
export interface AccountShare extends Pick<SplitRow, 'role' | 'account' | 'account_name'> {
  amount_wei: Wei;
  /** How many rows of the split were added up. */
  parts: number;
}

/** Adds up the rows of a split that go to one account in one role; order and total stay. */
export function byAccount(split: SplitRow[]): AccountShare[] {
  const sums = new Map<string, AccountShare>();
  for (const { role, account, account_name, amount_wei } of split) {
    const key = `${role} ${account}`;
    const before = sums.get(key);
    sums.set(key, {
      role,
      account,
      account_name,
      amount_wei: (BigInt(before?.amount_wei ?? 0) + BigInt(amount_wei)).toString(),
      parts: (before?.parts ?? 0) + 1,
    });
  }
  return [...sums.values()];
}
