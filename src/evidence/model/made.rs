//! What the log's key signs of a small image: that this server made it of that original.

use crate::base::hex;
use crate::base::ids::{LogId, PhotoId};

/// The text under the signature: a version line, then the log, the photo, the image's size (`display`, `thumbnail`), the
/// SHA-256 of the original and of the image, a line each.
#[must_use]
pub fn made_of_text(
    log: LogId,
    photo: PhotoId,
    size: &str,
    original: &[u8],
    image: &[u8],
) -> String {
    let (original, image) = (hex(original), hex(image));
    format!("tuantra-picture-v1\n{log}\n{photo}\n{size}\n{original}\n{image}\n")
}
