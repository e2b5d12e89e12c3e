import { api } from '../../api/client';
import type { Attribution, Source } from '../../api/types';
import { share, sumWei } from '../../format';
import { byAccount } from '../../split';
import { Evidence, EvidenceLegend } from '../../parts/evidence';
import { Amount, Id, Who } from '../../parts/value';
import { reasonWords } from '../../reasons';
import { href } from '../../route';

const ROLES: Record<string, string> = {
  contributor: 'Contributor',
  owner: 'Datanet owner',
  host: 'Host, who ran the model',
  validators: 'Validators, who check payouts',
  treasury: 'Treasury',
  burn: 'Burnt',
  unattributed: 'Not attributed to any record',
  residue: 'Rounding residue',
};

function ShareBar({ attribution, near }: { attribution: Attribution; near: string | null }) {
  const { sources, unattributed_ppm } = attribution;
  const label = [
    ...sources.flatMap(({ share_ppm }, index) => (share_ppm > 0 ? [`source ${index + 1}: ${share(share_ppm)}`] : [])),
    `not attributed: ${share(unattributed_ppm)}`,
  ].join(', ');
  return (
    <div className="sharebar" role="img" aria-label={`Shares of this answer: ${label}`}>
      {sources.filter(({ share_ppm }) => share_ppm > 0).map((source) => (
        <i key={source.record} className={near === source.record ? 'near' : ''} style={{ flexGrow: source.share_ppm }} />
      ))}
      <i className="rest" style={{ flexGrow: unattributed_ppm }} />
    </div>
  );
}

interface Card {
  source: Source;
  number: number;
  near: boolean;
  point: (record: string | null) => void;
}

function SourceCard({ source, number, near, point }: Card) {
  return (
    <li
      id={`source-${number}`}
      className={near ? 'source near' : 'source'}
      tabIndex={-1}
      onMouseEnter={() => point(source.record)}
      onMouseLeave={() => point(null)}
      onFocus={() => point(source.record)}
      onBlur={() => point(null)}
    >
      <div className="sharerow">
        <span>
          <span className="ordinal">{number}</span>{' '}
          {source.contributor_name ? (
            <a href={href('rewards', source.contributor_name)}>{source.contributor_name}</a>
          ) : (
            <Who address={source.contributor} />
          )}
        </span>
        <span className="percent">{share(source.share_ppm)}</span>
        <div className="thin" aria-hidden="true">
          <i style={{ width: `${source.share_ppm / 10_000}%` }} />
        </div>
      </div>
      <blockquote>
        {source.question && <span>{source.question}</span>}
        {source.answer}
      </blockquote>
      <Evidence source={source} />
      {reasonWords(source.reason) && <p className="small">{reasonWords(source.reason)}.</p>}
      <p className="small soft">
        {source.datanet && <a href={href('datanets', source.datanet)}>{source.datanet}</a>}
        {source.licence && ` · ${source.licence}`} · <Id id={source.record} />
      </p>
    </li>
  );
}

function Fee({ attribution }: { attribution: Attribution }) {
  return (
    <section className="stack tight" aria-labelledby="fee">
      <div className="row spread">
        <h3 id="fee">Where the fee goes</h3>
        <strong>
          <Amount wei={attribution.fee_wei} />
        </strong>
      </div>
      <table>
        <caption className="visually-hidden">Split of the fee</caption>
        <tbody>
          {byAccount(attribution.split).map((row) => (
            <tr key={row.role + row.account}>
              <td>
                <Who name={row.account_name} address={row.account} />
                <div className="small soft">
                  {ROLES[row.role] ?? row.role}
                  {row.parts > 1 && `, ${row.parts} records`}
                </div>
              </td>
              <td className="number">
                <Amount wei={row.amount_wei} />
              </td>
            </tr>
          ))}
          <tr>
            <td className="soft">Together</td>
            <td className="number">
              <Amount wei={sumWei(attribution.split.map((row) => row.amount_wei))} />
            </td>
          </tr>
        </tbody>
      </table>
    </section>
  );
}

interface Panel {
  attribution: Attribution;
  near: string | null;
  point: (record: string | null) => void;
}

/** The sources in their order; those with neither a share nor marked words stay folded. */
function SourceList({ attribution, near, point }: Panel) {
  const { sources, spans } = attribution;
  const marked = new Set(spans.flatMap(({ records }) => records));
  const numbered = sources.map((source, index) => ({ source, number: index + 1 }));
  const front = numbered.filter(({ source }) => source.share_ppm > 0 || marked.has(source.record));
  const rest = numbered.filter((entry) => !front.includes(entry));
  const card = ({ source, number }: { source: Source; number: number }) => (
    <SourceCard key={source.record} source={source} number={number} near={near === source.record} point={point} />
  );
  return (
    <>
      {front.length === 0 && <p>No strong source: no record is credited for this answer.</p>}
      <ol>{front.map(card)}</ol>
      {rest.length > 0 && (
        <details>
          <summary>{rest.length === 1 ? 'One more record' : `${rest.length} more records`} without a share</summary>
          <ol>{rest.map(card)}</ol>
        </details>
      )}
    </>
  );
}

/** Whose records the answer rests on, how far, and by what evidence. */
export function Sources({ attribution, near, point }: Panel) {
  const { unattributed_ppm, status } = attribution;
  return (
    <div className="sheet stack mid">
      <section className="stack" aria-labelledby="sources">
        <h2 id="sources">Sources</h2>
        {status === 'unavailable' ? (
          <p className="soft">The base model answered alone: no record can be credited, nothing is charged, and there is no receipt.</p>
        ) : (
          <>
            <ShareBar attribution={attribution} near={near} />
            <SourceList attribution={attribution} near={near} point={point} />
            <div className="source">
              <div className="sharerow">
                <span>Not attributed</span>
                <span className="percent">{share(unattributed_ppm)}</span>
                <div className="thin rest" aria-hidden="true">
                  <i style={{ width: `${unattributed_ppm / 10_000}%` }} />
                </div>
              </div>
              <p className="small soft">What no record explains well enough: the base model’s own part.</p>
            </div>
            <details>
              <summary>What the evidence means</summary>
              <EvidenceLegend />
            </details>
          </>
        )}
      </section>
      {attribution.split.length > 0 && <Fee attribution={attribution} />}
      {attribution.id !== '' && (
        <div className="stack tight">
          <a className="button" href={api.receiptUrl(attribution.id)} download={`receipt-${attribution.id.slice(2, 10)}.json`}>
            Download the signed receipt
          </a>
          <p className="small soft">
            Check it without this node: <code>openledger receipt verify FILE</code>
          </p>
        </div>
      )}
    </div>
  );
}
