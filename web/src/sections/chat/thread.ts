import { useSyncExternalStore } from 'react';
import { ask, type AnswerState, type Question } from '../../api/chat';

/** One question with what came back. */
export interface Exchange extends AnswerState {
  key: number;
  question: Question;
  state: 'asking' | 'answered' | 'stopped' | 'failed';
  error: unknown;
}

// The thread outlives the section: an answer goes on while the reader looks elsewhere.
let thread: Exchange[] = [];
let stop: AbortController | null = null;
const listeners = new Set<() => void>();
const set = (next: Exchange[]) => {
  thread = next;
  for (const listener of listeners) listener();
};
const change = (key: number, to: Partial<Exchange>) =>
  set(thread.map((exchange) => (exchange.key === key ? { ...exchange, ...to } : exchange)));

/** Every exchange since the page was opened, newest first. */
export const useThread = (): Exchange[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => thread,
  );

/** Asks, and keeps the thread up to date until the answer and its attribution are in; a retry takes the place of what failed. */
export async function put(question: Question, failed?: number) {
  const key = (thread[0]?.key ?? 0) + 1;
  stop = new AbortController();
  const earlier = thread.filter((exchange) => exchange.key !== failed);
  set([{ key, question, state: 'asking', error: null, content: '', receipt: null, attribution: null, usage: null }, ...earlier]);
  try {
    for await (const answer of ask(question, stop.signal)) change(key, answer);
    change(key, { state: 'answered' });
  } catch (error) {
    change(key, stop.signal.aborted ? { state: 'stopped' } : { state: 'failed', error });
  }
}

/** Stops the answer that is being written. */
export const halt = () => stop?.abort();
