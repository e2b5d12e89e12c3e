/** One server-sent event: its name (`message` unless told) and its data lines joined. */
export interface ServerEvent {
  event: string;
  data: string;
}

/**
 * Cuts a stream of text into server-sent events, whatever the chunk borders.
 * Follows the HTML standard's event-stream format: LF, CRLF or CR line ends,
 * comments ignored, data lines joined by LF, an event without data dropped.
 */
export class EventCutter {
  private rest = '';
  private event = '';
  private data: string[] = [];

  /** Takes the next piece of text and returns the events it completes. */
  push(text: string): ServerEvent[] {
    this.rest += text;
    const events: ServerEvent[] = [];
    for (;;) {
      const cut = /\r\n|\n|\r/.exec(this.rest);
      // A trailing CR may be the first half of CRLF: wait for what follows.
      if (!cut || (cut[0] === '\r' && cut.index === this.rest.length - 1)) return events;
      const line = this.rest.slice(0, cut.index);
      this.rest = this.rest.slice(cut.index + cut[0].length);
      const done = this.line(line);
      if (done) events.push(done);
    }
  }

  private line(line: string): ServerEvent | null {
    if (line === '') {
      const done = this.data.length > 0 ? { event: this.event || 'message', data: this.data.join('\n') } : null;
      this.event = '';
      this.data = [];
      return done;
    }
    if (line.startsWith(':')) return null;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.data.push(value);
    else if (field === 'event') this.event = value;
    return null;
  }
}

/** Yields the server-sent events of a response body. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const cutter = new EventCutter();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      yield* cutter.push(done ? decoder.decode() : decoder.decode(value, { stream: true }));
      if (done) return;
    }
  } finally {
    reader.releaseLock();
  }
}
