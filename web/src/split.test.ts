import { expect, test } from 'vitest';
import type { SplitRow } from './api/types';
import { sumWei } from './format';
import { byAccount } from './split';

const row = (role: SplitRow['role'], account: string, amount_wei: string): SplitRow => ({ role, account, account_name: account, amount_wei });

test('adds up by account and role, and loses no wei', () => {
  const split = [
    row('contributor', '0xa', '9007199254740993'),
    row('owner', '0xa', '5'),
    row('contributor', '0xb', '7'),
    row('contributor', '0xa', '1'),
  ];
  const shares = byAccount(split);
  expect(shares.map(({ role, account, amount_wei, parts }) => [role, account, amount_wei, parts])).toEqual([
    ['contributor', '0xa', '9007199254740994', 2],
    ['owner', '0xa', '5', 1],
    ['contributor', '0xb', '7', 1],
  ]);
  expect(sumWei(shares.map(({ amount_wei }) => amount_wei))).toBe(sumWei(split.map(({ amount_wei }) => amount_wei)));
});
