/**
 * The node's HTTP objects, by their names in its OpenAPI document.
 *
 * Amounts are decimal strings of wei (`_wei`), shares are integers in parts per
 * million (`_ppm`), times are unix seconds (`_s`), ids and addresses are 0x-hex.
 */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Hex = string;
export type Wei = string;

export type Status = Schemas['Status'];
export type Account = Schemas['Account'];
export type AccountDetail = Schemas['AccountDetail'];
/** One payment and its reason. */
export type Line = Schemas['EarningLine'];
export type Datanet = Schemas['Datanet'];
export type DatanetDetail = Schemas['DatanetDetail'];
export type RecordRow = Schemas['RecordInfo'];
export type ContributionReport = Schemas['ContributionReport'];
export type Snapshot = Schemas['SnapshotInfo'];
export type Job = Schemas['Job'];
export type JobStatus = Schemas['JobStatus'];
export type Point = Schemas['JobPoint'];
export type Adapter = Schemas['AdapterInfo'];
export type Source = Schemas['Source'];
/** Half-open range of Unicode code points of the answer, and the records that hold these words. */
export type Span = Schemas['AnswerSpan'];
export type SplitRow = Schemas['SplitLine'];
export type Attribution = Schemas['AttributionSummary'];
export type ModelCard = Schemas['ModelInfo'];
export type CompletionRow = Schemas['CompletionInfo'];
export type Period = Schemas['Period'];
export type OpenPeriod = Schemas['OpenPeriod'];
export type Claim = Schemas['ClaimInfo'];
export type Usage = Schemas['Usage'];
