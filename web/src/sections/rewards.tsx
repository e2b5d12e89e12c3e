import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { useAccounts, usePeriods, useStatus } from '../api/queries';
import type { Account, Period } from '../api/types';
import { count, csvRow, moment } from '../format';
import { Scroll } from '../parts/scroll';
import { Empty, Failure, Show } from '../parts/states';
import { Amount, Id, save } from '../parts/value';
import { href } from '../route';
import { Balance } from './rewards/balance';
import { Why } from './rewards/why';

function ClosePeriod() {
  const client = useQueryClient();
  const periods = usePeriods();
  const close = useMutation({ mutationFn: api.closePeriod, onSettled: () => client.invalidateQueries() });
  return (
    <section className="sheet stack" aria-labelledby="open-period">
      <h2 id="open-period">Open period</h2>
      <Show query={periods} what="periods">
        {({ open }) => (
          <>
            <dl className="facts">
              <div>
                <dt>Receipts waiting</dt>
                <dd>{count(open.receipts)}</dd>
              </div>
              <div>
                <dt>Fees waiting</dt>
                <dd>
                  <Amount wei={open.fees_wei} />
                </dd>
              </div>
            </dl>
            <p className="small soft">
              {open.receipts > 0
                ? 'Closing posts one Merkle root on chain; everyone can claim against it once its challenge window is over.'
                : 'Nothing waits. Ask an adapter something, and its receipt appears here.'}
            </p>
            <div className="row">
              <button
                type="button"
                className="button primary"
                disabled={open.receipts === 0 || close.isPending}
                onClick={() => close.mutate()}
              >
                {close.isPending ? 'Closing' : 'Close period'}
              </button>
              {open.receipts === 0 && (
                <a className="button" href={href('chat')}>
                  Ask something
                </a>
              )}
            </div>
          </>
        )}
      </Show>
      {close.isError && <Failure error={close.error} />}
      {close.isSuccess && (
        <p className="done" role="status">
          Period {close.data.number} pays <Amount wei={close.data.period_wei} /> to {count(close.data.accounts)} accounts.
        </p>
      )}
    </section>
  );
}

/** Where a period stands: until when it can be disputed, or that it can be claimed. */
function Standing({ period }: { period: Period }) {
  if (period.status === 'pending' && period.activates_s != null) {
    return <span className="soft">pending until {moment(period.activates_s)}</span>;
  }
  return <>{period.status}</>;
}

function Periods({ periods, disabled }: { periods: Period[]; disabled: Period[] }) {
  if (periods.length + disabled.length === 0) return <p className="soft">No period has been closed yet.</p>;
  return (
    <Scroll label="Closed periods">
      <table>
        <caption className="visually-hidden">Closed periods, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Period</th>
            <th scope="col">Closed</th>
            <th scope="col">Status</th>
            <th scope="col">Root</th>
            <th scope="col" className="number">
              Receipts
            </th>
            <th scope="col" className="number">
              Accounts
            </th>
            <th scope="col" className="number">
              Paid
            </th>
          </tr>
        </thead>
        <tbody>
          {[...disabled, ...periods]
            .sort((a, b) => b.number - a.number)
            .map((period) => (
              <tr key={period.id}>
                <td>{period.number}</td>
                <td>{moment(period.time_s)}</td>
                <td>
                  <Standing period={period} />
                </td>
                <td>
                  <Id id={period.root} />
                </td>
                <td className="number">{count(period.receipts)}</td>
                <td className="number">{count(period.accounts)}</td>
                <td className="number">
                  <Amount wei={period.period_wei} />
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function exportAccounts(accounts: Account[]) {
  const rows = accounts.map(({ name, address, earned_wei, claimable_wei, claimed_wei }) => [name, address, earned_wei, claimable_wei, claimed_wei]);
  const head = ['name', 'address', 'earned_wei', 'claimable_wei', 'claimed_wei'];
  save('openledger-accounts.csv', 'text/csv', `${[head, ...rows].map(csvRow).join('\r\n')}\r\n`);
}

function Accounts({ accounts, chosen }: { accounts: Account[]; chosen: string | null }) {
  const client = useQueryClient();
  const claim = useMutation({ mutationFn: (name?: string) => api.claim(name), onSettled: () => client.invalidateQueries() });
  const due = accounts.some(({ claimable_wei, pending_wei }) => BigInt(claimable_wei) + BigInt(pending_wei) > 0n);
  const rows = [...accounts].sort((a, b) => (BigInt(b.earned_wei) > BigInt(a.earned_wei) ? 1 : -1));
  return (
    <section className="stack" aria-labelledby="accounts">
      <div className="row spread">
        <h2 id="accounts">Accounts</h2>
        <div className="row">
          <button type="button" className="button slim" onClick={() => exportAccounts(rows)}>
            Export CSV
          </button>
          <button type="button" className="button slim primary" disabled={!due || claim.isPending} onClick={() => claim.mutate(undefined)}>
            {claim.isPending ? 'Claiming' : 'Claim all'}
          </button>
        </div>
      </div>
      {claim.isError && <Failure error={claim.error} />}
      {claim.isSuccess && (
        <p className="done" role="status">
          {claim.data.map(({ name, account, paid_wei }, index) => (
            <span key={account}>
              {index > 0 && ', '}
              {name ?? account} received <Amount wei={paid_wei} />
            </span>
          ))}
          {claim.data.length === 0 && 'There was nothing to claim.'}
        </p>
      )}
      <Scroll label="Accounts">
        <table>
          <caption className="visually-hidden">What each account earned, can claim and has claimed</caption>
          <thead>
            <tr>
              <th scope="col">Account</th>
              <th scope="col" className="number">
                Earned
              </th>
              <th scope="col" className="number">
                Claimable
              </th>
              <th scope="col" className="number">
                Claimed
              </th>
              <th scope="col">
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((account) => (
              <tr key={account.address} className={account.name === chosen ? 'chosen' : undefined}>
                <td>
                  <a href={href('rewards', account.name)} aria-current={account.name === chosen || undefined}>
                    {account.name}
                  </a>{' '}
                  <span className="soft small">
                    <Id id={account.address} />
                  </span>
                </td>
                <td className="number">
                  <Amount wei={account.earned_wei} />
                </td>
                <td className="number">
                  <Amount wei={account.claimable_wei} />
                  {BigInt(account.pending_wei) > 0n && (
                    <div className="small soft">
                      <Amount wei={account.pending_wei} /> pending
                    </div>
                  )}
                </td>
                <td className="number">
                  <Amount wei={account.claimed_wei} />
                </td>
                <td className="number">
                  {BigInt(account.claimable_wei) > 0n && (
                    <button type="button" className="button slim" disabled={claim.isPending} onClick={() => claim.mutate(account.name)}>
                      Claim<span className="visually-hidden"> for {account.name}</span>
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

export function Rewards({ account }: { account: string | null }) {
  const status = useStatus();
  const accounts = useAccounts();
  const periods = usePeriods();
  return (
    <div className="stack wide">
      <div className="stack mid">
        <h1 tabIndex={-1}>Rewards</h1>
        <Show query={status} what="totals">
          {(data) => <Balance status={data} />}
        </Show>
      </div>
      {account !== null && <Why key={account} name={account} />}
      <div className="split">
        <Show query={accounts} what="accounts">
          {(list) =>
            list.length === 0 ? (
              <Empty title="No accounts yet">
                <p>An account appears with its first contribution.</p>
                <a className="button primary" href={href('datanets')}>
                  Contribute records
                </a>
              </Empty>
            ) : (
              <Accounts accounts={list} chosen={account} />
            )
          }
        </Show>
        <ClosePeriod />
      </div>
      <section className="stack" aria-labelledby="periods">
        <h2 id="periods">Closed periods</h2>
        <Show query={periods} what="closed periods">
          {(data) => <Periods periods={data.periods} disabled={data.disabled ?? []} />}
        </Show>
      </section>
    </div>
  );
}
