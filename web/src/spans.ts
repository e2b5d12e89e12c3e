import type { Hex, Span } from './api/types';

/** A run of the answer whose letters all stand in the same records. */
export interface Piece {
  text: string;
  /** Records that hold these words; empty for plain text. */
  records: Hex[];
  /** Records whose span ends with this piece: where their number is printed. */
  ending: Hex[];
}

/**
 * Cuts an answer at the borders of its spans. Borders count Unicode code
 * points, not UTF-16 units; spans may overlap, touch or reach past the end.
 */
export function pieces(content: string, spans: Span[]): Piece[] {
  const points = Array.from(content);
  const clamp = (at: number) => Math.min(Math.max(at, 0), points.length);
  const held = spans
    .map(({ start, end, records }) => ({ start: clamp(start), end: clamp(end), records }))
    .filter(({ start, end }) => start < end);
  const borders = [...new Set([0, points.length, ...held.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);

  return borders.slice(0, -1).map((from, index) => {
    const to = borders[index + 1] ?? points.length;
    const covering = held.filter(({ start, end }) => start <= from && to <= end);
    return {
      text: points.slice(from, to).join(''),
      records: unique(covering.flatMap(({ records }) => records)),
      ending: unique(covering.filter(({ end }) => end === to).flatMap(({ records }) => records)),
    };
  });
}

const unique = (ids: Hex[]): Hex[] => [...new Set(ids)];
