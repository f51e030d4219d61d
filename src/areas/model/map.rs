//! The communes valid on one day: their facts, their ground, and which of them a position lies in.

use std::fmt;
use std::sync::Arc;

use super::commune::CommuneKind;
use super::locate::{CommuneIndex, Following};
use crate::base::ids::BoundaryId;
use crate::base::time::LocalDate;
use crate::geo::position::Position;
use crate::geo::shape::{BlockedRegion, Region};

/// A commune within one dated boundary, without its ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    /// The boundary's id.
    pub id: BoundaryId,
    /// The official code.
    pub code: String,
    /// The name without its kind.
    pub name: String,
    /// The kind of unit.
    pub kind: CommuneKind,
    /// The province's code.
    pub province_code: Option<String>,
    /// The province's name.
    pub province_name: Option<String>,
    /// Whether it lies on the national border; `None`: not said.
    pub is_border: Option<bool>,
    /// Names that it, or what it was merged from, had before.
    pub former_names: Vec<String>,
    /// First day.
    pub valid_from: LocalDate,
    /// Last day; none while it stands.
    pub valid_to: Option<LocalDate>,
    /// SHA-256 over the ground as WKB.
    pub sha256: [u8; 32],
    /// The ground in square metres.
    pub area_m2: f64,
    /// Vertices of the ground.
    pub vertices: usize,
}

impl Boundary {
    /// Is this the commune's boundary on that day?
    #[must_use]
    pub fn is_valid_on(&self, day: LocalDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }
}

/// A commune with its ground.
#[derive(Debug, Clone)]
pub struct Commune {
    /// What is known of it.
    pub facts: Boundary,
    /// Its ground, shared by the maps of all days on which it is valid.
    pub ground: Arc<BlockedRegion>,
}

impl Commune {
    /// The ground.
    #[must_use]
    pub fn region(&self) -> &Region {
        self.ground.region()
    }
}

/// The communes valid on one day.
pub struct CommuneMap {
    communes: Vec<Commune>,
    index: CommuneIndex,
}

impl CommuneMap {
    /// Puts communes, each code once, on a map.
    #[must_use]
    pub fn build(mut communes: Vec<Commune>) -> Self {
        communes.sort_by(|a, b| a.facts.code.cmp(&b.facts.code));
        let grounds = communes
            .iter()
            .map(|commune| (commune.facts.code.clone(), Arc::clone(&commune.ground)));
        let index = CommuneIndex::build(grounds);
        Self { communes, index }
    }

    /// The communes in the order of their codes.
    #[must_use]
    pub fn communes(&self) -> &[Commune] {
        &self.communes
    }

    /// The commune of a code.
    #[must_use]
    pub fn commune(&self, code: &str) -> Option<&Commune> {
        self.communes.get(self.place(code)?)
    }

    /// The place of a code among the communes.
    #[must_use]
    pub fn place(&self, code: &str) -> Option<usize> {
        self.communes
            .binary_search_by(|commune| commune.facts.code.as_str().cmp(code))
            .ok()
    }

    /// The code of the one commune that a position belongs to.
    #[must_use]
    pub fn locate(&self, position: Position) -> Option<&str> {
        self.index.locate(position)
    }

    /// Locates positions that follow one another: cheaper than each alone.
    #[must_use]
    pub const fn follow(&self) -> Following<'_> {
        self.index.follow()
    }

    /// The codes of the communes that share ground with a region.
    pub fn meeting<'a>(&'a self, region: &'a Region) -> impl Iterator<Item = &'a str> {
        self.communes
            .iter()
            .filter(|commune| commune.ground.meets(region))
            .map(|commune| commune.facts.code.as_str())
    }
}

impl fmt::Debug for CommuneMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommuneMap({} communes)", self.communes.len())
    }
}
