//! Effort as bytes in a row: fixed width, big-endian, in order, so that equal things have equal bytes.

use super::effort::Piece;
use crate::geo::position::Position;

const PIECE_BYTES: usize = 24;

/// Bytes that are no whole number of entries, or name no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("packed entries are cut short or name no place")]
pub struct Damaged;

/// Pieces as they are kept.
#[must_use]
pub fn pack_pieces(pieces: &[Piece]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(pieces.len() * PIECE_BYTES);
    for piece in pieces {
        let (lon, lat) = piece.at.to_e7();
        bytes.extend_from_slice(&lon.to_be_bytes());
        bytes.extend_from_slice(&lat.to_be_bytes());
        bytes.extend_from_slice(&piece.length_cm.to_be_bytes());
        bytes.extend_from_slice(&piece.duration_ms.to_be_bytes());
        bytes.extend_from_slice(&piece.night_ms.to_be_bytes());
        bytes.extend_from_slice(&piece.last_s.to_be_bytes());
    }
    bytes
}

/// The pieces of some bytes.
pub fn unpack_pieces(bytes: &[u8]) -> Result<Vec<Piece>, Damaged> {
    let (entries, rest) = bytes.as_chunks::<PIECE_BYTES>();
    if !rest.is_empty() {
        return Err(Damaged);
    }
    entries.iter().map(piece).collect()
}

fn piece(entry: &[u8; PIECE_BYTES]) -> Result<Piece, Damaged> {
    let mut words = entry.as_chunks::<4>().0.iter();
    let mut word = || words.next().copied().unwrap_or_default();
    let (lon, lat) = (i32::from_be_bytes(word()), i32::from_be_bytes(word()));
    Ok(Piece {
        at: Position::from_e7(lon, lat).or(Err(Damaged))?,
        length_cm: u32::from_be_bytes(word()),
        duration_ms: u32::from_be_bytes(word()),
        night_ms: u32::from_be_bytes(word()),
        last_s: u32::from_be_bytes(word()),
    })
}
