//! The load: raw HTTP/1.1 over blocking sockets, so that it costs little beside the server.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use alloy_primitives::{Address, Bytes, hex};
use serde_json::{Value, json};

use crate::{
    http_request,
    server::Server,
    wallet::{Script, Wallets},
};

pub(crate) type Request = Vec<u8>;

/// How long a server may take for the blocks after the last request.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    transactions: f64,
    /// User and system time of the server.
    pub(crate) cpu_s: f64,
    wall_s: f64,
}

impl Measured {
    pub(crate) fn per_cpu_s(&self) -> f64 {
        self.transactions / self.cpu_s.max(0.01)
    }

    pub(crate) fn per_wall_s(&self) -> f64 {
        self.transactions / self.wall_s
    }
}

/// User and system time of a process in seconds, at 100 ticks per second.
fn cpu_s(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("Linux, and it runs");
    let fields: Vec<_> = stat.rsplit(')').next().expect("a name").split_whitespace().collect();
    let ticks = |index: usize| fields[index].parse::<f64>().expect("a number");
    (ticks(11) + ticks(12)) / 100.0
}

/// One keep-alive connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 64 * 1024] })
    }

    /// Sends a request and reads the body of its reply.
    pub(crate) fn ask(&mut self, request: &[u8]) -> std::io::Result<&[u8]> {
        self.stream.write_all(request)?;
        let mut read = 0;
        loop {
            let count = self.stream.read(&mut self.buffer[read..])?;
            if count == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            read += count;
            let Some(body) = body_of(&self.buffer[..read]) else { continue };
            return Ok(&self.buffer[body..read]);
        }
    }
}

/// Where the body begins, when all of it is there.
fn body_of(reply: &[u8]) -> Option<usize> {
    let end = reply.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = str::from_utf8(&reply[..end]).ok()?.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"))?;
    (reply.len() >= end + 4 + length.trim().parse::<usize>().ok()?).then_some(end + 4)
}

/// Asks once, on a connection of its own.
pub(crate) fn call(server: &Server, method: &str, params: Value) -> Value {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let mut connection = Connection::open(server.address).expect("the server listens");
    let reply = connection.ask(&http_request(server.path, &body.to_string())).expect("a reply");
    let reply: Value = serde_json::from_slice(reply).expect("JSON");
    assert!(reply.get("error").is_none(), "{method}: {reply}");
    reply["result"].clone()
}

/// Gives every sender a balance, where the genesis has not.
pub(crate) fn fund(anvil: &Server, wallets: &Wallets) {
    for wallet in &wallets.0 {
        call(anvil, "anvil_setBalance", json!([wallet.address, "0xffffffffffffffffffffff"]));
    }
}

/// Creates the asset and gives every sender some.
pub(crate) fn deploy(server: &Server, wallets: &mut Wallets) -> Address {
    let (asset, signed) = wallets.create_asset();
    for transaction in signed {
        call(server, "eth_sendRawTransaction", json!([transaction]));
    }
    wait_for_blocks(server, wallets);
    let balance = call(server, "eth_getCode", json!([asset, "latest"]));
    assert!(balance.as_str().is_some_and(|code| code.len() > 1000), "the asset is there");
    asset
}

/// Sends each script over a connection of its own and waits until all is in blocks.
pub(crate) fn run(server: &Server, scripts: &[Script], wallets: &Wallets) -> Measured {
    let encoded: Vec<Vec<Request>> = scripts.iter().map(|script| encode(server, script)).collect();
    let mut connections: Vec<_> =
        scripts.iter().map(|_| Connection::open(server.address).expect("it listens")).collect();
    let (begin, watch) = (cpu_s(server.pid), Instant::now());
    thread::scope(|scope| {
        for (connection, requests) in connections.iter_mut().zip(&encoded) {
            scope.spawn(move || {
                for request in requests {
                    let reply = connection.ask(request).expect("a reply");
                    let is_hash = reply.windows(12).any(|part| part == b"\"result\":\"0x");
                    assert!(is_hash, "{}", String::from_utf8_lossy(reply));
                }
            });
        }
    });
    wait_for_blocks(server, wallets);
    let transactions: usize = scripts.iter().map(Vec::len).sum();
    let wall_s = watch.elapsed().as_secs_f64();
    let transactions = f64::from(u32::try_from(transactions).expect("few"));
    Measured { transactions, cpu_s: cpu_s(server.pid) - begin, wall_s }
}

fn encode(server: &Server, script: &[Bytes]) -> Vec<Request> {
    let encode = |(id, transaction): (usize, &Bytes)| {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"eth_sendRawTransaction","params":["{}"]}}"#,
            hex::encode_prefixed(transaction)
        );
        http_request(server.path, &body)
    };
    script.iter().enumerate().map(encode).collect()
}

/// Waits until every sender's nonce in the latest block is what it signed up to.
fn wait_for_blocks(server: &Server, wallets: &Wallets) {
    let watch = Instant::now();
    for wallet in &wallets.0 {
        loop {
            let nonce = call(server, "eth_getTransactionCount", json!([wallet.address, "latest"]));
            if nonce == json!(format!("{:#x}", wallet.nonce)) {
                break;
            }
            assert!(watch.elapsed() < PATIENCE, "{} is at {nonce}", wallet.address);
            thread::sleep(Duration::from_millis(20));
        }
    }
}
