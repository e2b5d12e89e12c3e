//! A chain alone behind JSON-RPC: no product, no accounts, no page.

use std::fs::File;
use std::io::BufReader;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;

use std::sync::Arc;

use ledger::{Chain, Genesis};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::chain::Producer;
use crate::error::StartError;
use crate::{rpc, server};

/// The chain in a data folder, of a node as of a chain alone.
pub(crate) const CHAIN_FILE: &str = "chain.redb";

/// What to serve.
#[derive(Debug, Clone)]
pub struct ServeChain {
    /// Folder of the chain's database; made when it is not there.
    pub data: PathBuf,
    /// What the chain starts from, in geth's `genesis.json` format.
    pub genesis: PathBuf,
    /// Blocks to execute first, as `geth export` writes them; those that are known are passed over.
    pub blocks: Option<PathBuf>,
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Longest time that a transaction waits for others before a block is sealed, in milliseconds;
    /// `None` never seals.
    pub seal_ms: Option<u64>,
    /// Whether to answer `testing_` methods, which let anybody have blocks built.
    pub testing: bool,
}

/// A served chain; dropping it stops everything and waits for it.
#[derive(Debug)]
pub struct ChainServer {
    producer: Arc<Producer>,
    address: SocketAddr,
    runtime: Option<Runtime>,
    shutdown: Option<oneshot::Sender<()>>,
    sealing: Option<JoinHandle<()>>,
}

impl ChainServer {
    /// Opens the chain, executes what is new of the given blocks, and answers on the port.
    ///
    /// # Errors
    /// [`StartError`] names the file or the part that refuses.
    pub fn start(serve: &ServeChain) -> Result<Self, StartError> {
        let pause = serve.seal_ms.map(Duration::from_millis);
        Self::answer(open(serve)?, serve.listen, pause, rpc::Options { testing: serve.testing })
    }

    /// Answers for a chain that is open already, and seals a block `pause` after the last one as
    /// long as transactions wait; zero is the instant mode.
    ///
    /// # Errors
    /// [`StartError`] when the port cannot be had.
    pub fn with_chain(
        chain: Chain,
        listen: SocketAddr,
        pause: Duration,
    ) -> Result<Self, StartError> {
        Self::answer(chain, listen, Some(pause), rpc::Options::default())
    }

    fn answer(
        chain: Chain,
        listen: SocketAddr,
        pause: Option<Duration>,
        options: rpc::Options,
    ) -> Result<Self, StartError> {
        let runtime = server::runtime().map_err(|source| StartError::Runtime { source })?;
        let (listener, address) = server::listen(&runtime, listen)?;
        let (producer, sealing) = match pause {
            Some(pause) => {
                let (producer, sealing) = Producer::start(chain, pause);
                (producer, Some(sealing))
            }
            None => (Producer::idle(chain, Duration::ZERO), None),
        };
        let (shutdown, stopped) = oneshot::channel();
        let app = rpc::routes(&["/", "/rpc"], Arc::clone(&producer), options);
        server::serve(listener, app, stopped, &runtime);
        Ok(Self { producer, address, runtime: Some(runtime), shutdown: Some(shutdown), sealing })
    }

    /// Where it listens, for example `http://127.0.0.1:8545`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The chain's id.
    pub fn chain_id(&self) -> u64 {
        self.producer.chain.chain_id()
    }

    /// Number of the last block.
    pub fn head(&self) -> u64 {
        self.producer.chain.head().number
    }

    /// Waits for Ctrl-C or a request to terminate.
    pub fn wait_for_signal(&self) {
        if let Some(runtime) = &self.runtime {
            runtime.block_on(server::signal());
        }
    }
}

fn open(serve: &ServeChain) -> Result<Chain, StartError> {
    let unreadable = |path: &PathBuf| {
        let path = path.clone();
        move |source| StartError::File { path, source }
    };
    std::fs::create_dir_all(&serve.data).map_err(unreadable(&serve.data))?;
    let genesis = std::fs::read(&serve.genesis).map_err(unreadable(&serve.genesis))?;
    let genesis = Genesis::from_json(&genesis)
        .map_err(|source| StartError::Genesis { path: serve.genesis.clone(), source })?;
    let path = serve.data.join(CHAIN_FILE);
    let chain = Chain::open(&path, &genesis, ledger::Options::default());
    let chain = chain.map_err(|source| StartError::Chain { source })?;
    if let Some(blocks) = &serve.blocks {
        let file = File::open(blocks).map_err(unreadable(blocks))?;
        chain
            .import(BufReader::new(file), |_| {})
            .map_err(|source| StartError::Blocks { path: blocks.clone(), source })?;
    }
    Ok(chain)
}

impl Drop for ChainServer {
    fn drop(&mut self) {
        drop(self.shutdown.take());
        self.producer.stop();
        if let Some(thread) = self.sealing.take() {
            drop(thread.join());
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(2));
        }
    }
}
