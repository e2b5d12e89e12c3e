//! A typed, blocking client of a node's HTTP interface.

mod economy;
mod error;

use std::io::{BufRead as _, BufReader, Read};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::wire::{
    Account, AccountDetail, AccountList, AdapterInfo, AdapterList, AttributionSummary, ChatChunk,
    ChatReply, ChatRequest, ClaimList, ClaimRequest, CompletionList, ContributionReport,
    CreateAccount, CreateDatanet, Datanet, DatanetDetail, DatanetList, Deposit, ErrorReply, Job,
    JobList, ModelList, Period, PeriodDetail, PeriodList, ReceiptFile, RecordPage, SnapshotInfo,
    Status, Train, Usage,
};

pub use error::ClientError;

/// Where a node listens unless told otherwise.
pub const DEFAULT_NODE: &str = "http://127.0.0.1:7077";
/// Largest reply that the client reads; receipt files carry a whole influence index.
const REPLY_BYTES_MAX: u64 = 256 << 20;
/// How long [`Client::claim`] waits for a period to become claimable, in seconds.
const CLAIM_WAIT_S: u64 = 30;
const TIMEOUT: Duration = Duration::from_mins(5);

/// The end of a streamed chat answer.
#[derive(Debug, Clone, Default)]
pub struct ChatEnd {
    /// The whole answer.
    pub text: String,
    /// Tokens.
    pub usage: Usage,
    /// Who shaped it.
    pub attribution: AttributionSummary,
}

/// A node reached over HTTP.
#[derive(Debug, Clone)]
pub struct Client {
    agent: ureq::Agent,
    node: String,
    api_key: Option<String>,
}

impl Client {
    /// A client of the node at `node`, for example [`DEFAULT_NODE`].
    pub fn new(node: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .proxy(None)
            .build();
        let node = node.trim_end_matches('/').to_owned();
        Self { agent: config.new_agent(), node, api_key: None }
    }

    /// The same client, paying for answers as the account with this key.
    #[must_use]
    pub fn with_api_key(mut self, api_key: &str) -> Self {
        self.api_key = Some(api_key.to_owned());
        self
    }

    /// The node's URL.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// The node as a whole.
    ///
    /// # Errors
    /// [`ClientError`], as for every call.
    pub fn status(&self) -> Result<Status, ClientError> {
        self.get("/api/v1/status")
    }

    /// Makes a local account.
    ///
    /// # Errors
    /// [`ClientError`]; `name_taken` when it exists.
    pub fn create_account(&self, name: &str) -> Result<Account, ClientError> {
        self.post("/api/v1/accounts", &CreateAccount { name: name.to_owned(), address: None })
    }

    /// All local accounts.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn accounts(&self) -> Result<AccountList, ClientError> {
        self.get("/api/v1/accounts")
    }

    /// One account, by name or address, with the reason for every amount.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn account(&self, account: &str) -> Result<AccountDetail, ClientError> {
        self.get(&format!("/api/v1/accounts/{}", escape(account)))
    }

    /// Moves money from an account into the fee escrow.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn deposit(&self, account: &str, amount_wei: &str) -> Result<Account, ClientError> {
        let path = format!("/api/v1/accounts/{}/deposit", escape(account));
        self.post(&path, &Deposit { amount_wei: amount_wei.to_owned() })
    }

    /// Makes a Datanet.
    ///
    /// # Errors
    /// [`ClientError`]; `name_taken` when it exists.
    pub fn create_datanet(&self, request: &CreateDatanet) -> Result<Datanet, ClientError> {
        self.post("/api/v1/datanets", request)
    }

    /// All Datanets.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn datanets(&self) -> Result<DatanetList, ClientError> {
        self.get("/api/v1/datanets")
    }

    /// One Datanet.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn datanet(&self, name: &str) -> Result<DatanetDetail, ClientError> {
        self.get(&format!("/api/v1/datanets/{}", escape(name)))
    }

    /// A page of a Datanet's records.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn records(&self, name: &str, offset: u64, limit: u64) -> Result<RecordPage, ClientError> {
        let name = escape(name);
        self.get(&format!("/api/v1/datanets/{name}/records?offset={offset}&limit={limit}"))
    }

    /// Contributes a file, signed by a local account.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn contribute(
        &self,
        datanet: &str,
        account: &str,
        filename: &str,
        bytes: &[u8],
    ) -> Result<ContributionReport, ClientError> {
        let (datanet, account, filename) = (escape(datanet), escape(account), escape(filename));
        let path = format!(
            "/api/v1/datanets/{datanet}/contributions?filename={filename}&account={account}"
        );
        let request = self.agent.post(format!("{}{path}", self.node));
        self.reply(&path, request.content_type("application/octet-stream").send(bytes))
    }

    /// Freezes a Datanet.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn snapshot(&self, datanet: &str) -> Result<SnapshotInfo, ClientError> {
        let path = format!("/api/v1/datanets/{}/snapshots", escape(datanet));
        self.post(&path, &serde_json::json!({}))
    }

    /// Queues a training run.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn train(&self, datanet: &str, request: &Train) -> Result<Job, ClientError> {
        self.post(&format!("/api/v1/datanets/{}/train", escape(datanet)), request)
    }

    /// All training runs.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn jobs(&self) -> Result<JobList, ClientError> {
        self.get("/api/v1/jobs")
    }

    /// One training run.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn job(&self, id: &str) -> Result<Job, ClientError> {
        self.get(&format!("/api/v1/jobs/{}", escape(id)))
    }

    /// Stops a training run.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn cancel_job(&self, id: &str) -> Result<Job, ClientError> {
        self.post(&format!("/api/v1/jobs/{}/cancel", escape(id)), &serde_json::json!({}))
    }

    /// Asks about a training run again and again until it is final.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn wait_for_job(
        &self,
        id: &str,
        mut progress: impl FnMut(&Job),
    ) -> Result<Job, ClientError> {
        loop {
            let job: Job = self.get(&format!("/api/v1/jobs/{}?wait_s=2", escape(id)))?;
            progress(&job);
            if job.status.is_final() {
                return Ok(job);
            }
        }
    }

    /// All adapters.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn adapters(&self) -> Result<AdapterList, ClientError> {
        self.get("/api/v1/adapters")
    }

    /// One adapter.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn adapter(&self, name: &str) -> Result<AdapterInfo, ClientError> {
        self.get(&format!("/api/v1/adapters/{}", escape(name)))
    }

    /// The models that can be asked.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn models(&self) -> Result<ModelList, ClientError> {
        self.get("/v1/models")
    }

    /// Asks, and waits for the whole answer.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn chat(&self, request: &ChatRequest) -> Result<ChatReply, ClientError> {
        self.chat_once(request, None)
    }

    /// As [`Client::chat`]; repeating it with the same key gives the same answer, charged once.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn chat_once(
        &self,
        request: &ChatRequest,
        idempotency_key: Option<&str>,
    ) -> Result<ChatReply, ClientError> {
        let path = "/v1/chat/completions";
        self.reply(path, self.paid_post(path, idempotency_key).send(body(path, request)?))
    }

    /// Asks, and hands on the answer piece by piece.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn chat_stream(
        &self,
        request: &ChatRequest,
        mut piece: impl FnMut(&str),
    ) -> Result<ChatEnd, ClientError> {
        let path = "/v1/chat/completions";
        let mut request = request.clone();
        request.sampling.stream = true;
        let sent = self.paid_post(path, None).send(body(path, &request)?);
        let response = self.accepted(path, sent)?;
        let mut end = ChatEnd::default();
        let mut is_complete = false;
        let lines = BufReader::new(response.into_body().into_reader()).lines();
        for line in lines {
            let line = line.map_err(|source| broken_off(path, source))?;
            let Some(data) = line.strip_prefix("data:").map(str::trim) else { continue };
            if data == "[DONE]" {
                break;
            }
            if let Ok(ErrorReply { error }) = serde_json::from_str(data) {
                return Err(ClientError::Refused { status: 500, error: Box::new(error) });
            }
            let chunk: ChatChunk = read_json(path, data.as_bytes())?;
            for text in chunk.choices.into_iter().filter_map(|choice| choice.delta.content) {
                piece(&text);
                end.text.push_str(&text);
            }
            end.usage = chunk.usage.unwrap_or(end.usage);
            if let Some(attribution) = chunk.attribution {
                end.attribution = attribution;
                is_complete = true;
            }
        }
        if is_complete { Ok(end) } else { Err(ClientError::Incomplete) }
    }

    /// The newest answers.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn completions(&self, limit: usize) -> Result<CompletionList, ClientError> {
        self.get(&format!("/api/v1/completions?limit={limit}"))
    }

    /// Everything needed to check one attribution receipt offline.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn receipt(&self, id: &str) -> Result<ReceiptFile, ClientError> {
        self.get(&format!("/api/v1/receipts/{}", escape(id)))
    }

    /// Closes the open period.
    ///
    /// # Errors
    /// [`ClientError`]; `nothing_to_close` when no answer was given since the last.
    pub fn close_period(&self) -> Result<Period, ClientError> {
        self.post("/api/v1/periods/close", &serde_json::json!({}))
    }

    /// All periods.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn periods(&self) -> Result<PeriodList, ClientError> {
        self.get("/api/v1/periods")
    }

    /// One period.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn period(&self, number: u64) -> Result<PeriodDetail, ClientError> {
        self.get(&format!("/api/v1/periods/{number}"))
    }

    /// All claims so far.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn claims(&self) -> Result<ClaimList, ClientError> {
        self.get("/api/v1/claims")
    }

    /// Redeems what `account` has earned, once the last closed period can be claimed; `None`:
    /// everybody known to the node.
    ///
    /// # Errors
    /// [`ClientError`]; `nothing_to_claim` for a named account without anything, `not_active_yet`
    /// when its window takes longer than a wait.
    pub fn claim(&self, account: Option<&str>) -> Result<ClaimList, ClientError> {
        let account = account.map(str::to_owned);
        self.claim_as(&ClaimRequest { account, wait_s: CLAIM_WAIT_S, dry_run: false })
    }

    /// As [`Client::claim`], with every choice.
    ///
    /// # Errors
    /// As [`Client::claim`].
    pub fn claim_as(&self, request: &ClaimRequest) -> Result<ClaimList, ClientError> {
        self.post("/api/v1/claims", request)
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        let sent = self.agent.get(format!("{}{path}", self.node)).call();
        read_all(path, self.accepted(path, sent)?)
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.reply(path, self.agent.get(format!("{}{path}", self.node)).call())
    }

    fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        request: &impl Serialize,
    ) -> Result<T, ClientError> {
        let mut sent = self.agent.post(format!("{}{path}", self.node));
        if let Some(key) = &self.api_key {
            sent = sent.header("authorization", format!("Bearer {key}"));
        }
        self.reply(path, sent.content_type("application/json").send(body(path, request)?))
    }

    fn paid_post(
        &self,
        path: &str,
        idempotency_key: Option<&str>,
    ) -> ureq::RequestBuilder<ureq::typestate::WithBody> {
        let key = self.api_key.as_deref().unwrap_or("local");
        let request = self
            .agent
            .post(format!("{}{path}", self.node))
            .content_type("application/json")
            .header("authorization", format!("Bearer {key}"));
        match idempotency_key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        }
    }

    fn accepted(
        &self,
        path: &str,
        sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<ureq::http::Response<ureq::Body>, ClientError> {
        let unreachable = |source| {
            let node = self.node.clone();
            ClientError::Unreachable { node, source: Box::new(source) }
        };
        let response = sent.map_err(unreachable)?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let ErrorReply { error } = read_json(path, &read_all(path, response)?)?;
        Err(ClientError::Refused { status, error: Box::new(error) })
    }

    fn reply<T: DeserializeOwned>(
        &self,
        path: &str,
        sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<T, ClientError> {
        read_json(path, &read_all(path, self.accepted(path, sent)?)?)
    }
}

fn read_all(
    path: &str,
    response: ureq::http::Response<ureq::Body>,
) -> Result<Vec<u8>, ClientError> {
    let mut bytes = Vec::new();
    let mut reader = response.into_body().into_reader().take(REPLY_BYTES_MAX);
    reader.read_to_end(&mut bytes).map_err(|source| broken_off(path, source))?;
    Ok(bytes)
}

fn read_json<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T, ClientError> {
    let path = path.to_owned();
    serde_json::from_slice(bytes).map_err(|source| ClientError::Reply { path, source })
}

fn body(path: &str, request: &impl Serialize) -> Result<Vec<u8>, ClientError> {
    let path = path.to_owned();
    serde_json::to_vec(request).map_err(|source| ClientError::Reply { path, source })
}

fn broken_off(path: &str, source: std::io::Error) -> ClientError {
    ClientError::BrokenOff { path: path.to_owned(), source }
}

/// Percent-encodes what a path segment or query value must not hold.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let digit = |half: u8| char::from(b"0123456789ABCDEF"[usize::from(half)]);
            escaped.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    escaped
}
