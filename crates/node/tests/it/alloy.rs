//! The alloy provider against a served chain, over HTTP and WebSocket.

use std::path::Path;

use alloy_consensus::{SignableTransaction as _, TxEip1559, TxEnvelope};
use alloy_eips::{BlockId, eip2718::Encodable2718 as _};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, address, keccak256};
use alloy_provider::{Provider, ProviderBuilder, WsConnect};
use alloy_rpc_types_eth::{Filter, TransactionReceipt, TransactionRequest};
use alloy_sol_types::{SolCall as _, SolError as _, SolEvent as _, sol};
use alloy_trie::{Nibbles, TrieAccount, proof::verify_proof};
use futures_util::StreamExt as _;
use k256::ecdsa::SigningKey;
use node::{ChainServer, ServeChain};
use serde_json::{Value, json};
use tempfile::TempDir;

sol! {
    error TooShort(uint256 length, uint256 least);
    event Signed(address indexed who, uint256 indexed number, string words);
    function count() returns (uint256);
    function sign(string words) returns (uint256);
}

const CHAIN_ID: u64 = 7777;
const FRIEND: Address = address!("0x00000000000000000000000000000000000a1104");

/// A chain on which one key has money, served until this is dropped.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) server: ChainServer,
    key: SigningKey,
    _folder: TempDir,
}

impl Served {
    pub(crate) fn start() -> Self {
        let key = SigningKey::from_slice(&[7; 32]).expect("as it should");
        let folder = tempfile::tempdir().expect("as it should");
        let genesis = folder.path().join("genesis.json");
        let owner = Address::from_private_key(&key);
        std::fs::write(&genesis, genesis_json(owner)).expect("as it should");
        let serve = ServeChain {
            data: folder.path().join("data"),
            genesis,
            blocks: None,
            listen: "127.0.0.1:0".parse().expect("as it should"),
            seal_ms: Some(0),
            testing: false,
        };
        Self { server: ChainServer::start(&serve).expect("as it should"), key, _folder: folder }
    }

    fn owner(&self) -> Address {
        Address::from_private_key(&self.key)
    }

    /// Signs, sends and waits for the receipt.
    async fn send(
        &self,
        provider: &impl Provider,
        to: TxKind,
        value: U256,
        input: Bytes,
    ) -> TransactionReceipt {
        let request = TransactionRequest {
            from: Some(self.owner()),
            to: Some(to),
            value: Some(value),
            input: input.clone().into(),
            ..TransactionRequest::default()
        };
        let fees = provider.estimate_eip1559_fees().await.expect("as it should");
        let transaction = TxEip1559 {
            chain_id: provider.get_chain_id().await.expect("as it should"),
            nonce: provider
                .get_transaction_count(self.owner())
                .pending()
                .await
                .expect("as it should"),
            gas_limit: provider.estimate_gas(request).await.expect("as it should"),
            max_fee_per_gas: fees.max_fee_per_gas,
            max_priority_fee_per_gas: fees.max_priority_fee_per_gas,
            to,
            value,
            input,
            ..TxEip1559::default()
        };
        let hash = transaction.signature_hash();
        let (signature, odd) =
            self.key.sign_prehash_recoverable(hash.as_slice()).expect("as it should");
        let signed: TxEnvelope = transaction.into_signed((signature, odd).into()).into();
        let receipt =
            provider.send_raw_transaction_sync(&signed.encoded_2718()).await.expect("as it should");
        assert!(receipt.status(), "{receipt:?}");
        receipt
    }
}

fn genesis_json(owner: Address) -> String {
    let forks = ["homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople"];
    let forks = forks.into_iter().chain(["petersburg", "istanbul", "berlin", "london"]);
    let mut config: serde_json::Map<String, Value> =
        forks.map(|fork| (format!("{fork}Block"), json!(0))).collect();
    config.insert("chainId".to_owned(), json!(CHAIN_ID));
    config.insert("terminalTotalDifficulty".to_owned(), json!(0));
    config.insert("shanghaiTime".to_owned(), json!(0));
    let genesis = json!({
        "config": config,
        "difficulty": "0x0",
        "gasLimit": "0x3938700",
        "alloc": { owner.to_string(): { "balance": "0xde0b6b3a7640000" } },
    });
    genesis.to_string()
}

fn creation_code() -> Bytes {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../xtask/clients/Guestbook.json");
    let artifact: Value =
        serde_json::from_slice(&std::fs::read(path).expect("as it should")).expect("as it should");
    artifact["bytecode"].as_str().expect("as it should").parse().expect("as it should")
}

#[test]
fn alloy_deploys_writes_reads_subscribes_and_proves() {
    let served = Served::start();
    tokio::runtime::Runtime::new().expect("as it should").block_on(journey(&served));
}

async fn journey(served: &Served) {
    let url = served.server.url();
    let provider = ProviderBuilder::new().connect_http(url.parse().expect("as it should"));
    assert_eq!(provider.get_chain_id().await.expect("as it should"), CHAIN_ID);

    served.send(&provider, FRIEND.into(), U256::from(7), Bytes::new()).await;
    assert_eq!(provider.get_balance(FRIEND).await.expect("as it should"), U256::from(7));

    let created = served.send(&provider, TxKind::Create, U256::ZERO, creation_code()).await;
    let book = created.contract_address.expect("as it should");
    assert!(!provider.get_code_at(book).await.expect("as it should").is_empty());

    let socket = WsConnect::new(format!("{}/rpc", url.replacen("http", "ws", 1)));
    let socket = ProviderBuilder::new().connect_ws(socket).await.expect("as it should");
    let filter = Filter::new().address(book).event_signature(Signed::SIGNATURE_HASH);
    let mut heads = socket.subscribe_blocks().await.expect("as it should").into_stream();
    let mut logs = socket.subscribe_logs(&filter).await.expect("as it should").into_stream();
    let mut waiting =
        socket.subscribe_pending_transactions().await.expect("as it should").into_stream();

    let words = "alloy was here";
    let sign = |words: &str| Bytes::from(signCall { words: words.to_owned() }.abi_encode());
    let receipt = served.send(&provider, book.into(), U256::ZERO, sign(words)).await;
    let head = heads.next().await.expect("as it should");
    assert_eq!(Some(head.number), receipt.block_number);
    assert_eq!(waiting.next().await.expect("as it should"), receipt.transaction_hash);
    let log =
        logs.next().await.expect("as it should").log_decode::<Signed>().expect("as it should");
    assert_eq!((log.inner.who, log.inner.words.as_str()), (served.owner(), words));
    assert_eq!(provider.get_logs(&filter.from_block(0)).await.expect("as it should").len(), 1);

    let call = TransactionRequest::default().to(book);
    let count = call.clone().input(countCall {}.abi_encode().into());
    let count = countCall::abi_decode_returns(&provider.call(count).await.expect("as it should"))
        .expect("as it should");
    assert_eq!(count, U256::ONE);
    let refused = provider.call(call.input(sign("x").into())).await.expect_err("a revert");
    let refused = refused.as_error_resp().expect("as it should");
    assert_eq!(refused.code, 3);
    let error = TooShort::abi_decode(&refused.as_revert_data().expect("as it should"))
        .expect("as it should");
    assert_eq!((error.length, error.least), (U256::ONE, U256::from(3)));

    proves_the_count(&provider, book, head.number).await;
}

/// Verifies account and slot 0 from the header's state root down.
async fn proves_the_count(provider: &impl Provider, book: Address, number: u64) {
    let block = BlockId::number(number);
    let proof =
        provider.get_proof(book, vec![B256::ZERO]).block_id(block).await.expect("as it should");
    let root = provider
        .get_block(block)
        .await
        .expect("as it should")
        .expect("as it should")
        .header
        .state_root;
    let account = TrieAccount::new(proof.nonce, proof.balance, proof.storage_hash, proof.code_hash);
    let path = Nibbles::unpack(keccak256(book));
    verify_proof(root, path, Some(alloy_rlp::encode(account)), &proof.account_proof)
        .expect("as it should");
    let slot = &proof.storage_proof[0];
    assert_eq!(slot.value, U256::ONE);
    let path = Nibbles::unpack(keccak256(B256::ZERO));
    let leaf = Some(alloy_rlp::encode(slot.value));
    verify_proof(proof.storage_hash, path, leaf, &slot.proof).expect("as it should");
}
