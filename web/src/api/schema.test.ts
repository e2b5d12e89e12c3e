import { readFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';

const DOCUMENT = new URL('../../../schema/openapi.json', import.meta.url);

test('the types are those of the node’s OpenAPI document; if not, run `npm run types`', async () => {
  const generated = astToString(await openapiTS(DOCUMENT));
  // The command puts a notice above what it writes.
  const committed = readFileSync(new URL('schema.d.ts', import.meta.url), 'utf8').replace(/^\/\*\*[^]*?\*\/\s*/, '');
  expect(committed.trim()).toBe(generated.trim());
});
