//! A small disk of its own: it can be filled, made read-only and taken away.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::binary::Folder;

/// A mounted disk; unmounted with the test. Mounting takes root, or `sudo` without a password, as installing the tests'
/// tools does.
pub struct Disk {
    folder: Folder,
    at: PathBuf,
}

impl Disk {
    /// A disk of that many megabytes.
    pub fn mount(name: &str, megabytes: u32) -> Self {
        let folder = Folder::new(name);
        let at = folder.path().join("disk");
        std::fs::create_dir(&at).unwrap();
        let disk = Self { folder, at };
        let size = format!("size={megabytes}m,mode=0777");
        disk.run("mount", &["-t", "tmpfs", "-o", &size, "tuantra-drill"]);
        disk
    }

    pub fn path(&self) -> &Path {
        &self.at
    }

    /// A folder beside the disk, with room.
    pub fn beside(&self) -> &Path {
        self.folder.path()
    }

    /// Fills it to the last byte.
    pub fn fill(&self) {
        let mut filler = File::create(self.filler()).unwrap();
        for piece in [1 << 20, 1 << 12, 1] {
            let bytes = vec![0; piece];
            while filler.write_all(&bytes).is_ok() {}
        }
    }

    /// Makes room again.
    pub fn make_room(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.at.join("filler")
    }

    /// No more writing until it is allowed again.
    pub fn protect(&self, is_protected: bool) {
        let how = if is_protected {
            "remount,ro"
        } else {
            "remount,rw"
        };
        self.run("mount", &["-o", how]);
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        assert!(
            self.try_run(program, arguments),
            "{program} failed: drills with disks of their own take root, or sudo without a password"
        );
    }

    fn try_run(&self, program: &str, arguments: &[&str]) -> bool {
        let done = as_root(program).args(arguments).arg(&self.at).status();
        done.is_ok_and(|status| status.success())
    }
}

/// A program with root's rights.
fn as_root(program: &str) -> Command {
    let root = Command::new("id").arg("-u").output().unwrap();
    if root.stdout.starts_with(b"0\n") {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}

/// A disk that fails under open files: what a running process writes to a database, or syncs, ends with an error, as when
/// the kernel makes a file system read-only. It works again when this is dropped.
pub struct Failing {
    strace: Child,
}

impl Failing {
    /// Fails whatever the process writes to SQLite's file in a folder or to its log.
    pub async fn under(process: u32, data: &Path, error: &str) -> Self {
        let calls = "pwrite64,write,fdatasync,fsync,ftruncate";
        let mut command = as_root("strace");
        command.args(["-f", "-o", "/dev/null", "-p", &process.to_string()]);
        for name in ["tuantra.db", "tuantra.db-wal"] {
            command.arg("-P").arg(data.join(name));
        }
        command.args(["-e", &format!("trace={calls}")]);
        command.args(["-e", &format!("inject={calls}:error={error}")]);
        let strace = command.stderr(Stdio::null()).spawn().unwrap();
        let own = Self { strace };
        let begun = Instant::now();
        while !is_traced(process) {
            let took = begun.elapsed();
            assert!(took < Duration::from_secs(30), "strace did not attach");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        own
    }
}

/// Whether strace holds each thread.
fn is_traced(process: u32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    threads.flatten().all(|thread| {
        let told = std::fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        !told.contains("TracerPid:\t0\n")
    })
}

impl Drop for Failing {
    fn drop(&mut self) {
        // TERM lets go of the process; KILL might take it along.
        let id = self.strace.id().to_string();
        let _ = as_root("kill").args(["-TERM", &id]).status();
        let _ = self.strace.wait();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a server that is just ending may hold a file.
        self.try_run("umount", &["-l"]);
    }
}
