import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { useAccounts } from '../api/queries';
import { Failure } from './states';

interface Choice {
  label: string;
  value: string;
  onChange: (name: string) => void;
  /** Whether a new account may be made here. */
  creatable?: boolean;
}

/** Chooses one of the node's accounts, or makes a new one. */
export function AccountChoice({ label, value, onChange, creatable = false }: Choice) {
  const client = useQueryClient();
  const { data: accounts = [] } = useAccounts();
  const [name, setName] = useState<string | null>(null);
  const create = useMutation({
    mutationFn: (wanted: string) => api.createAccount(wanted),
    onSuccess: async (account) => {
      await client.invalidateQueries({ queryKey: ['accounts'] });
      onChange(account.name);
      setName(null);
    },
  });
  const names = accounts.map((account) => account.name);
  if (name !== null) {
    return (
      <div className="row ends">
        <label className="field">
          <span>New account’s name</span>
          <input autoFocus value={name} onChange={({ target }) => setName(target.value)} autoComplete="off" />
        </label>
        <button type="button" className="button" disabled={!name.trim() || create.isPending} onClick={() => create.mutate(name.trim())}>
          Add
        </button>
        <button type="button" className="button" onClick={() => setName(null)}>
          Cancel
        </button>
        {create.isError && <Failure error={create.error} />}
      </div>
    );
  }
  return (
    <div className="row ends">
      <label className="field">
        <span>{label}</span>
        <select value={value} onChange={({ target }) => onChange(target.value)}>
          {(names.includes(value) ? names : [value, ...names]).map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      </label>
      {creatable && (
        <button type="button" className="button" onClick={() => setName('')}>
          New account
        </button>
      )}
    </div>
  );
}
