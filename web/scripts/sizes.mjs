// Prints the gzip size of every built file and fails when the first load is over budget.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

const FIRST_LOAD_BUDGET = 180 * 1024;
const TOTAL_BUDGET = 550 * 1024;
const dist = new URL('../dist/', import.meta.url).pathname;

const html = readFileSync(join(dist, 'index.html'), 'utf8');
const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => {
    const path = relative(dist, join(entry.parentPath, entry.name));
    const bytes = readFileSync(join(dist, path));
    const size = path.endsWith('.woff2') ? bytes.length : gzipSync(bytes, { level: 9 }).length;
    // The browser fetches what index.html names, and the font that its CSS names for Latin text.
    const first = path === 'index.html' || html.includes(path) || /-latin-wght/.test(path);
    return { path, size, first };
  })
  .sort((a, b) => b.size - a.size);

const kib = (bytes) => `${(bytes / 1024).toFixed(1).padStart(7)} KiB`;
for (const { path, size, first } of files) console.log(`${kib(size)}  ${first ? 'first' : '     '}  ${path}`);
const sum = (rows) => rows.reduce((total, row) => total + row.size, 0);
const firstLoad = sum(files.filter((file) => file.first));
const total = sum(files);
console.log(`${kib(firstLoad)}  first load, gzip (budget ${kib(FIRST_LOAD_BUDGET).trim()})`);
console.log(`${kib(total)}  in all, gzip (budget ${kib(TOTAL_BUDGET).trim()})`);
if (firstLoad > FIRST_LOAD_BUDGET || total > TOTAL_BUDGET) {
  console.error('over budget: make the page smaller, or move code behind a dynamic import');
  process.exitCode = 1;
}
