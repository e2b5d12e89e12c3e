//! Accounts with keys, and a chain that they own.

use std::collections::BTreeMap;

use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope, crypto::secp256k1};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use ledger::{Block, Chain, Genesis, Options};

pub(crate) const CHAIN_ID: u64 = 1612;
pub(crate) const GENESIS_TIME_S: u64 = 1_700_000_000;
/// A gas price that pays for every block of a short test, in wei.
pub(crate) const FEE: u128 = 100_000_000_000;

/// Somebody with a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    secret: B256,
    pub(crate) address: Address,
}

impl Account {
    pub(crate) fn new(seed: u8) -> Self {
        let secret = keccak256([seed]);
        let digest = keccak256(b"who am I");
        let signature = secp256k1::sign_message(secret, digest).expect("a hash is a valid key");
        let address = secp256k1::recover_signer(&signature, digest).expect("just signed");
        Self { secret, address }
    }

    /// EIP-2718 bytes of the signed transaction.
    pub(crate) fn sign(
        &self,
        transaction: impl SignableTransaction<alloy_primitives::Signature>
        + alloy_consensus::transaction::RlpEcdsaEncodableTx
        + Into<alloy_consensus::TypedTransaction>,
    ) -> Bytes {
        let signature = secp256k1::sign_message(self.secret, transaction.signature_hash())
            .expect("a hash is a valid key");
        let transaction: alloy_consensus::TypedTransaction = transaction.into();
        TxEnvelope::new_unhashed(transaction, signature).encoded_2718().into()
    }

    pub(crate) fn transfer(&self, nonce: u64, to: Address, wei: u64) -> Bytes {
        self.sign(TxEip1559 { to: to.into(), value: U256::from(wei), ..fields(nonce, 21_000) })
    }

    pub(crate) fn call(&self, nonce: u64, to: Address, input: &[u8]) -> Bytes {
        let input = Bytes::copy_from_slice(input);
        self.sign(TxEip1559 { to: to.into(), input, ..fields(nonce, 200_000) })
    }

    /// Creates a contract with this runtime code.
    pub(crate) fn deploy(&self, nonce: u64, runtime: &[u8]) -> Bytes {
        let input = initcode(runtime);
        self.sign(TxEip1559 { to: TxKind::Create, input, ..fields(nonce, 500_000) })
    }
}

/// A transaction without recipient, value and data.
pub(crate) fn fields(nonce: u64, gas_limit: u64) -> TxEip1559 {
    TxEip1559 {
        chain_id: CHAIN_ID,
        nonce,
        gas_limit,
        max_fee_per_gas: FEE,
        max_priority_fee_per_gas: 1_000_000_000,
        ..TxEip1559::default()
    }
}

/// Code that stores `runtime`: `PUSH1 len DUP1 PUSH1 9 PUSH0 CODECOPY PUSH0 RETURN`.
pub(crate) fn initcode(runtime: &[u8]) -> Bytes {
    let length = u8::try_from(runtime.len()).expect("test contracts are tiny");
    let mut code = vec![0x60, length, 0x80, 0x60, 9, 0x5f, 0x39, 0x5f, 0xf3];
    code.extend_from_slice(runtime);
    code.into()
}

/// Stores its first argument word in slot 0, logs it as data and topic, and returns it.
pub(crate) const RECORDER: &[u8] = &[
    0x5f, 0x35, // calldataload(0)
    0x80, 0x5f, 0x55, // sstore(0, word)
    0x80, 0x5f, 0x52, // mstore(0, word)
    0x60, 0x20, 0x5f, 0xa1, // log1(0, 32, word)
    0x60, 0x20, 0x5f, 0xf3, // return(0, 32)
];

/// Reverts with whatever it was called with.
pub(crate) const REVERTER: &[u8] = &[0x36, 0x5f, 0x5f, 0x37, 0x36, 0x5f, 0xfd];

/// Calls `target` with its own input and reverts when that fails.
pub(crate) fn forwarder(target: Address) -> Vec<u8> {
    let mut code = vec![0x36, 0x5f, 0x5f, 0x37]; // calldatacopy(0, 0, calldatasize)
    code.extend_from_slice(&[0x5f, 0x5f, 0x36, 0x5f, 0x5f, 0x73]);
    code.extend_from_slice(target.as_slice());
    code.extend_from_slice(&[0x5a, 0xf1]); // call(gas, target, 0, 0, calldatasize, 0, 0)
    let destination = u8::try_from(code.len() + 6).expect("short");
    code.extend_from_slice(&[0x60, destination, 0x57, 0x5f, 0x5f, 0xfd, 0x5b, 0x00]);
    code
}

pub(crate) fn word(value: u64) -> [u8; 32] {
    U256::from(value).to_be_bytes()
}

pub(crate) fn ether(amount: u64) -> U256 {
    U256::from(amount) * U256::from(10u64.pow(18))
}

/// A genesis in which accounts 0 to 4 own 1000 OPEN each.
pub(crate) fn genesis() -> Genesis {
    let balances: BTreeMap<_, _> =
        (0..5).map(|seed| (Account::new(seed).address, ether(1000))).collect();
    Genesis::new(CHAIN_ID, balances).with_timestamp_s(GENESIS_TIME_S)
}

pub(crate) fn chain() -> Chain {
    Chain::in_memory(&genesis(), Options::default()).expect("a new chain opens")
}

/// Seals what waits, one second after the last block.
pub(crate) fn seal(chain: &Chain) -> Block {
    chain.seal(0).expect("sealing works").expect("something waits")
}

/// Submits and seals; the one transaction must be in the block.
pub(crate) fn run(chain: &Chain, transaction: &Bytes) -> Block {
    let hash = chain.submit(transaction).expect("accepted");
    let block = seal(chain);
    assert_eq!(block.transaction(0).expect("one transaction").inner.tx_hash(), &hash);
    block
}
