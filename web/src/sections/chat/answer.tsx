import type { Source, Span } from '../../api/types';
import { pieces } from '../../spans';

interface Marked {
  content: string;
  spans: Span[];
  sources: Source[];
  /** The record that the reader points at. */
  near: string | null;
  point: (record: string | null) => void;
}

/** The answer with the words that stand in records marked, and each source's number behind them. */
export function MarkedAnswer({ content, spans, sources, near, point }: Marked) {
  const number = (record: string) => sources.findIndex((source) => source.record === record) + 1;
  const verbatim = (record: string) =>
    sources.find((source) => source.record === record)?.evidence.some((evidence) => evidence.class === 'verbatim') ?? true;
  return (
    <p className="answer">
      {pieces(content, spans).map((piece, index) => {
        if (piece.records.length === 0) return <span key={index}>{piece.text}</span>;
        const kind = piece.records.some(verbatim) ? 'verbatim' : 'cited';
        return (
          <span key={index}>
            <mark
              className={`${kind}${near && piece.records.includes(near) ? ' near' : ''}`}
              onMouseEnter={() => point(piece.records[0] ?? null)}
              onMouseLeave={() => point(null)}
            >
              {piece.text}
            </mark>
            {piece.ending
              .filter((record) => number(record) > 0)
              .map((record) => (
                <sup key={record}>
                  <button
                    type="button"
                    className="ref"
                    aria-label={`Source ${number(record)}`}
                    onFocus={() => point(record)}
                    onBlur={() => point(null)}
                    onClick={() => document.getElementById(`source-${number(record)}`)?.focus()}
                  >
                    {number(record)}
                  </button>
                </sup>
              ))}
          </span>
        );
      })}
    </p>
  );
}
