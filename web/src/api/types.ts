/**
 * The node's HTTP objects, field for field.
 *
 * Amounts are decimal strings of wei (`_wei`), shares are integers in parts per
 * million (`_ppm`), times are unix seconds (`_s`), ids and addresses are 0x-hex.
 */

export type Hex = string;
export type Wei = string;

export interface Status {
  version: string;
  chain_id: number;
  rpc: string;
  head: { number: number; hash: Hex; time_s: number };
  operator: Hex;
  treasury: Hex;
  contracts: { registry: Hex; escrow: Hex; payouts: Hex };
  base?: { name: string; digest: Hex; parameters: number; context: number } | null;
  counts: {
    datanets: number;
    records: number;
    contributors: number;
    snapshots: number;
    adapters: number;
    completions: number;
  };
  period: { open_receipts: number; open_fees_wei: Wei; closed: number };
  totals: { fees_wei: Wei; paid_wei: Wei; claimed_wei: Wei };
}

export interface Account {
  name: string;
  address: Hex;
  api_key?: string | null;
  balance_wei: Wei;
  escrow: { deposited_wei: Wei; limit_wei: Wei; reserved_wei: Wei; available_wei: Wei };
  earned_wei: Wei;
  claimable_wei: Wei;
  claimed_wei: Wei;
}

/** One payment and its reason. */
export interface Line {
  period?: number | null;
  receipt: Hex;
  completion: Hex;
  role: Role;
  datanet?: string | null;
  record?: Hex | null;
  question?: string | null;
  share_ppm?: number | null;
  amount_wei: Wei;
  why: string;
}

/** One record that earned nothing, and its reason. */
export interface Zero {
  record: Hex;
  reason: string;
  uses: number;
}

export interface AccountDetail extends Account {
  lines: Line[];
  zeros?: Zero[];
}

export type Role = 'contributor' | 'owner' | 'host' | 'treasury' | 'unattributed' | 'residue';

export interface Datanet {
  id: Hex;
  name: string;
  licence: string;
  description?: string | null;
  owner: string;
  records: number;
  contributors: number;
  snapshots: number;
  latest_snapshot?: Hex | null;
}

export interface DatanetDetail extends Datanet {
  contributor_list: { name?: string | null; address: Hex; accepted: number; rejected: number }[];
  snapshot_list: Snapshot[];
  adapters: Adapter[];
}

export interface RecordRow {
  id: Hex;
  position: number;
  question: string;
  answer: string;
  licence?: string | null;
  source?: string | null;
  contributor: Hex;
  contributor_name?: string | null;
  contribution: Hex;
  cluster?: Hex | number | null;
  earned_wei: Wei;
  uses: number;
}

export interface ReportRow {
  line: number;
  record?: Hex | null;
  status: 'accepted' | 'rejected';
  reason?: string | null;
  message?: string | null;
  of?: Hex | null;
  of_contributor?: string | null;
}

export interface ContributionReport {
  id: Hex;
  datanet: string;
  contributor: Hex;
  accepted: number;
  rejected: number;
  records: ReportRow[];
  already?: boolean;
}

export interface Snapshot {
  id: Hex;
  datanet: string;
  parent?: Hex | null;
  root: Hex;
  records: number;
  time_s: number;
  transaction?: Hex | null;
}

export type JobStatus = 'queued' | 'training' | 'indexing' | 'anchoring' | 'done' | 'failed' | 'cancelled';

export interface Point {
  step: number;
  train_loss?: number | null;
  eval_loss?: number | null;
  lr?: number | null;
  grad_norm?: number | null;
}

export interface Job {
  id: string;
  datanet: string;
  snapshot?: Hex | null;
  adapter_name: string;
  status: JobStatus;
  step: number;
  steps: number;
  epoch?: number | null;
  eta_s?: number | null;
  tokens_per_s?: number | null;
  train_loss?: number | null;
  eval_loss?: number | null;
  series?: Point[];
  error?: string | null;
  adapter?: string | null;
}

export interface Adapter {
  id: Hex;
  name: string;
  datanet: string;
  snapshot: Hex;
  base: string;
  weights: Hex;
  influence_root: Hex;
  rule: string;
  owner: string;
  parameters: number;
  rank: number;
  train_loss?: number | null;
  eval_loss?: number | null;
  records: number;
  answers: number;
  income_wei: Wei;
  transaction?: Hex | null;
}

export type EvidenceClass = 'cited' | 'verbatim' | 'influence' | 'lineage';

export interface Source {
  record: Hex;
  row?: number | null;
  datanet?: string | null;
  contributor: Hex;
  contributor_name?: string | null;
  licence?: string | null;
  question?: string | null;
  answer?: string | null;
  /** Influence: the integer score. Verbatim: how many tokens match. */
  evidence: { class: EvidenceClass; score?: number | null }[];
  share_ppm: number;
  reason?: string | null;
}

/** Half-open range of Unicode code points of the answer, and the records that hold these words. */
export interface Span {
  start: number;
  end: number;
  records: Hex[];
  text: string;
}

export interface SplitRow {
  role: Role;
  account: Hex;
  account_name?: string | null;
  record?: Hex | null;
  share_ppm?: number | null;
  amount_wei: Wei;
}

export interface Attribution {
  id: Hex;
  status: 'complete' | 'pending' | 'unavailable';
  rule?: string | null;
  sources: Source[];
  spans: Span[];
  unattributed_ppm: number;
  fee_wei: Wei;
  split: SplitRow[];
}

export interface ModelCard {
  id: string;
  parent?: string | null;
  root?: string | null;
}

export interface CompletionRow {
  id: Hex;
  receipt?: Hex | null;
  model: string;
  prompt: string;
  answer: string;
  fee_wei: Wei;
  time_s: number;
  top?: { record: Hex; contributor_name?: string | null; share_ppm: number } | null;
  period?: number | null;
}

export interface Period {
  number: number;
  id: Hex;
  root: Hex;
  accounts: number;
  total_wei: Wei;
  period_wei: Wei;
  receipts: number;
  transaction?: Hex | null;
  time_s: number;
}

export interface Claim {
  account: Hex;
  name?: string | null;
  paid_wei: Wei;
  cumulative_wei: Wei;
  transaction?: Hex | null;
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}
