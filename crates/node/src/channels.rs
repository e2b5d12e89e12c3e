//! Prepaid channels: a payer deposits, signs one voucher, and asks until its limit; the period's end
//! redeems everything in one transaction.
//!
//! A voucher is public once it was redeemed, so whoever brings one that was published does not get
//! the channel's API key for it: a new voucher, with a higher limit, does.

use primitives::{Address, B256, Bytes, Wei};
use settlement::{ChannelTerms, SignedVoucher, Voucher, VoucherError};

use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, parse_address, parse_wei, unhex, wei};
use crate::keys::LOCAL;
use crate::tables::{CHANNELS, StoredChannel};
use crate::wire;

/// How long a voucher made here holds unless its payer says otherwise, in seconds.
const VOUCHER_S: u64 = 30 * 24 * 60 * 60;

impl Core {
    /// The open channel of a payer: its row and the newest voucher.
    pub(crate) fn channel(
        &self,
        payer: Address,
    ) -> Result<Option<(StoredChannel, SignedVoucher)>, ApiError> {
        let row = self.read(|tables| tables.get(&CHANNELS, &payer.into_word()))?;
        let Some(row) = row else { return Ok(None) };
        let voucher = SignedVoucher::decode(&row.voucher).map_err(ApiError::internal)?;
        Ok(Some((row, voucher)))
    }

    /// Whether the payer's next answer is paid by a voucher.
    pub(crate) fn pays_by_channel(&self, payer: Address) -> Result<bool, ApiError> {
        Ok(self.channel(payer)?.is_some_and(|(row, _)| !row.isClosed))
    }

    /// Lets the API keys of stored channels in; called once at the start.
    pub(crate) fn open_channels(&self) -> Result<(), ApiError> {
        for (payer, row) in self.read(|tables| tables.scan(&CHANNELS, .., usize::MAX))? {
            if !row.isClosed {
                self.keys.admit_channel(Address::from_word(payer));
            }
        }
        Ok(())
    }

    /// Takes a voucher: opens the payer's channel or raises its limit.
    pub(crate) fn take_voucher(
        &self,
        given: &wire::SignedVoucher,
    ) -> Result<wire::Channel, ApiError> {
        let signed = self.read_voucher(given)?;
        let payer = signed.voucher.payer;
        let known = self.channel(payer)?;
        let known_limit = known.as_ref().map_or(0, |(_, known)| known.voucher.limitWei);
        self.check_voucher(&signed, Wei::new(known_limit))?;
        let is_same = known.as_ref().is_some_and(|(_, known)| *known == signed);
        let was_public = known.as_ref().is_some_and(|(row, _)| row.isPublic);
        if is_same && was_public {
            return self.shown_channel(payer);
        }
        if known_limit == signed.voucher.limitWei && was_public {
            return Err(ApiError::conflict(
                "voucher_known",
                "a voucher with this limit was redeemed, so everybody can read it",
            )
            .detail("limit_wei", known_limit.to_string())
            .hint("sign one with a higher limit: openledger channel raise"));
        }
        let escrow = self.escrow_of(payer)?;
        let redeemed =
            known.as_ref().map_or_else(|| escrow.redeemed.get(), |(row, _)| row.redeemedWei);
        let row = StoredChannel {
            voucher: signed.encode().into(),
            redeemedWei: redeemed,
            isPublic: false,
            isClosed: false,
        };
        // Loaded before the row changes what its answers are owed by.
        self.with_payer(payer, |_| Ok(()))?;
        self.write(|tables| tables.insert(&CHANNELS, &payer.into_word(), &row))?;
        self.refresh_payer(payer, Wei::ZERO)?;
        let api_key = Some(self.keys.admit_channel(payer));
        Ok(wire::Channel { api_key, ..self.shown_channel(payer)? })
    }

    fn read_voucher(&self, given: &wire::SignedVoucher) -> Result<SignedVoucher, ApiError> {
        let fields = &given.voucher;
        if fields.chain_id != self.config.chain_id {
            let message = format!(
                "the voucher is for chain {}, not {}",
                fields.chain_id, self.config.chain_id
            );
            return Err(
                ApiError::bad_input("bad_voucher", message).detail("param", "voucher.chain_id")
            );
        }
        let voucher = voucher_of(fields)?;
        let signature = unhex(&given.signature).ok_or_else(|| {
            ApiError::bad_input("bad_voucher", "the signature is not 0x-hex")
                .detail("param", "signature")
        })?;
        Ok(SignedVoucher { voucher, signature: Bytes::from(signature) })
    }

    fn check_voucher(&self, signed: &SignedVoucher, known_limit: Wei) -> Result<(), ApiError> {
        let terms = ChannelTerms {
            chain_id: self.config.chain_id,
            escrow: self.contracts.escrow,
            host: self.keys.host(),
            known_limit,
            now_s: self.chain_now_s(),
        };
        match signed.accept(&terms) {
            Ok(()) => Ok(()),
            // What a contract signed, only the chain can tell: it would accept a redemption of nothing.
            Err(VoucherError::Signature(_)) if self.is_contract(signed.voucher.payer)? => Ok(()),
            Err(error) => Err(ApiError::bad_input("bad_voucher", crate::error::chain(&error))
                .hint("`openledger channel sign` makes one for this node; `channel show` tells its limit")),
        }
    }

    fn is_contract(&self, account: Address) -> Result<bool, ApiError> {
        use settlement::ChainClient as _;
        Ok(!self.chain.code(account).map_err(ApiError::internal)?.is_empty())
    }

    /// Ends a channel; `payer` was identified by its API key.
    pub(crate) fn close_channel(&self, payer: Address) -> Result<wire::Channel, ApiError> {
        let Some((row, _)) = self.channel(payer)? else { return Err(no_channel(payer)) };
        let row = StoredChannel { isClosed: true, ..row };
        self.with_payer(payer, |_| Ok(()))?;
        self.write(|tables| tables.insert(&CHANNELS, &payer.into_word(), &row))?;
        self.keys.dismiss_channel(payer);
        self.refresh_payer(payer, Wei::ZERO)?;
        self.shown_channel(payer)
    }

    /// The voucher of a payer is about to stand on the chain.
    pub(crate) fn mark_public(&self, payer: Address) -> Result<(), ApiError> {
        let Some((row, _)) = self.channel(payer)? else { return Ok(()) };
        let row = StoredChannel { isPublic: true, ..row };
        self.write(|tables| tables.insert(&CHANNELS, &payer.into_word(), &row))
    }

    pub(crate) fn list_channels(&self) -> Result<wire::ChannelList, ApiError> {
        let rows = self.read(|tables| tables.scan(&CHANNELS, .., usize::MAX))?;
        let shown = rows.iter().map(|(payer, _)| self.shown_channel(Address::from_word(*payer)));
        Ok(wire::ChannelList { channels: shown.collect::<Result<_, _>>()? })
    }

    pub(crate) fn show_channel(&self, payer: &str) -> Result<wire::Channel, ApiError> {
        self.shown_channel(self.keys.resolve(payer)?)
    }

    fn shown_channel(&self, payer: Address) -> Result<wire::Channel, ApiError> {
        let Some((row, signed)) = self.channel(payer)? else { return Err(no_channel(payer)) };
        let on_chain = self.escrow_of(payer)?;
        let (reserved, owed, available) = self.with_payer(payer, |account| {
            Ok((account.reserved(), account.owed(), account.available()))
        })?;
        let voucher = &signed.voucher;
        let is_closed = row.isClosed || voucher.expiresS <= self.chain_now_s();
        Ok(wire::Channel {
            payer: hex(payer),
            name: self.keys.name_of(payer),
            host: hex(voucher.host),
            api_key: None,
            limit_wei: voucher.limitWei.to_string(),
            expires_s: voucher.expiresS,
            redeemed_wei: wei(on_chain.redeemed),
            owed_wei: wei(reserved.checked_add(owed).map_err(ApiError::internal)?),
            available_wei: wei(if is_closed { Wei::ZERO } else { available }),
            deposited_wei: wei(on_chain.balance),
            is_closed,
        })
    }

    /// A voucher over everything that a payer has in escrow, for it to change and sign.
    pub(crate) fn channel_terms(&self, payer: &str) -> Result<wire::ChannelTerms, ApiError> {
        let payer = self.keys.resolve(payer)?;
        let on_chain = self.escrow_of(payer)?;
        let free = Wei::new(on_chain.balance.get().saturating_sub(on_chain.withdrawal.get()));
        let most = on_chain.redeemed.checked_add(free).map_err(ApiError::internal)?;
        let known = self.channel(payer)?.map_or(0, |(_, known)| known.voucher.limitWei);
        let voucher = Voucher {
            escrow: self.contracts.escrow,
            payer,
            host: self.keys.host(),
            limitWei: most.get().max(known),
            expiresS: self.chain_now_s().saturating_add(VOUCHER_S),
        };
        Ok(wire::ChannelTerms {
            voucher: voucher_fields(&voucher, self.config.chain_id),
            deposited_wei: wei(on_chain.balance),
            redeemed_wei: wei(on_chain.redeemed),
            signing: self.signing_terms(payer)?,
        })
    }

    /// A voucher signed with a key that this node keeps.
    pub(crate) fn sign_voucher(
        &self,
        request: &wire::SignVoucher,
    ) -> Result<wire::SignedVoucher, ApiError> {
        let key = self.keys.require(&request.account)?;
        let host = request.host.as_deref().map(|host| self.keys.resolve(host)).transpose()?;
        let voucher = Voucher {
            escrow: self.contracts.escrow,
            payer: key.address(),
            host: host.unwrap_or_else(|| self.keys.host()),
            limitWei: parse_wei("limit_wei", &request.limit_wei)?.get(),
            expiresS: request
                .expires_s
                .unwrap_or_else(|| self.chain_now_s().saturating_add(VOUCHER_S)),
        };
        let signed = voucher.sign(&key, self.config.chain_id).map_err(ApiError::internal)?;
        Ok(wire::SignedVoucher {
            voucher: voucher_fields(&voucher, self.config.chain_id),
            signature: hex(&signed.signature),
        })
    }
}

/// Signs a voucher with a key that no node knows; for programs that hold their own.
///
/// # Errors
/// [`ApiError`] for fields that are no addresses or amounts, or another payer's key.
pub fn signed_voucher(
    fields: &wire::VoucherFields,
    key: &primitives::Key,
) -> Result<wire::SignedVoucher, ApiError> {
    let signed = voucher_of(fields)?.sign(key, fields.chain_id).map_err(|error| {
        ApiError::bad_input("bad_voucher", crate::error::chain(&error))
            .hint("sign with the key of the voucher's payer")
    })?;
    Ok(wire::SignedVoucher { voucher: fields.clone(), signature: hex(&signed.signature) })
}

fn voucher_of(fields: &wire::VoucherFields) -> Result<Voucher, ApiError> {
    Ok(Voucher {
        escrow: parse_address("voucher.escrow", &fields.escrow)?,
        payer: parse_address("voucher.payer", &fields.payer)?,
        host: parse_address("voucher.host", &fields.host)?,
        limitWei: parse_wei("voucher.limit_wei", &fields.limit_wei)?.get(),
        expiresS: fields.expires_s,
    })
}

fn voucher_fields(voucher: &Voucher, chain_id: u64) -> wire::VoucherFields {
    wire::VoucherFields {
        chain_id,
        escrow: hex(voucher.escrow),
        payer: hex(voucher.payer),
        host: hex(voucher.host),
        limit_wei: voucher.limitWei.to_string(),
        expires_s: voucher.expiresS,
    }
}

fn no_channel(payer: Address) -> ApiError {
    ApiError::not_found("no_such_channel", format!("{} has no channel here", hex(payer)))
        .detail("payer", hex(payer))
        .hint(format!("openledger channel open --as {LOCAL} --deposit 5"))
}

/// Digest that the API key of a payer's channel is made of.
pub(crate) fn channel_seed(operator: &primitives::Key, payer: Address) -> B256 {
    let mut seed = b"openledger channel key v1".to_vec();
    seed.extend(operator.to_bytes());
    seed.extend(payer);
    primitives::keccak256(seed)
}
