import type {
  Account,
  AccountDetail,
  Adapter,
  Claim,
  CompletionRow,
  ContributionReport,
  Datanet,
  DatanetDetail,
  Hex,
  Job,
  ModelCard,
  OpenPeriod,
  Period,
  RecordRow,
  Snapshot,
  Status,
  Wei,
} from './types';

/** A failure as the node words it: a stable code, a message and the next step. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null,
    readonly details: Record<string, unknown>,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** Reads the node's error envelope out of a response that is not ok. */
export async function readError(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as { error: Record<string, unknown> };
    const { code, message, hint, ...details } = error;
    return new ApiError(
      response.status,
      String(code ?? response.status),
      String(message ?? response.statusText),
      typeof hint === 'string' ? hint : null,
      details,
    );
  } catch {
    return new ApiError(response.status, String(response.status), text.trim() || response.statusText, null, {});
  }
}

/** The node cannot be reached at all. */
export function unreachable(): ApiError {
  return new ApiError(0, 'unreachable', 'The node does not answer.', 'Start it with `openledger up`; this page reconnects by itself.', {});
}

async function call<T>(path: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw unreachable();
  }
  if (!response.ok) throw await readError(response);
  return (await response.json()) as T;
}

const get = <T>(path: string) => call<T>(path);
const post = <T>(path: string, body?: unknown) =>
  call<T>(path, {
    method: 'POST',
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
const part = encodeURIComponent;

export interface TrainRequest {
  preset: 'quick' | 'balanced' | 'thorough';
  name?: string;
}

/** How long a claim waits for a period that can still be disputed, in seconds. */
const CLAIM_WAIT_S = 20;

/** Every call that the page makes, one function each. */
export const api = {
  status: () => get<Status>('/api/v1/status'),

  accounts: () => get<{ accounts: Account[] }>('/api/v1/accounts').then((body) => body.accounts),
  account: (name: string) => get<AccountDetail>(`/api/v1/accounts/${part(name)}`),
  createAccount: (name: string) => post<Account>('/api/v1/accounts', { name }),
  deposit: (name: string, amount_wei: Wei) => post<Account>(`/api/v1/accounts/${part(name)}/deposit`, { amount_wei }),

  datanets: () => get<{ datanets: Datanet[] }>('/api/v1/datanets').then((body) => body.datanets),
  datanet: (name: string) => get<DatanetDetail>(`/api/v1/datanets/${part(name)}`),
  createDatanet: (body: { name: string; licence: string; description?: string; owner?: string }) =>
    post<Datanet>('/api/v1/datanets', body),
  records: (name: string, offset: number, limit: number, q: string) =>
    get<{ total: number; records: RecordRow[] }>(
      `/api/v1/datanets/${part(name)}/records?${new URLSearchParams({
        offset: String(offset),
        limit: String(limit),
        ...(q ? { q } : {}),
      })}`,
    ),
  contribute: (datanet: string, account: string, filename: string, bytes: Blob) =>
    call<ContributionReport>(
      `/api/v1/datanets/${part(datanet)}/contributions?${new URLSearchParams({ filename, account })}`,
      { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: bytes },
    ),
  freeze: (datanet: string) => post<Snapshot>(`/api/v1/datanets/${part(datanet)}/snapshots`),
  train: (datanet: string, body: TrainRequest) => post<Job>(`/api/v1/datanets/${part(datanet)}/train`, body),

  jobs: () => get<{ jobs: Job[] }>('/api/v1/jobs').then((body) => body.jobs),
  job: (id: string) => get<Job>(`/api/v1/jobs/${part(id)}`),
  cancelJob: (id: string) => post<Job>(`/api/v1/jobs/${part(id)}/cancel`),

  adapters: () => get<{ adapters: Adapter[] }>('/api/v1/adapters').then((body) => body.adapters),
  models: () => get<{ data: ModelCard[] }>('/v1/models').then((body) => body.data),
  completions: (limit: number) =>
    get<{ completions: CompletionRow[] }>(`/api/v1/completions?limit=${limit}`).then((body) => body.completions),
  receiptUrl: (id: Hex) => `/api/v1/receipts/${part(id)}`,

  periods: () => get<{ open: OpenPeriod; periods: Period[]; disabled?: Period[] }>('/api/v1/periods'),
  closePeriod: () => post<Period>('/api/v1/periods/close'),
  claim: (account?: string) =>
    post<{ claims: Claim[] }>('/api/v1/claims', account === undefined ? { wait_s: CLAIM_WAIT_S } : { account, wait_s: CLAIM_WAIT_S }).then(
      (body) => body.claims,
    ),
};
