import { useDeferredValue, useState } from 'react';
import { useRecords } from '../../api/queries';
import type { RecordRow } from '../../api/types';
import { count } from '../../format';
import { Scroll } from '../../parts/scroll';
import { Empty, Show } from '../../parts/states';
import { Amount, Id, Who } from '../../parts/value';

const PAGE = 12;

function Rows({ rows }: { rows: RecordRow[] }) {
  return (
    <Scroll label="Records">
      <table>
        <caption className="visually-hidden">Records, their contributors and what they earned</caption>
        <thead>
          <tr>
            <th scope="col">Question</th>
            <th scope="col">Answer</th>
            <th scope="col">Contributor</th>
            <th scope="col" className="number">
              Uses
            </th>
            <th scope="col" className="number">
              Earned
            </th>
            <th scope="col">Id</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td className="words">{row.question}</td>
              <td className="words">{row.answer}</td>
              <td>
                <Who name={row.contributor_name} address={row.contributor} />
              </td>
              <td className="number">{count(row.uses)}</td>
              <td className="number">
                <Amount wei={row.earned_wei} />
              </td>
              <td>
                <Id id={row.id} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** The records of a Datanet: searched by the node, one page at a time. */
export function Records({ datanet }: { datanet: string }) {
  const [search, setSearch] = useState('');
  const [offset, setOffset] = useState(0);
  const q = useDeferredValue(search.trim());
  const records = useRecords(datanet, offset, PAGE, q);
  return (
    <section className="stack" aria-labelledby="records">
      <div className="row spread ends">
        <h2 id="records">Records</h2>
        <label className="field">
          <span className="visually-hidden">Search records</span>
          <input
            type="search"
            placeholder="Search records"
            value={search}
            onChange={({ target }) => {
              setSearch(target.value);
              setOffset(0);
            }}
          />
        </label>
      </div>
      <Show query={records} what="records">
        {({ total, records: rows }) => {
          if (total === 0) {
            return q ? (
              <Empty title={`No record matches “${q}”`}>
                <button type="button" className="plain" onClick={() => setSearch('')}>
                  Show all records
                </button>
              </Empty>
            ) : (
              <Empty title="No records yet">
                <p>Drop a file or paste some lines above. Each line gets a verdict at once.</p>
              </Empty>
            );
          }
          const last = Math.min(offset + PAGE, total);
          return (
            <>
              <Rows rows={rows} />
              <div className="row spread">
                <span className="soft small" role="status">
                  {count(Math.min(offset + 1, total))}–{count(last)} of {count(total)}
                </span>
                <div className="row">
                  <button type="button" className="button slim" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE))}>
                    Previous
                  </button>
                  <button type="button" className="button slim" disabled={last >= total} onClick={() => setOffset(offset + PAGE)}>
                    Next
                  </button>
                </div>
              </div>
            </>
          );
        }}
      </Show>
    </section>
  );
}
