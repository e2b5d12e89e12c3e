//! The transactions that concern an address, page by page.

use alloy_consensus::{Transaction as _, transaction::TxHashRef as _};
use alloy_eips::BlockId;
use alloy_primitives::{Address, B256};
use ledger::{Block, Chain};
use serde_json::{Value, json};

use super::{PAGE_MAX, Server, frames, index};
use crate::rpc::{
    message::{RpcError, json_of, quantity},
    params::Params,
};

/// Transactions before a block, or the last ones when it is 0: address, block, size of the page.
pub(in crate::rpc) fn before(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let (chain, address) = (server.chain(), params.address(0)?);
    let (from, size) = (params.count(1)?, index(params.count(2)?).min(PAGE_MAX));
    let head = chain.head().number;
    let is_first = from == 0 || from > head;
    let newest = if is_first { Some(head) } else { from.checked_sub(1) };
    let mut page = Page::default();
    let mut is_last = true;
    for number in newest.into_iter().flat_map(|newest| (0..=newest).rev()) {
        page.add(chain, number, address, true)?;
        if page.transactions.len() >= size {
            is_last = number == 0;
            break;
        }
    }
    Ok(page.shown(is_first, is_last))
}

/// Transactions after a block, or the first ones when it is 0; the last of them first.
pub(in crate::rpc) fn after(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let (chain, address) = (server.chain(), params.address(0)?);
    let (from, size) = (params.count(1)?, index(params.count(2)?).min(PAGE_MAX));
    let head = chain.head().number;
    let oldest = if from == 0 { 0 } else { from.saturating_add(1) };
    let mut page = Page::default();
    let mut is_first = true;
    for number in oldest..=head {
        page.add(chain, number, address, false)?;
        if page.transactions.len() >= size {
            is_first = number == head;
            break;
        }
    }
    page.transactions.reverse();
    page.receipts.reverse();
    Ok(page.shown(is_first, from == 0))
}

/// Transactions and their receipts.
#[derive(Debug, Default)]
struct Page {
    transactions: Vec<Value>,
    receipts: Vec<Value>,
}

impl Page {
    /// Adds those of a block that concern the address, in their order or the other way round.
    fn add(
        &mut self,
        chain: &Chain,
        number: u64,
        address: Address,
        reversed: bool,
    ) -> Result<(), RpcError> {
        let Some(block) = chain.block(BlockId::number(number))? else { return Ok(()) };
        let mut places = places(chain, &block, address)?;
        if reversed {
            places.reverse();
        }
        for place in places {
            let Some((transaction, receipt)) = block.transaction(place).zip(block.receipt(place))
            else {
                continue;
            };
            self.transactions.push(json_of(transaction)?);
            let mut receipt = json_of(receipt)?;
            receipt["timestamp"] = quantity(block.header.timestamp);
            self.receipts.push(receipt);
        }
        Ok(())
    }

    fn shown(self, is_first: bool, is_last: bool) -> Value {
        let Self { transactions, receipts } = self;
        json!({
            "txs": transactions, "receipts": receipts,
            "firstPage": is_first, "lastPage": is_last,
        })
    }
}

/// Indices of the transactions that the address sent, received, or took part in.
fn places(chain: &Chain, block: &Block, address: Address) -> Result<Vec<usize>, RpcError> {
    let count = block.transactions.len();
    let named: Vec<_> = (0..count).filter(|place| names(block, *place, address)).collect();
    let pays_everybody = block.header.beneficiary == address;
    if count == 0 || pays_everybody || !chain.changes_account(address, block.number())? {
        return Ok(named);
    }
    let frames = frames::of_block(chain, block)?;
    let takes_part = |hash: B256| {
        let root = frames.iter().find(|(traced, _)| *traced == hash);
        root.is_some_and(|(_, root)| {
            frames::flat(root).any(|(_, call)| call.from == address || call.to == Some(address))
        })
    };
    let concerns = |place: &usize| {
        named.contains(place)
            || block.transactions.get(*place).is_some_and(|found| takes_part(*found.tx_hash()))
    };
    Ok((0..count).filter(concerns).collect())
}

/// Whether the transaction itself names the address, or one of its logs comes from it.
fn names(block: &Block, place: usize, address: Address) -> bool {
    let Some((found, receipt)) = block.transactions.get(place).zip(block.receipts.get(place))
    else {
        return false;
    };
    let created = found.kind().is_create().then(|| found.signer().create(found.nonce()));
    found.signer() == address
        || found.to() == Some(address)
        || created == Some(address)
        || receipt.logs().iter().any(|log| log.address == address)
}
