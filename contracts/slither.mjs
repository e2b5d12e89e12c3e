#!/usr/bin/env node
// Static analysis: fails on a finding of high or medium impact that slither.json does not explain, and
// on an explanation that no finding needs any more.
//
//   node slither.mjs [PROGRAM]      PROGRAM: slither 0.11.6 (default: slither on the PATH)
import { forge, path as forgePath } from './forge.mjs';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const program = process.argv[2] ?? 'slither';
const explained = JSON.parse(readFileSync(join(here, 'slither.json'), 'utf8'));

/** Where a finding is: `Contract.function`, or the contract's or variable's own name. */
function place({ elements: [first] }) {
  const parent = first.type_specific_fields?.parent;
  const owner = parent?.type === 'function' ? parent.type_specific_fields.parent : parent;
  const name = parent?.type === 'function' ? parent.name : first.name;
  return owner?.type === 'contract' ? `${owner.name}.${name}` : name;
}

/** The findings in src/ of high and medium impact. */
function findings(folder) {
  const [out, report] = [join(folder, 'out'), join(folder, 'report.json')];
  const build = ['build', '--build-info', '--force', '--skip', 'test', '--out', out];
  if (forge([...build, '--cache-path', join(folder, 'cache')], ['ignore', 'ignore', 'inherit']) !== 0) {
    throw new Error('the contracts do not compile');
  }
  const flags = ['--ignore-compile', '--foundry-out-directory', out, '--filter-paths', 'node_modules|test/utils'];
  const levels = ['--exclude-low', '--exclude-informational', '--exclude-optimization'];
  const env = { ...process.env, PATH: `${dirname(forgePath)}${delimiter}${process.env.PATH}` };
  const options = { cwd: here, env, encoding: 'utf8', maxBuffer: 2 ** 28 };
  const run = spawnSync(program, ['.', ...flags, ...levels, '--json', report], options);
  if (run.error) throw new Error(`cannot start ${program}`, { cause: run.error });
  let answer;
  try {
    answer = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    throw new Error(run.stderr);
  }
  if (!answer.success) throw new Error(answer.error);
  return answer.results.detectors ?? [];
}

const folder = mkdtempSync(join(tmpdir(), 'openledger-slither-'));
let found;
try {
  found = findings(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const isSame = (one, other) => one.check === other.check && one.where === other.where;
const all = found.map((item) => ({ ...item, where: place(item) }));
const open = all.filter((item) => !explained.some((entry) => isSame(entry, item)));
const stale = explained.filter((entry) => !all.some((item) => isSame(entry, item)));
for (const item of open) {
  console.error(`${item.impact} ${item.check} at ${item.where}\n${item.description}`);
}
for (const entry of stale) {
  console.error(`slither.json explains what is no longer found: ${entry.check} at ${entry.where}`);
}
console.log(`slither: ${all.length} findings, ${open.length} unexplained, ${stale.length} stale`);
process.exitCode = open.length + stale.length === 0 ? 0 : 1;
