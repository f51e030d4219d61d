//! Places by name: what they are called, and what they, or what they were merged from, were called before.

use std::collections::BTreeMap;

use super::hamlet::HamletDraft;
use super::map::{Boundary, CommuneMap};
use crate::base::time::LocalDate;
use crate::base::unmarked::unmarked;
use crate::base::words::vocabulary;
use crate::geo::position::Position;
use crate::geo::shape::{BlockedRegion, Place};

vocabulary! {
    /// What is found by its name.
    PlaceKind: "a kind of place" {
        /// A commune.
        Commune = "commune",
        /// A hamlet.
        Hamlet = "hamlet",
    }
}

/// A name, and how it reads without marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As it is written.
    pub written: String,
    /// In small letters without marks.
    pub plain: String,
}

impl Name {
    /// The name of a text.
    #[must_use]
    pub fn of(written: &str) -> Self {
        Self {
            written: written.to_owned(),
            plain: unmarked(written),
        }
    }
}

/// A name that is no longer in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerName {
    /// The name.
    pub name: Name,
    /// What the unit was called, such as `thị trấn`; none where only the name is known.
    pub label: Option<&'static str>,
    /// Last day, where a boundary of that name was loaded.
    pub until: Option<LocalDate>,
}

/// A place of today.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownPlace {
    /// What it is.
    pub kind: PlaceKind,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: Name,
    /// What it is called in Vietnamese, such as `phường`.
    pub label: &'static str,
    /// Code and name of the commune in which it lies; none for a commune.
    pub commune: Option<(String, String)>,
    /// The province's name.
    pub province: Option<String>,
    /// West, south, east, north, degrees.
    pub bounds: [f64; 4],
    /// What it was called before, or what lay there.
    pub former: Vec<FormerName>,
    /// Codes of what lay there before, each with the name that it had; of one code the last boundary first.
    pub former_codes: Vec<(String, FormerName)>,
}

/// The communes of a map by the names that they have and had; `past` are boundaries that ended before, each with the
/// codes of the map's communes in which its ground lies.
#[must_use]
pub fn communes_by_name(map: &CommuneMap, past: &[(Boundary, Vec<String>)]) -> Vec<KnownPlace> {
    let mut former: BTreeMap<&str, Vec<FormerName>> = BTreeMap::new();
    let mut former_codes: BTreeMap<&str, Vec<(String, FormerName)>> = BTreeMap::new();
    for (boundary, successors) in past {
        for code in successors {
            let names = former.entry(code).or_default();
            let own = FormerName {
                name: Name::of(&boundary.name),
                label: Some(boundary.kind.label()),
                until: boundary.valid_to,
            };
            names.push(own.clone());
            if *code != boundary.code {
                let codes = former_codes.entry(code).or_default();
                codes.insert(0, (boundary.code.clone(), own));
            }
            names.extend(boundary.former_names.iter().map(|name| told(name)));
        }
    }
    let communes = map.communes().iter().map(|commune| {
        let facts = &commune.facts;
        let mut names = former.remove(facts.code.as_str()).unwrap_or_default();
        names.extend(facts.former_names.iter().map(|name| told(name)));
        let bounds = commune.ground.bounds();
        KnownPlace {
            kind: PlaceKind::Commune,
            code: facts.code.clone(),
            name: Name::of(&facts.name),
            label: facts.kind.label(),
            commune: None,
            province: facts.province_name.clone(),
            bounds: [
                bounds.min().x,
                bounds.min().y,
                bounds.max().x,
                bounds.max().y,
            ],
            former: others(names, facts),
            former_codes: former_codes.remove(facts.code.as_str()).unwrap_or_default(),
        }
    });
    communes.collect()
}

/// Hamlets by the names that they have and had, each with the commune of the map that it names or lies in.
#[must_use]
pub fn hamlets_by_name(map: &CommuneMap, hamlets: &[HamletDraft]) -> Vec<KnownPlace> {
    let place = |hamlet: &HamletDraft| {
        let own = hamlet.commune.as_deref();
        let code = own.or_else(|| map.locate(hamlet.position));
        let commune = code.and_then(|code| map.commune(code));
        let (lon, lat) = (hamlet.position.lon(), hamlet.position.lat());
        KnownPlace {
            kind: PlaceKind::Hamlet,
            code: hamlet.code.clone(),
            name: Name::of(&hamlet.name),
            label: hamlet.kind.label(),
            commune: commune.map(|own| (own.facts.code.clone(), own.facts.name.clone())),
            province: commune.and_then(|own| own.facts.province_name.clone()),
            bounds: [lon, lat, lon, lat],
            former: hamlet.former_names.iter().map(|name| told(name)).collect(),
            former_codes: Vec::new(),
        }
    };
    hamlets.iter().map(place).collect()
}

fn told(name: &str) -> FormerName {
    FormerName {
        name: Name::of(name),
        label: None,
        until: None,
    }
}

/// Each name once, the one with most known of it, and none that the commune has still.
fn others(mut names: Vec<FormerName>, facts: &Boundary) -> Vec<FormerName> {
    names.retain(|own| {
        let is_same_kind = own.label.is_none_or(|label| label == facts.kind.label());
        !(is_same_kind && own.name.written == facts.name)
    });
    let key = |own: &FormerName| (own.name.written.clone(), own.label.is_none(), own.until);
    names.sort_by_key(|own| {
        let (written, is_unlabelled, until) = key(own);
        (written, is_unlabelled, std::cmp::Reverse(until))
    });
    names.dedup_by(|later, first| {
        later.name == first.name && (later.label.is_none() || later.label == first.label)
    });
    names
}

/// Rows and columns of the points at which a past commune's ground is looked up.
const GRID: u32 = 16;
/// A commune that got a smaller share of the ground than this is no successor: boundaries of two sources never meet
/// exactly.
const LEAST_SHARE: f64 = 0.05;

/// The codes of the communes in which a region lies, those that hold a twentieth of it at least.
#[must_use]
pub fn successors(ground: &BlockedRegion, map: &CommuneMap) -> Vec<String> {
    let (bounds, mut held) = (ground.bounds(), BTreeMap::<&str, u32>::new());
    let mut inside = 0_u32;
    let at = |low: f64, high: f64, step: u32| {
        low + (high - low) * (f64::from(step) + 0.5) / f64::from(GRID)
    };
    for row in 0..GRID {
        for column in 0..GRID {
            let lon = at(bounds.min().x, bounds.max().x, column);
            let lat = at(bounds.min().y, bounds.max().y, row);
            let Ok(position) = Position::new(lon, lat) else {
                continue;
            };
            if ground.place(position) == Place::Outside {
                continue;
            }
            inside += 1;
            if let Some(code) = map.locate(position) {
                *held.entry(code).or_default() += 1;
            }
        }
    }
    let least = LEAST_SHARE * f64::from(inside);
    let held = held.into_iter();
    held.filter(|(_, points)| f64::from(*points) >= least)
        .map(|(code, _)| code.to_owned())
        .collect()
}
