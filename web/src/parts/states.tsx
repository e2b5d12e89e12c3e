import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';

/** Grey lines where the content will stand. */
export function Loading({ what }: { what: string }) {
  return (
    <div className="skeleton" role="status" aria-label={`Loading ${what}`}>
      <i />
      <i />
      <i />
    </div>
  );
}

/** Nothing here yet, and what to do about it. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="empty">
      <h3>{title}</h3>
      {children}
    </div>
  );
}

/** The node writes commands in backticks. */
function Hint({ text }: { text: string }) {
  return <span>{text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</span>;
}

/** What went wrong and the next step, in the node's own words. */
export function Failure({ error, retry, children }: { error: unknown; retry?: () => void; children?: ReactNode }) {
  const message = error instanceof Error ? error.message : String(error);
  const api = error instanceof ApiError ? error : null;
  const place = api
    ? [api.details.line != null && `line ${api.details.line}`, api.details.field != null && `field ${api.details.field}`].filter(Boolean)
    : [];
  return (
    <div className="failure" role="alert">
      <strong>{message}</strong>
      {place.length > 0 && <span>At {place.join(', ')}.</span>}
      {api?.hint && <Hint text={api.hint} />}
      {children}
      {retry && (
        <button type="button" className="plain" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Shows a query's data, or that it loads, or why it failed. */
export function Show<T>({ query, what, children }: { query: UseQueryResult<T>; what: string; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Loading what={what} />;
}
