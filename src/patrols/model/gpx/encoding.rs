//! Bytes as text: by the mark at their start, else by how XML begins (XML 1.0, appendix F.1), else by what the file declares.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::GpxRefusal;

/// A declaration stands in the first line.
const MOST_DECLARED: usize = 200;

/// The text, without a mark at its start. What is no text of its encoding becomes U+FFFD: a name may be lost, no point.
pub(super) fn text_of(bytes: &[u8]) -> Result<Cow<'_, str>, GpxRefusal> {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => without_mark(bytes)?,
    };
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    Ok(text)
}

fn without_mark(bytes: &[u8]) -> Result<&'static Encoding, GpxRefusal> {
    if bytes.starts_with(b"<\0") {
        return Ok(UTF_16LE);
    }
    if bytes.starts_with(b"\0<") {
        return Ok(UTF_16BE);
    }
    let Some(label) = declared(bytes) else {
        return Ok(UTF_8);
    };
    let encoding = Encoding::for_label(label.as_bytes()).ok_or(GpxRefusal::OtherEncoding)?;
    // What could be read up to here has a byte for each letter: it was saved anew and still says what it was.
    let is_wide = encoding == UTF_16LE || encoding == UTF_16BE;
    Ok(if is_wide { UTF_8 } else { encoding })
}

/// The encoding that the XML declaration names.
fn declared(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..MOST_DECLARED.min(bytes.len()))?;
    let head = String::from_utf8_lossy(head);
    let declaration = head.trim_start().strip_prefix("<?xml")?;
    let declaration = declaration.split("?>").next()?;
    let value = declaration.split_once("encoding")?.1.trim_start();
    let value = value.strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.split(quote).nth(1).map(str::to_owned)
}
