import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from './client';
import { isOver } from './jobs';

/** One hook for each thing the page reads; events say when to read it again. */
export const useStatus = () => useQuery({ queryKey: ['status'], queryFn: api.status, refetchInterval: 15_000 });
export const useAccounts = () => useQuery({ queryKey: ['accounts'], queryFn: api.accounts });
export const useAccount = (name: string) => useQuery({ queryKey: ['account', name], queryFn: () => api.account(name) });
export const useDatanets = () => useQuery({ queryKey: ['datanets'], queryFn: api.datanets });
export const useDatanet = (name: string) => useQuery({ queryKey: ['datanet', name], queryFn: () => api.datanet(name) });
export const useRecords = (name: string, offset: number, limit: number, q: string) =>
  useQuery({
    queryKey: ['records', name, offset, limit, q],
    queryFn: () => api.records(name, offset, limit, q),
    placeholderData: keepPreviousData,
  });
export const useJobs = () => useQuery({ queryKey: ['jobs'], queryFn: api.jobs });
/** Reads a running job every few seconds too, for a page whose event stream broke off. */
export const useJob = (id: string | null) =>
  useQuery({
    queryKey: ['job', id],
    queryFn: () => api.job(id ?? ''),
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data && !isOver(state.data.status) ? 4_000 : false),
  });
export const useAdapters = () => useQuery({ queryKey: ['adapters'], queryFn: api.adapters });
export const useModels = () => useQuery({ queryKey: ['models'], queryFn: api.models });
export const useCompletions = (limit: number) =>
  useQuery({ queryKey: ['completions', limit], queryFn: () => api.completions(limit) });
export const usePeriods = () => useQuery({ queryKey: ['periods'], queryFn: api.periods });
