import { api } from '../../api/client';
import { useAccount } from '../../api/queries';
import type { AccountDetail, Line } from '../../api/types';
import { count, csvRow, share } from '../../format';
import { Scroll } from '../../parts/scroll';
import { Show } from '../../parts/states';
import { Amount, Id, save } from '../../parts/value';
import { reasonWords } from '../../reasons';
import { href } from '../../route';

const HEAD = ['period', 'receipt', 'role', 'datanet', 'record', 'question', 'share_ppm', 'amount_wei', 'why'] as const;

function exportLines({ name, lines }: AccountDetail) {
  const rows = lines.map((line) => csvRow(HEAD.map((field) => line[field] ?? '')));
  save(`openledger-${name}.csv`, 'text/csv', `${[csvRow([...HEAD]), ...rows].join('\r\n')}\r\n`);
}

function Lines({ lines, name }: { lines: Line[]; name: string }) {
  return (
    <Scroll label={`Payments to ${name}`} tall>
      <table>
        <caption className="visually-hidden">Why {name} earned each amount</caption>
        <thead>
          <tr>
            <th scope="col">For</th>
            <th scope="col">Why this amount</th>
            <th scope="col" className="number">
              Share
            </th>
            <th scope="col" className="number">
              Amount
            </th>
            <th scope="col">Period</th>
            <th scope="col">Receipt</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line, index) => (
            <tr key={index}>
              <td className="words">
                {line.question ?? line.role}
                <div className="small soft">
                  {line.role}
                  {line.datanet && ` · ${line.datanet}`}
                </div>
              </td>
              <td className="words small">{line.why}</td>
              <td className="number">{line.share_ppm == null ? '–' : share(line.share_ppm)}</td>
              <td className="number">
                <Amount wei={line.amount_wei} />
              </td>
              <td>{line.period ?? 'open'}</td>
              <td>
                <a href={api.receiptUrl(line.receipt)} download={`receipt-${line.receipt.slice(2, 10)}.json`}>
                  <Id id={line.receipt} />
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** One account: every amount with its reason, and the records that earned nothing with theirs. */
export function Why({ name }: { name: string }) {
  return (
    <section className="sheet stack mid" aria-labelledby="why">
      <div className="row spread">
        <h2 id="why">{name}: what and why</h2>
        <a href={href('rewards')}>Close</a>
      </div>
      <Show query={useAccount(name)} what={name}>
        {(account) => (
          <>
            {account.lines.length === 0 ? (
              <p className="soft">
                Nothing earned yet. An account earns when an answer is attributed to a record it contributed, or when it owns the Datanet or
                runs the model.
              </p>
            ) : (
              <>
                <Lines lines={account.lines} name={name} />
                <div>
                  <button type="button" className="button slim" onClick={() => exportLines(account)}>
                    Export CSV
                  </button>
                </div>
              </>
            )}
            {account.zeros && account.zeros.length > 0 && (
              <div className="stack tight">
                <h3>Why zero</h3>
                <table>
                  <caption className="visually-hidden">Records of {name} that earned nothing</caption>
                  <tbody>
                    {account.zeros.map((zero) => (
                      <tr key={zero.record}>
                        <td>
                          <Id id={zero.record} />
                        </td>
                        <td className="words">{reasonWords(zero.reason)}</td>
                        <td className="number soft">{zero.uses === 1 ? '1 use' : `${count(zero.uses)} uses`}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </>
        )}
      </Show>
    </section>
  );
}
