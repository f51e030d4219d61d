//! The question: who may see which communes, which patrols count, and where the figures come from.

use std::collections::HashSet;
use std::sync::Arc;

use geo::{Intersects, Rect, coord};

use crate::areas::model::map::CommuneMap;
use crate::base::actor::{Actor, Right, Scope};
use crate::base::ids::OrgId;
use crate::base::time::LocalDate;
use crate::coverage::model::block::Visit;
use crate::coverage::model::definition::{Definition, FootprintClass};
use crate::coverage::model::region::Region;
use crate::coverage::model::timeline::Days;
use crate::coverage::sql;
use crate::patrols::{DERIVE_JOB, INDEX_JOB};
use crate::store::Tx;

use super::answer::{Answer, Asked, DefinitionView, Force, Note, Pass};
use super::ground::RiskSet;
use super::recheck::Rechecked;
use super::season::{Season, SeasonWindow};
use super::tiles::{Spans, View};
use super::words::Words;
use super::{Coverage, Error, footprint, parameter};

/// The longest window: more days than any programme has run.
const MOST_DAYS: i64 = 3_660;
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
    pub(super) map: Arc<CommuneMap>,
    /// The first day on which the map holds.
    pub(super) map_since: LocalDate,
    pub(super) sieve: Sieve,
    /// Which communes of the map are shown.
    pub(super) shown: Arc<[bool]>,
    pub(super) shows_all: bool,
    pub(super) radius_cm: u32,
    pub(super) view: View,
    spans: Spans,
    pub(super) regions: Arc<[Region]>,
    pub(super) source: Source,
    pub(super) chosen: Chosen,
    /// How many words had numbers when this was numbered.
    pub(super) words: usize,
    /// The place on the map of each number of a boundary.
    placement: Arc<[u32]>,
}

/// Which patrols and communes count, and how.
#[derive(Debug, Clone)]
pub(super) struct Sieve {
    pub(super) asked: Asked,
    orgs: Option<HashSet<OrgId>>,
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

    /// Whether the patrol of a visit counts. Rejected ones have no rows.
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
            days,
            ..self.clone()
        }
    }

    /// The same over the period of equal length before, under the risk of that period.
    pub(super) fn before(&self) -> Self {
        let length = self.days.end - self.days.start;
        Self {
            risk: Arc::clone(&self.before),
            ..self.over(self.days.start - length..self.days.start)
        }
    }

    /// The place on the map of the commune with that boundary, if it is there.
    pub(super) fn place_of(&self, boundary: u32) -> Option<u32> {
        let at = self.placement.get(boundary as usize).copied();
        at.filter(|at| *at != NOWHERE)
    }

    /// Whether the commune at a place of the map is shown.
    pub(super) fn shows_at(&self, at: u32) -> bool {
        self.shown.get(at as usize) == Some(&true)
    }
}

impl Coverage {
    /// The figures of the communes in the caller's reach.
    pub async fn ask(&self, actor: &Actor, asked: Asked) -> Result<Answer, Error> {
        let scope = actor.reach(Right::ReadCoverage).ok_or(Error::Forbidden)?;
        let mut tx = self.journal.store().read().await?;
        let (pending, before) = sql::pending(&mut tx, [DERIVE_JOB, INDEX_JOB]).await?;
        let indexed_through = sql::last_seq(&mut tx, before).await?;
        let (material, mut notes) = self.material(&mut tx, asked, &scope).await?;
        let (from, to) = (material.sieve.asked.from, material.sieve.asked.to);
        let season = Season::of(&material.risk, from, to);
        Self::note_season(&material, &season, &mut notes)?;
        let definition = DefinitionView::of(&material);
        let is_rechecked = matches!(material.source, Source::Rechecked(_));
        let folded = self.answered(&mut tx, material).await?;
        if folded.has_frozen && !is_rechecked {
            notes.push(Note {
                code: "not_recheckable",
                text: "the raw fixes of some patrols were erased: they count as they were indexed last"
                    .to_owned(),
            });
        }
        notes.extend(folded.faulty.into_iter().map(|code| Note {
            code: "geometry_fault",
            text: format!("the risk of commune {code} cannot be computed"),
        }));
        Ok(Answer {
            from,
            to,
            definition,
            indexed_through,
            pending_patrols: pending,
            season,
            notes,
            communes: folded.communes,
            total: folded.total,
        })
    }

    /// Gathers risk, filters and where rows are; refuses what cannot be answered.
    pub(super) async fn material(
        &self,
        tx: &mut Tx,
        asked: Asked,
        scope: &Scope,
    ) -> Result<(Material, Vec<Note>), Error> {
        let length = check_days(asked.from, asked.to)?;
        let definition = self.known(tx).await?.answering(asked.definition)?;
        let radius_cm = definition
            .radius_cm(FootprintClass::Ground, asked.radius_cm)
            .map_err(|refused| parameter("radius_m", metres(&refused.indexed_cm)))?;
        let map = self.areas.map(asked.to).await?;
        let shown = shown(&map, &asked, scope)?;
        let by_windows = asked.pass.is_some();
        let earlier = (asked.from.plus_days(-length), asked.from.plus_days(-1));
        let level = asked.level;
        let lay = async |(from, to)| {
            let choice = self.areas.risk_choice(from, to, level).await?;
            let lattice = definition.lattice();
            self.grounds.risk(lattice, &map, &choice, by_windows).await
        };
        let risk = lay((asked.from, asked.to)).await?;
        let before = lay(earlier).await?;
        let view = View {
            version: i64::from(definition.version()),
            footprint: footprint(FootprintClass::Ground, radius_cm),
        };
        let days = asked.from.as_days()..asked.to.as_days() + 1;
        let mut notes = Vec::new();
        let (source, spans) = self
            .source(tx, &asked, (&definition, view), &mut notes)
            .await?;
        let shows_all = shown.iter().all(|shown| *shown);
        let regions = regions(&spans, &days, (!shows_all).then_some((&map, &shown)));
        let orgs = self.orgs(asked.force.as_ref()).await?;
        let material = Material {
            definition,
            days,
            risk,
            before,
            map_since: self.areas.map_since(asked.to).await?,
            map,
            sieve: Sieve { asked, orgs },
            shown,
            shows_all,
            radius_cm,
            view,
            spans,
            regions,
            source,
            chosen: Chosen::default(),
            words: 0,
            placement: Arc::default(),
        };
        let material = material.numbered(&*self.tiles.words()?);
        Ok((material, notes))
    }

    /// Where the rows come from, and the regions that have any.
    async fn source(
        &self,
        tx: &mut Tx,
        asked: &Asked,
        by: (&Arc<Definition>, View),
        notes: &mut Vec<Note>,
    ) -> Result<(Source, Spans), Error> {
        let Some(instant) = asked.as_of else {
            return Ok((Source::Tiles, self.tiles.sync(tx, by.1.version).await?));
        };
        if asked.compare || asked.freshness {
            return Err(parameter(
                "as_of",
                "answers one window: ask without compare and freshness",
            ));
        }
        let own = self.recheck(tx, asked, by, instant, notes).await?;
        let spans = own.spans();
        Ok((Source::Rechecked(Arc::new(own)), spans))
    }

    /// The organisations that a force means.
    async fn orgs(&self, force: Option<&Force>) -> Result<Option<HashSet<OrgId>>, Error> {
        Ok(match force {
            None => None,
            Some(Force::Org(id)) => Some([*id].into()),
            Some(Force::Kind(kind)) => {
                let orgs = self.identity.orgs().await?.into_iter();
                Some(
                    orgs.filter(|org| org.kind == *kind)
                        .map(|org| org.id)
                        .collect(),
                )
            }
        })
    }

    fn note_season(
        material: &Material,
        season: &Season,
        notes: &mut Vec<Note>,
    ) -> Result<(), Error> {
        let Some(pass) = &material.sieve.asked.pass else {
            return Ok(());
        };
        let is_open = match pass {
            Pass::Times(_) => season.in_season,
            Pass::Named(name) => {
                let known: HashSet<&str> =
                    season.windows.iter().map(|own| own.name.as_str()).collect();
                let all_year = material.risk.is_all_year;
                if !known.contains(name.as_str()) && material.risk.is_any && !all_year {
                    let mut known: Vec<&str> = known.into_iter().collect();
                    known.sort_unstable();
                    return Err(parameter(
                        "pass",
                        format!("no such check window; there are {}", known.join(", ")),
                    ));
                }
                let own = |window: &SeasonWindow| window.open && window.name == *name;
                all_year || season.windows.iter().any(own)
            }
        };
        if !is_open {
            notes.push(Note {
                code: "outside_season",
                text: "no check window is open on any of these days: a check outside the season tells nothing"
                    .to_owned(),
            });
        }
        Ok(())
    }
}

/// Which communes of a map are shown; refuses one that is not there or not in reach.
fn shown(map: &CommuneMap, asked: &Asked, scope: &Scope) -> Result<Arc<[bool]>, Error> {
    if let Some(code) = &asked.commune
        && !(scope.holds(Some(code)) && map.commune(code).is_some())
    {
        return Err(Error::NotFound);
    }
    let shown = map.communes().iter().map(|commune| {
        let code = commune.facts.code.as_str();
        asked.commune.as_deref().is_none_or(|asked| asked == code) && scope.holds(Some(code))
    });
    Ok(shown.collect())
}

/// The regions with rows in a window, near the communes that are shown where those are not all.
fn regions(
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

/// The number of days of a window that can be answered.
pub(super) fn check_days(from: LocalDate, to: LocalDate) -> Result<i64, Error> {
    let days = to
        .as_days()
        .saturating_sub(from.as_days())
        .saturating_add(1);
    if days < 1 {
        Err(parameter("to", "lies before from"))
    } else if days > MOST_DAYS {
        Err(parameter(
            "from",
            format!("at most {MOST_DAYS} days at once"),
        ))
    } else {
        Ok(days)
    }
}

fn metres(indexed_cm: &[u32]) -> String {
    let radii: Vec<String> = indexed_cm
        .iter()
        .map(|radius_cm| (f64::from(*radius_cm) / 100.0).to_string())
        .collect();
    format!("only indexed radii are answered: {}", radii.join(", "))
}
