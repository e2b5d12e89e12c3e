//! `openledger account|stake|delegate|propose|proposal|vote|parameters|dispute|channel …`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// How an account does something on the chain.
#[derive(Debug, Clone, Args)]
pub(crate) struct Sending {
    /// Account that acts.
    #[arg(long = "as", global = true, value_name = "ACCOUNT", default_value = "local")]
    pub(crate) acting: String,
    /// File with the acting account's private key, as `account export` prints it; `-` is standard
    /// input. The key signs here and the node never sees it.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Try it on the latest state, tell what would happen and what it would cost, send nothing.
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// A command repeated with the same key is done once.
    #[arg(long, global = true, value_name = "KEY")]
    pub(crate) once: Option<String>,
}

/// `openledger account`.
#[derive(Debug, Args)]
pub(crate) struct AccountArguments {
    #[command(subcommand)]
    pub(crate) command: AccountCommand,
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// `openledger account …`.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Make an account whose key the node keeps; prints its API key.
    #[command(after_help = "Example:\n  openledger account create alice")]
    Create {
        /// Its name.
        name: String,
    },
    /// List all accounts.
    #[command(after_help = "Example:\n  openledger account list")]
    List,
    /// Show an account and why it earned what it earned.
    #[command(after_help = "Example:\n  openledger account show alice")]
    Show {
        /// Its name or address.
        account: String,
    },
    /// Print an account's private key, for a wallet. Reads the data directory, not the node.
    #[command(after_help = "Example:\n  openledger account export local --data openledger-data")]
    Export {
        /// Its name.
        account: String,
        /// The node's folder (default: the settings' data).
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Put money aside for fees.
    #[command(after_help = "Example:\n  openledger account deposit alice 2.5")]
    Deposit {
        /// Its name.
        account: String,
        /// How much, in OPEN.
        amount: String,
    },
    /// Ask money put aside back, or without amount take out what was asked back long enough ago.
    #[command(
        after_help = "Example:\n  openledger account withdraw 2.5 --as alice\n  openledger account withdraw --as alice"
    )]
    Withdraw {
        /// How much to ask back, in OPEN.
        amount: Option<String>,
    },
    /// Send OPEN.
    #[command(after_help = "Example:\n  openledger account send bob 2.5 --as alice --dry-run")]
    Send {
        /// To whom, name or address.
        to: String,
        /// How much, in OPEN.
        amount: String,
    },
}

/// `openledger stake`.
#[derive(Debug, Args)]
pub(crate) struct StakeArguments {
    #[command(subcommand)]
    pub(crate) command: StakeCommand,
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// `openledger stake …`.
#[derive(Debug, Subcommand)]
pub(crate) enum StakeCommand {
    /// Become a validator.
    #[command(after_help = "Example:\n  openledger stake register 1000 --commission 5 --as alice")]
    Register {
        /// Own stake, in OPEN.
        amount: String,
        /// Part of delegators' rewards that it keeps, in percent.
        #[arg(long, value_name = "PERCENT", default_value = "0")]
        commission: String,
    },
    /// Add to a validator's own stake.
    #[command(after_help = "Example:\n  openledger stake deposit 500 --as alice")]
    Deposit {
        /// How much, in OPEN.
        amount: String,
    },
    /// Stake with a validator.
    #[command(after_help = "Example:\n  openledger stake delegate alice 250 --as bob")]
    Delegate {
        /// The validator, name or address.
        validator: String,
        /// How much, in OPEN.
        amount: String,
    },
    /// Take stake out of a validator; it can be withdrawn after the unbonding delay.
    #[command(after_help = "Example:\n  openledger stake unbond alice 100 --as bob")]
    Unbond {
        /// The validator, name or address (default: the acting account).
        validator: Option<String>,
        /// How much, in OPEN (default: everything).
        amount: Option<String>,
    },
    /// Withdraw unbonded stake.
    #[command(after_help = "Example:\n  openledger stake withdraw 3 --as bob")]
    Withdraw {
        /// The ticket that unbonding gave.
        ticket: u64,
    },
    /// Show all validators, or what one account has staked.
    #[command(after_help = "Example:\n  openledger stake show\n  openledger stake show bob")]
    Show {
        /// Name or address.
        account: Option<String>,
    },
    /// Draw the validators of a pending period by stake; anybody may.
    #[command(after_help = "Example:\n  openledger stake draw 3")]
    Draw {
        /// The period's number.
        period: u64,
    },
    /// Attest, as a drawn validator, that a pending period is right.
    #[command(
        after_help = "Example:\n  openledger dispute check 3 && openledger stake attest 3 --as alice"
    )]
    Attest {
        /// The period's number.
        period: u64,
    },
    /// Share the validators' part of the fees among those who attested an active period.
    #[command(after_help = "Example:\n  openledger stake distribute 3")]
    Distribute {
        /// The period's number.
        period: u64,
    },
}

/// `openledger delegate`.
#[derive(Debug, Args)]
pub(crate) struct Delegate {
    /// Who votes, name or address (default: the acting account).
    pub(crate) to: Option<String>,
    /// OPEN to turn into votes before.
    #[arg(long, value_name = "OPEN")]
    pub(crate) amount: Option<String>,
    /// OPEN to turn back from votes instead.
    #[arg(long, value_name = "OPEN", conflicts_with_all = ["amount", "to"])]
    pub(crate) withdraw: Option<String>,
    /// Show the votes of the acting account instead.
    #[arg(long, conflicts_with_all = ["amount", "to", "withdraw"])]
    pub(crate) show: bool,
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// `openledger propose`.
#[derive(Debug, Args)]
pub(crate) struct ProposeArguments {
    #[command(subcommand)]
    pub(crate) command: ProposeCommand,
    /// Why, for the voters.
    #[arg(long, global = true, value_name = "TEXT", default_value = "")]
    pub(crate) description: String,
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// `openledger propose …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ProposeCommand {
    /// Change how fees are divided; parts not named stay.
    #[command(
        after_help = "Example:\n  openledger propose split --treasury 84000 --contributors 686000 --description \"more for the treasury\"\n\nThe six parts sum to 1000000, treasury and burn to at least 50000; a part moves by at most a fifth\nof itself or 10000."
    )]
    Split {
        /// To the contributors, in parts per million.
        #[arg(long, value_name = "PPM")]
        contributors: Option<u32>,
        /// To the adapter's owner.
        #[arg(long, value_name = "PPM")]
        owner: Option<u32>,
        /// To the host.
        #[arg(long, value_name = "PPM")]
        host: Option<u32>,
        /// To the validators.
        #[arg(long, value_name = "PPM")]
        validators: Option<u32>,
        /// To the treasury.
        #[arg(long, value_name = "PPM")]
        treasury: Option<u32>,
        /// Burnt.
        #[arg(long, value_name = "PPM")]
        burn: Option<u32>,
    },
    /// Change one parameter.
    #[command(after_help = "Example:\n  openledger propose set challenge_window_s 3600")]
    Set {
        /// Its name, as `parameters show` has it.
        key: String,
        /// Its new value, in the unit of its name (`_s`, `_wei`, `_ppm`).
        value: String,
    },
    /// Any call in the name of the timelock.
    #[command(after_help = "Example:\n  openledger propose call 0x5fbd… 0x8456cb59")]
    Call {
        /// The contract's address.
        to: String,
        /// Selector and arguments, 0x-hex.
        data: String,
        /// OPEN of the treasury sent along.
        #[arg(long, value_name = "OPEN", default_value = "0")]
        value: String,
    },
}

/// `openledger proposal`.
#[derive(Debug, Args)]
pub(crate) struct ProposalArguments {
    #[command(subcommand)]
    pub(crate) command: ProposalCommand,
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// `openledger proposal …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ProposalCommand {
    /// List all proposals.
    #[command(after_help = "Example:\n  openledger proposal list")]
    List,
    /// Show one proposal.
    #[command(after_help = "Example:\n  openledger proposal show 1")]
    Show {
        /// Its number or id.
        proposal: String,
    },
    /// Queue a proposal that won.
    #[command(after_help = "Example:\n  openledger proposal queue 1")]
    Queue {
        /// Its number or id.
        proposal: String,
    },
    /// Execute a queued proposal whose delay is over.
    #[command(after_help = "Example:\n  openledger proposal execute 1")]
    Execute {
        /// Its number or id.
        proposal: String,
    },
}

/// A vote.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Word {
    /// For it.
    Yes,
    /// Against it.
    No,
    /// Neither, but counted for the quorum.
    Abstain,
}

/// `openledger vote`.
#[derive(Debug, Args)]
pub(crate) struct CastVote {
    /// The proposal's number or id.
    pub(crate) proposal: String,
    /// The vote.
    pub(crate) word: Word,
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// `openledger parameters …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ParametersCommand {
    /// Show the split in force, every parameter with its bounds, and how votes are held.
    #[command(after_help = "Example:\n  openledger parameters show")]
    Show,
}

/// `openledger claim`.
#[derive(Debug, Args)]
pub(crate) struct Claim {
    /// Name or address; default: everybody known here with something to claim.
    pub(crate) account: Option<String>,
    /// Let this account, name or address, receive the claims from the payee delay on; claims nothing
    /// now.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) payee: Option<String>,
    /// Do not wait for a period that can be claimed in less than two minutes.
    #[arg(long)]
    pub(crate) no_wait: bool,
    /// File with the account's private key, for `--payee`; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Tell what would be paid and what it would cost, send nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `openledger dispute`.
#[derive(Debug, Args)]
pub(crate) struct DisputeArguments {
    #[command(subcommand)]
    pub(crate) command: DisputeCommand,
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// `openledger dispute …`.
#[derive(Debug, Subcommand)]
pub(crate) enum DisputeCommand {
    /// Download a period's data, recompute everything, list what is wrong.
    #[command(
        after_help = "Example:\n  openledger dispute check 3\n  openledger dispute check 3 --data period-3.bin"
    )]
    Check {
        /// The period's number.
        period: u64,
        /// The published data, in place of what the node serves.
        #[arg(long, value_name = "FILE")]
        data: Option<PathBuf>,
    },
    /// Prove what is wrong: the period is disabled, its poster slashed, the challenger rewarded.
    #[command(after_help = "Example:\n  openledger dispute prove 3 --as alice --dry-run")]
    Prove {
        /// The period's number.
        period: u64,
        /// Which of the wrongs that `check` lists (default: the first that is provable).
        #[arg(long, value_name = "NUMBER")]
        wrong: Option<usize>,
        /// The published data, in place of what the node serves.
        #[arg(long, value_name = "FILE")]
        data: Option<PathBuf>,
    },
    /// Save the data behind a posted root, byte for byte as its digest was posted.
    #[command(after_help = "Example:\n  openledger dispute data 3 --out period-3.bin")]
    Data {
        /// The period's number.
        period: u64,
        /// Where to save it.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Take rewards and bonds that are the account's own.
    #[command(after_help = "Example:\n  openledger dispute withdraw --as alice")]
    Withdraw,
    /// Disable a pending period and all after it; the guardian may.
    #[command(after_help = "Example:\n  openledger dispute disable 3 --as operator")]
    Disable {
        /// The period's number.
        period: u64,
    },
}

/// `openledger channel`.
#[derive(Debug, Args)]
pub(crate) struct ChannelArguments {
    #[command(subcommand)]
    pub(crate) command: ChannelCommand,
    #[command(flatten)]
    pub(crate) sending: Sending,
}

/// What a voucher says.
#[derive(Debug, Args)]
pub(crate) struct Limits {
    /// The most that the host may take from the channel's beginning, in OPEN (default: everything
    /// deposited).
    #[arg(long, value_name = "OPEN")]
    pub(crate) limit: Option<String>,
    /// For how many days.
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub(crate) days: u64,
}

/// `openledger channel …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ChannelCommand {
    /// Deposit, sign a voucher, hand it over; prints the API key that spends it.
    #[command(after_help = "Example:\n  openledger channel open --deposit 5 --key-file payer.key")]
    Open {
        /// OPEN to put into escrow before.
        #[arg(long, value_name = "OPEN")]
        deposit: Option<String>,
        #[command(flatten)]
        limits: Limits,
    },
    /// Sign a voucher without handing it over.
    #[command(
        after_help = "Example:\n  openledger channel sign --limit 5 --key-file payer.key --out voucher.json"
    )]
    Sign {
        #[command(flatten)]
        limits: Limits,
        /// Save it here instead of printing it.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Show all channels, or one payer's.
    #[command(after_help = "Example:\n  openledger channel show")]
    Show {
        /// The payer, name or address.
        payer: Option<String>,
    },
    /// Raise a channel's limit by a new voucher.
    #[command(after_help = "Example:\n  openledger channel raise --deposit 5 --as alice")]
    Raise {
        /// OPEN to put into escrow before.
        #[arg(long, value_name = "OPEN")]
        deposit: Option<String>,
        #[command(flatten)]
        limits: Limits,
    },
    /// End a channel: no new answers; what is owed stays owed.
    #[command(after_help = "Example:\n  openledger channel close --as alice")]
    Close,
}
