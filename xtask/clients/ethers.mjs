// ethers against a running node: send, deploy, write, read, a revert with a custom error, logs, a
// subscription, a proof.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ContractFactory, JsonRpcProvider, Wallet, WebSocketProvider, isCallException, isError, parseEther } from "ethers";
import { verify } from "./proof.mjs";

const [url, key] = process.argv.slice(2);
const { abi, bytecode } = JSON.parse(readFileSync(new URL("Guestbook.json", import.meta.url), "utf8"));
const provider = new JsonRpcProvider(`${url}/rpc`, undefined, { pollingInterval: 50, cacheTimeout: -1 });
const wallet = new Wallet(key, provider);
const { chainId } = await provider.getNetwork();

const friend = "0x00000000000000000000000000000000000E7437";
const before = await provider.getBalance(friend);
const sent = await wallet.sendTransaction({ to: friend, value: parseEther("0.25") });
assert.equal((await sent.wait()).status, 1);
assert.equal((await provider.getBalance(friend)) - before, parseEther("0.25"));

const book = await new ContractFactory(abi, bytecode, wallet).deploy();
await book.waitForDeployment();
const address = await book.getAddress();

const socket = new WebSocketProvider(`${url.replace(/^http/, "ws")}/rpc`);
const head = new Promise((resolve) => socket.once("block", resolve));
const seen = new Promise((resolve) => book.connect(socket).once("Signed", (...values) => resolve(values)));
// A request on the same connection: its answer comes after those of the subscriptions.
await socket.send("eth_blockNumber", []);

const words = "ethers was here";
assert.equal(await book.sign.staticCall(words), 0n);
const receipt = await (await book.sign(words)).wait();
assert.equal(receipt.status, 1);
assert.equal(await book.entries(0n), words);
const [log] = await book.queryFilter(book.filters.Signed(wallet.address), 0);
assert.deepEqual([log.args.number, log.args.words], [0n, words]);
assert.equal((await seen)[2], words, "the log arrives over WebSocket");
assert.ok((await head) >= sent.blockNumber, "a new head arrives over WebSocket");

await assert.rejects(book.sign.staticCall("x"), (error) => {
  assert.ok(isCallException(error), error);
  assert.deepEqual([error.revert.name, ...error.revert.args], ["TooShort", 1n, 3n]);
  return true;
});
const poor = Wallet.createRandom(provider);
await assert.rejects(poor.sendTransaction({ to: friend, value: 1n, gasLimit: 21_000n }), (error) =>
  isError(error, "INSUFFICIENT_FUNDS"),
);

const block = await provider.getBlock("latest");
const slot = `0x${"0".repeat(64)}`;
const proof = await provider.send("eth_getProof", [address, [slot], `0x${block.number.toString(16)}`]);
assert.equal(BigInt(proof.storageProof[0].value), 1n);
verify(block.stateRoot, proof);
console.log(`ethers: chain ${chainId}, block ${block.number}`);
process.exit(0);
