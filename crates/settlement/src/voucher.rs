//! Payment channels: a payer's signed promise that grows with every answer.
//!
//! A payer signs that a host may have taken up to a limit *since the channel's beginning*; the host
//! redeems what it has earned of that in one transaction, whenever it likes. A later voucher with a
//! higher limit replaces an earlier one, and redeeming twice pays nothing more.

use alloy_primitives::{Address, Bytes};
use alloy_sol_types::{SolStruct, SolValue, sol};
use primitives::{B256, ChainRecord, Key, RecordError, Signature, Wei, domain};

use crate::error::VoucherError;

sol! {
    /// What a payer lets a host take, in all, since their channel began.
    #[derive(Debug, Copy, PartialEq, Eq)]
    struct Voucher {
        /// The escrow contract that holds the payer's deposit.
        address escrow;
        /// Who pays.
        address payer;
        /// Who may take it.
        address host;
        /// The most that the host may have taken since the beginning, in wei.
        uint128 limitWei;
        /// Until when the host may rely on it, Unix time in seconds.
        uint64 expiresS;
    }

    /// A voucher with its signature, as it is handed over.
    #[derive(Debug, PartialEq, Eq)]
    struct VoucherFile {
        /// The voucher.
        Voucher voucher;
        /// EIP-712 signature of the payer, or whatever its contract takes (ERC-1271).
        bytes signature;
    }
}

impl ChainRecord for Voucher {
    const TYPE_NAME: &'static str = "Voucher";

    fn id(&self) -> B256 {
        self.eip712_hash_struct()
    }

    fn signing_hash(&self, chain_id: u64) -> B256 {
        self.eip712_signing_hash(&domain(chain_id))
    }

    fn encode(&self) -> Vec<u8> {
        self.abi_encode()
    }

    fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let encoding = |source| RecordError::Encoding { record: Self::TYPE_NAME, source };
        Self::abi_decode_validate(bytes).map_err(encoding)
    }
}

impl Voucher {
    /// Signs it as the payer, for one chain.
    ///
    /// # Errors
    /// [`VoucherError::NotPayer`] for anybody else's key; as [`Key::sign`].
    pub fn sign(self, payer: &Key, chain_id: u64) -> Result<SignedVoucher, VoucherError> {
        let (expected, found) = (self.payer, payer.address());
        if expected != found {
            return Err(VoucherError::NotPayer { payer: expected, found });
        }
        let signature = payer.sign_record(&self, chain_id)?;
        Ok(SignedVoucher { voucher: self, signature: Bytes::from(signature.to_bytes().to_vec()) })
    }

    /// What the host may still take after `redeemed` was taken.
    pub const fn left(&self, redeemed: Wei) -> Wei {
        Wei::new(self.limitWei.saturating_sub(redeemed.get()))
    }
}

/// A voucher that its payer has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedVoucher {
    /// What is promised.
    pub voucher: Voucher,
    /// The promise: 65 bytes of an account with a key, any bytes of a contract (ERC-1271).
    pub signature: Bytes,
}

impl SignedVoucher {
    /// Checks that an account with a key signed it. What a contract signed, only the chain can tell.
    ///
    /// # Errors
    /// [`VoucherError::Signature`] naming who did sign.
    pub fn verify(&self, chain_id: u64) -> Result<(), VoucherError> {
        let signature = Signature::from_bytes(&self.signature)?;
        Ok(signature.verify_record(&self.voucher, chain_id, self.voucher.payer)?)
    }

    /// Checks that it may take the place of `known` (of nothing, with a zero limit) at `host`.
    ///
    /// # Errors
    /// [`VoucherError::WrongParty`], [`VoucherError::LimitLowered`], [`VoucherError::Expired`];
    /// as [`SignedVoucher::verify`].
    pub fn accept(&self, terms: &ChannelTerms) -> Result<(), VoucherError> {
        let voucher = &self.voucher;
        for (expected, found) in [(terms.escrow, voucher.escrow), (terms.host, voucher.host)] {
            if expected != found {
                return Err(VoucherError::WrongParty { expected, found });
            }
        }
        let (known, limit) = (terms.known_limit, Wei::new(voucher.limitWei));
        if limit < known {
            return Err(VoucherError::LimitLowered { known, limit });
        }
        if voucher.expiresS <= terms.now_s {
            return Err(VoucherError::Expired { expires_s: voucher.expiresS });
        }
        self.verify(terms.chain_id)
    }

    /// The bytes that are handed over.
    pub fn encode(&self) -> Vec<u8> {
        VoucherFile { voucher: self.voucher, signature: self.signature.clone() }.abi_encode()
    }

    /// Reads such bytes.
    ///
    /// # Errors
    /// [`VoucherError::Encoding`] for anything that [`SignedVoucher::encode`] does not write.
    pub fn decode(bytes: &[u8]) -> Result<Self, VoucherError> {
        let file = VoucherFile::abi_decode_validate(bytes).ok().ok_or(VoucherError::Encoding)?;
        let read = Self { voucher: file.voucher, signature: file.signature };
        if read.encode() == bytes { Ok(read) } else { Err(VoucherError::Encoding) }
    }
}

/// What a host asks of a voucher before it relies on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelTerms {
    /// The chain that the signature must be for.
    pub chain_id: u64,
    /// The escrow that must hold the deposit.
    pub escrow: Address,
    /// The host that must be named.
    pub host: Address,
    /// The limit of the voucher that the host has already; zero without.
    pub known_limit: Wei,
    /// The present, Unix time in seconds.
    pub now_s: u64,
}

/// What a host takes of one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// The payer's promise.
    pub voucher: SignedVoucher,
    /// Everything taken since the beginning, this time included.
    pub cumulative: Wei,
}

#[cfg(test)]
mod tests;
