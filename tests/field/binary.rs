//! Starting the built binary, and a plain HTTP/1.1 client for it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_tuantra");

/// A folder that goes with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tuantra-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running server.
pub struct Server {
    child: Child,
    pub address: String,
    /// Whether the child is a tracer, and the server its child.
    is_traced: bool,
}

/// How a server is started.
pub struct Start<'a> {
    pub data: &'a Path,
    pub database: Option<&'a str>,
    pub fsync: bool,
    /// Further settings, by the names of their environment variables.
    pub settings: Vec<(&'static str, String)>,
    /// Arguments of a program that runs the server, such as strace.
    pub under: Vec<String>,
    /// Where the server's log goes, at its most talkative.
    pub log: Option<PathBuf>,
}

impl<'a> Start<'a> {
    pub fn on(data: &'a Path, database: Option<&'a str>) -> Self {
        Self {
            data,
            database,
            fsync: true,
            settings: Vec::new(),
            under: Vec::new(),
            log: None,
        }
    }

    /// A command of the built binary on this data.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut words = self.under.clone();
        words.push(PROGRAM.into());
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .args(arguments)
            .arg("--data")
            .arg(self.data);
        // What the tests themselves are told, such as how long a soak is, is no setting of the server's.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("TUANTRA_") {
                command.env_remove(name);
            }
        }
        command.env("TUANTRA_FSYNC", self.fsync.to_string());
        command.env("TUANTRA_REQUESTS_PER_SECOND", "100000");
        command.env("TUANTRA_TRACKER_REQUESTS_PER_SECOND", "100000");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        if let Some(url) = self.database {
            command.env("TUANTRA_DATABASE_URL", url);
        }
        command
    }

    /// What a command prints on standard output.
    pub fn answer(&self, arguments: &[&str]) -> String {
        let plain = Start {
            settings: self.settings.clone(),
            ..Start::on(self.data, self.database)
        };
        let output = plain.command(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The token of the officer of the province `can-bo`, an account without a unit.
    pub fn officer(&self) -> String {
        let role = ["--name", "can-bo", "--role", "provincial_officer"];
        self.answer(&[&["account", "token"], &role[..]].concat())
    }

    /// Starts the server on a free port and waits until it answers.
    pub async fn serve(&self) -> Server {
        self.serve_at(free_address()).await
    }

    /// Starts the server where others look for it.
    pub async fn serve_at(&self, address: String) -> Server {
        let mut command = self.command(&["serve", "--listen", &address]);
        let log = match &self.log {
            Some(file) => {
                command.env("RUST_LOG", "debug");
                Stdio::from(std::fs::File::create(file).unwrap())
            }
            None => Stdio::null(),
        };
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let is_traced = !self.under.is_empty();
        let mut server = Server {
            child,
            address,
            is_traced,
        };
        let begun = Instant::now();
        while server
            .get("/healthz", "")
            .await
            .is_none_or(|answer| answer.status != 200)
        {
            let ended = server.child.try_wait().unwrap();
            assert!(ended.is_none(), "the server ended: {ended:?}");
            assert!(
                begun.elapsed() < Duration::from_mins(2),
                "the server does not answer"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        server
    }
}

/// An address at which nothing listens, and that nobody else is given as long as the test runs: a test beside it may look for
/// one before a server listens here, or between two servers that do. A socket that is bound and does not listen holds it;
/// whoever names it may listen there all the same, for both say that it may be used again.
pub fn free_address() -> String {
    static HELD: Mutex<Vec<TcpSocket>> = Mutex::new(Vec::new());
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = socket.local_addr().unwrap().to_string();
    HELD.lock().unwrap().push(socket);
    address
}

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Server {
    pub async fn get(&self, path: &str, token: &str) -> Option<Answer> {
        request(&self.address, "GET", path, token, "application/json", b"").await
    }

    pub async fn post(&self, path: &str, token: &str, body: &Value) -> Option<Answer> {
        request(
            &self.address,
            "POST",
            path,
            token,
            "application/json",
            body.to_string().as_bytes(),
        )
        .await
    }

    pub async fn put(&self, path: &str, token: &str, body: &Value) -> Option<Answer> {
        request(
            &self.address,
            "PUT",
            path,
            token,
            "application/json",
            body.to_string().as_bytes(),
        )
        .await
    }

    /// The server's process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: no destructor runs, no buffer is flushed.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and waits for the graceful end.
    pub fn stop(&mut self) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let traced = if self.is_traced {
            let id = self.child.id();
            let list = format!("/proc/{id}/task/{id}/children");
            std::fs::read_to_string(list).unwrap_or_default()
        } else {
            String::new()
        };
        // The server would outlive its tracer. The tracer ends with it by itself, and has then written down all that it saw.
        for server in traced.split_whitespace() {
            let _ = Command::new("kill").args(["-KILL", server]).status();
        }
        if traced.trim().is_empty() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// One request on a connection of its own; `None` when no whole answer came.
pub async fn request(
    address: &str,
    method: &str,
    path: &str,
    token: &str,
    kind: &str,
    body: &[u8],
) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\ncontent-type: {kind}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(body).await.ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.ok()?;
    let split = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..split])
        .ok()?
        .to_ascii_lowercase();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = bytes[split + 4..].to_vec();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))?;
    (length.trim().parse() == Ok(body.len())).then_some(Answer { status, body })
}
