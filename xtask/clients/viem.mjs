// viem against a running node: send, deploy, write, read, a revert with a custom error, logs, a
// subscription, a proof.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  http,
  parseEther,
  webSocket,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { verify } from "./proof.mjs";

const [url, key] = process.argv.slice(2);
const { abi, bytecode } = JSON.parse(readFileSync(new URL("Guestbook.json", import.meta.url), "utf8"));
const rpc = `${url}/rpc`;
const account = privateKeyToAccount(key);
const reader = createPublicClient({ transport: http(rpc, { batch: true }), pollingInterval: 50 });
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

const deployed = await wallet.deployContract({ abi, bytecode });
const { contractAddress: address } = await reader.waitForTransactionReceipt({ hash: deployed });
assert.ok(await reader.getCode({ address }), "the contract has code");

// Subscribed before the write that it waits for.
const socket = createPublicClient({ transport: webSocket(rpc.replace(/^http/, "ws")) });
const head = new Promise((resolve, reject) => {
  const stop = socket.watchBlocks({ onBlock: (block) => (stop(), resolve(block)), onError: reject });
});
const seen = new Promise((resolve, reject) => {
  const stop = socket.watchContractEvent({
    address, abi, eventName: "Signed", onLogs: (logs) => (stop(), resolve(logs)), onError: reject,
  });
});
// A request on the same connection: its answer comes after those of the subscriptions.
await socket.getBlockNumber();

const words = "viem was here";
const written = await wallet.writeContract({ address, abi, functionName: "sign", args: [words] });
const receipt = await reader.waitForTransactionReceipt({ hash: written });
assert.equal(receipt.status, "success");
assert.equal(receipt.logs.length, 1);
assert.equal(await reader.readContract({ address, abi, functionName: "entries", args: [0n] }), words);
const [log] = await reader.getContractEvents({ address, abi, eventName: "Signed", args: { number: 0n }, fromBlock: 0n });
assert.deepEqual([log.args.who, log.args.words], [account.address, words]);
assert.equal((await seen)[0].args.words, words, "the log arrives over WebSocket");
assert.ok((await head).number > transfer.blockNumber, "a new head arrives over WebSocket");

await assert.rejects(
  reader.simulateContract({ account, address, abi, functionName: "sign", args: ["x"] }),
  (error) => {
    const reverted = error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionRevertedError);
    assert.deepEqual([reverted.data?.errorName, reverted.data?.args], ["TooShort", [1n, 3n]]);
    return true;
  },
);

const block = await reader.getBlock({ blockTag: "latest" });
const slot = `0x${"0".repeat(64)}`;
const proof = await reader.getProof({ address, storageKeys: [slot], blockNumber: block.number });
assert.equal(proof.storageProof[0].value, 1n);
verify(block.stateRoot, proof);
console.log(`viem: chain ${id}, block ${block.number}`);
process.exit(0);
