#!/usr/bin/env node
// The Solidity compiler from npm behind the two flags that forge asks a native solc for:
// `--version`, and `--standard-json` with the input on standard input.
import { readFileSync } from 'node:fs';
import solc from 'solc';

if (process.argv.includes('--version')) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}`);
} else if (process.argv.includes('--standard-json')) {
  process.stdout.write(solc.compile(readFileSync(0, 'utf8')));
} else {
  console.error('solc.mjs: expected --version or --standard-json');
  process.exitCode = 2;
}
