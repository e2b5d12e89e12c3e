import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api } from '../api/client';
import { useDatanets } from '../api/queries';
import type { Datanet } from '../api/types';
import { count } from '../format';
import { Scroll } from '../parts/scroll';
import { Empty, Failure, Show } from '../parts/states';
import { href } from '../route';
import { DatanetPage } from './datanets/page';

/** Common SPDX identifiers; any other may be typed. */
const LICENCES = ['CC-BY-4.0', 'CC0-1.0', 'CC-BY-SA-4.0', 'MIT', 'Apache-2.0', 'ODC-By-1.0'];

function CreateForm() {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [licence, setLicence] = useState('CC-BY-4.0');
  const [description, setDescription] = useState('');
  const create = useMutation({
    mutationFn: () => api.createDatanet({ name: name.trim(), licence: licence.trim(), ...(description ? { description } : {}) }),
    onSuccess: async (datanet) => {
      await client.invalidateQueries();
      location.hash = href('datanets', datanet.name);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form className="sheet stack" onSubmit={submit} aria-labelledby="create-title">
      <h2 id="create-title">Create a Datanet</h2>
      <label className="field">
        <span>Name</span>
        <input required value={name} onChange={({ target }) => setName(target.value)} placeholder="my-field" autoComplete="off" />
      </label>
      <label className="field">
        <span>Licence of its records</span>
        <input required list="licences" value={licence} onChange={({ target }) => setLicence(target.value)} />
        <datalist id="licences">
          {LICENCES.map((spdx) => (
            <option key={spdx} value={spdx} />
          ))}
        </datalist>
        <small>An SPDX identifier.</small>
      </label>
      <label className="field">
        <span>Description (optional)</span>
        <input value={description} onChange={({ target }) => setDescription(target.value)} />
      </label>
      {create.isError && <Failure error={create.error} />}
      <button className="button primary" disabled={create.isPending}>
        {create.isPending ? 'Creating' : 'Create Datanet'}
      </button>
    </form>
  );
}

function List({ datanets }: { datanets: Datanet[] }) {
  return (
    <Scroll label="Datanets">
      <table>
        <caption className="visually-hidden">Datanets</caption>
        <thead>
          <tr>
            <th scope="col">Datanet</th>
            <th scope="col">Licence</th>
            <th scope="col" className="number">
              Records
            </th>
            <th scope="col" className="number">
              Contributors
            </th>
            <th scope="col" className="number">
              Snapshots
            </th>
          </tr>
        </thead>
        <tbody>
          {datanets.map((datanet) => (
            <tr key={datanet.id}>
              <td className="words">
                <a href={href('datanets', datanet.name)}>
                  <strong>{datanet.name}</strong>
                </a>
                {datanet.description && <div className="soft small">{datanet.description}</div>}
              </td>
              <td>
                <span className="tag">{datanet.licence}</span>
              </td>
              <td className="number">{count(datanet.records)}</td>
              <td className="number">{count(datanet.contributors)}</td>
              <td className="number">{count(datanet.snapshots)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

export function Datanets({ name }: { name: string | null }) {
  const datanets = useDatanets();
  if (name !== null) return <DatanetPage key={name} name={name} />;
  return (
    <div className="stack mid">
      <h1 tabIndex={-1}>Datanets</h1>
      <p className="lead">A Datanet is a field of knowledge under one licence. Anyone may add records; every record keeps its contributor.</p>
      <div className="split">
        <Show query={datanets} what="Datanets">
          {(list) =>
            list.length === 0 ? (
              <Empty title="No Datanet yet">
                <p>Give your field a name and a licence. You can contribute records right after.</p>
              </Empty>
            ) : (
              <List datanets={list} />
            )
          }
        </Show>
        <CreateForm />
      </div>
    </div>
  );
}
