import { ApiError, readError, unreachable } from './client';
import { readEvents } from './sse';
import type { Attribution, Hex, Usage } from './types';

export interface Question {
  model: string;
  text: string;
  /** Name of the account that pays, and its key. */
  account: string;
  api_key: string;
  retrieve: boolean;
}

/** What an answer is so far; `attribution` comes after the last word. */
export interface AnswerState {
  content: string;
  receipt: Hex | null;
  attribution: Attribution | null;
  usage: Usage | null;
}

interface Chunk {
  choices?: { delta?: { content?: string | null } }[];
  attribution?: Attribution | null;
  usage?: Usage | null;
  error?: { code?: string; message?: string; hint?: string };
}

/** The body of the request; the same one the code snippet shows. */
export function requestBody({ model, text, retrieve }: Pick<Question, 'model' | 'text' | 'retrieve'>) {
  return {
    model,
    messages: [{ role: 'user', content: text }],
    stream: true,
    stream_options: { include_usage: true },
    attribution: 'full',
    retrieve,
  };
}

/** The largest share first; equal shares keep the node's order. */
function ranked(attribution: Attribution): Attribution {
  return { ...attribution, sources: [...attribution.sources].sort((a, b) => b.share_ppm - a.share_ppm) };
}

/** Folds one chunk of the stream into the answer. */
export function fold(state: AnswerState, data: string): AnswerState {
  const chunk = JSON.parse(data) as Chunk;
  if (chunk.error) {
    throw new ApiError(200, chunk.error.code ?? 'stream', chunk.error.message ?? 'The stream broke off.', chunk.error.hint ?? null, {});
  }
  return {
    content: state.content + (chunk.choices?.[0]?.delta?.content ?? ''),
    receipt: chunk.attribution?.id || state.receipt,
    attribution: chunk.attribution ? ranked(chunk.attribution) : state.attribution,
    usage: chunk.usage ?? state.usage,
  };
}

/** Asks through the OpenAI-compatible endpoint and yields the growing answer. */
export async function* ask(question: Question, signal: AbortSignal): AsyncGenerator<AnswerState> {
  let response: Response;
  try {
    response = await fetch('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${question.api_key}` },
      body: JSON.stringify(requestBody(question)),
      signal,
    });
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw unreachable();
  }
  if (!response.ok || !response.body) throw await readError(response);

  let state: AnswerState = {
    content: '',
    receipt: response.headers.get('openledger-receipt'),
    attribution: null,
    usage: null,
  };
  for await (const { data } of readEvents(response.body)) {
    if (data === '[DONE]') return;
    state = fold(state, data);
    yield state;
  }
}
