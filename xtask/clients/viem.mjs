// viem against a running node: deploy, write, read, wait for the receipt, watch logs, decode a revert.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createPublicClient, createWalletClient, http, parseEther, webSocket } from "viem";
import { privateKeyToAccount } from "viem/accounts";

const [url, key, artifactPath] = process.argv.slice(2);
const artifact = JSON.parse(readFileSync(artifactPath, "utf8"));
const rpc = `${url}/rpc`;
const account = privateKeyToAccount(key);
const reader = createPublicClient({ transport: http(rpc), pollingInterval: 50 });
const id = await reader.getChainId();
const chain = {
  id,
  name: "OpenLedger",
  nativeCurrency: { name: "OPEN", symbol: "OPEN", decimals: 18 },
  rpcUrls: { default: { http: [rpc] } },
};
const wallet = createWalletClient({ account, chain, transport: http(rpc) });

const friend = "0x00000000000000000000000000000000000f4e0d";
const before = await reader.getBalance({ address: friend });
const sent = await wallet.sendTransaction({ to: friend, value: parseEther("0.25") });
const transfer = await reader.waitForTransactionReceipt({ hash: sent });
assert.equal(transfer.status, "success");
assert.equal((await reader.getBalance({ address: friend })) - before, parseEther("0.25"));

const { abi, bytecode } = artifact;
const deployed = await wallet.deployContract({ abi, bytecode, args: [friend, 60n] });
const { contractAddress } = await reader.waitForTransactionReceipt({ hash: deployed });
assert.ok(await reader.getCode({ address: contractAddress }), "the contract has code");

const value = parseEther("0.5");
const deposit = await wallet.writeContract({
  address: contractAddress, abi, functionName: "deposit", value,
});
const receipt = await reader.waitForTransactionReceipt({ hash: deposit });
assert.equal(receipt.status, "success");
assert.ok(receipt.logs.length > 0, "a deposit writes a log");
assert.equal(await reader.getBalance({ address: contractAddress }), value);
const logs = await reader.getLogs({ address: contractAddress, fromBlock: 0n });
assert.equal(logs.length, receipt.logs.length);

await assert.rejects(
  reader.simulateContract({ account, address: contractAddress, abi, functionName: "executeWithdrawal" }),
  (error) => error.name === "ContractFunctionExecutionError" && /revert/i.test(error.message),
);

const socket = createPublicClient({ transport: webSocket(rpc.replace(/^http/, "ws")) });
const head = await new Promise((resolve, reject) => {
  const stop = socket.watchBlocks({
    onBlock: (block) => { stop(); resolve(block); },
    onError: reject,
  });
  wallet.sendTransaction({ to: friend, value: 1n }).catch(reject);
});
assert.ok(head.number > receipt.blockNumber, "a new head arrives over WebSocket");
console.log(`viem: chain ${id}, head ${head.number}`);
process.exit(0);
