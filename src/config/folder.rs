//! The folder that everything lies in.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Makes a folder that only its owner enters, where there is none: who else has an account on the machine could read places,
/// tracks and originals out of it. One that is there stays as whoever runs the server made it.
pub fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
