//! Archives (PKWARE APPNOTE 6.3.10): stored and deflated files, found by the central directory, inflated within bounds.

use std::io::Read as _;

use flate2::read::DeflateDecoder;

use super::bytes::Bytes;
use crate::ingest::imports::table::{Limits, Read, Unreadable};

const END: u32 = 0x0605_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const LOCAL: u32 = 0x0403_4b50;
const END_BYTES: usize = 22;
/// More files than any workbook or shapefile has.
const MOST_FILES: usize = 1_000;
/// Parts smaller than this may pack as well as they like.
const SMALL_BYTES: usize = 1 << 20;

/// One file within an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path.
    pub name: String,
    method: u16,
    crc: u32,
    packed: usize,
    at: usize,
}

/// An archive whose files are inflated when they are asked for.
#[derive(Debug)]
pub struct Archive<'a> {
    bytes: &'a [u8],
    /// Its files, in the order of the directory.
    pub entries: Vec<Entry>,
    limits: Limits,
    left: usize,
}

impl<'a> Archive<'a> {
    /// Reads the directory.
    pub fn open(bytes: &'a [u8], limits: Limits) -> Read<Self> {
        let damaged = || Unreadable::Damaged("ZIP");
        let end = end_record(bytes).ok_or_else(damaged)?;
        let head = Bytes(bytes);
        let number = usize::from(head.u16_le(end + 10).ok_or_else(damaged)?);
        if number > MOST_FILES {
            return Err(Unreadable::TooMuch(
                "files in the archive / tệp trong ZIP",
                MOST_FILES,
            ));
        }
        let mut at = head.u32_le(end + 16).ok_or_else(damaged)? as usize;
        let mut entries = Vec::with_capacity(number);
        for _ in 0..number {
            let (entry, next) = entry(bytes, at).ok_or_else(damaged)?;
            entries.push(entry);
            at = next;
        }
        Ok(Self {
            bytes,
            entries,
            limits,
            left: limits.inflated_bytes,
        })
    }

    /// The first file whose path ends so, in any case.
    #[must_use]
    pub fn ending(&self, suffix: &str) -> Option<Entry> {
        self.all_ending(suffix).into_iter().next()
    }

    /// Every file whose path ends so; what Finder and others put beside is passed over.
    #[must_use]
    pub fn all_ending(&self, suffix: &str) -> Vec<Entry> {
        let is_own = |entry: &&Entry| {
            entry.name.to_lowercase().ends_with(suffix) && !entry.name.starts_with("__MACOSX/")
        };
        self.entries.iter().filter(is_own).cloned().collect()
    }

    /// The file of a path, as it stands or in another case.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Entry> {
        let own = |entry: &&Entry| entry.name.eq_ignore_ascii_case(name);
        self.entries.iter().find(own).cloned()
    }

    /// The bytes of a file, inflated no further than the limits allow.
    pub fn inflate(&mut self, entry: &Entry) -> Read<Vec<u8>> {
        let damaged = || Unreadable::Damaged("ZIP");
        let head = Bytes(self.bytes);
        if head.u32_le(entry.at) != Some(LOCAL) {
            return Err(damaged());
        }
        let name = usize::from(head.u16_le(entry.at + 26).ok_or_else(damaged)?);
        let extra = usize::from(head.u16_le(entry.at + 28).ok_or_else(damaged)?);
        let start = entry.at + 30 + name + extra;
        let packed = self.bytes.get(start..start.saturating_add(entry.packed));
        let packed = packed.ok_or_else(damaged)?;
        let by_ratio = packed
            .len()
            .saturating_mul(self.limits.ratio)
            .max(SMALL_BYTES);
        let most = self.left.min(by_ratio);
        let mut inflated = Vec::new();
        let taken = match entry.method {
            0 => packed.take(most as u64 + 1).read_to_end(&mut inflated),
            8 => DeflateDecoder::new(packed)
                .take(most as u64 + 1)
                .read_to_end(&mut inflated),
            _ => return Err(Unreadable::Damaged("ZIP: method / cách nén")),
        };
        taken.or(Err(damaged()))?;
        if inflated.len() > most {
            return Err(Unreadable::TooMuch(
                "bytes inflated / byte sau giải nén",
                most,
            ));
        }
        if crc32fast::hash(&inflated) != entry.crc {
            return Err(Unreadable::Damaged("ZIP: checksum / tổng kiểm"));
        }
        self.left -= inflated.len();
        Ok(inflated)
    }
}

/// Where the end record stands: last in the file, but for a comment.
fn end_record(bytes: &[u8]) -> Option<usize> {
    const LONGEST_COMMENT: usize = 65_535;
    let last = bytes.len().checked_sub(END_BYTES)?;
    let first = last.saturating_sub(LONGEST_COMMENT);
    (first..=last)
        .rev()
        .find(|at| Bytes(bytes).u32_le(*at) == Some(END))
}

fn entry(bytes: &[u8], at: usize) -> Option<(Entry, usize)> {
    let head = Bytes(bytes);
    if head.u32_le(at)? != CENTRAL {
        return None;
    }
    // Bit 0: enciphered.
    if head.u16_le(at + 8)? & 1 != 0 {
        return None;
    }
    let length = |offset: usize| head.u16_le(at + offset).map(usize::from);
    let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
    let text = bytes.get(at + 46..at + 46 + name)?;
    let entry = Entry {
        name: String::from_utf8_lossy(text).into_owned(),
        method: head.u16_le(at + 10)?,
        crc: head.u32_le(at + 16)?,
        packed: head.u32_le(at + 20)? as usize,
        at: head.u32_le(at + 42)? as usize,
    };
    Some((entry, at + 46 + name + extra + comment))
}
