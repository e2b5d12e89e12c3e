import { expect, test } from 'vitest';
import { readError } from './client';

test('the node’s error keeps its code, hint and details', async () => {
  const body = {
    error: { code: 'insufficient_balance', message: 'Not enough.', hint: 'Deposit first.', type: 'billing', param: null, needed_wei: '5' },
  };
  const error = await readError(new Response(JSON.stringify(body), { status: 402 }));
  expect(error).toMatchObject({ status: 402, code: 'insufficient_balance', message: 'Not enough.', hint: 'Deposit first.' });
  expect(error.details.needed_wei).toBe('5');
});

test('an answer that is no envelope still says something', async () => {
  expect(await readError(new Response('gateway down', { status: 502 }))).toMatchObject({ code: '502', message: 'gateway down', hint: null });
  expect((await readError(new Response('', { status: 500, statusText: 'Internal' }))).message).toBe('Internal');
  expect((await readError(new Response('{"error":null}', { status: 500 }))).code).toBe('500');
});
