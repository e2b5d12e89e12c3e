//! Starting and stopping a node.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;

use crate::config::Config;
use crate::core::Core;
use crate::error::{ChainStopped, StartError};
use crate::{answer, http, jobs, rpc, workers};

/// A node that can be started.
#[derive(Debug)]
pub struct Node;

/// A running node; dropping it stops everything and waits for it.
#[derive(Debug)]
pub struct NodeHandle {
    core: Arc<Core>,
    address: SocketAddr,
    runtime: Option<Runtime>,
    shutdown: Option<oneshot::Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Node {
    /// Opens the data directory, resumes what a stop interrupted, and answers on the port.
    ///
    /// # Errors
    /// [`StartError`] names the part that refuses, with a hint where the next step is known.
    pub fn start(config: Config) -> Result<NodeHandle, StartError> {
        let listen = config.listen;
        let (core, sealing) = Core::open(config)?;
        let mut threads = vec![sealing];
        let runtime = runtime();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(source) => return Err(refuse(&core, threads, StartError::Runtime { source })),
        };
        let (listener, address) = match self::listen(&runtime, listen) {
            Ok(listening) => listening,
            Err(error) => return Err(refuse(&core, threads, error)),
        };
        threads.push(spawn(&core, "answers", answer::work));
        threads.push(spawn(&core, "training", jobs::work));
        let (shutdown, stopped) = oneshot::channel();
        let app = routes(&core);
        serve(listener, app, stopped, &runtime);
        blocks(&core, &runtime);
        Ok(NodeHandle { core, address, runtime: Some(runtime), shutdown: Some(shutdown), threads })
    }
}

/// Takes the port; with where it is.
pub(crate) fn listen(
    runtime: &Runtime,
    listen: SocketAddr,
) -> Result<(TcpListener, SocketAddr), StartError> {
    let listener = runtime
        .block_on(TcpListener::bind(listen))
        .map_err(|source| StartError::Listen { listen, source })?;
    let address = listener.local_addr().unwrap_or(listen);
    Ok((listener, address))
}

fn refuse(core: &Core, threads: Vec<JoinHandle<()>>, error: StartError) -> StartError {
    core.chain.stop();
    for thread in threads {
        drop(thread.join());
    }
    error
}

fn spawn(core: &Arc<Core>, name: &str, work: fn(&Arc<Core>)) -> JoinHandle<()> {
    let core = Arc::clone(core);
    workers::spawn(name, move || work(&core))
}

fn routes(core: &Arc<Core>) -> Router {
    let product = http::routes(core).with_state(Arc::clone(core));
    product.merge(rpc::router(Arc::clone(&core.chain)))
}

/// What runs the connections. They only read, write and wait, so that a few threads do: each
/// more costs every request a share of waking it.
pub(crate) fn runtime() -> std::io::Result<Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = (cores / 4).clamp(1, 4);
    tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build()
}

/// Serves until `stopped` hears something, or its other end is gone.
pub(crate) fn serve(
    listener: TcpListener,
    app: Router,
    stopped: oneshot::Receiver<()>,
    runtime: &Runtime,
) {
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    runtime.spawn(async move {
        let stop = async move {
            // An error means that the handle is gone, which is the same wish.
            drop(stopped.await);
        };
        if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stop).await {
            tracing::error!(%error, "the server ended");
        }
    });
}

/// Tells listeners of every block.
fn blocks(core: &Arc<Core>, runtime: &Runtime) {
    let mut blocks = core.chain.subscribe();
    let core = Arc::downgrade(core);
    runtime.spawn(async move {
        loop {
            let block = match blocks.recv().await {
                Ok(block) => block,
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return,
            };
            let Some(core) = core.upgrade() else { return };
            core.events.tell("block", &crate::status::head(&block.header));
        }
    });
}

impl NodeHandle {
    /// Where it listens, for example `http://127.0.0.1:7077`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The chain's id.
    pub fn chain_id(&self) -> u64 {
        self.core.config.chain_id
    }

    /// Name of the base model, if it has one.
    pub fn base_name(&self) -> Option<String> {
        self.core.base.as_ref().map(|base| base.name.clone())
    }

    /// Waits for Ctrl-C or a request to terminate.
    ///
    /// # Errors
    /// [`ChainStopped`] when the chain's database fails first: the node must be started again.
    pub fn wait_for_signal(&self) -> Result<(), ChainStopped> {
        let Some(runtime) = &self.runtime else { return Ok(()) };
        let mut failure = self.core.chain.failure();
        runtime.block_on(async {
            tokio::select! {
                () = signal() => Ok(()),
                failed = failure.wait_for(Option::is_some) => {
                    let cause = failed.ok().and_then(|cause| cause.clone()).unwrap_or_default();
                    Err(ChainStopped { cause })
                }
            }
        })
    }
}

/// Waits for Ctrl-C or a request to terminate.
#[cfg(unix)]
pub(crate) async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        drop(tokio::signal::ctrl_c().await);
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => drop(interrupted),
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn signal() {
    drop(tokio::signal::ctrl_c().await);
}

impl Drop for NodeHandle {
    fn drop(&mut self) {
        drop(self.shutdown.take());
        self.core.answers.stop();
        self.core.jobs.stop();
        self.core.chain.stop();
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(std::time::Duration::from_secs(2));
        }
    }
}
