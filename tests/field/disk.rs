//! A small disk of its own: it can be filled, made read-only and taken away.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

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
        let root = Command::new("id").arg("-u").output().unwrap();
        let mut command = if root.stdout.starts_with(b"0\n") {
            Command::new(program)
        } else {
            let mut command = Command::new("sudo");
            command.args(["-n", program]);
            command
        };
        let done = command.args(arguments).arg(&self.at).status();
        done.is_ok_and(|status| status.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a server that is just ending may hold a file.
        self.try_run("umount", &["-l"]);
    }
}
