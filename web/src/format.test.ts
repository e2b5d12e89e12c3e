import { describe, expect, test } from 'vitest';
import { amount, amountText, count, csvRow, duration, exactWei, parseOpen, share, shortId, sumWei } from './format';

/** Compares with plain spaces in place of the no-break ones. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('amounts', () => {
  test.each([
    ['0', '0 OPEN'],
    ['1', '1 wei'],
    ['99999', '99,999 wei'],
    ['123456', '123,456 wei'],
    ['1000000000', '1 gwei'],
    ['999999999999', '999.99 gwei'],
    ['1000000000000', '0.000001 OPEN'],
    ['1250000000000000000', '1.25 OPEN'],
    ['1999999999999999999', '1.999 OPEN'],
    ['1234567890000000000000000', '1,234,567.89 OPEN'],
    ['-1250000000000000000', '−1.25 OPEN'],
  ])('%s wei reads %s', (wei, text) => expect(plain(amountText(wei))).toBe(text));

  test('is cut, never rounded up', () => expect(amount('1999999999999999999').value).toBe('1.999'));
  test('keeps every digit past 2^53', () => {
    expect(plain(exactWei('9007199254740993'))).toBe('9,007,199,254,740,993 wei');
    expect(sumWei(['9007199254740993', '1'])).toBe('9007199254740994');
  });

  test.each([
    ['1', '1000000000000000000'],
    ['0.5', '500000000000000000'],
    ['0.000000000000000001', '1'],
    ['', null],
    ['1e3', null],
    ['-1', null],
    ['0.0000000000000000001', null],
  ])('parses %s', (text, wei) => expect(parseOpen(text)).toBe(wei));
});

describe('shares', () => {
  test.each([
    [0, '0%'],
    [1, '<0.1%'],
    [999, '<0.1%'],
    [1_000, '0.1%'],
    [314_159, '31.4%'],
    [500_000, '50%'],
    [999_999, '>99.9%'],
    [1_000_000, '100%'],
  ])('%d ppm reads %s', (ppm, text) => expect(plain(share(ppm))).toBe(text));
});

test('durations', () => {
  expect([0, 59, 60, 200, 3_600, 3_900].map((s) => plain(duration(s)))).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '3 min 20 s',
    '1 h',
    '1 h 5 min',
  ]);
});

test('counts and ids', () => {
  expect(plain(count(1234567))).toBe('1,234,567');
  expect(shortId('0x0123456789abcdef')).toBe('0x0123…cdef');
  expect(shortId('local')).toBe('local');
});

test('CSV is quoted, and cannot start a formula', () => {
  expect(csvRow(['a "b"', 'x,y', 7, '=1+1'])).toBe(`"a ""b""","x,y","7","'=1+1"`);
});
