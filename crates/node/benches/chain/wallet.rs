//! Senders with keys, and the transactions that they sign before the clock starts.

use alloy_consensus::{SignableTransaction as _, TxEip1559, TxEnvelope, crypto::secp256k1};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, hex, keccak256};

use crate::Sizes;

pub(crate) const CHAIN_ID: u64 = 31_337;
/// Senders per connection.
const SENDERS: usize = 8;
const ASSET: &str = include_str!("asset.hex");

/// Somebody with a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wallet {
    secret: B256,
    pub(crate) address: Address,
    pub(crate) nonce: u64,
}

/// The senders of all connections; the first one creates the asset.
#[derive(Clone, Debug)]
pub(crate) struct Wallets(pub(crate) Vec<Wallet>);

/// The senders that connections use.
pub(crate) fn senders(connections: usize) -> Vec<Address> {
    Wallets::new(connections).0.into_iter().map(|wallet| wallet.address).collect()
}

/// An account without a key that is in the state from the start.
pub(crate) fn account(index: usize) -> Address {
    Address::from_word(keccak256((index as u64).to_be_bytes()))
}

/// Requests of one connection, in order.
pub(crate) type Script = Vec<Bytes>;

impl Wallets {
    pub(crate) fn new(connections: usize) -> Self {
        let wallet = |index: usize| {
            let secret = keccak256(format!("bench {index}"));
            let digest = keccak256(b"who am I");
            let signature: Signature =
                secp256k1::sign_message(secret, digest).expect("a hash is a valid key");
            let address = secp256k1::recover_signer(&signature, digest).expect("just signed");
            Wallet { secret, address, nonce: 0 }
        };
        Self((0..connections * SENDERS).map(wallet).collect())
    }

    /// One script per connection, whose senders take turns.
    pub(crate) fn transfers(
        &mut self,
        sizes: &Sizes,
        accounts: usize,
        asset: Option<Address>,
    ) -> Vec<Script> {
        let mut scripts = vec![Script::new(); sizes.connections];
        for index in 0..sizes.transactions {
            // A multiplier without common factor spreads the recipients over all accounts.
            let to = account(index.wrapping_mul(7_919) % accounts);
            let (connection, round) = (index % sizes.connections, index / sizes.connections);
            let wallet = &mut self.0[connection * SENDERS + round % SENDERS];
            let signed = match asset {
                None => wallet.sign(TxKind::Call(to), U256::from(1), Bytes::new(), 21_000),
                Some(asset) => wallet.sign(asset.into(), U256::ZERO, transfer(to, 1), 100_000),
            };
            scripts[connection].push(signed);
        }
        scripts
    }

    /// The creation of the asset, and its distribution among all senders.
    pub(crate) fn create_asset(&mut self) -> (Address, Vec<Bytes>) {
        let code: Bytes = hex::decode(ASSET.trim()).expect("hex").into();
        let creator = &mut self.0[0];
        let asset = creator.address.create(creator.nonce);
        let mut signed = vec![creator.sign(TxKind::Create, U256::ZERO, code, 2_000_000)];
        for index in 1..self.0.len() {
            let to = self.0[index].address;
            let amount = transfer(to, 1_000_000_000_000);
            signed.push(self.0[0].sign(asset.into(), U256::ZERO, amount, 100_000));
        }
        (asset, signed)
    }
}

impl Wallet {
    fn sign(&mut self, to: TxKind, value: U256, input: Bytes, gas_limit: u64) -> Bytes {
        let transaction = TxEip1559 {
            chain_id: CHAIN_ID,
            nonce: self.nonce,
            gas_limit,
            max_fee_per_gas: 10_000_000_000_000,
            max_priority_fee_per_gas: 1_000_000_000,
            to,
            value,
            input,
            ..TxEip1559::default()
        };
        self.nonce += 1;
        let signature = secp256k1::sign_message(self.secret, transaction.signature_hash());
        let signature = signature.expect("a hash is a valid key");
        TxEnvelope::from(transaction.into_signed(signature)).encoded_2718().into()
    }
}

/// `transfer(address,uint256)`.
fn transfer(to: Address, amount: u64) -> Bytes {
    let mut input = hex::decode("a9059cbb").expect("hex");
    input.extend_from_slice(to.into_word().as_slice());
    input.extend_from_slice(&U256::from(amount).to_be_bytes::<32>());
    input.into()
}
