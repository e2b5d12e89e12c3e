import { expect, test } from 'vitest';
import { smoothed } from './smooth';

test('starts at the first point, stays between the extremes, keeps a constant', () => {
  const curve = smoothed([4, 0, 4, 0, 4, 0]) as number[];
  expect(curve[0]).toBeCloseTo(4, 12);
  for (const value of curve) expect(value).toSatisfy((v: number) => v >= 0 && v <= 4);
  for (const value of smoothed([2, 2, 2])) expect(value).toBeCloseTo(2, 12);
});

test('a gap stays a gap and changes nothing after it', () => {
  const [first, gap, second] = smoothed([3, null, 1]);
  expect(gap).toBeNull();
  expect([first, second]).toEqual(smoothed([3, 1]));
  expect(smoothed([Number.NaN, undefined])).toEqual([null, null]);
});
