//! Communes, the national border in the north, and the gates on it.

use super::ground::Spot;
use super::land::Land;
use super::{names, number};
use crate::geo::position::Position;

/// Boundaries keep 1e-6 degrees (about 10 cm).
pub(super) const BOUNDARY_PARTS: f64 = 1e6;
/// The border runs between these directions from the middle, in degrees counter-clockwise from east.
const BORDER_EAST_DEG: f64 = 28.0;
const BORDER_WEST_DEG: f64 = 158.0;
/// Pieces of frontier (about 250 m each) from which a commune counts as a border commune.
const BORDER_PIECES: usize = 6;
/// A ward (phường) lies in the valley, close to the river.
const WARD_RIVER_M: f64 = 5_000.0;

/// An invented commune.
#[derive(Debug, Clone, PartialEq)]
pub struct Commune {
    /// Five digits that no official list gives out.
    pub code: String,
    /// Name without its kind, NFC.
    pub name: String,
    /// `xã` or `phường`.
    pub kind: &'static str,
    /// Whether it lies on the national border.
    pub is_border: bool,
    /// Closed ring, counter-clockwise; neighbours share its vertices exactly.
    pub outline: Vec<Position>,
    /// Where its people's committee stands.
    pub seat: Position,
}

/// An invented border gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Name, NFC.
    pub name: String,
    /// `international`, `main`, `secondary` or `opening`.
    pub kind: &'static str,
    /// Code of its commune.
    pub commune: String,
    /// Where it stands, on the border line.
    pub position: Position,
}

/// The border with the commune on this side of each piece, from east to west.
pub(super) fn border(land: &Land) -> Vec<(Spot, usize)> {
    let frontier = land.frontier();
    let nearest = |degrees: f64| {
        let off = |spot: Spot| {
            let turn = (spot.north_m.atan2(spot.east_m).to_degrees() - degrees).abs();
            number::whole(turn.min(360.0 - turn) * 1e6)
        };
        let ends = frontier
            .iter()
            .enumerate()
            .min_by_key(|(_, (spot, _))| off(*spot));
        ends.map_or(0, |(index, _)| index)
    };
    let (east, west) = (nearest(BORDER_EAST_DEG), nearest(BORDER_WEST_DEG));
    let pieces = (west + frontier.len()).saturating_sub(east) % frontier.len().max(1);
    frontier
        .iter()
        .cycle()
        .skip(east)
        .take(pieces + 1)
        .copied()
        .collect()
}

/// The communes in the order of their seats.
pub(super) fn communes(land: &Land, seed: u64, border: &[(Spot, usize)]) -> Vec<Commune> {
    let first = if land.seats.len() <= 999 {
        99_001
    } else {
        50_001
    };
    let rings = land.rings();
    let named = names::commune_names(seed)
        .into_iter()
        .zip(rings)
        .zip(&land.seats);
    named
        .enumerate()
        .map(|(index, ((name, rings), &cell))| {
            let seat = land.lattice.spot(cell);
            let is_border =
                border.iter().filter(|(_, owner)| *owner == index).count() >= BORDER_PIECES;
            Commune {
                code: format!("{:05}", first + index),
                name,
                kind: if is_ward(land, seat, is_border) {
                    "phường"
                } else {
                    "xã"
                },
                is_border,
                outline: closed(&rings.into_iter().max_by_key(Vec::len).unwrap_or_default()),
                seat: seat.position(BOUNDARY_PARTS),
            }
        })
        .collect()
}

fn is_ward(land: &Land, seat: Spot, is_border: bool) -> bool {
    !is_border
        && land.relief.river_offset_m(seat).abs() < WARD_RIVER_M
        && land.relief.altitude_m(seat) < 520.0
}

/// A closed ring of positions.
pub(super) fn closed(ring: &[Spot]) -> Vec<Position> {
    closed_in(ring, |spot| spot.position(BOUNDARY_PARTS))
}

/// A closed ring of positions, wherever spots lie.
pub(super) fn closed_in(ring: &[Spot], place: impl Fn(Spot) -> Position) -> Vec<Position> {
    ring.iter()
        .chain(ring.first())
        .map(|spot| place(*spot))
        .collect()
}

/// Four gates, each in the lowest place of its stretch of the border.
pub(super) fn gates(land: &Land, communes: &[Commune], border: &[(Spot, usize)]) -> Vec<Gate> {
    const KINDS: [(&str, &str); 4] = [
        ("secondary", "Cửa khẩu phụ"),
        ("international", "Cửa khẩu quốc tế"),
        ("main", "Cửa khẩu chính"),
        ("opening", "Lối mở"),
    ];
    let stretch = border.len().div_ceil(KINDS.len()).max(1);
    border
        .chunks(stretch)
        .zip(KINDS)
        .filter_map(|(stretch, (kind, title))| {
            let altitude = |spot: Spot| number::whole(land.relief.altitude_m(spot) * 100.0);
            let (spot, owner) = stretch.iter().min_by_key(|(spot, _)| altitude(*spot))?;
            let commune = communes.get(*owner)?;
            Some(Gate {
                name: format!("{title} {}", commune.name),
                kind,
                commune: commune.code.clone(),
                position: spot.position(BOUNDARY_PARTS),
            })
        })
        .collect()
}
