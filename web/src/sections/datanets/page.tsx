import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client';
import { useDatanet } from '../../api/queries';
import type { DatanetDetail, Snapshot } from '../../api/types';
import { count, moment } from '../../format';
import { Failure, Show } from '../../parts/states';
import { Id, Who } from '../../parts/value';
import { href } from '../../route';
import { Contribute } from './contribute';
import { Records } from './records';

const newest = (snapshots: Snapshot[]) =>
  snapshots.reduce<Snapshot | undefined>((latest, next) => (!latest || next.time_s >= latest.time_s ? next : latest), undefined);

function Freeze({ datanet }: { datanet: DatanetDetail }) {
  const client = useQueryClient();
  const freeze = useMutation({ mutationFn: () => api.freeze(datanet.name), onSuccess: () => client.invalidateQueries() });
  const latest = newest(datanet.snapshot_list);
  const fresh = datanet.records - (latest?.records ?? 0);
  const words = latest
    ? fresh > 0
      ? `${count(fresh)} ${fresh === 1 ? 'record' : 'records'} came after the last snapshot.`
      : 'The last snapshot holds every record.'
    : 'A snapshot fixes the records that an adapter will be trained on.';
  return (
    <div className="stack tight">
      <div className="row">
        <button
          type="button"
          className={fresh > 0 ? 'button primary' : 'button'}
          disabled={freeze.isPending || datanet.records === 0}
          onClick={() => freeze.mutate()}
        >
          {freeze.isPending ? 'Freezing' : 'Freeze snapshot'}
        </button>
        {latest && (
          <a className="button" href={href('train', datanet.name)}>
            Train an adapter
          </a>
        )}
      </div>
      <p className="small soft">{datanet.records === 0 ? 'There is nothing to freeze before the first record.' : words}</p>
      {freeze.isError && <Failure error={freeze.error} />}
      {freeze.isSuccess && (
        <p className="done" role="status">
          {count(freeze.data.records)} records frozen under root <Id id={freeze.data.root} />. <a href={href('train', datanet.name)}>Train on them</a>.
        </p>
      )}
    </div>
  );
}

function Contributors({ datanet }: { datanet: DatanetDetail }) {
  return (
    <section className="stack" aria-labelledby="contributors">
      <h2 id="contributors">Contributors</h2>
      {datanet.contributor_list.length === 0 ? (
        <p className="soft">Nobody yet. The first contributor could be you.</p>
      ) : (
        <table>
          <caption className="visually-hidden">Contributors of {datanet.name}</caption>
          <thead>
            <tr>
              <th scope="col">Contributor</th>
              <th scope="col" className="number">
                Accepted
              </th>
              <th scope="col" className="number">
                Rejected
              </th>
            </tr>
          </thead>
          <tbody>
            {datanet.contributor_list.map((row) => (
              <tr key={row.address}>
                <td>{row.name ? <a href={href('rewards', row.name)}>{row.name}</a> : <Who address={row.address} />}</td>
                <td className="number">{count(row.accepted)}</td>
                <td className="number">{count(row.rejected)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Snapshots({ datanet }: { datanet: DatanetDetail }) {
  return (
    <section className="stack" aria-labelledby="snapshots">
      <h2 id="snapshots">Snapshots</h2>
      {datanet.snapshot_list.length === 0 ? (
        <p className="soft">None yet. Freeze one to make the records trainable.</p>
      ) : (
        <table>
          <caption className="visually-hidden">Snapshots of {datanet.name}</caption>
          <thead>
            <tr>
              <th scope="col">Frozen</th>
              <th scope="col">Root</th>
              <th scope="col" className="number">
                Records
              </th>
            </tr>
          </thead>
          <tbody>
            {[...datanet.snapshot_list]
              .sort((a, b) => b.time_s - a.time_s)
              .map((snapshot) => (
                <tr key={snapshot.id}>
                  <td>{moment(snapshot.time_s)}</td>
                  <td>
                    <Id id={snapshot.root} />
                  </td>
                  <td className="number">{count(snapshot.records)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** One Datanet: its records, who brought them, and what was made of them. */
export function DatanetPage({ name }: { name: string }) {
  return (
    <div className="stack wide">
      <div className="stack">
        <p>
          <a href={href('datanets')}>All Datanets</a>
        </p>
        <h1 tabIndex={-1}>{name}</h1>
        <Show query={useDatanet(name)} what={name}>
          {(datanet) => (
            <div className="stack mid">
              {datanet.description && <p className="lead">{datanet.description}</p>}
              <dl className="facts">
                <div>
                  <dt>Records</dt>
                  <dd>{count(datanet.records)}</dd>
                </div>
                <div>
                  <dt>Contributors</dt>
                  <dd>{count(datanet.contributor_list.length)}</dd>
                </div>
                <div>
                  <dt>Licence</dt>
                  <dd>{datanet.licence}</dd>
                </div>
                <div>
                  <dt>Adapters</dt>
                  <dd>
                    {datanet.adapters.length === 0
                      ? 'none'
                      : datanet.adapters.map((adapter, index) => (
                          <span key={adapter.id}>
                            {index > 0 && ', '}
                            <a href={href('chat', adapter.name)}>{adapter.name}</a>
                          </span>
                        ))}
                  </dd>
                </div>
              </dl>
              <Freeze datanet={datanet} />
            </div>
          )}
        </Show>
      </div>
      <Contribute datanet={name} />
      <Records datanet={name} />
      <Show query={useDatanet(name)} what="contributors">
        {(datanet) => (
          <div className="halves">
            <Contributors datanet={datanet} />
            <Snapshots datanet={datanet} />
          </div>
        )}
      </Show>
    </div>
  );
}
