// Checks an EIP-1186 proof from the state root down, as a light client does.
import assert from "node:assert/strict";
import { concat, fromRlp, keccak256, numberToHex, pad, toRlp } from "viem";

const nibbles = (hex) => hex.slice(2).split("").map((digit) => Number.parseInt(digit, 16));

/** Nibbles of a hex-prefix encoded path, and whether a value lies at its end. */
function path(encoded) {
  const [flag, ...rest] = nibbles(encoded);
  return { ends: flag >= 2, steps: flag % 2 === 1 ? rest : rest.slice(1) };
}

/** The RLP value at `key` of the trie with this root, or null when the proof shows its absence. */
export function proven(root, key, proof) {
  let expected = root;
  let left = nibbles(keccak256(key));
  for (const [depth, vertex] of proof.entries()) {
    assert.equal(keccak256(vertex), expected, `vertex ${depth} is not the one that its parent names`);
    let items = fromRlp(vertex, "hex");
    for (;;) {
      if (items.length === 17) {
        const next = items[left.shift()];
        if (next === "0x") return null;
        if (Array.isArray(next)) {
          items = next;
          continue;
        }
        expected = next;
        break;
      }
      const { ends, steps } = path(items[0]);
      if (steps.some((step, index) => step !== left[index])) return null;
      left = left.slice(steps.length);
      if (ends) return left.length === 0 ? items[1] : null;
      if (!Array.isArray(items[1])) {
        expected = items[1];
        break;
      }
      items = items[1];
    }
  }
  assert.equal(proof.length, 0, "the proof ends before the value");
  return null;
}

/** Checks account and slots of an `eth_getProof` answer against the root of a header. */
export function verify(stateRoot, answer) {
  const quantity = (value) => (BigInt(value) === 0n ? "0x" : numberToHex(BigInt(value)));
  const { nonce, balance, storageHash, codeHash } = answer;
  const account = toRlp([quantity(nonce), quantity(balance), storageHash, codeHash]);
  assert.equal(proven(stateRoot, answer.address, answer.accountProof), account, "the account is proven");
  for (const { key, value, proof } of answer.storageProof) {
    const leaf = proven(storageHash, pad(concat([numberToHex(BigInt(key))]), { size: 32 }), proof);
    assert.equal(leaf === null ? 0n : BigInt(fromRlp(leaf, "hex")), BigInt(value), `slot ${key} is proven`);
  }
}
