//! secp256k1 keys and signatures over 32-byte hashes.

use std::fmt;

use alloy_primitives::{Address, B256};
use k256::ecdsa::SigningKey;
use k256::ecdsa::signature::hazmat::PrehashSigner as _;

use crate::error::SignatureError;
use crate::record::ChainRecord;

/// A recoverable signature as 65 bytes `r ‖ s ‖ v` with `v` 27 or 28.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 65]);

impl Signature {
    /// The 65 bytes.
    pub const fn to_bytes(self) -> [u8; 65] {
        self.0
    }

    /// Reads 65 bytes.
    ///
    /// # Errors
    /// [`SignatureError::Length`] for any other length.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SignatureError> {
        let length = bytes.len();
        <[u8; 65]>::try_from(bytes).ok().map(Self).ok_or(SignatureError::Length { length })
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", alloy_primitives::hex::encode_prefixed(self.0))
    }
}

/// A private key. Its `Debug` shows the address alone.
#[derive(Clone)]
pub struct Key(SigningKey);

impl Key {
    /// The key with these 32 bytes.
    ///
    /// # Errors
    /// [`SignatureError::InvalidKey`] for zero and for numbers not below the curve's order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, SignatureError> {
        SigningKey::from_slice(bytes).ok().map(Self).ok_or(SignatureError::InvalidKey)
    }

    /// The 32 secret bytes, for a key store.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes().into()
    }

    /// The account that this key controls.
    pub fn address(&self) -> Address {
        Address::from_public_key(self.0.verifying_key())
    }

    /// Signs a 32-byte hash; deterministic (RFC 6979), low s (EIP-2).
    ///
    /// # Errors
    /// [`SignatureError::Unrecoverable`] in the case, never seen, that no recovery id exists.
    pub fn sign(&self, hash: B256) -> Result<Signature, SignatureError> {
        let signed: Result<(k256::ecdsa::Signature, k256::ecdsa::RecoveryId), _> =
            self.0.sign_prehash(hash.as_slice());
        let (signature, recovery) = signed.ok().ok_or(SignatureError::Unrecoverable)?;
        let mut bytes = [0; 65];
        bytes[..64].copy_from_slice(&signature.to_bytes());
        bytes[64] = 27 + recovery.to_byte();
        Ok(Signature(bytes))
    }

    /// Signs a record for one chain (EIP-712).
    ///
    /// # Errors
    /// As [`Key::sign`].
    pub fn sign_record(
        &self,
        record: &impl ChainRecord,
        chain_id: u64,
    ) -> Result<Signature, SignatureError> {
        self.sign(record.signing_hash(chain_id))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.address())
    }
}

/// The account that signed `hash`.
///
/// # Errors
/// [`SignatureError::Unrecoverable`] when no key fits or s is high (EIP-2).
pub fn recover(hash: B256, signature: &Signature) -> Result<Address, SignatureError> {
    let signature = alloy_primitives::Signature::from_raw_array(&signature.0)
        .ok()
        .filter(|signature| signature.normalize_s().is_none())
        .ok_or(SignatureError::Unrecoverable)?;
    signature.recover_address_from_prehash(&hash).ok().ok_or(SignatureError::Unrecoverable)
}

impl Signature {
    /// Checks that `expected` signed this record for this chain.
    ///
    /// # Errors
    /// [`SignatureError::WrongSigner`] naming who did, or [`SignatureError::Unrecoverable`].
    pub fn verify_record(
        &self,
        record: &impl ChainRecord,
        chain_id: u64,
        expected: Address,
    ) -> Result<(), SignatureError> {
        let found = recover(record.signing_hash(chain_id), self)?;
        if found == expected {
            Ok(())
        } else {
            Err(SignatureError::WrongSigner { expected, found })
        }
    }
}
