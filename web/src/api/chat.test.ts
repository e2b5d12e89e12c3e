import { expect, test } from 'vitest';
import { fold, requestBody, type AnswerState } from './chat';

const start: AnswerState = { content: '', receipt: '0x1', attribution: null, usage: null };

test('text deltas, an annotation-only delta and the last chunk', () => {
  const stream = [
    '{"choices":[{"delta":{"role":"assistant"}}]}',
    '{"choices":[{"delta":{"content":"Aus"}}]}',
    '{"choices":[{"delta":{"content":"tria"}}]}',
    '{"choices":[{"delta":{"annotations":[{"type":"url_citation"}]}}]}',
    '{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11},"attribution":{"id":"0x2","sources":[]}}',
  ];
  const end = stream.reduce(fold, start);
  expect(end.content).toBe('Austria');
  expect(end.receipt).toBe('0x2');
  expect(end.usage?.total_tokens).toBe(11);
  expect(end.attribution?.sources).toEqual([]);
});

test('the largest share stands first', () => {
  const sources = [5, 0, 9, 5].map((share_ppm, row) => ({ share_ppm, row }));
  const end = fold(start, JSON.stringify({ choices: [], attribution: { id: '0x2', sources } }));
  expect(end.attribution?.sources.map(({ row }) => row)).toEqual([2, 0, 3, 1]);
});

test('an error inside the stream keeps its code and hint', () => {
  expect(() => fold(start, '{"error":{"code":"busy","message":"later","hint":"wait"}}')).toThrowError(
    expect.objectContaining({ code: 'busy', message: 'later', hint: 'wait' }),
  );
});

test('the request is what the snippet shows', () => {
  expect(requestBody({ model: 'm', text: 'q', retrieve: true })).toMatchObject({
    model: 'm',
    messages: [{ role: 'user', content: 'q' }],
    stream: true,
    attribution: 'full',
  });
});
