#!/usr/bin/env node
// Writes schema/contracts/*.json from the Solidity sources, so that building the node needs no
// compiler. With --check, compares instead and fails when a committed file is out of date.
import { forge } from './forge.mjs';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CONTRACTS = [
  'Adapters',
  'Agents',
  'Attestations',
  'Contributions',
  'Datanets',
  'Disputes',
  'Escrow',
  'GOPEN',
  'OPEN',
  'OpenGovernor',
  'Parameters',
  'Payouts',
  'Proxy',
  'Reputation',
  'Staking',
  'Timelock',
  'Validation',
  'WOPEN',
];
/** Contracts of contracts/test/ that Rust's tests execute. */
const HARNESSES = ['Differential'];
const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '..', 'schema', 'contracts');

/** What the node needs of one compiled contract, as text with one line per ABI entry. */
function artifact(name) {
  const path = join(here, 'out', `${name}.sol`, `${name}.json`);
  const compiled = JSON.parse(readFileSync(path, 'utf8'));
  const { compiler, settings } = compiled.metadata;
  const { bytecode, deployedBytecode } = compiled;
  const immutables = Object.values(deployedBytecode.immutableReferences ?? {})
    .flat()
    .map(({ start, length }) => [start, length])
    .sort((left, right) => left[0] - right[0]);
  const fields = {
    compiler: {
      solc: compiler.version,
      evmVersion: settings.evmVersion,
      optimizerRuns: settings.optimizer.runs,
    },
    immutables,
    bytecode: bytecode.object,
    deployedBytecode: deployedBytecode.object,
  };
  const lines = Object.entries(fields).map(([key, value]) => `  "${key}": ${JSON.stringify(value)},`);
  const abi = compiled.abi.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n');
  return `{\n${lines.join('\n')}\n  "abi": [\n${abi}\n  ]\n}\n`;
}

function current(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

if (forge(['build', '--skip', '*.t.sol'], ['ignore', 'ignore', 'inherit']) !== 0) process.exit(1);
mkdirSync(join(target, 'test'), { recursive: true });
let stale = 0;
for (const [folder, name] of [
  ...CONTRACTS.map((name) => ['', name]),
  ...HARNESSES.map((name) => ['test', name]),
]) {
  const path = join(target, folder, `${name}.json`);
  const text = artifact(name);
  if (!process.argv.includes('--check')) {
    writeFileSync(path, text);
  } else if (current(path) !== text) {
    console.error(`schema/contracts/${join(folder, name)}.json is out of date: run node contracts/artifacts.mjs`);
    stale += 1;
  }
}
process.exitCode = stale === 0 ? 0 : 1;
