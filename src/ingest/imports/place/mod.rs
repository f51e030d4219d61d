//! From a file's own numbers to longitude and latitude: which system, which order of axes, and whether that can be the
//! commune that was declared. A zone of VN-2000 is never guessed: those that would fit are told.

use geo::{Coord, CoordsIter, Geometry, MapCoords};
use serde::{Deserialize, Serialize};

use crate::areas::beside;
use crate::areas::model::map::CommuneMap;
use crate::geo::measure::distance_m;
use crate::geo::position::Position;
use crate::geo::vn2000::{Projector, Reading, Reason, System, ZONES, Zone, from_geographic, read};

use super::doubts::named;
use super::table::{Place, Row, Table, Told};

/// Readings no farther apart lie beside the same communes, m.
const NEAR_M: f64 = 500.0;
/// So many positions say where a file lies.
const SAMPLES: usize = 200;
const DEGREES_NORTH: (f64, f64) = (5.0, 25.0);
const DEGREES_EAST: (f64, f64) = (100.0, 120.0);
/// Northings and eastings within the country, m.
const NORTHINGS_M: (f64, f64) = (880_000.0, 2_700_000.0);
const EASTINGS_M: (f64, f64) = (100_000.0, 900_000.0);

/// How a file's numbers were taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SystemView {
    /// Its code with EPSG.
    pub epsg: u32,
    /// What people call it.
    pub label: String,
    /// `told`: by whoever brought the file; `file`: by the file; `numbers`: by their size, as degrees.
    pub by: String,
    /// Whether the axes stood the other way round than the format has them, and were turned.
    pub axes_swapped: bool,
}

/// A zone in which the file would lie where it was declared to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ZoneView {
    /// Its code with EPSG: what to tell as `epsg`.
    pub epsg: u32,
    /// What people call it.
    pub label: String,
    /// The share of the file's positions that then lie in or beside the declared commune, or in any commune where none was
    /// declared, in percent.
    pub fits_pct: f64,
}

/// Why no system was settled on.
#[derive(Debug, Clone, PartialEq)]
pub enum NoSystem {
    /// Metres of a zone that nobody named.
    WhichZone(Vec<ZoneView>),
    /// The file names one that is unknown here.
    Foreign(String),
    /// The file's plane is on no known datum; the zones of VN-2000 that would fit.
    NoDatum(String, Vec<ZoneView>),
    /// `epsg` names none that is known here.
    Unknown(u32),
    /// The numbers are neither degrees nor metres of the country.
    Nowhere,
}

/// What is known about where a file should lie.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The communes of today.
    pub map: &'a CommuneMap,
    /// The declared commune.
    pub commune: Option<&'a str>,
    /// The told system.
    pub epsg: Option<u32>,
}

/// A row's place, or why it has none.
#[derive(Debug, Clone, PartialEq)]
pub enum Placed {
    /// Longitude and latitude.
    Shape(Geometry<f64>),
    /// Out of typed text, with what was typed and how it was read.
    Typed(Box<(String, Reading)>),
    /// The row has none.
    None,
    /// It lies outside the declared commune.
    Outside(Box<Elsewhere>),
    /// The text cannot be read.
    Unread,
    /// The text can be read in several ways: what people call them.
    Ambiguous(Vec<String>),
    /// The same, but so near to each other that no commune tells them apart.
    AmbiguousNear(Vec<String>),
    /// The numbers are on no plane.
    OffPlane,
}

/// Where a place outside its commune lies, by codes and names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The commune that was declared.
    pub declared: String,
    /// The commune in which it lies, where that is one.
    pub found: Option<String>,
}

/// How a file's numbers become positions.
#[derive(Debug)]
pub struct Way {
    /// What is told of it; none where no row has numbers.
    pub view: Option<SystemView>,
    system: System,
    swaps: bool,
    projector: Option<Projector>,
}

/// Settles on a system for a file's numbers.
pub fn settle(table: &Table, ground: Ground<'_>) -> Result<Way, NoSystem> {
    let samples = samples(table);
    let told = match ground.epsg.map(|code| (code, Told::of_epsg(code))) {
        Some((_, Told::Known(system))) => Some((system, "told")),
        Some((code, _)) => return Err(NoSystem::Unknown(code)),
        None => None,
    };
    if samples.is_empty() {
        let system = told.map_or(System::Wgs84, |(system, _)| system);
        return way(system, false, None);
    }
    let are_degrees = samples
        .iter()
        .all(|at| at.x.abs() <= 180.0 && at.y.abs() <= 180.0);
    let is_of = |system: System| matches!(system, System::Vn2000(_)) != are_degrees;
    let (system, by) = match (told, &table.told) {
        (Some((system, by)), _) if is_of(system) => (system, by),
        (Some(_), _) => return Err(NoSystem::Nowhere),
        (None, Told::Known(system)) if is_of(*system) => (*system, "file"),
        (None, Told::Other(name)) => return Err(NoSystem::Foreign(name.clone())),
        (None, Told::NoDatum(name)) => {
            let zones = match which_zone(&samples, ground) {
                NoSystem::WhichZone(zones) => zones,
                _ => Vec::new(),
            };
            return Err(NoSystem::NoDatum(name.clone(), zones));
        }
        (None, _) if are_degrees => (System::Wgs84, "numbers"),
        (None, _) => return Err(which_zone(&samples, ground)),
    };
    let (north, east) = if are_degrees {
        (DEGREES_NORTH, DEGREES_EAST)
    } else {
        (NORTHINGS_M, EASTINGS_M)
    };
    let within = |value: f64, (from, to): (f64, f64)| value >= from && value <= to;
    let swaps = samples
        .iter()
        .all(|at| within(at.x, north) && within(at.y, east));
    way(system, swaps, Some(by))
}

fn way(system: System, swaps: bool, by: Option<&str>) -> Result<Way, NoSystem> {
    let projector = match system {
        System::Vn2000(zone) => Some(zone.projector().or(Err(NoSystem::Nowhere))?),
        System::Wgs84 | System::Vn2000Degrees | System::Utm(_) => None,
    };
    let view = by.map(|by| SystemView {
        epsg: system.epsg(),
        label: system.label(),
        by: by.to_owned(),
        axes_swapped: swaps,
    });
    Ok(Way {
        view,
        system,
        swaps,
        projector,
    })
}

/// Some of the numbers, from all over the file.
fn samples(table: &Table) -> Vec<Coord<f64>> {
    let shapes = || {
        table.rows.iter().filter_map(|row| match &row.place {
            Place::Shape(shape) => Some(shape),
            _ => None,
        })
    };
    let all: usize = shapes().map(CoordsIter::coords_count).sum();
    shapes()
        .flat_map(CoordsIter::coords_iter)
        .step_by((all / SAMPLES).max(1))
        .collect()
}

/// The zones in which metres would lie in the declared commune, the best first.
fn which_zone(samples: &[Coord<f64>], ground: Ground<'_>) -> NoSystem {
    let within = |value: f64, (from, to): (f64, f64)| value >= from && value <= to;
    let turned = samples.iter().filter_map(|at| {
        if within(at.y, NORTHINGS_M) && within(at.x, EASTINGS_M) {
            Some((at.y, at.x))
        } else if within(at.x, NORTHINGS_M) && within(at.y, EASTINGS_M) {
            Some((at.x, at.y))
        } else {
            None
        }
    });
    let pairs: Vec<(f64, f64)> = turned.collect();
    if pairs.is_empty() {
        return NoSystem::Nowhere;
    }
    let mut zones: Vec<ZoneView> = ZONES
        .into_iter()
        .filter_map(|zone| fit(zone, &pairs, ground))
        .collect();
    zones.sort_by(|a, b| b.fits_pct.total_cmp(&a.fits_pct));
    NoSystem::WhichZone(zones)
}

fn fit(zone: Zone, pairs: &[(f64, f64)], ground: Ground<'_>) -> Option<ZoneView> {
    let projector = zone.projector().ok()?;
    let lies = |(north, east): &&(f64, f64)| {
        let Ok(at) = projector.inverse(*north, *east) else {
            return false;
        };
        zone.reaches(at.lon(), at.lat())
            && match ground.commune {
                Some(code) => beside(ground.map, at, code),
                None if ground.map.communes().is_empty() => true,
                None => ground.map.locate(at).is_some(),
            }
    };
    let fitting = pairs.iter().filter(lies).count();
    let share = 100.0 * count(fitting) / count(pairs.len());
    let share = (share * 10.0).round() / 10.0;
    (fitting > 0).then(|| ZoneView {
        epsg: zone.epsg,
        label: zone.label(),
        fits_pct: share,
    })
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
const fn count(number: usize) -> f64 {
    number as f64
}

impl Way {
    /// The place of a row.
    #[must_use]
    pub fn place(&self, row: &Row, ground: Ground<'_>, own_commune: Option<&str>) -> Placed {
        let declared = ground
            .commune
            .or(own_commune.filter(|code| ground.map.commune(code).is_some()));
        match &row.place {
            Place::None => Placed::None,
            Place::Shape(shape) => self.shape(shape, ground, declared),
            Place::Typed(text) => typed(text, ground, declared),
        }
    }

    fn shape(&self, shape: &Geometry<f64>, ground: Ground<'_>, declared: Option<&str>) -> Placed {
        let Ok(turned) = shape.try_map_coords(|at| self.turn(at).ok_or(())) else {
            return Placed::OffPlane;
        };
        if let Some(code) = declared {
            let is_beside = |at: Coord<f64>| {
                Position::try_from(at).is_ok_and(|at| beside(ground.map, at, code))
            };
            // An area may reach beyond its commune; a point may not.
            if !turned.coords_iter().any(is_beside) && !covers(&turned, ground, code) {
                let at = turned.coords_iter().next();
                let at = at.and_then(|at| Position::try_from(at).ok());
                return outside(ground.map, code, at);
            }
        }
        Placed::Shape(turned)
    }

    fn turn(&self, at: Coord<f64>) -> Option<Coord<f64>> {
        let at = if self.swaps {
            Coord { x: at.y, y: at.x }
        } else {
            at
        };
        let position = match (&self.projector, self.system) {
            (Some(projector), _) => projector.inverse(at.y, at.x).ok()?,
            (None, System::Vn2000Degrees) => from_geographic(at.x, at.y).ok()?,
            (None, _) => return Some(at),
        };
        Some(Coord {
            x: e9(position.lon()),
            y: e9(position.lat()),
        })
    }
}

/// Whether a large area lies around a commune none of whose edge it touches.
fn covers(shape: &Geometry<f64>, ground: Ground<'_>, code: &str) -> bool {
    use geo::Contains;
    let commune = ground.map.commune(code);
    let first = commune.and_then(|own| own.region().as_polygons().coords_iter().next());
    first.is_some_and(|at| shape.contains(&geo::Point(at)))
}

/// Degrees to 1e-9, a tenth of a millimetre: what projecting leaves behind that is no measurement.
fn e9(degrees: f64) -> f64 {
    (degrees * 1e9).round() / 1e9
}

/// Whether a reading is of the system that was told. A text that names its zone itself is told by its datum alone: a file
/// may hold squares of several zones.
fn is_told(reading: &Reading, epsg: u32) -> bool {
    let is_wgs84 = epsg == System::Wgs84.epsg();
    match reading.system {
        System::Utm(_) => is_wgs84 || reading.system.epsg() == epsg,
        System::Vn2000(_) if reading.reasons.contains(&Reason::GridSquare) => !is_wgs84,
        System::Vn2000(zone) => zone.epsg == epsg,
        System::Wgs84 | System::Vn2000Degrees => {
            let wants_plane = !is_wgs84 && epsg != System::Vn2000Degrees.epsg();
            reading.system.epsg() == epsg || wants_plane
        }
    }
}

fn typed(text: &str, ground: Ground<'_>, declared: Option<&str>) -> Placed {
    let mut readings = read(text);
    if readings.is_empty() {
        return Placed::Unread;
    }
    if let Some(epsg) = ground.epsg {
        readings.retain(|reading| is_told(reading, epsg));
    }
    if let Some(code) = declared {
        let only = match &readings[..] {
            [only] => Some(only.position),
            _ => None,
        };
        let had_any = !readings.is_empty();
        readings.retain(|reading| beside(ground.map, reading.position, code));
        if had_any && readings.is_empty() {
            return outside(ground.map, code, only);
        }
    }
    match (readings.pop(), readings.is_empty()) {
        (Some(only), true) => Placed::Typed(Box::new((text.to_owned(), only))),
        (Some(last), false) => {
            let at = last.position;
            let are_near = readings
                .iter()
                .all(|reading| distance_m(reading.position, at) <= NEAR_M);
            readings.push(last);
            let labels = readings.iter().map(|reading| reading.system.label());
            if are_near {
                Placed::AmbiguousNear(labels.collect())
            } else {
                Placed::Ambiguous(labels.collect())
            }
        }
        (None, _) => Placed::Unread,
    }
}

/// A place that is not beside the commune of a code.
fn outside(map: &CommuneMap, code: &str, at: Option<Position>) -> Placed {
    let found = at.and_then(|at| map.locate(at));
    Placed::Outside(Box::new(Elsewhere {
        declared: named(map, code),
        found: found.map(|code| named(map, code)),
    }))
}

#[cfg(test)]
mod tests;
