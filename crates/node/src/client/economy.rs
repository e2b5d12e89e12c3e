//! Calls about stake, votes, channels and disputes.

use super::{Client, escape};
use crate::client::ClientError;
use crate::wire::{
    Channel, ChannelList, ChannelTerms, CloseChannel, Outcome, ParameterList, PeriodAttesters,
    Proposal, ProposalList, RawTransaction, SignVoucher, SignedVoucher, SplitOptions, StakeDetail,
    StakeList, Submit, TransactionResult, Votes,
};

impl Client {
    /// Does what an account is to do on the chain, or tries it out.
    ///
    /// # Errors
    /// [`ClientError`], as for every call; `refused_on_chain` with the contract's reason.
    pub fn act(&self, request: &Submit) -> Result<Outcome, ClientError> {
        self.post("/api/v1/actions", request)
    }

    /// Hands over a transaction that was signed elsewhere, and waits for its block.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn transact(&self, raw: &str) -> Result<TransactionResult, ClientError> {
        self.post("/api/v1/transactions", &RawTransaction { raw: raw.to_owned() })
    }

    /// Everything that governance may change.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn parameters(&self) -> Result<ParameterList, ClientError> {
        self.get("/api/v1/parameters")
    }

    /// One version of the split, as receipts name it.
    ///
    /// # Errors
    /// [`ClientError`]; `no_such_split`.
    pub fn split_version(&self, version: u32) -> Result<SplitOptions, ClientError> {
        self.get(&format!("/api/v1/parameters/splits/{version}"))
    }

    /// All proposals made through the node.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn proposals(&self) -> Result<ProposalList, ClientError> {
        self.get("/api/v1/proposals")
    }

    /// One proposal, by number or id.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn proposal(&self, proposal: &str) -> Result<Proposal, ClientError> {
        self.get(&format!("/api/v1/proposals/{}", escape(proposal)))
    }

    /// What an account may decide.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn votes(&self, account: &str) -> Result<Votes, ClientError> {
        self.get(&format!("/api/v1/votes/{}", escape(account)))
    }

    /// All validators.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn validators(&self) -> Result<StakeList, ClientError> {
        self.get("/api/v1/stake")
    }

    /// What an account has staked.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn stake(&self, account: &str) -> Result<StakeDetail, ClientError> {
        self.get(&format!("/api/v1/stake/{}", escape(account)))
    }

    /// The validators drawn for a period.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn attesters(&self, period: u64) -> Result<PeriodAttesters, ClientError> {
        self.get(&format!("/api/v1/periods/{period}/attesters"))
    }

    /// The bytes behind a posted root, as their digest was posted.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn period_data(&self, period: u64) -> Result<Vec<u8>, ClientError> {
        self.bytes(&format!("/v1/periods/{period}/data"))
    }

    /// A file of an adapter, for example `influence_index.bin`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn adapter_file(&self, adapter: &str, file: &str) -> Result<Vec<u8>, ClientError> {
        self.bytes(&format!("/api/v1/adapters/{}/files/{}", escape(adapter), escape(file)))
    }

    /// All prepaid channels.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn channels(&self) -> Result<ChannelList, ClientError> {
        self.get("/v1/channels")
    }

    /// One prepaid channel, by its payer's name or address.
    ///
    /// # Errors
    /// [`ClientError`]; `no_such_channel`.
    pub fn channel(&self, payer: &str) -> Result<Channel, ClientError> {
        self.get(&format!("/v1/channels/{}", escape(payer)))
    }

    /// What a voucher of this payer must say.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn channel_terms(&self, payer: &str) -> Result<ChannelTerms, ClientError> {
        self.get(&format!("/v1/channels/{}/terms", escape(payer)))
    }

    /// Opens a channel with a voucher, or raises its limit.
    ///
    /// # Errors
    /// [`ClientError`]; `bad_voucher` with what is wrong about it.
    pub fn open_channel(&self, voucher: &SignedVoucher) -> Result<Channel, ClientError> {
        self.post("/v1/channels", voucher)
    }

    /// A voucher signed with a key that the node keeps.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn sign_voucher(&self, request: &SignVoucher) -> Result<SignedVoucher, ClientError> {
        self.post("/v1/channels/sign", request)
    }

    /// Ends a channel: that of `account`, or of the API key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn close_channel(&self, account: Option<&str>) -> Result<Channel, ClientError> {
        let account = account.map(str::to_owned);
        self.post("/v1/channels/close", &CloseChannel { account })
    }
}
