import { expect, test } from 'vitest';
import { EventCutter, readEvents } from './sse';

const all = (...chunks: string[]) => {
  const cutter = new EventCutter();
  return chunks.flatMap((chunk) => cutter.push(chunk));
};

test('named events, comments and joined data lines', () => {
  expect(all(': hello\n\nevent: job\ndata: {"a":1}\n\ndata: one\ndata:two\n\n')).toEqual([
    { event: 'job', data: '{"a":1}' },
    { event: 'message', data: 'one\ntwo' },
  ]);
});

test('any chunk border and any line end give the same events', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const text = ['event: claim', 'data: x:y', '', 'data: [DONE]', '', ''].join(end);
    for (let cut = 0; cut <= text.length; cut += 1) {
      // A last CR may belong to a CRLF, so the line after it proves the end.
      expect(all(text.slice(0, cut), text.slice(cut), ':\n')).toEqual([
        { event: 'claim', data: 'x:y' },
        { event: 'message', data: '[DONE]' },
      ]);
    }
  }
});

test('an event cut off by the end of the stream is dropped', () => {
  expect(all('data: half')).toEqual([]);
});

test('letters cut in the middle of their bytes arrive whole', async () => {
  const bytes = new TextEncoder().encode('data: 🦀 é\n\n');
  for (let cut = 1; cut < bytes.length; cut += 1) {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.slice(0, cut));
        controller.enqueue(bytes.slice(cut));
        controller.close();
      },
    });
    const events = [];
    for await (const event of readEvents(body)) events.push(event);
    expect(events).toEqual([{ event: 'message', data: '🦀 é' }]);
  }
});
