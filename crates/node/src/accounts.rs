//! Local accounts: making, funding, and explaining what they earned.

use std::collections::BTreeMap;

use primitives::{Address, Evidence, Key, Wei, ZeroReason};
use settlement::{ContractCall, Role};

use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, parse_address, parse_wei, wei};
use crate::keys::Keys;
use crate::tables::{ANSWERS, StoredAnswer, StoredLine, StoredVerdict, VERDICTS};
use crate::wire::{
    Account, AccountDetail, AccountList, AttributionSummary, CreateAccount, Deposit, EarningLine,
    Escrow, ZeroLine,
};

/// How long a host may rely on an authorisation, in seconds.
const AUTHORISED_S: u64 = 10 * 365 * 24 * 60 * 60;
/// Characters of a question that an explanation quotes.
const QUOTED_MAX: usize = 120;

impl Core {
    pub(crate) fn list_accounts(&self, with_keys: bool) -> Result<AccountList, ApiError> {
        let everybody = self.keys.everybody();
        let accounts = everybody.iter().map(|(name, address)| {
            let key = self.keys.key(name).filter(|_| with_keys);
            let api_key = key.as_ref().map(Keys::api_key);
            Ok(Account { api_key, ..self.account(name, *address)? })
        });
        Ok(AccountList { accounts: accounts.collect::<Result<_, ApiError>>()? })
    }

    pub(crate) fn create_account(&self, request: &CreateAccount) -> Result<Account, ApiError> {
        if let Some(address) = &request.address {
            let address = parse_address("address", address)?;
            self.keys.name_external(&request.name, address)?;
            return self.account(&request.name, address);
        }
        let key = self.keys.create(&request.name)?;
        self.grant(key.address())?;
        let account = self.account(&request.name, key.address())?;
        Ok(Account { api_key: Some(Keys::api_key(&key)), ..account })
    }

    /// Gives a new account what the settings say.
    pub(crate) fn grant(&self, to: Address) -> Result<(), ApiError> {
        if self.config.grant > Wei::ZERO {
            let call = ContractCall::transfer(to, self.config.grant);
            self.send(self.keys.operator(), &[call], "grant")?;
        }
        Ok(())
    }

    pub(crate) fn deposit(&self, name: &str, request: &Deposit) -> Result<Account, ApiError> {
        let key = self.keys.require(name)?;
        let amount = parse_wei("amount_wei", &request.amount_wei)?;
        if amount == Wei::ZERO {
            return Err(ApiError::bad_input("bad_value", "nothing is no deposit")
                .detail("param", "amount_wei"));
        }
        self.check_funds(name, key.address(), amount)?;
        self.put_aside(&key, amount)?;
        self.account(name, key.address())
    }

    fn check_funds(&self, name: &str, account: Address, amount: Wei) -> Result<(), ApiError> {
        let balance = self.balance_of(account)?;
        if balance > amount {
            return Ok(());
        }
        let message = format!("{name} has {balance}, which does not cover {amount} and the gas");
        Err(ApiError::new(
            axum::http::StatusCode::PAYMENT_REQUIRED,
            "insufficient_balance",
            message,
        )
        .detail("needed_wei", wei(amount))
        .detail("available_wei", wei(balance))
        .hint("deposit less, or send the account OPEN first"))
    }

    /// Moves `amount` into escrow and lets this node capture it.
    pub(crate) fn put_aside(&self, key: &Key, amount: Wei) -> Result<(), ApiError> {
        let payer = key.address();
        let before = self.escrow_of(payer)?;
        let limit = before.limit.checked_add(amount).map_err(ApiError::internal)?;
        let expires_s = crate::clock::now_s().saturating_add(AUTHORISED_S);
        let calls = [
            self.contracts.deposit_for(payer, amount),
            self.contracts.authorize(self.keys.host(), limit, expires_s),
        ];
        self.send(key, &calls, "deposit")?;
        self.refresh_payer(payer, Wei::ZERO)
    }

    pub(crate) fn show_account(&self, account: &str) -> Result<AccountDetail, ApiError> {
        let address = self.keys.resolve(account)?;
        let name = self.keys.name_of(address);
        let mut detail =
            AccountDetail { account: self.account(&name, address)?, ..AccountDetail::default() };
        let mut zeros: BTreeMap<(String, &'static str), u64> = BTreeMap::new();
        let verdicts = self.read(|tables| tables.scan(&VERDICTS, .., usize::MAX))?;
        let verdicts: BTreeMap<u64, StoredVerdict> = verdicts.into_iter().collect();
        for (number, row) in self.read(|tables| tables.scan(&ANSWERS, .., usize::MAX))? {
            let page = row.page()?;
            let own = row.lines.iter().filter(|line| line.account == address);
            for line in own {
                let line = self.earning_line(number, &row, &page, line)?;
                detail.lines.push(match verdicts.get(&number) {
                    Some(verdict) => unpaid(line, verdict),
                    None => line,
                });
            }
            for share in row.receipt()?.shares.iter().filter(|share| share.contributor == address) {
                let reason =
                    ZeroReason::from_code(share.reason).unwrap_or(ZeroReason::NotSignificant);
                if share.sharePpm == 0 && share.evidence != Evidence::Lineage as u8
                    || reason == ZeroReason::Copy
                {
                    *zeros.entry((hex(share.record), reason.name())).or_default() += 1;
                }
            }
        }
        detail.lines.reverse();
        let zero = |((record, reason), uses): ((String, &str), u64)| ZeroLine {
            record,
            reason: reason.to_owned(),
            uses,
        };
        detail.zeros = zeros.into_iter().map(zero).collect();
        Ok(detail)
    }

    fn earning_line(
        &self,
        number: u64,
        row: &StoredAnswer,
        page: &AttributionSummary,
        line: &StoredLine,
    ) -> Result<EarningLine, ApiError> {
        let is_contributor = line.role == Role::Contributor.name();
        let record = is_contributor.then(|| hex(line.record));
        Ok(EarningLine {
            period: self.period_of(number),
            receipt: hex(row.receipt_id()?),
            completion: hex(row.completion_id()?),
            role: line.role.clone(),
            datanet: Some(row.datanet.clone()).filter(|name| !name.is_empty()),
            share_ppm: is_contributor.then_some(line.sharePpm),
            amount_wei: wei(Wei::new(line.amountWei)),
            unpaid: false,
            why: why(row, page, line, record.as_deref()),
            question: quoted(&row.question),
            record,
        })
    }

    /// An account as it is shown, without its API key.
    pub(crate) fn account(&self, name: &str, address: Address) -> Result<Account, ApiError> {
        let on_chain = self.escrow_of(address)?;
        let (reserved, owed, available) = self.with_payer(address, |account| {
            Ok((account.reserved(), account.owed(), account.available()))
        })?;
        let held = reserved.checked_add(owed).map_err(ApiError::internal)?;
        let earned = self.earned_by(address);
        let claimed = self.claimed_by(address)?;
        let sure = self.active_period()?.map_or(Wei::ZERO, |active| active.balances().of(address));
        let waiting = self.waiting_for(Some(address))?;
        Ok(Account {
            name: name.to_owned(),
            address: hex(address),
            api_key: None,
            balance_wei: wei(self.balance_of(address)?),
            escrow: Escrow {
                deposited_wei: wei(on_chain.balance),
                limit_wei: wei(on_chain.limit),
                reserved_wei: wei(held),
                available_wei: wei(available),
            },
            earned_wei: wei(earned),
            claimable_wei: wei(Wei::new(sure.get().saturating_sub(claimed.get()))),
            pending_wei: wei(Wei::new(earned.get().saturating_sub(sure.get()))),
            activates_s: waiting.map(|waiting| waiting.activates_s),
            claimed_wei: wei(claimed),
            payee: self.payee_of(address)?.map(hex),
        })
    }

    pub(crate) fn balance_of(&self, account: Address) -> Result<Wei, ApiError> {
        let balance = self.chain.balance(account).map_err(ApiError::internal)?;
        Wei::from_u256(balance).map_err(ApiError::internal)
    }
}

/// A line of an answer that nobody earns from.
fn unpaid(line: EarningLine, verdict: &StoredVerdict) -> EarningLine {
    let why = format!("nothing: {} ({})", verdict.why, line.why);
    EarningLine { amount_wei: "0".to_owned(), unpaid: true, period: None, why, ..line }
}

fn why(
    row: &StoredAnswer,
    page: &AttributionSummary,
    line: &StoredLine,
    record: Option<&str>,
) -> String {
    let answer = format!("the answer of {} to “{}”", row.model, quoted(&row.question));
    let source = record.and_then(|id| page.sources.iter().find(|source| source.record == id));
    match (line.role.as_str(), source) {
        ("contributor", Some(source)) => {
            let evidence: Vec<&str> =
                source.evidence.iter().map(|evidence| evidence.class.as_str()).collect();
            let share = primitives::SharePpm::new(line.sharePpm).unwrap_or_default();
            format!(
                "{share} of {answer}, for the record “{}” ({})",
                quoted(&source.question),
                evidence.join(", ")
            )
        }
        ("owner", _) => format!("owner of {}, {answer}", row.model),
        ("host", _) => format!("gave {answer}"),
        ("validators", _) => format!("for those who check the payout of {answer}"),
        ("burn", _) => format!("out of circulation, of {answer}"),
        ("unattributed", _) => format!("the part of {answer} that no record is credited for"),
        ("residue", _) => format!("what rounding left of {answer}"),
        (role, _) => format!("{role}, {answer}"),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted: String = text.chars().take(QUOTED_MAX).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}
