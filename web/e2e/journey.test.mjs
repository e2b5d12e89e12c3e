// The seven steps, by hand, in a real browser on a running node.
//
//   OPENLEDGER_URL=http://127.0.0.1:7077 npm run e2e
//
// OPENLEDGER_CHROMIUM names the browser (default /usr/bin/chromium);
// OPENLEDGER_SCREENSHOTS names a folder for a picture of each place.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const origin = process.env.OPENLEDGER_URL?.replace(/\/$/, '');
assert.ok(origin, 'set OPENLEDGER_URL to a running node, such as http://127.0.0.1:7077');

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const TRAINING_MS = 15 * 60_000;

// A name of its own for each run, so that the test can be repeated on one node.
const run = Date.now().toString(36);
const field = `lanterns-${run}`;
const person = `mira-${run}`;
const COLOURS = ['amber', 'violet', 'teal', 'crimson', 'olive', 'silver', 'indigo', 'copper', 'jade', 'ochre', 'coral', 'slate'];
const RECORDS = COLOURS.map((colour, index) => ({
  question: `Which colour has the lantern of harbour ${run}${index + 1}?`,
  answer: `The lantern of harbour ${run}${index + 1} is ${colour}.`,
}));

let browser;
let page;
let profile;
const complaints = [];
/** Answers the node refuses on purpose: the browser logs each as an error. */
let refusals = 0;

before(async () => {
  profile = mkdtempSync(join(tmpdir(), 'openledger-e2e-'));
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.OPENLEDGER_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
    viewport: { width: 1360, height: 900 },
    reducedMotion: 'reduce',
  });
  browser.setDefaultTimeout(30_000);
  page = browser.pages()[0] ?? (await browser.newPage());
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    if (refusals > 0 && message.text().includes('422')) refusals -= 1;
    else complaints.push(`${message.text()} (${message.location().url})`);
  });
});

after(async () => {
  await browser?.close();
  if (profile) rmSync(profile, { recursive: true, force: true });
});

async function open(hash) {
  await page.goto(`${origin}/${hash}`);
  await page.locator('main h1').waitFor();
}

/** No serious or critical finding, in light and in dark. */
async function accessible(place) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    // Evaluated rather than added as a tag: the page's policy allows no inline script.
    await page.evaluate(AXE);
    const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }), WCAG);
    const serious = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
    assert.deepEqual(serious, [], `${place}, ${colorScheme}`);
    if (process.env.OPENLEDGER_SCREENSHOTS) {
      await page.screenshot({ path: join(process.env.OPENLEDGER_SCREENSHOTS, `${place}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** The events of a streamed answer, up to `[DONE]`. */
const chunks = (body) =>
  body
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)));

test('the overview shows the seven steps and is usable by keyboard', async () => {
  await open('#/');
  const steps = page.getByRole('navigation', { name: 'The journey in seven steps' }).getByRole('listitem');
  await steps.nth(6).waitFor();
  assert.equal(await steps.count(), 7);
  await page.getByText(/^Block /).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1', 'the first tab stop skips to the content');
  await page.getByRole('link', { name: 'Datanets', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Datanets' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Datanets', 'a new place takes the focus');
  await open('#/');
  await accessible('overview');
});

test('contribute: a Datanet takes pasted records and gives each line a verdict', async () => {
  await open('#/datanets');
  await accessible('datanets');
  await page.getByLabel('Name', { exact: true }).fill(field);
  await page.getByLabel('Licence of its records').fill('CC-BY-4.0');
  await page.getByLabel('Description (optional)').fill('Which lantern hangs in which harbour.');
  await page.getByRole('button', { name: 'Create Datanet' }).click();
  await page.getByRole('heading', { level: 1, name: field }).waitFor();
  await page.getByText('No records yet').waitFor();

  await page.getByRole('button', { name: 'New account' }).click();
  await page.getByLabel('New account’s name').fill(person);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('combobox', { name: 'Contributor' }).waitFor();
  assert.equal(await page.getByRole('combobox', { name: 'Contributor' }).inputValue(), person);

  const box = page.getByLabel('Or paste JSONL, one record a line');
  const contribute = page.getByRole('button', { name: 'Contribute', exact: true });
  refusals += 1;
  await box.fill('{"question": "half a line');
  await contribute.click();
  await page.getByRole('alert').getByText(/line 1/i).first().waitFor();

  const lines = [...RECORDS.slice(0, 11), RECORDS[0]].map((record) => JSON.stringify(record));
  await box.fill(lines.join('\n'));
  await contribute.click();
  const report = page.getByRole('region', { name: 'Report on pasted.jsonl' });
  await report.getByText('11 accepted, 1 rejected').waitFor();
  assert.equal(await report.getByText('✓ accepted').count(), 11);
  await report.getByText(/Original:/).waitFor();

  const dropped = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'last.jsonl'));
    return transfer;
  }, JSON.stringify(RECORDS[11]));
  await page.locator('.drop').dispatchEvent('drop', { dataTransfer: dropped });
  await page.getByRole('region', { name: 'Report on last.jsonl' }).getByText('1 accepted, 0 rejected').waitFor();

  await page.getByText('1–12 of 12').waitFor();
  await page.getByLabel('Search records').fill('crimson');
  await page.getByText('1–1 of 1').waitFor();
  await page.getByLabel('Search records').fill('');
});

test('snapshot: the records are frozen under a root', async () => {
  await page.getByRole('button', { name: 'Freeze snapshot' }).click();
  await page.getByText(/^12 records frozen under root/).waitFor();
  await page.getByText('The last snapshot holds every record.').waitFor();
  await accessible('datanet');
});

test('train: the curve grows and the adapter is ready', { timeout: TRAINING_MS }, async () => {
  await page.getByRole('link', { name: 'Train on them' }).click();
  await page.getByRole('heading', { level: 1, name: 'Training' }).waitFor();
  assert.equal(await page.getByRole('combobox', { name: 'Datanet' }).inputValue(), field);
  await page.getByRole('radio', { name: /^Quick/ }).check();
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByRole('heading', { level: 2, name: field }).waitFor();
  await page.getByText('The adapter is ready.').waitFor({ timeout: TRAINING_MS });
  await page.locator('.plot canvas').waitFor();
  await page.getByText('The curve as a table').click();
  const points = page.getByRole('table', { name: 'Loss at each step' }).getByRole('row');
  assert.ok((await points.count()) > 2, 'the table holds the curve');
  await accessible('train');
});

test('complete and attribute: an answer names its sources, and its fee adds up', async () => {
  await page.getByRole('link', { name: 'Ask it something' }).click();
  await page.getByRole('heading', { level: 1, name: 'Chat' }).waitFor();
  assert.equal(await page.getByRole('combobox', { name: 'Model' }).inputValue(), field);
  const streamed = page.waitForResponse('**/v1/chat/completions');
  await page.getByLabel('Question', { exact: true }).fill(RECORDS[3].question);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Sources' }).waitFor({ timeout: 120_000 });

  const response = await streamed;
  const sent = chunks(await response.text());
  const { attribution } = sent.find((chunk) => chunk.attribution);
  const content = sent.map((chunk) => chunk.choices[0]?.delta?.content ?? '').join('');
  assert.ok(content.trim().length > 0, 'the answer has words');
  assert.equal((await page.locator('.answer').innerText()).replace(/\d+$/, '').trim().slice(0, 10), content.trim().slice(0, 10));

  const shares = attribution.sources.reduce((sum, source) => sum + source.share_ppm, attribution.unattributed_ppm);
  assert.equal(shares, 1_000_000, 'shares and the unattributed part make a whole');
  const paid = attribution.split.reduce((sum, row) => sum + BigInt(row.amount_wei), 0n);
  assert.equal(paid, BigInt(attribution.fee_wei), 'the split pays out the whole fee');
  assert.ok(attribution.sources.length > 0, 'there are sources');
  assert.equal(await page.locator('#source-1').isVisible(), true);
  await page.locator('#source-1').getByText(person).waitFor();
  await page.getByText('Not attributed', { exact: true }).waitFor();
  await page.getByRole('heading', { name: 'Where the fee goes' }).waitFor();

  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download the signed receipt' }).click();
  const receipt = JSON.parse(readFileSync(await (await download).path(), 'utf8'));
  assert.equal(receipt.version, 2);
  await page.getByText('Ask from code').click();
  await page.getByText('from openai import OpenAI').waitFor();
  await accessible('chat');
});

test('pay out and claim: the period closes, everyone is paid, nothing is lost', async () => {
  await open('#/rewards');
  await page.getByText(/In and out are equal to the wei/).waitFor();
  await page.getByRole('button', { name: 'Close period' }).click();
  await page.getByText(/^Period \d+ pays/).waitFor();
  await page.getByRole('button', { name: 'Claim all' }).click();
  await page.getByText(/received/).first().waitFor();
  await page.getByText(/In and out are equal to the wei/).waitFor();
  await accessible('rewards');

  const account = await (await fetch(`${origin}/api/v1/accounts/${person}`)).json();
  assert.equal(account.claimable_wei, '0', 'nothing is left to claim');
  assert.equal(account.claimed_wei, account.earned_wei, 'what was earned was claimed');
  await page.getByRole('link', { name: person, exact: true }).click();
  await page.getByRole('heading', { name: `${person}: what and why` }).waitFor();
  await accessible('why');
});

test('a narrow screen shows everything without sideways scrolling', async () => {
  await page.setViewportSize({ width: 360, height: 780 });
  for (const hash of ['#/', '#/datanets', `#/datanets/${field}`, '#/train', '#/chat', `#/rewards/${person}`]) {
    await open(hash);
    await page.waitForLoadState('load');
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wider <= 0, `${hash} is ${wider} px wider than the screen`);
  }
  await accessible('narrow');
});

test('nothing complained in the console', () => {
  assert.deepEqual(complaints, []);
});
