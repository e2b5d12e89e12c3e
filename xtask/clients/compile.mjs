// Writes Guestbook.json from Guestbook.sol with the compiler of contracts/ (npm ci there first):
//
//   node xtask/clients/compile.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const here = (name) => new URL(name, import.meta.url);
const solc = createRequire(here("../../contracts/package.json"))("solc");
const input = {
  language: "Solidity",
  sources: { "Guestbook.sol": { content: readFileSync(here("Guestbook.sol"), "utf8") } },
  settings: {
    evmVersion: "shanghai",
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
  },
};
const { contracts, errors = [] } = JSON.parse(solc.compile(JSON.stringify(input)));
if (errors.length > 0) throw new Error(errors.map((error) => error.formattedMessage).join("\n"));
const { abi, evm } = contracts["Guestbook.sol"].Guestbook;
const artifact = { bytecode: `0x${evm.bytecode.object}`, abi };
writeFileSync(here("Guestbook.json"), `${JSON.stringify(artifact, null, 2)}\n`);
