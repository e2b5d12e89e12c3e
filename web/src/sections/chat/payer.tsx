import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ApiError } from '../../api/client';
import { useAccounts } from '../../api/queries';
import { parseOpen } from '../../format';
import { AccountChoice } from '../../parts/account';
import { Failure } from '../../parts/states';
import { Amount } from '../../parts/value';

/** Puts money into escrow, from which answers are paid. */
export function Deposit({ account, done }: { account: string; done?: () => void }) {
  const client = useQueryClient();
  const [text, setText] = useState('1');
  const wei = parseOpen(text);
  const deposit = useMutation({
    mutationFn: (amount: string) => api.deposit(account, amount),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['accounts'] });
      done?.();
    },
  });
  return (
    <div className="stack tight">
      <div className="row ends">
        <label className="field">
          <span>Deposit, in OPEN</span>
          <input inputMode="decimal" value={text} onChange={({ target }) => setText(target.value)} aria-invalid={wei === null} />
        </label>
        <button type="button" className="button" disabled={wei === null || deposit.isPending} onClick={() => wei && deposit.mutate(wei)}>
          {deposit.isPending ? 'Depositing' : `Deposit for ${account}`}
        </button>
      </div>
      {wei === null && <p className="small">Write a plain amount, such as 0.5.</p>}
      {deposit.isError && <Failure error={deposit.error} />}
    </div>
  );
}

/** Who pays for the answers, and how much is left in escrow. */
export function Payer({ account, onChange }: { account: string; onChange: (name: string) => void }) {
  const { data: accounts } = useAccounts();
  const chosen = accounts?.find(({ name }) => name === account);
  return (
    <div className="stack tight">
      <AccountChoice label="Paid by" value={account} onChange={onChange} />
      {chosen && (
        <p className="small soft">
          <Amount wei={chosen.escrow.available_wei} /> left in escrow
        </p>
      )}
    </div>
  );
}

/** Why an answer did not come; when money is missing, the way to add it. */
export function AskFailure({ error, account, again }: { error: unknown; account: string; again: () => void }) {
  const needed = error instanceof ApiError && error.status === 402 ? error.details : null;
  return (
    <Failure error={error} retry={again}>
      {needed && (
        <>
          {typeof needed.needed_wei === 'string' && typeof needed.available_wei === 'string' && (
            <span>
              Needed: <Amount wei={needed.needed_wei} />. Available: <Amount wei={needed.available_wei} />.
            </span>
          )}
          <Deposit account={account} done={again} />
        </>
      )}
    </Failure>
  );
}
