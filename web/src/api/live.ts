import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { joinJob } from './jobs';
import type { Job, Status } from './types';

export const EVENTS = ['block', 'contribution', 'snapshot', 'job', 'adapter', 'completion', 'receipt', 'period', 'claim'] as const;
export type EventName = (typeof EVENTS)[number];

/** What must be read again after an event. */
const TOUCHES: Record<EventName, string[]> = {
  block: [],
  contribution: ['status', 'datanets', 'datanet', 'records', 'accounts'],
  snapshot: ['status', 'datanets', 'datanet'],
  job: [],
  adapter: ['status', 'adapters', 'models', 'datanet', 'jobs'],
  completion: ['status', 'completions', 'adapters', 'periods', 'accounts', 'account', 'records'],
  receipt: ['status', 'periods', 'accounts', 'account'],
  period: ['status', 'periods', 'accounts', 'account', 'completions'],
  claim: ['status', 'accounts', 'account'],
};

export interface Happening {
  key: number;
  event: EventName;
  data: Record<string, unknown>;
  at: Date;
}

interface Live {
  /** Null until the stream has first opened or failed. */
  connected: boolean | null;
  /** Newest first, without blocks and training steps. */
  feed: Happening[];
}

let live: Live = { connected: null, feed: [] };
const listeners = new Set<() => void>();
const set = (next: Partial<Live>) => {
  live = { ...live, ...next };
  for (const listener of listeners) listener();
};

/** The event stream's state and what happened since the page was opened. */
export const useLive = (): Live =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => live,
  );

/** Takes one event into the cache; returns the names of queries to read again. */
function take(client: QueryClient, event: EventName, data: Record<string, unknown>): string[] {
  if (event === 'block') {
    client.setQueryData<Status>(['status'], (status) =>
      status ? { ...status, head: { ...status.head, ...(data as Partial<Status['head']>) } } : status,
    );
  }
  if (event === 'job') {
    const job = data as unknown as Job;
    // A run that is not on the page yet is read whole when it is: one point is no curve.
    client.setQueryData<Job>(['job', job.id], (before) => before && joinJob(before, job));
    client.setQueryData<Job[]>(['jobs'], (jobs) => jobs?.map((before) => (before.id === job.id ? joinJob(before, job) : before)));
    const jobs = client.getQueryData<Job[]>(['jobs']);
    return jobs?.some(({ id }) => id === job.id) ? [] : ['jobs'];
  }
  return TOUCHES[event];
}

/** Listens to the node as long as the page is open; the browser reconnects by itself. */
export function useEvents() {
  const client = useQueryClient();
  useEffect(() => {
    const source = new EventSource('/api/v1/events');
    const due = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let lost = false;
    let key = 0;
    // Events come in bursts; one reading serves them all.
    const readAgain = (names: string[]) => {
      for (const name of names) due.add(name);
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const name of due) void client.invalidateQueries({ queryKey: [name] });
        due.clear();
      }, 250);
    };
    source.onopen = () => {
      set({ connected: true });
      if (lost) void client.invalidateQueries();
      lost = false;
    };
    source.onerror = () => {
      lost = true;
      set({ connected: false });
    };
    for (const event of EVENTS) {
      source.addEventListener(event, (message: MessageEvent<string>) => {
        const data = JSON.parse(message.data) as Record<string, unknown>;
        readAgain(take(client, event, data));
        const quiet = event === 'block' || event === 'receipt' || (event === 'job' && data.status === 'training' && Number(data.step) > 1);
        if (!quiet) set({ feed: [{ key: key++, event, data, at: new Date() }, ...live.feed].slice(0, 40) });
      });
    }
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [client]);
}
