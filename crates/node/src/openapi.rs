//! The `OpenAPI` document, made from the wire types.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::wire;

/// One route.
struct Operation {
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    request: Option<Value>,
    status: &'static str,
    reply: Value,
}

fn body<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Value {
    let schema = schemas.subschema_for::<T>();
    json!({ "content": { "application/json": { "schema": schema } } })
}

fn bytes() -> Value {
    let schema = json!({ "type": "string", "format": "binary" });
    json!({ "content": { "application/octet-stream": { "schema": schema } } })
}

macro_rules! operations {
    ($schemas:ident: $($method:literal $path:literal $summary:literal
        ($($request:tt)*) -> $status:literal $reply:ty;)+) => {
        vec![$(Operation {
            method: $method,
            path: $path,
            summary: $summary,
            request: operations!(@request $schemas $($request)*),
            status: $status,
            reply: body::<$reply>($schemas),
        }),+]
    };
    (@request $schemas:ident) => { None };
    (@request $schemas:ident bytes) => { Some(bytes()) };
    (@request $schemas:ident $request:ty) => { Some(body::<$request>($schemas)) };
}

fn operations(s: &mut SchemaGenerator) -> Vec<Operation> {
    operations! { s:
        "get" "/api/v1/status" "The node as a whole" () -> "200" wire::Status;
        "get" "/api/v1/accounts" "All local accounts" () -> "200" wire::AccountList;
        "post" "/api/v1/accounts" "Make a local account" (wire::CreateAccount) -> "200" wire::Account;
        "get" "/api/v1/accounts/{account}" "An account and why it earned what it earned" () -> "200" wire::AccountDetail;
        "post" "/api/v1/accounts/{account}/deposit" "Put money aside for fees" (wire::Deposit) -> "200" wire::Account;
        "get" "/api/v1/datanets" "All Datanets" () -> "200" wire::DatanetList;
        "post" "/api/v1/datanets" "Make a Datanet" (wire::CreateDatanet) -> "200" wire::Datanet;
        "get" "/api/v1/datanets/{datanet}" "A Datanet, its people, snapshots and adapters" () -> "200" wire::DatanetDetail;
        "get" "/api/v1/datanets/{datanet}/records" "A page of its records" () -> "200" wire::RecordPage;
        "post" "/api/v1/datanets/{datanet}/contributions" "Contribute a file" (bytes) -> "200" wire::ContributionReport;
        "post" "/api/v1/datanets/{datanet}/contributions/prepare" "What an external signer is to sign" (bytes) -> "200" wire::PreparedContribution;
        "post" "/api/v1/datanets/{datanet}/snapshots" "Freeze a Datanet" () -> "200" wire::SnapshotInfo;
        "post" "/api/v1/datanets/{datanet}/train" "Queue a training run" (wire::Train) -> "202" wire::Job;
        "get" "/api/v1/jobs" "All training runs" () -> "200" wire::JobList;
        "get" "/api/v1/jobs/{job}" "One training run" () -> "200" wire::Job;
        "post" "/api/v1/jobs/{job}/cancel" "Stop a training run" () -> "200" wire::Job;
        "get" "/api/v1/adapters" "All adapters" () -> "200" wire::AdapterList;
        "get" "/api/v1/adapters/{adapter}" "One adapter" () -> "200" wire::AdapterInfo;
        "get" "/api/v1/adapters/{adapter}/files/{file}" "A file of an adapter" () -> "200" String;
        "get" "/api/v1/completions" "The newest answers" () -> "200" wire::CompletionList;
        "get" "/api/v1/receipts/{receipt}" "Everything to check one answer offline" () -> "200" wire::ReceiptFile;
        "get" "/api/v1/periods" "All periods" () -> "200" wire::PeriodList;
        "get" "/api/v1/periods/{period}" "One period" () -> "200" wire::PeriodDetail;
        "post" "/api/v1/periods/close" "Close the open period" () -> "200" wire::Period;
        "get" "/v1/periods/{period}/data" "The data behind a posted root, byte for byte as its digest was posted (binary)" () -> "200" String;
        "get" "/api/v1/periods/{period}/attesters" "The validators drawn for a period" () -> "200" wire::PeriodAttesters;
        "post" "/api/v1/actions" "What an account does on the chain, or a dry run of it" (wire::Submit) -> "200" wire::Outcome;
        "post" "/api/v1/transactions" "A transaction that somebody else signed" (wire::RawTransaction) -> "200" wire::TransactionResult;
        "get" "/api/v1/parameters" "Everything that governance may change" () -> "200" wire::ParameterList;
        "get" "/api/v1/parameters/splits/{version}" "A version of the split" () -> "200" wire::SplitOptions;
        "get" "/api/v1/proposals" "All proposals" () -> "200" wire::ProposalList;
        "get" "/api/v1/proposals/{proposal}" "One proposal" () -> "200" wire::Proposal;
        "get" "/api/v1/votes/{account}" "What an account may decide" () -> "200" wire::Votes;
        "get" "/api/v1/stake" "All validators" () -> "200" wire::StakeList;
        "get" "/api/v1/stake/{account}" "What an account has staked" () -> "200" wire::StakeDetail;
        "get" "/v1/channels" "All prepaid channels" () -> "200" wire::ChannelList;
        "post" "/v1/channels" "Open a prepaid channel, or raise its limit" (wire::SignedVoucher) -> "200" wire::Channel;
        "post" "/v1/channels/sign" "Sign a voucher with a key of this node" (wire::SignVoucher) -> "200" wire::SignedVoucher;
        "post" "/v1/channels/close" "End a prepaid channel" (wire::CloseChannel) -> "200" wire::Channel;
        "get" "/v1/channels/{payer}" "One prepaid channel" () -> "200" wire::Channel;
        "get" "/v1/channels/{payer}/terms" "What a voucher must say" () -> "200" wire::ChannelTerms;
        "get" "/api/v1/claims" "All claims" () -> "200" wire::ClaimList;
        "post" "/api/v1/claims" "Redeem what was earned" (wire::ClaimRequest) -> "200" wire::ClaimList;
        "get" "/api/v1/events" "What happens, as it happens (server-sent events)" () -> "200" String;
        "get" "/v1/models" "The models that can be asked" () -> "200" wire::ModelList;
        "get" "/v1/models/{model}" "One model" () -> "200" wire::ModelInfo;
        "post" "/v1/chat/completions" "Ask" (wire::ChatRequest) -> "200" wire::ChatReply;
        "post" "/v1/completions" "Continue a text" (wire::CompletionRequest) -> "200" wire::CompletionReply;
    }
}

/// The document that `/api/v1/openapi.json` serves and `schema/openapi.json` keeps.
pub fn document() -> Value {
    let mut schemas = SchemaSettings::openapi3().into_generator();
    let operations = operations(&mut schemas);
    let failure = body::<wire::ErrorReply>(&mut schemas);
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations {
        let mut value = json!({
            "summary": operation.summary,
            "parameters": parameters(operation.path),
            "responses": {
                operation.status: described(operation.reply, "done"),
                "default": described(failure.clone(), "refused or failed"),
            },
        });
        if let Some(request) = operation.request {
            value["requestBody"] = request;
        }
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = value;
    }
    json!({
        "openapi": "3.0.3",
        "info": { "title": "OpenLedger", "version": env!("CARGO_PKG_VERSION") },
        "paths": paths,
        "components": { "schemas": schemas.take_definitions(true) },
    })
}

/// The document's routes as `(method, path)`.
pub fn routes() -> Vec<(&'static str, &'static str)> {
    let mut schemas = SchemaSettings::openapi3().into_generator();
    operations(&mut schemas).iter().map(|operation| (operation.method, operation.path)).collect()
}

fn described(mut reply: Value, description: &str) -> Value {
    reply["description"] = description.into();
    reply
}

fn parameters(path: &str) -> Value {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
    names.map(parameter).collect()
}
