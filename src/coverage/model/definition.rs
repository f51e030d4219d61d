//! The definition of coverage: radii, gap rules and resolutions, as versioned data.
//!
//! Each answer names the version. A radius that is not indexed under it is refused, never rounded.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::lattice::{InvalidLattice, Lattice};

/// The widest footprint that can be swept, in centimetres.
pub const WIDEST_RADIUS_CM: u32 = 100_000;

/// How a team moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// On foot.
    Foot,
    /// By motorbike.
    Motorbike,
    /// By car.
    Car,
    /// By boat.
    Boat,
    /// An unmanned aircraft, seen through its camera.
    Uav,
}

/// Footprints that may be united. What a camera saw from above is never mixed with what eyes saw.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FootprintClass {
    /// Seen by people on the ground.
    Ground,
    /// Seen by an unmanned aircraft.
    Aerial,
}

impl fmt::Display for FootprintClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ground => "ground",
            Self::Aerial => "aerial",
        })
    }
}

impl Transport {
    /// The class that this transport's footprints belong to.
    #[must_use]
    pub const fn class(self) -> FootprintClass {
        match self {
            Self::Uav => FootprintClass::Aerial,
            Self::Foot | Self::Motorbike | Self::Car | Self::Boat => FootprintClass::Ground,
        }
    }
}

/// What one transport earns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Footprint {
    /// The transport.
    pub transport: Transport,
    /// The radius answered when none is asked for; 0 counts as effort only and sweeps nothing.
    pub default_radius_cm: u32,
    /// Radii indexed beside the default.
    pub also_indexed_cm: Vec<u32>,
}

/// The definition as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Grows by one with every change.
    pub version: u32,
    /// One footprint per transport; a transport left out earns nothing.
    pub footprints: Vec<Footprint>,
    /// Longest time between the ends of a leg.
    pub max_gap_s: u32,
    /// Longest distance between the ends of a leg.
    pub max_gap_m: u32,
    /// Worst stated accuracy of a fix that counts.
    pub max_accuracy_m: u32,
    /// H3 resolution of cells.
    pub mask_resolution: u8,
    /// H3 resolution of the words that hold them.
    pub parent_resolution: u8,
    /// Within how many days something counts as seen lately, ascending.
    pub freshness_days: Vec<u32>,
    /// How many of the last days are withheld from who may not read patrols.
    #[serde(default = "outsider_delay_days")]
    pub outsider_delay_days: u32,
}

/// How many of the last days are withheld from outsiders where a definition does not say so.
pub const OUTSIDER_DELAY_D: u32 = 7;

const fn outsider_delay_days() -> u32 {
    OUTSIDER_DELAY_D
}

/// A definition that can be computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Draft", into = "Draft")]
pub struct Definition {
    draft: Draft,
    lattice: Lattice,
}

/// A definition that cannot be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDefinition {
    /// The resolution of cells is none.
    #[error(transparent)]
    Lattice(#[from] InvalidLattice),
    /// A parent's children would not fit one word, or would waste it.
    #[error("parents must be two resolutions coarser than masks, not {parent} under {mask}")]
    Parent {
        /// The parents' resolution as given.
        parent: u8,
        /// The masks' resolution as given.
        mask: u8,
    },
    /// A radius too wide to sweep.
    #[error("a radius of {radius_cm} cm is beyond the widest, {WIDEST_RADIUS_CM} cm")]
    Radius {
        /// The radius as given.
        radius_cm: u32,
    },
    /// One transport twice.
    #[error("the footprint of {transport:?} is given twice")]
    Twice {
        /// The transport.
        transport: Transport,
    },
}

/// A radius that no index holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no coverage is indexed at {radius_cm} cm; indexed are {indexed_cm:?} cm")]
pub struct RadiusNotIndexed {
    /// The radius asked for.
    pub radius_cm: u32,
    /// The radii that can be asked for, ascending.
    pub indexed_cm: Vec<u32>,
}

impl TryFrom<Draft> for Definition {
    type Error = InvalidDefinition;

    fn try_from(draft: Draft) -> Result<Self, InvalidDefinition> {
        let lattice = Lattice::new(draft.mask_resolution)?;
        let (parent, mask) = (draft.parent_resolution, draft.mask_resolution);
        if u8::from(lattice.parent()) != parent {
            return Err(InvalidDefinition::Parent { parent, mask });
        }
        for (n, footprint) in draft.footprints.iter().enumerate() {
            let transport = footprint.transport;
            if draft
                .footprints
                .iter()
                .take(n)
                .any(|other| other.transport == transport)
            {
                return Err(InvalidDefinition::Twice { transport });
            }
            if let Some(radius_cm) = footprint
                .radii()
                .find(|&radius_cm| radius_cm > WIDEST_RADIUS_CM)
            {
                return Err(InvalidDefinition::Radius { radius_cm });
            }
        }
        Ok(Self { draft, lattice })
    }
}

impl From<Definition> for Draft {
    fn from(definition: Definition) -> Self {
        definition.draft
    }
}

impl Footprint {
    /// Whether a radius is named more than once.
    #[must_use]
    pub fn has_radius_twice(&self) -> bool {
        let mut radii: Vec<u32> = self.radii().collect();
        let named = radii.len();
        radii.sort_unstable();
        radii.dedup();
        radii.len() < named
    }

    fn radii(&self) -> impl Iterator<Item = u32> {
        std::iter::once(self.default_radius_cm).chain(self.also_indexed_cm.iter().copied())
    }
}

impl Draft {
    /// The definition that a new province starts with.
    #[must_use]
    pub fn current() -> Self {
        let effort_only = |transport| Footprint {
            transport,
            default_radius_cm: 0,
            also_indexed_cm: vec![],
        };
        let foot = Footprint {
            transport: Transport::Foot,
            default_radius_cm: 5_000,
            also_indexed_cm: vec![10_000],
        };
        let others = [
            Transport::Motorbike,
            Transport::Car,
            Transport::Boat,
            Transport::Uav,
        ];
        Self {
            version: 1,
            footprints: std::iter::once(foot)
                .chain(others.map(effort_only))
                .collect(),
            max_gap_s: 300,
            max_gap_m: 300,
            max_accuracy_m: 50,
            mask_resolution: 11,
            parent_resolution: 9,
            freshness_days: vec![7, 30, 90, 365],
            outsider_delay_days: OUTSIDER_DELAY_D,
        }
    }
}

impl Definition {
    /// The definition that a new province starts with.
    #[must_use]
    pub fn current() -> Self {
        Self {
            draft: Draft::current(),
            lattice: Lattice::CURRENT,
        }
    }

    /// Grows by one with every change.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.draft.version
    }

    /// Within how many days something counts as seen lately, ascending.
    #[must_use]
    pub fn freshness_days(&self) -> &[u32] {
        &self.draft.freshness_days
    }

    /// How many of the last days are withheld from who may not read patrols.
    #[must_use]
    pub const fn outsider_delay_days(&self) -> u32 {
        self.draft.outsider_delay_days
    }

    /// The resolutions of masks.
    #[must_use]
    pub const fn lattice(&self) -> Lattice {
        self.lattice
    }

    /// Longest time between the ends of a leg, in milliseconds.
    #[must_use]
    pub fn max_gap_ms(&self) -> i64 {
        i64::from(self.draft.max_gap_s) * 1000
    }

    /// Longest distance between the ends of a leg, in metres.
    #[must_use]
    pub fn max_gap_m(&self) -> f64 {
        f64::from(self.draft.max_gap_m)
    }

    /// Worst stated accuracy of a fix that counts, in metres.
    #[must_use]
    pub fn max_accuracy_m(&self) -> f64 {
        f64::from(self.draft.max_accuracy_m)
    }

    /// The radii to sweep for a transport, ascending and without 0; none when it is effort only.
    #[must_use]
    pub fn radii_cm(&self, transport: Transport) -> Vec<u32> {
        let swept = self.swept_cm(transport).into_iter();
        sorted(swept.map(|(_, radius_cm)| radius_cm))
    }

    /// How far a transport sees under each radius that its class can be asked for, both in centimetres: what is asked
    /// for beside what is swept. By default every transport sees as far as it does by default, so that walkers and
    /// riders are one figure. Under another radius none sees farther than that, nor than its transport ever does; one
    /// that is effort only by default is seen under its own radii alone.
    #[must_use]
    pub fn swept_cm(&self, transport: Transport) -> Vec<(u32, u32)> {
        let class = transport.class();
        let mut all = self.draft.footprints.iter();
        let Some(own) = all.find(|footprint| footprint.transport == transport) else {
            return Vec::new();
        };
        let (usual_cm, widest_cm) = (own.default_radius_cm, own.radii().max().unwrap_or(0));
        let default_cm = self.default_cm(class);
        let swept = self.indexed_cm(class).into_iter().map(|asked_cm| {
            let swept_cm = if Some(asked_cm) == default_cm {
                usual_cm
            } else if usual_cm > 0 {
                asked_cm.min(widest_cm)
            } else {
                own.radii().find(|own| *own == asked_cm).unwrap_or(0)
            };
            (asked_cm, swept_cm)
        });
        swept.filter(|(_, swept_cm)| *swept_cm > 0).collect()
    }

    /// The radius that a class is answered at when none is asked for: that of the first transport that earns any.
    fn default_cm(&self, class: FootprintClass) -> Option<u32> {
        let all = self.draft.footprints.iter();
        let mut own = all.filter(|footprint| footprint.transport.class() == class);
        own.find(|own| own.default_radius_cm > 0)
            .map(|own| own.default_radius_cm)
    }

    /// Every radius that is swept, as the numbers that rows hold: in centimetres, negative when seen from the air.
    #[must_use]
    pub fn footprints(&self) -> Vec<i64> {
        let ground = self.indexed_cm(FootprintClass::Ground).into_iter();
        let aerial = self.indexed_cm(FootprintClass::Aerial).into_iter();
        ground
            .map(i64::from)
            .chain(aerial.map(|radius_cm| -i64::from(radius_cm)))
            .collect()
    }

    /// The radii that a class of footprints can be asked for, ascending.
    #[must_use]
    pub fn indexed_cm(&self, class: FootprintClass) -> Vec<u32> {
        let own = self
            .draft
            .footprints
            .iter()
            .filter(|footprint| footprint.transport.class() == class);
        sorted(own.flat_map(Footprint::radii))
    }

    /// The radius to answer: the asked one if it is indexed, the walker's default when none is asked.
    pub fn radius_cm(
        &self,
        class: FootprintClass,
        asked_cm: Option<u32>,
    ) -> Result<u32, RadiusNotIndexed> {
        let indexed_cm = self.indexed_cm(class);
        let radius_cm = asked_cm.or(self.default_cm(class)).unwrap_or(0);
        if indexed_cm.contains(&radius_cm) {
            Ok(radius_cm)
        } else {
            Err(RadiusNotIndexed {
                radius_cm,
                indexed_cm,
            })
        }
    }
}

fn sorted(radii: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut radii: Vec<u32> = radii.filter(|&radius_cm| radius_cm > 0).collect();
    radii.sort_unstable();
    radii.dedup();
    radii
}
