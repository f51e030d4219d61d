//! Where pictures are decoded: in a process of its own that can be killed, or on a thread where panics are caught.
//!
//! The process frames its answer on standard output: one line of JSON, then the bytes of both images.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::evidence::model::picture::{DeriveFault, Derived, Limits, derive};

/// What decoding one picture may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How long it may take.
    pub time: Duration,
    /// Address space of the process, MiB: the decoded picture, its small copies, and the program itself.
    pub memory_mib: u32,
}

impl Default for Bounds {
    /// Longer than the largest accepted picture takes on a slow machine by a factor of ten, and twice its memory.
    fn default() -> Self {
        Self {
            time: Duration::from_secs(30),
            memory_mib: 2048,
        }
    }
}

/// How pictures are decoded.
#[derive(Debug, Clone)]
pub struct Decoder {
    place: Place,
    bounds: Bounds,
}

#[derive(Debug, Clone)]
enum Place {
    /// On a thread of this process: bounded by the headers' limits; a decoder that hangs keeps its thread.
    InProcess,
    /// In a process of this program, bounded in memory and killed when it takes too long.
    Child(PathBuf),
}

#[derive(Serialize, Deserialize)]
struct Frame {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fault: Option<DeriveFault>,
    width: u32,
    height: u32,
    display_bytes: usize,
    thumbnail_bytes: usize,
}

type Decoded = Result<Derived, DeriveFault>;

impl Decoder {
    /// On threads of this process.
    #[must_use]
    pub fn in_process() -> Self {
        Self {
            place: Place::InProcess,
            bounds: Bounds::default(),
        }
    }

    /// In processes of the running program, when that is the server's own binary; else in process.
    #[must_use]
    pub fn of_this_program(bounds: Bounds) -> Self {
        let program = std::env::current_exe();
        let place = match program {
            Ok(program) if program.file_stem().is_some_and(|stem| stem == "tuantra") => {
                Place::Child(program)
            }
            _ => Place::InProcess,
        };
        Self { place, bounds }
    }

    /// Makes the small images, within the bounds.
    pub(super) async fn decode(&self, bytes: Bytes) -> Decoded {
        let decoding = async {
            match &self.place {
                Place::InProcess => on_thread(bytes).await,
                Place::Child(program) => in_child(program, self.bounds, bytes).await,
            }
        };
        // Dropped when its time is up, the child is killed.
        match tokio::time::timeout(self.bounds.time, decoding).await {
            Ok(decoded) => decoded,
            Err(_) => Err(DeriveFault::DecoderPanicked),
        }
    }
}

/// A panic on the thread is caught by the runtime and told by its handle.
async fn on_thread(bytes: Bytes) -> Decoded {
    tokio::task::spawn_blocking(move || derive(&bytes, &Limits::default()))
        .await
        .unwrap_or(Err(DeriveFault::DecoderPanicked))
}

/// The child gets no environment: it needs none, and secrets may stand there. Its bound on processor time holds even
/// where the server was killed and can no longer kill it.
async fn in_child(program: &Path, bounds: Bounds, bytes: Bytes) -> Decoded {
    let stopped = |_: std::io::Error| DeriveFault::DecoderPanicked;
    let (memory_kib, seconds) = (u64::from(bounds.memory_mib) * 1024, bounds.time.as_secs());
    let script = format!(
        "ulimit -v {memory_kib} && ulimit -t {} && exec \"$0\" decode-photo",
        seconds + 1
    );
    let mut child = Command::new("/bin/sh")
        .arg("-c")
        .arg(script)
        .arg(program)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(stopped)?;
    let mut input = child.stdin.take().ok_or(DeriveFault::DecoderPanicked)?;
    let writing = tokio::spawn(async move { input.write_all(&bytes).await });
    let output = child.wait_with_output().await.map_err(stopped)?;
    // A child that read enough to refuse closes its end early; what it said counts.
    let _ = writing.await;
    unframed(&output.stdout).unwrap_or(Err(DeriveFault::DecoderPanicked))
}

/// What the process writes: the images of a picture, or why there are none.
#[must_use]
pub fn decoded_frames(bytes: &[u8]) -> Vec<u8> {
    let decoded = derive(bytes, &Limits::default());
    let frame = match &decoded {
        Ok(derived) => Frame {
            fault: None,
            width: derived.width,
            height: derived.height,
            display_bytes: derived.display_jpeg.len(),
            thumbnail_bytes: derived.thumbnail_jpeg.len(),
        },
        Err(fault) => Frame {
            fault: Some(*fault),
            width: 0,
            height: 0,
            display_bytes: 0,
            thumbnail_bytes: 0,
        },
    };
    let mut written = serde_json::to_vec(&frame).unwrap_or_default();
    written.push(b'\n');
    if let Ok(derived) = decoded {
        written.extend(derived.display_jpeg);
        written.extend(derived.thumbnail_jpeg);
    }
    written
}

fn unframed(output: &[u8]) -> Option<Decoded> {
    let line = output.iter().position(|byte| *byte == b'\n')?;
    let (head, images) = output.split_at_checked(line)?;
    let frame: Frame = serde_json::from_slice(head).ok()?;
    if let Some(fault) = frame.fault {
        return Some(Err(fault));
    }
    let (display, thumbnail) = images.get(1..)?.split_at_checked(frame.display_bytes)?;
    (thumbnail.len() == frame.thumbnail_bytes).then(|| {
        Ok(Derived {
            display_jpeg: display.to_vec(),
            thumbnail_jpeg: thumbnail.to_vec(),
            width: frame.width,
            height: frame.height,
        })
    })
}
