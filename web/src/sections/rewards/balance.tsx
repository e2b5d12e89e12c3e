import type { Status } from '../../api/types';
import { exactWei } from '../../format';
import { Amount } from '../../parts/value';

/** Fees in and money out, to the wei; when they differ, by how much. */
export function Balance({ status }: { status: Status }) {
  const { totals, period } = status;
  const into = BigInt(totals.fees_wei);
  const claimed = BigInt(totals.claimed_wei);
  const pending = BigInt(totals.pending_wei);
  const claimable = BigInt(totals.paid_wei) - pending - claimed;
  const waiting = BigInt(period.open_fees_wei);
  const gap = into - claimed - claimable - pending - waiting;
  const parts: [string, bigint][] = [
    ['Claimed', claimed],
    ['Claimable', claimable],
    ['In periods that can still be disputed', pending],
    ['Waiting for the period to close', waiting],
  ];
  return (
    <section className="sheet stack" aria-label="Every wei accounted for">
      <div className="balance">
        <dl>
          <dt>Fees in</dt>
          <dd>
            <Amount wei={totals.fees_wei} />
          </dd>
        </dl>
        <span className={gap === 0n ? 'sign' : 'sign off'} aria-hidden="true">
          {gap === 0n ? '=' : '≠'}
        </span>
        <dl className="parts">
          {parts.map(([label, wei]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <Amount wei={wei.toString()} />
              </dd>
            </div>
          ))}
        </dl>
      </div>
      <p className="small soft" role="status">
        {gap === 0n
          ? `In and out are equal to the wei: ${exactWei(totals.fees_wei)}.`
          : `In and out differ by ${exactWei(gap.toString())}. Please report this with the node’s log.`}
      </p>
    </section>
  );
}
