import { expect, test } from 'vitest';
import { pieces } from './spans';

const span = (start: number, end: number, ...records: string[]) => ({ start, end, records, text: '' });

test('plain text is one piece', () => {
  expect(pieces('Austria', [])).toEqual([{ text: 'Austria', records: [], ending: [] }]);
  expect(pieces('', [])).toEqual([]);
});

test('counts code points, not UTF-16 units', () => {
  const found = pieces('🦀🦀 Vienna 🎻', [span(3, 9, 'a')]);
  expect(found.map((piece) => piece.text)).toEqual(['🦀🦀 ', 'Vienna', ' 🎻']);
  expect(found[1]?.records).toEqual(['a']);
});

test('overlapping spans share their middle, and each ends once', () => {
  const found = pieces('abcdef', [span(0, 4, 'x'), span(2, 6, 'y')]);
  expect(found).toEqual([
    { text: 'ab', records: ['x'], ending: [] },
    { text: 'cd', records: ['x', 'y'], ending: ['x'] },
    { text: 'ef', records: ['y'], ending: ['y'] },
  ]);
});

test('a span past the end, an empty one and a backward one do no harm', () => {
  const found = pieces('abc', [span(1, 99, 'x'), span(2, 2, 'y'), span(3, 1, 'z'), span(-4, 1, 'w')]);
  expect(found.map((piece) => [piece.text, piece.records])).toEqual([
    ['a', ['w']],
    ['bc', ['x']],
  ]);
});

test('the pieces always spell the answer', () => {
  const content = 'naïve 👩‍👩‍👧 text with 漢字';
  for (let start = 0; start < 20; start += 1) {
    const found = pieces(content, [span(start, start + 5, 'a'), span(start + 3, start + 7, 'b')]);
    expect(found.map((piece) => piece.text).join('')).toBe(content);
  }
});
