//! What a question comes to: days, risk, map and filters, and the same in the numbers that rows hold.

use std::collections::HashSet;
use std::sync::Arc;

use geo::{Intersects, Rect, coord};

use crate::areas::model::map::CommuneMap;
use crate::base::ids::OrgId;
use crate::base::time::LocalDate;
use crate::coverage::model::block::Visit;
use crate::coverage::model::definition::Definition;
use crate::coverage::model::region::Region;
use crate::coverage::model::timeline::Days;

use super::answer::Asked;
use super::ground::RiskSet;
use super::recheck::Rechecked;
use super::season::Open;
use super::tiles::{Spans, View};
use super::words::Words;

/// Cells stand a little out of the region above them: so much of its width.
const STAND_OUT: f64 = 0.15;
const NOWHERE: u32 = u32::MAX;

/// Where the rows come from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// The index, through memory.
    Tiles,
    /// Facts as they were known at an instant, swept anew.
    Rechecked(Arc<Rechecked>),
}

/// Everything that the figures are folded from.
#[derive(Debug, Clone)]
pub(super) struct Material {
    pub(super) definition: Arc<Definition>,
    pub(super) days: Days,
    pub(super) risk: Arc<RiskSet>,
    pub(super) before: Arc<RiskSet>,
    /// The days on which visits count, when passes are asked for.
    pub(super) open: Option<Arc<Open>>,
    pub(super) map: Arc<CommuneMap>,
    /// The first day on which the map holds.
    pub(super) map_since: LocalDate,
    pub(super) sieve: Sieve,
    /// Which communes of the map are shown.
    pub(super) shown: Arc<[bool]>,
    pub(super) shows_all: bool,
    pub(super) radius_cm: u32,
    pub(super) view: View,
    pub(super) spans: Spans,
    pub(super) regions: Arc<[Region]>,
    pub(super) source: Source,
    pub(super) chosen: Chosen,
    /// How many words had numbers when this was numbered.
    pub(super) words: usize,
    /// The place on the map of each number of a boundary.
    pub(super) placement: Arc<[u32]>,
    /// Patrols that are not indexed under the definition yet.
    pub(super) behind: i64,
}

/// Which patrols and communes count, and how.
#[derive(Debug, Clone)]
pub(super) struct Sieve {
    pub(super) asked: Asked,
    pub(super) orgs: Option<HashSet<OrgId>>,
}

/// The same in numbers. A word that no row has is a number that none has.
#[derive(Debug, Clone, Default)]
pub(super) struct Chosen {
    kind: Option<u32>,
    campaign: Option<u32>,
    orgs: Option<Vec<u32>>,
    validated: bool,
}

impl Chosen {
    fn of(sieve: &Sieve, words: &Words) -> Self {
        let asked = &sieve.asked;
        let known = |number: Option<u32>| number.unwrap_or(NOWHERE);
        Self {
            kind: asked.kind.map(|kind| known(words.kind(kind.as_str()))),
            campaign: asked.campaign.map(|own| known(words.campaign(own))),
            orgs: sieve
                .orgs
                .as_ref()
                .map(|orgs| orgs.iter().filter_map(|org| words.org(*org)).collect()),
            validated: asked.validated,
        }
    }

    /// Whether every patrol counts.
    pub(super) fn is_everyone(&self) -> bool {
        self.kind.is_none() && self.campaign.is_none() && self.orgs.is_none() && !self.validated
    }

    /// Whether the patrol of a visit counts. The rows of rejected ones are no visits.
    pub(super) fn counts(&self, visit: &Visit) -> bool {
        let facts = &visit.facts;
        (!self.validated || facts.is_validated)
            && self.kind.is_none_or(|kind| facts.kind == kind)
            && self.campaign.is_none_or(|own| facts.campaign == own)
            && self
                .orgs
                .as_ref()
                .is_none_or(|orgs| orgs.contains(&facts.lead_org))
    }
}

impl Material {
    /// The same with the numbers that words have now.
    pub(super) fn numbered(&self, words: &Words) -> Self {
        let mut placement = vec![NOWHERE; words.boundaries() + 1];
        for (at, commune) in (0..).zip(self.map.communes()) {
            let number = words.boundary(commune.facts.id);
            if let Some(place) = number.and_then(|own| placement.get_mut(own as usize)) {
                *place = at;
            }
        }
        Self {
            chosen: Chosen::of(&self.sieve, words),
            words: words.len(),
            placement: placement.into(),
            ..self.clone()
        }
    }

    /// The same over other days, under the same risk and the same map.
    pub(super) fn over(&self, days: Days) -> Self {
        let near = (!self.shows_all).then_some((&self.map, &self.shown));
        Self {
            regions: regions(&self.spans, &days, near),
            open: Open::of(&self.risk, self.sieve.asked.pass.as_ref(), &days),
            days,
            ..self.clone()
        }
    }

    /// The same over the period of equal length before, under the risk of that period.
    pub(super) fn before(&self) -> Self {
        let length = self.days.end - self.days.start;
        let earlier = self.over(self.days.start - length..self.days.start);
        Self {
            risk: Arc::clone(&self.before),
            open: Open::of(&self.before, self.sieve.asked.pass.as_ref(), &earlier.days),
            ..earlier
        }
    }

    /// Whether a visit to the commune at a place of the map counts on that day, whoever makes it.
    pub(super) fn counts_on(&self, at: u32, day: i64) -> bool {
        let open = self.open.as_ref();
        open.is_none_or(|open| open.holds(at as usize, day))
    }

    /// The place on the map of the commune with that boundary, if it is there.
    pub(super) fn place_of(&self, boundary: u32) -> Option<u32> {
        let at = self.placement.get(boundary as usize).copied();
        at.filter(|at| *at != NOWHERE)
    }

    /// The codes of communes that are shown and whose risk cannot be computed.
    pub(super) fn faulty(&self) -> Vec<String> {
        let communes = self.map.communes().iter().zip(&self.risk.communes);
        let faulty = communes
            .zip(self.shown.iter())
            .filter(|((_, risk), shown)| **shown && risk.is_faulty);
        let codes = faulty.map(|((commune, _), _)| commune.facts.code.clone());
        codes.collect()
    }

    /// Whether the commune at a place of the map is shown.
    pub(super) fn shows_at(&self, at: u32) -> bool {
        self.shown.get(at as usize) == Some(&true)
    }
}

/// The regions with rows in a window, near the communes that are shown where those are not all.
pub(super) fn regions(
    spans: &Spans,
    days: &Days,
    near: Option<(&Arc<CommuneMap>, &Arc<[bool]>)>,
) -> Arc<[Region]> {
    let grounds: Option<Vec<Rect>> = near.map(|(map, shown)| {
        let communes = map.communes().iter().zip(shown.iter());
        let communes = communes.filter(|(_, shown)| **shown);
        communes
            .map(|(commune, _)| commune.region().bounds())
            .collect()
    });
    let within = spans.iter().filter(|(region, (first, last))| {
        first.as_days() < days.end
            && days.start <= last.as_days()
            && grounds
                .as_ref()
                .is_none_or(|grounds| is_near(**region, grounds))
    });
    within.map(|(region, _)| *region).collect()
}

fn is_near(region: Region, grounds: &[Rect]) -> bool {
    let Some(cell) = region.cell() else {
        return false;
    };
    let (mut west, mut south) = (f64::INFINITY, f64::INFINITY);
    let (mut east, mut north) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for corner in cell.boundary().iter() {
        (west, east) = (west.min(corner.lng()), east.max(corner.lng()));
        (south, north) = (south.min(corner.lat()), north.max(corner.lat()));
    }
    let (wide, high) = ((east - west) * STAND_OUT, (north - south) * STAND_OUT);
    let bounds = Rect::new(
        coord! { x: west - wide, y: south - high },
        coord! { x: east + wide, y: north + high },
    );
    grounds.iter().any(|ground| ground.intersects(&bounds))
}
