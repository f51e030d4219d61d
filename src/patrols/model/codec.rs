//! The canonical coded chunk of fixes: the body of a journal leaf, so the same fixes always give the same bytes.
//!
//! Layout, version 1: magic byte, then bits: count of fixes (16), and eight columns (time, longitude, latitude,
//! accuracy, altitude, speed, bearing, mock). Fixes stand in ascending order of key, each key once. An optional
//! column starts with its presence (none, all, or a bit per fix). Its first figure stands in full; the others are
//! predicted from the zero to two figures before them (whichever order leaves the smallest rest) and the rest is
//! zigzag and Rice coded. Lossless for every fix.
//!
//! Version 2 adds a ninth column, the presence of an interruption before the fix. It is written only where a fix has
//! one, so that all other chunks keep the bytes that they always had.

use super::bits::{BitReader, BitWriter, MAX_RICE, Truncated};
use super::fix::Fix;
use crate::base::time::Timestamp;

/// The most fixes that one chunk holds: a day and a night at 2 s.
pub const MAX_FIXES: usize = 50_000;

const MAGIC_V1: u8 = 0xF1;
const MAGIC_V2: u8 = 0xF2;

/// A time, a longitude and a latitude take a bit each at least.
const LEAST_BITS_PER_FIX: usize = 3;

/// More fixes than one chunk may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{count} fixes are more than a chunk of {MAX_FIXES} holds")]
pub struct TooManyFixes {
    /// How many were given.
    pub count: usize,
}

/// Bytes that are no coded chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CorruptChunk {
    /// The first byte names no version that we know.
    #[error("not a chunk of fixes, or of an unknown version")]
    UnknownVersion,
    /// More fixes announced than a chunk may hold or than the bytes could.
    #[error("the announced number of fixes is impossible")]
    ImpossibleCount,
    /// The bytes end too early.
    #[error(transparent)]
    Truncated(#[from] Truncated),
    /// A head of a column names no coding that we know.
    #[error("a column has an unknown coding")]
    UnknownCoding,
    /// A figure outside what its field can hold.
    #[error("a figure lies outside its field")]
    OutOfField,
    /// The fixes do not stand in ascending order.
    #[error("the fixes are not in ascending order")]
    NotSorted,
    /// Something follows the last column.
    #[error("bytes follow the last column")]
    TrailingBytes,
}

/// Codes fixes canonically: sorted by key, each key once (of several contents the smallest stays).
pub fn encode(mut fixes: Vec<Fix>) -> Result<Vec<u8>, TooManyFixes> {
    fixes.sort_unstable();
    fixes.dedup_by_key(|fix| fix.key());
    let count = fixes.len();
    let announced = u16::try_from(count).ok().filter(|_| count <= MAX_FIXES);
    let announced = announced.ok_or(TooManyFixes { count })?;
    let mut bytes = Vec::with_capacity(16 + count * 9);
    let is_interrupted = fixes.iter().any(|fix| fix.after_break);
    bytes.push(if is_interrupted { MAGIC_V2 } else { MAGIC_V1 });
    let mut bits = BitWriter::after(bytes);
    bits.write(u64::from(announced), 16);
    let mut column = Vec::with_capacity(count);
    let mut optional = |bits: &mut BitWriter, field: fn(&Fix) -> Option<i64>| {
        write_presence(bits, &fixes, |fix| field(fix).is_some());
        column.clear();
        column.extend(fixes.iter().filter_map(field));
        write_series(bits, &column);
    };
    for field in COLUMNS {
        optional(&mut bits, field);
    }
    write_presence(&mut bits, &fixes, |fix| fix.mock);
    if is_interrupted {
        write_presence(&mut bits, &fixes, |fix| fix.after_break);
    }
    Ok(bits.finish())
}

/// Time, longitude and latitude are optional in form only: their presence costs two bits a chunk.
const COLUMNS: [fn(&Fix) -> Option<i64>; 7] = [
    |fix| Some(fix.t.as_millis()),
    |fix| Some(i64::from(fix.lon_e7)),
    |fix| Some(i64::from(fix.lat_e7)),
    |fix| fix.accuracy_dm.map(i64::from),
    |fix| fix.altitude_dm.map(i64::from),
    |fix| fix.speed_cmps.map(i64::from),
    |fix| fix.bearing_ddeg.map(i64::from),
];

/// Reads a coded chunk; refuses anything that [`encode`] could not have written in form.
pub fn decode(bytes: &[u8]) -> Result<Vec<Fix>, CorruptChunk> {
    let Some((&magic @ (MAGIC_V1 | MAGIC_V2), coded)) = bytes.split_first() else {
        return Err(CorruptChunk::UnknownVersion);
    };
    let mut bits = BitReader::new(coded);
    let count = usize::try_from(bits.read(16)?).or(Err(CorruptChunk::ImpossibleCount))?;
    if count > MAX_FIXES || count * LEAST_BITS_PER_FIX > bits.left() {
        return Err(CorruptChunk::ImpossibleCount);
    }
    let mut fixes = vec![BLANK; count];
    required(&mut bits, &mut fixes, |fix, v| {
        fix.t = Timestamp::from_millis(v);
    })?;
    read_places(&mut bits, &mut fixes)?;
    read_extras(&mut bits, &mut fixes)?;
    let mock = read_presence(&mut bits, count)?;
    fixes
        .iter_mut()
        .enumerate()
        .for_each(|(at, fix)| fix.mock = mock.has(at));
    if magic == MAGIC_V2 {
        read_breaks(&mut bits, &mut fixes)?;
    }
    if bits.left() >= 8 || bits.read(u32::try_from(bits.left()).unwrap_or(0))? != 0 {
        return Err(CorruptChunk::TrailingBytes);
    }
    if fixes.is_sorted_by(|a, b| a.key() < b.key()) {
        Ok(fixes)
    } else {
        Err(CorruptChunk::NotSorted)
    }
}

/// A chunk of the second version has an interruption somewhere, else it would be one of the first.
fn read_breaks(bits: &mut BitReader<'_>, fixes: &mut [Fix]) -> Result<(), CorruptChunk> {
    let breaks = read_presence(bits, fixes.len())?;
    for (at, fix) in fixes.iter_mut().enumerate() {
        fix.after_break = breaks.has(at);
    }
    if fixes.iter().any(|fix| fix.after_break) {
        Ok(())
    } else {
        Err(CorruptChunk::UnknownCoding)
    }
}

const BLANK: Fix = Fix {
    t: Timestamp::from_millis(0),
    lon_e7: 0,
    lat_e7: 0,
    accuracy_dm: None,
    altitude_dm: None,
    speed_cmps: None,
    bearing_ddeg: None,
    mock: false,
    after_break: false,
};

fn read_places(bits: &mut BitReader<'_>, fixes: &mut [Fix]) -> Result<(), CorruptChunk> {
    let mut fits = true;
    required(bits, fixes, |fix, v| fix.lon_e7 = narrow(v, &mut fits))?;
    required(bits, fixes, |fix, v| fix.lat_e7 = narrow(v, &mut fits))?;
    let on_globe = fixes.iter().all(|fix| fix.position().is_ok());
    if fits && on_globe {
        Ok(())
    } else {
        Err(CorruptChunk::OutOfField)
    }
}

fn read_extras(bits: &mut BitReader<'_>, fixes: &mut [Fix]) -> Result<(), CorruptChunk> {
    let mut fits = true;
    optional(bits, fixes, |fix, v| {
        fix.accuracy_dm = Some(narrow(v, &mut fits));
    })?;
    optional(bits, fixes, |fix, v| {
        fix.altitude_dm = Some(narrow(v, &mut fits));
    })?;
    optional(bits, fixes, |fix, v| {
        fix.speed_cmps = Some(narrow(v, &mut fits));
    })?;
    optional(bits, fixes, |fix, v| {
        fix.bearing_ddeg = Some(narrow(v, &mut fits));
    })?;
    if fits {
        Ok(())
    } else {
        Err(CorruptChunk::OutOfField)
    }
}

fn narrow<T: TryFrom<i64> + Default>(value: i64, fits: &mut bool) -> T {
    T::try_from(value).unwrap_or_else(|_| {
        *fits = false;
        T::default()
    })
}

fn required(
    bits: &mut BitReader<'_>,
    fixes: &mut [Fix],
    put: impl FnMut(&mut Fix, i64),
) -> Result<(), CorruptChunk> {
    match read_presence(bits, fixes.len())? {
        Presence::All => read_series(bits, fixes.iter_mut(), put),
        Presence::None if fixes.is_empty() => Ok(()),
        _ => Err(CorruptChunk::UnknownCoding),
    }
}

fn optional(
    bits: &mut BitReader<'_>,
    fixes: &mut [Fix],
    put: impl FnMut(&mut Fix, i64),
) -> Result<(), CorruptChunk> {
    match read_presence(bits, fixes.len())? {
        Presence::None => Ok(()),
        Presence::All => read_series(bits, fixes.iter_mut(), put),
        Presence::Some(present) => {
            let holders = fixes
                .iter_mut()
                .zip(present)
                .filter_map(|(fix, has)| has.then_some(fix));
            read_series(bits, holders, put)
        }
    }
}

/// Which fixes of a chunk have a column.
enum Presence {
    None,
    All,
    Some(Vec<bool>),
}

impl Presence {
    fn has(&self, at: usize) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Some(present) => present.get(at).copied().unwrap_or(false),
        }
    }
}

fn write_presence(bits: &mut BitWriter, fixes: &[Fix], has: impl Fn(&Fix) -> bool) {
    let holders = fixes.iter().filter(|fix| has(fix)).count();
    if holders == 0 {
        bits.write(0, 2);
    } else if holders == fixes.len() {
        bits.write(1, 2);
    } else {
        bits.write(2, 2);
        for fix in fixes {
            bits.write(u64::from(has(fix)), 1);
        }
    }
}

fn read_presence(bits: &mut BitReader<'_>, count: usize) -> Result<Presence, CorruptChunk> {
    match bits.read(2)? {
        0 => Ok(Presence::None),
        1 => Ok(Presence::All),
        2 => (0..count)
            .map(|_| Ok(bits.read(1)? == 1))
            .collect::<Result<_, Truncated>>()
            .map(Presence::Some)
            .map_err(CorruptChunk::from),
        _ => Err(CorruptChunk::UnknownCoding),
    }
}

/// Predicts each figure from those before it; wrapping, so that every figure comes back whatever its size.
#[derive(Clone, Copy)]
struct Predictor {
    order: u8,
    last: i64,
    step: i64,
}

impl Predictor {
    const fn after(first: i64, order: u8) -> Self {
        Self {
            order,
            last: first,
            step: 0,
        }
    }

    fn predicted(self) -> i64 {
        match self.order {
            0 => 0,
            1 => self.last,
            _ => self.last.wrapping_add(self.step),
        }
    }

    fn rest(&mut self, value: i64) -> u64 {
        let rest = value.wrapping_sub(self.predicted());
        self.see(value);
        zigzag(rest)
    }

    fn value(&mut self, rest: u64) -> i64 {
        let value = self.predicted().wrapping_add(unzigzag(rest));
        self.see(value);
        value
    }

    fn see(&mut self, value: i64) {
        self.step = value.wrapping_sub(self.last);
        self.last = value;
    }
}

fn write_series(bits: &mut BitWriter, values: &[i64]) {
    let Some((first, others)) = values.split_first() else {
        return;
    };
    let (order, k) = best_coding(*first, others);
    bits.write(u64::from(order), 2);
    bits.write(u64::from(k), 6);
    bits.write_groups(zigzag(*first));
    let mut predictor = Predictor::after(*first, order);
    for value in others {
        bits.write_rice(predictor.rest(*value), k);
    }
}

fn read_series<'a>(
    bits: &mut BitReader<'_>,
    mut fixes: impl Iterator<Item = &'a mut Fix>,
    mut put: impl FnMut(&mut Fix, i64),
) -> Result<(), CorruptChunk> {
    let Some(first_fix) = fixes.next() else {
        return Ok(());
    };
    let order = u8::try_from(bits.read(2)?).unwrap_or(u8::MAX);
    let k = u32::try_from(bits.read(6)?).unwrap_or(u32::MAX);
    if order > 2 || k > MAX_RICE {
        return Err(CorruptChunk::UnknownCoding);
    }
    let first = unzigzag(bits.read_groups()?);
    put(first_fix, first);
    let mut predictor = Predictor::after(first, order);
    for fix in fixes {
        put(fix, predictor.value(bits.read_rice(k)?));
    }
    Ok(())
}

/// The order of prediction with the smallest mean rest, and the Rice parameter for that mean.
fn best_coding(first: i64, others: &[i64]) -> (u8, u32) {
    let costs = [0, 1, 2].map(|order| {
        let mut predictor = Predictor::after(first, order);
        // The first rest of order two is a whole step and would mislead the choice.
        let rests = others.iter().map(|value| predictor.rest(*value)).skip(1);
        (rests.fold(0_u64, u64::saturating_add), order)
    });
    let (sum, order) = costs.into_iter().min().unwrap_or((0, 1));
    let typical = others.len().saturating_sub(1).max(1) as u64;
    // For a geometric law of mean m the best parameter is about log2(m ln 2).
    let mean = sum.saturating_mul(7) / (typical * 10);
    (order, mean.checked_ilog2().unwrap_or(0).min(MAX_RICE))
}

#[expect(
    clippy::cast_sign_loss,
    reason = "zigzag maps all signed figures onto all unsigned ones"
)]
const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

#[expect(clippy::cast_possible_wrap, reason = "the inverse of zigzag")]
const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}
