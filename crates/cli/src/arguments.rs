//! The command line.

mod economy;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use node::client::DEFAULT_NODE;

pub(crate) use economy::*;

const JOURNEY: &str = "\
The journey:
  openledger up                                      # in a terminal of its own
  openledger datanet create my-field --licence CC-BY-4.0
  openledger contribute my-field notes.jsonl
  openledger snapshot my-field
  openledger train my-field --preset quick
  openledger chat my-field \"What is …?\"
  openledger period close && openledger claim
  openledger receipt verify RECEIPT-ID

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no node reached, 4 a receipt does not verify.";

/// Datanets, adapters, answers with their sources, and pay for those who wrote them.
#[derive(Debug, Parser)]
#[command(name = "openledger", version, after_help = JOURNEY)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// URL of the node to talk to.
    #[arg(long, global = true, env = "OPENLEDGER_NODE", default_value = DEFAULT_NODE, value_name = "URL")]
    pub(crate) node: String,
    /// API key of the account that pays for answers (default: the account `local`).
    #[arg(
        long,
        global = true,
        env = "OPENLEDGER_API_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub(crate) api_key: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a node and serve the page until Ctrl-C.
    #[command(
        after_help = "Example:\n  openledger up --data ~/openledger --listen 127.0.0.1:7077 --base ~/models/SmolLM2-135M"
    )]
    Up(Up),
    /// Create, list or show Datanets.
    #[command(subcommand)]
    Datanet(DatanetCommand),
    /// Contribute a file, or every file of a folder, to a Datanet.
    #[command(
        after_help = "Example:\n  openledger contribute my-field notes.jsonl\n\nReads .jsonl .csv .md .txt .parquet. A record is a question and an answer, with optional\nvariants (other wordings), source and licence."
    )]
    Contribute(Contribute),
    /// Freeze a Datanet's records, so that they can be trained on.
    #[command(after_help = "Example:\n  openledger snapshot my-field")]
    Snapshot {
        /// The Datanet's name.
        datanet: String,
    },
    /// Train an adapter on a Datanet's newest snapshot.
    #[command(after_help = "Example:\n  openledger train my-field --preset quick")]
    Train(Train),
    /// List training runs, or show one.
    #[command(after_help = "Example:\n  openledger jobs")]
    Jobs {
        /// The run to show.
        id: Option<String>,
    },
    /// List adapters, or show one.
    #[command(after_help = "Example:\n  openledger adapters my-field --json")]
    Adapters {
        /// The adapter to show.
        name: Option<String>,
    },
    /// Ask an adapter; prints the answer, its sources with their shares, and the fee.
    #[command(
        after_help = "Example:\n  openledger chat my-field \"What does E0382 mean?\"\n\nWithout a question, asks one line of standard input after the other."
    )]
    Chat(Chat),
    /// Close the open period, or show closed ones.
    #[command(subcommand)]
    Period(PeriodCommand),
    /// Redeem what accounts have earned in closed periods.
    #[command(
        after_help = "Example:\n  openledger claim              # everybody known to the node\n  openledger claim alice\n  openledger claim alice --payee 0x12…"
    )]
    Claim(Claim),
    /// Show or check the attribution of one answer.
    #[command(subcommand)]
    Receipt(ReceiptCommand),
    /// Create, list, show or fund accounts.
    Account(AccountArguments),
    /// Validators: register, stake, unbond, attest.
    Stake(StakeArguments),
    /// Turn OPEN into votes and say who casts them.
    #[command(
        after_help = "Example:\n  openledger delegate --amount 500 --as alice       # alice votes herself\n  openledger delegate bob --as alice                # bob votes for her\n  openledger delegate --withdraw 500 --as alice"
    )]
    Delegate(Delegate),
    /// Propose a change of the economy.
    Propose(ProposeArguments),
    /// List, show, queue or execute proposals.
    Proposal(ProposalArguments),
    /// Vote on a proposal.
    #[command(after_help = "Example:\n  openledger vote 1 yes --as alice")]
    Vote(CastVote),
    /// Everything that governance may change.
    #[command(subcommand)]
    Parameters(ParametersCommand),
    /// Check posted periods, and prove what is wrong with them.
    Dispute(DisputeArguments),
    /// Prepaid channels: many answers, one redemption.
    Channel(ChannelArguments),
    /// Show the node as a whole.
    #[command(after_help = "Example:\n  openledger status --json")]
    Status,
    /// Check what usually goes wrong.
    #[command(after_help = "Example:\n  openledger doctor")]
    Doctor,
    /// Show the settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Work with a chain alone, without a node.
    #[command(subcommand)]
    Chain(ChainCommand),
}

/// `openledger chain …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ChainCommand {
    /// Serve a chain's JSON-RPC until Ctrl-C, after executing the given blocks.
    #[command(
        after_help = "Example:\n  openledger chain serve genesis.json chain.rlp --data /tmp/chain\n  openledger chain serve genesis.json --data /tmp/dev --seal-ms 0   # a block at once\n\nAnswers at / and /rpc, over HTTP and WebSocket."
    )]
    Serve(ChainServe),
    /// Execute the blocks of a file, with every check of their forks.
    #[command(
        after_help = "Example:\n  openledger chain import genesis.json chain.rlp --data /tmp/chain\n\nBlocks that the chain has already are skipped. An invalid block ends the import; the blocks\nbefore it stay. The node that uses the folder must be stopped."
    )]
    Import(ChainImport),
    /// Execute the stored chain again from its genesis, in memory, and compare every byte.
    #[command(after_help = "Example:\n  openledger chain verify --data /tmp/chain")]
    Verify {
        /// Folder of the chain's database (default: the settings' data).
        #[arg(long, alias = "data-dir", value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Write the chain's blocks to a file, as `geth import` reads them.
    #[command(
        after_help = "Example:\n  openledger chain export chain.rlp --first 1 --last 1000 --data /tmp/chain"
    )]
    Export(ChainExport),
}

/// `openledger chain import`.
#[derive(Debug, Args)]
pub(crate) struct ChainImport {
    /// What the chain starts from, in geth's format.
    #[arg(value_name = "GENESIS.json")]
    pub(crate) genesis: PathBuf,
    /// The blocks, as `geth export` writes them.
    #[arg(value_name = "CHAIN.rlp")]
    pub(crate) blocks: PathBuf,
    /// Folder of the chain's database; made when it is not there (default: the settings' data).
    #[arg(long, alias = "data-dir", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

/// `openledger chain export`.
#[derive(Debug, Args)]
pub(crate) struct ChainExport {
    /// The file to write.
    #[arg(value_name = "FILE.rlp")]
    pub(crate) file: PathBuf,
    /// First block (default: 1; the first of all is in the genesis).
    #[arg(long, value_name = "NUMBER")]
    pub(crate) first: Option<u64>,
    /// Last block (default: the latest).
    #[arg(long, value_name = "NUMBER")]
    pub(crate) last: Option<u64>,
    /// Folder of the chain's database (default: the settings' data).
    #[arg(long, alias = "data-dir", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

/// `openledger chain serve`.
#[derive(Debug, Args)]
pub(crate) struct ChainServe {
    /// What the chain starts from, in geth's format.
    #[arg(value_name = "GENESIS.json")]
    pub(crate) genesis: PathBuf,
    /// Blocks to execute first, as `geth export` writes them.
    #[arg(value_name = "CHAIN.rlp")]
    pub(crate) blocks: Option<PathBuf>,
    /// Folder of the chain's database.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8545", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Seal waiting transactions, at most one block in this many milliseconds (default: never).
    #[arg(long, value_name = "MS")]
    pub(crate) seal_ms: Option<u64>,
    /// Answer testing_ methods too, which let anybody have blocks built.
    #[arg(long)]
    pub(crate) testing: bool,
}

/// `openledger up`.
#[derive(Debug, Args)]
pub(crate) struct Up {
    /// Folder that holds everything the node keeps.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Address and port; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// Folder of the base model (Hugging Face layout).
    #[arg(long, value_name = "PATH")]
    pub(crate) base: Option<PathBuf>,
    /// Settings file (default: openledger.toml in the working directory, if there is one).
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Any other setting, as `config show` lists them.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

/// `openledger datanet …`.
#[derive(Debug, Subcommand)]
pub(crate) enum DatanetCommand {
    /// Make a Datanet.
    #[command(after_help = "Example:\n  openledger datanet create my-field --licence CC-BY-4.0")]
    Create {
        /// Its name.
        name: String,
        /// SPDX expression of the licence that records may have.
        #[arg(long, value_name = "SPDX")]
        licence: String,
        /// What it is about.
        #[arg(long, default_value = "")]
        description: String,
        /// Account that owns it and its adapters (default: local).
        #[arg(long, value_name = "ACCOUNT")]
        owner: Option<String>,
    },
    /// List all Datanets.
    #[command(after_help = "Example:\n  openledger datanet list")]
    List,
    /// Show a Datanet, its people, snapshots and adapters.
    #[command(after_help = "Example:\n  openledger datanet show my-field")]
    Show {
        /// Its name.
        name: String,
    },
}

/// `openledger contribute`.
#[derive(Debug, Args)]
pub(crate) struct Contribute {
    /// The Datanet's name.
    pub(crate) datanet: String,
    /// A file or folder.
    pub(crate) path: PathBuf,
    /// Account that signs and is paid (default: local).
    #[arg(long = "as", value_name = "ACCOUNT", default_value = "local")]
    pub(crate) account: String,
}

/// `openledger train`.
#[derive(Debug, Args)]
pub(crate) struct Train {
    /// The Datanet's name.
    pub(crate) datanet: String,
    /// quick, balanced or thorough.
    #[arg(long, default_value = "quick")]
    pub(crate) preset: String,
    /// The adapter's name (default: the Datanet's).
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Passes over the data.
    #[arg(long)]
    pub(crate) epochs: Option<u32>,
    /// Peak learning rate.
    #[arg(long)]
    pub(crate) lr: Option<f32>,
    /// Rank of the low-rank matrices.
    #[arg(long)]
    pub(crate) rank: Option<u32>,
    /// Examples per step.
    #[arg(long)]
    pub(crate) batch: Option<u32>,
    /// Seed of everything random.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Return at once; `openledger jobs` shows the progress.
    #[arg(long)]
    pub(crate) detach: bool,
}

/// `openledger chat`.
#[derive(Debug, Args)]
pub(crate) struct Chat {
    /// The adapter's name, or `base`.
    pub(crate) adapter: String,
    /// What to ask.
    pub(crate) question: Option<String>,
    /// Do not put the Datanet's records into the prompt.
    #[arg(long)]
    pub(crate) no_retrieve: bool,
    /// Most tokens to write.
    #[arg(long, value_name = "N")]
    pub(crate) max_tokens: Option<u32>,
    /// 0 (always the likeliest) to 2.
    #[arg(long, value_name = "T")]
    pub(crate) temperature: Option<f32>,
    /// Show the records that are not paid, too.
    #[arg(long)]
    pub(crate) full: bool,
}

/// `openledger period …`.
#[derive(Debug, Subcommand)]
pub(crate) enum PeriodCommand {
    /// Close the open period: captures the fees and posts the root that pays everybody.
    #[command(after_help = "Example:\n  openledger period close")]
    Close,
    /// Show all periods, or one with its payouts.
    #[command(after_help = "Example:\n  openledger period show 1")]
    Show {
        /// The period's number.
        number: Option<u64>,
    },
}

/// `openledger receipt …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ReceiptCommand {
    /// Show an attribution receipt, or save everything needed to check it.
    #[command(after_help = "Example:\n  openledger receipt show 0x12… --out receipt.json")]
    Show {
        /// Its id.
        id: String,
        /// Save it here, for `receipt verify`.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Check an attribution receipt: scores, proofs, shares, split, signature. Needs no node for a file.
    #[command(
        after_help = "Example:\n  openledger receipt verify receipt.json\n  openledger receipt verify 0x12…"
    )]
    Verify {
        /// A saved receipt, or the id of one that the node knows.
        receipt: String,
        /// The published influence index, if the saved receipt does not carry it.
        #[arg(long, value_name = "FILE")]
        index: Option<PathBuf>,
        /// The chain that it must be for (default: the settings' `chain_id`).
        #[arg(long, value_name = "ID")]
        chain_id: Option<u64>,
        /// The host that must have signed it (default: whom the receipt names).
        #[arg(long, value_name = "ADDRESS")]
        host: Option<String>,
    },
}

/// `openledger config …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show every setting, its value and where the value came from.
    #[command(after_help = "Example:\n  openledger config show")]
    Show,
}
