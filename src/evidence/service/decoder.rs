//! Where pictures are decoded: in a process of its own that can be killed, or on a thread where panics are caught.
//!
//! The process frames its answer on standard output: one line of JSON, then the bytes of both images.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::evidence::model::picture::{DeriveFault, Derived, Limits, derive};

/// Longer than the largest accepted picture takes on a slow machine by a factor of ten.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// Address space of the process, KiB: the decoder's limit, the small copies, and the program itself.
const MEMORY_KIB: u32 = 2_000_000;

/// How pictures are decoded.
#[derive(Debug, Clone)]
pub enum Decoder {
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
    /// A process of the running program, when that is the server's own binary; else in process.
    #[must_use]
    pub fn of_this_program() -> Self {
        match std::env::current_exe() {
            Ok(program) if program.file_stem().is_some_and(|stem| stem == "tuantra") => {
                Self::Child(program)
            }
            _ => Self::InProcess,
        }
    }

    /// Makes the small images, within the time limit.
    pub(super) async fn decode(&self, bytes: Bytes) -> Decoded {
        let decoding = async {
            match self {
                Self::InProcess => on_thread(bytes).await,
                Self::Child(program) => in_child(program, bytes).await,
            }
        };
        match tokio::time::timeout(TIME_LIMIT, decoding).await {
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

async fn in_child(program: &std::path::Path, bytes: Bytes) -> Decoded {
    let stopped = |_: std::io::Error| DeriveFault::DecoderPanicked;
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -v {MEMORY_KIB}; exec \"$0\" decode-photo"))
        .arg(program)
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
