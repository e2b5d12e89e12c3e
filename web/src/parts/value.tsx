import { useState } from 'react';
import type { Wei } from '../api/types';
import { amount, exactWei, shortId } from '../format';

/** An amount for people; every digit in its title. */
export function Amount({ wei, significant }: { wei: Wei; significant?: number }) {
  const { value, unit } = amount(wei, significant);
  return (
    <data className="amount" value={wei} title={exactWei(wei)}>
      {value}
      <span className="unit">{unit}</span>
    </data>
  );
}

/** The ends of an id; the whole of it in its title. */
export function Id({ id }: { id: string }) {
  return (
    <code className="mono" title={id}>
      {shortId(id)}
    </code>
  );
}

/** A person: the local name, or the ends of the address. */
export function Who({ name, address }: { name?: string | null | undefined; address?: string | null | undefined }) {
  if (name) return <span title={address ?? undefined}>{name}</span>;
  return address ? <Id id={address} /> : <span>someone</span>;
}

/** Copies a text and says so. */
export function Copy({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () =>
    void navigator.clipboard.writeText(text).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    });
  return (
    <button type="button" className="button slim" onClick={copy}>
      <span aria-live="polite">{copied ? 'Copied' : label}</span>
    </button>
  );
}

/** Hands a text to the reader as a file. */
export function save(filename: string, type: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = filename;
  link.click();
  URL.revokeObjectURL(url);
}
