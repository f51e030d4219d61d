//! A PostgreSQL cluster of this test's own, with fsync on, as a province would run it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use crate::binary::{Folder, free_address};

const STOP: [&str; 3] = ["stop", "--silent", "--mode=immediate"];

/// A running cluster; stopped and deleted with the test.
pub struct Cluster {
    folder: Folder,
    programs: PathBuf,
    port: u16,
    asks_other_owner: bool,
}

impl Cluster {
    pub fn start(name: &str) -> Self {
        let programs = std::env::var_os("TUANTRA_TEST_PG_BIN")
            .expect("run through tests/with-postgres.sh (make tests): durability is proved on PostgreSQL too");
        let address: SocketAddr = free_address().parse().unwrap();
        let root = Command::new("id")
            .arg("-u")
            .output()
            .unwrap()
            .stdout
            .starts_with(b"0\n");
        let cluster = Self {
            folder: Folder::new(name),
            programs: programs.into(),
            port: address.port(),
            asks_other_owner: root,
        };
        cluster.own();
        cluster.run(
            "initdb",
            &[
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-sync",
            ],
        );
        cluster.resume();
        cluster
    }

    /// Starts it, the first time or after a stop.
    pub fn resume(&self) {
        let folder = self.folder.path();
        let (port, socket) = (self.port, folder.display());
        let options = format!("-p {port} -k {socket} -c listen_addresses=127.0.0.1");
        let log = folder.join("log").display().to_string();
        self.run(
            "pg_ctl",
            &[
                "start",
                "--silent",
                "--wait",
                "--timeout=240",
                "--log",
                &log,
                "--options",
                &options,
            ],
        );
    }

    /// Stops it as a power cut would: no connection is asked to end.
    pub fn stop(&self) {
        self.run("pg_ctl", &STOP);
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// initdb and postgres refuse to run as root.
    fn own(&self) {
        if self.asks_other_owner {
            let status = Command::new("chown")
                .arg("postgres")
                .arg(self.folder.path())
                .status();
            assert!(status.unwrap().success());
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let done = self.tried(program, arguments);
        assert!(
            done,
            "{program} failed, and the server said: {}",
            self.said()
        );
    }

    /// Whether a program of PostgreSQL did what it was asked for.
    fn tried(&self, program: &str, arguments: &[&str]) -> bool {
        let path = self.programs.join(program);
        let mut command = if self.asks_other_owner {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid=postgres", "--regid=postgres", "--init-groups"])
                .arg(path);
            command
        } else {
            Command::new(path)
        };
        let data = self.folder.path().join("data");
        command
            .args(arguments)
            .arg("--pgdata")
            .arg(data)
            .current_dir(self.folder.path());
        let done = command
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .status();
        done.unwrap().success()
    }

    /// The last that the server wrote into its log: why it did not start is told there alone.
    fn said(&self) -> String {
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Cluster {
    /// A server that runs no more leaves nothing to stop, and a test that failed is told by its own words.
    fn drop(&mut self) {
        self.tried("pg_ctl", &STOP);
    }
}
