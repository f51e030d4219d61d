//! The hidden command behind derived images: one picture on standard input, its small copies on standard output.

use std::io::{Read, Write};

use anyhow::Context;

use crate::evidence;

/// Decodes one picture. It opens neither data nor database, so that foreign bytes meet nothing but memory.
pub fn run() -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .context("no picture on standard input")?;
    let mut output = std::io::stdout().lock();
    output.write_all(&evidence::decoded_frames(&bytes))?;
    Ok(output.flush()?)
}
