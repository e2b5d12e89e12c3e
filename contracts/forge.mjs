// Foundry's forge: the one that npm installed for this platform, else the one on the PATH.
//
//   node forge.mjs test
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const arch = process.arch === 'x64' ? 'amd64' : process.arch;
const installed = join(here, `node_modules/@foundry-rs/forge-${process.platform}-${arch}/bin/forge`);

/** The program. */
export const path = existsSync(installed) ? installed : 'forge';

/** Runs forge in this folder; returns its exit status. */
export function forge(args, stdio = 'inherit') {
  const { status, error } = spawnSync(path, args, { cwd: here, stdio });
  if (error) throw new Error(`cannot start ${path}; npm ci installs it on Linux`, { cause: error });
  return status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = forge(process.argv.slice(2));
