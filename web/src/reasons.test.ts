import { expect, test } from 'vitest';
import { reasonWords } from './reasons';

test('every code reads as words, a new one too; what is paid needs no excuse', () => {
  expect(reasonWords('copy')).toMatch(/earliest original/);
  expect(reasonWords('some_new_code')).toBe('some new code');
  expect(reasonWords('paid')).toBeNull();
  expect(reasonWords(undefined)).toBeNull();
});
