// A page of somebody else and a wallet in a real browser: the requests that MetaMask makes.
//
//   OPENLEDGER_URL=http://127.0.0.1:7077 OPENLEDGER_KEY=0x… node --test e2e/wallet.test.mjs
//
// The wallet is an EIP-1193 provider with a local key, injected as `window.ethereum` before the
// page runs; it asks the node from the page's own origin, which is not the node's.
// OPENLEDGER_CHROMIUM names the browser (default /usr/bin/chromium).

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const node = process.env.OPENLEDGER_URL?.replace(/\/$/, '');
const key = process.env.OPENLEDGER_KEY;
assert.ok(node, 'set OPENLEDGER_URL to a running node, such as http://127.0.0.1:7077');
assert.ok(key, 'set OPENLEDGER_KEY to the key of an account with some OPEN');

const ETHERS = readFileSync(new URL('../node_modules/ethers/dist/ethers.umd.min.js', import.meta.url), 'utf8');
const FRIEND = '0x00000000000000000000000000000000000f0c5e';
const PAGE = `<!doctype html><title>Somebody else's page</title>
<button>Pay</button><output></output>
<script>
  const say = (text) => { document.querySelector('output').textContent = text; };
  document.querySelector('button').onclick = async () => {
    const [from] = await ethereum.request({ method: 'eth_requestAccounts' });
    const hash = await ethereum.request({
      method: 'eth_sendTransaction',
      params: [{ from, to: '${FRIEND}', value: '0x7' }],
    });
    for (let receipt = null; receipt === null; ) {
      receipt = await ethereum.request({ method: 'eth_getTransactionReceipt', params: [hash] });
      if (receipt !== null) say(receipt.status === '0x1' ? 'Paid in block ' + Number(receipt.blockNumber) : 'Refused');
    }
  };
</script>`;

/** Runs in the page before its own scripts. Asks what MetaMask asks, in its order. */
function injectWallet({ rpc, key }) {
  const asked = [];
  let id = 0;
  const ask = async (method, params = []) => {
    asked.push(method);
    const body = JSON.stringify({ jsonrpc: '2.0', id: (id += 1), method, params });
    const headers = { 'content-type': 'application/json' };
    const reply = await (await fetch(rpc, { method: 'POST', headers, body })).json();
    if (reply.error) throw Object.assign(new Error(reply.error.message), reply.error);
    return reply.result;
  };
  const wallet = () => new globalThis.ethers.Wallet(key);
  const send = async ([{ from, to, value }]) => {
    const chainId = await ask('eth_chainId');
    await ask('net_version');
    const number = await ask('eth_blockNumber');
    const block = await ask('eth_getBlockByNumber', [number, false]);
    const history = await ask('eth_feeHistory', ['0x5', 'latest', [10, 20, 30]]);
    await ask('eth_gasPrice');
    await ask('eth_getBalance', [from, 'latest']);
    const code = await ask('eth_getCode', [to, 'latest']);
    if (code !== '0x') throw new Error('the recipient has code');
    const gasLimit = await ask('eth_estimateGas', [{ from, to, value }]);
    const nonce = await ask('eth_getTransactionCount', [from, 'pending']);
    const tip = BigInt(history.reward.at(-1)[1]) || 1n;
    const maxFeePerGas = BigInt(block.baseFeePerGas) * 2n + tip;
    const signed = await wallet().signTransaction({
      type: 2, chainId, nonce: Number(nonce), to, value, gasLimit, maxFeePerGas, maxPriorityFeePerGas: tip,
    });
    return ask('eth_sendRawTransaction', [signed]);
  };
  globalThis.asked = asked;
  globalThis.ethereum = {
    isMetaMask: true,
    request: ({ method, params }) => {
      if (method === 'eth_requestAccounts' || method === 'eth_accounts') return Promise.resolve([wallet().address]);
      return method === 'eth_sendTransaction' ? send(params) : ask(method, params);
    },
  };
}

let browser;
let page;
let profile;
let server;
const complaints = [];

before(async () => {
  server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(PAGE));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  profile = mkdtempSync(join(tmpdir(), 'openledger-wallet-'));
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.OPENLEDGER_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  page = browser.pages()[0] ?? (await browser.newPage());
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('favicon')) complaints.push(message.text());
  });
  await page.addInitScript(ETHERS);
  await page.addInitScript(injectWallet, { rpc: `${node}/rpc`, key });
});

after(async () => {
  await browser?.close();
  server?.close();
  if (profile) rmSync(profile, { recursive: true, force: true });
});

const rpc = async (method, params) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const headers = { 'content-type': 'application/json' };
  return (await (await fetch(`${node}/rpc`, { method: 'POST', headers, body })).json()).result;
};

test('a wallet on another page pays and sees its receipt', { timeout: 60_000 }, async () => {
  const before = BigInt(await rpc('eth_getBalance', [FRIEND, 'latest']));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.getByRole('button', { name: 'Pay' }).click();
  await page.getByText(/^Paid in block \d+$/).waitFor();
  assert.equal(BigInt(await rpc('eth_getBalance', [FRIEND, 'latest'])) - before, 7n);
  const asked = await page.evaluate(() => globalThis.asked);
  for (const method of [
    'eth_chainId',
    'net_version',
    'eth_blockNumber',
    'eth_getBlockByNumber',
    'eth_feeHistory',
    'eth_gasPrice',
    'eth_estimateGas',
    'eth_getTransactionCount',
    'eth_sendRawTransaction',
    'eth_getTransactionReceipt',
  ]) {
    assert.ok(asked.includes(method), `${method} was asked from the page`);
  }
});

test('a refusal reaches the page with its code', async () => {
  const code = await page.evaluate(async (to) => {
    const data = `0x${'00'.repeat(60_000)}`;
    const estimate = globalThis.ethereum.request({ method: 'eth_estimateGas', params: [{ to, data, gas: '0x5208' }] });
    return estimate.then(() => null, (error) => error.code);
  }, FRIEND);
  assert.equal(code, -32000);
  const methods = await page.evaluate(() => globalThis.ethereum.request({ method: 'no_such' }).catch((error) => error.code));
  assert.equal(methods, -32601);
});

test('nothing complained in the console', () => {
  assert.deepEqual(complaints, []);
});
