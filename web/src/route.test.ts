import { expect, test } from 'vitest';
import { href, parseRoute } from './route';

test.each([
  ['', null, null],
  ['#/', null, null],
  ['#/datanets', 'datanets', null],
  ['#/datanets/my%20field', 'datanets', 'my field'],
  ['#/rewards/a%2Fb', 'rewards', 'a/b'],
  ['#/nowhere/x', null, null],
  ['#/chat/%', 'chat', null],
])('%s', (hash, section, name) => expect(parseRoute(hash)).toEqual({ section, name }));

test('a place leads back to itself', () => {
  for (const name of ['plain', 'with / and %', '漢字']) {
    expect(parseRoute(href('datanets', name))).toEqual({ section: 'datanets', name });
  }
});
