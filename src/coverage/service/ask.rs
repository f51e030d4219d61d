//! The question: who may see which communes, which patrols count, and where the figures come from.

use std::collections::HashSet;
use std::sync::Arc;

use crate::areas::RiskAreaView;
use crate::areas::model::map::CommuneMap;
use crate::base::actor::{Actor, Right, Scope};
use crate::base::ids::OrgId;
use crate::base::time::LocalDate;
use crate::coverage::model::definition::FootprintClass;
use crate::coverage::sql::{self, PatrolRow};
use crate::patrols::model::vocabulary::PatrolState;
use crate::patrols::{DERIVE_JOB, INDEX_JOB};
use crate::store;

use super::answer::{Answer, Asked, DefinitionView, Force, Note, Pass};
use super::cache::{Day, Window};
use super::fold::folded;
use super::ground::RiskSet;
use super::season::{Season, SeasonWindow};
use super::{Coverage, Error, aside, footprint, parameter};

/// The longest window: more days than any programme has run.
const MOST_DAYS: i64 = 3_660;

/// Everything that the figures are folded from.
pub(super) struct Material {
    pub(super) days: Vec<Arc<Day>>,
    pub(super) risk: Arc<RiskSet>,
    pub(super) before: Arc<RiskSet>,
    pub(super) map: Arc<CommuneMap>,
    pub(super) sieve: Sieve,
    pub(super) radius_cm: u32,
}

/// Which patrols and communes count, and how.
#[derive(Debug, Clone)]
pub(super) struct Sieve {
    pub(super) asked: Asked,
    orgs: Option<HashSet<OrgId>>,
    scope: Scope,
}

impl Sieve {
    pub(super) fn counts(&self, patrol: &PatrolRow) -> bool {
        let asked = &self.asked;
        patrol.state != PatrolState::Rejected.as_str()
            && (!asked.validated || patrol.state == PatrolState::Validated.as_str())
            && asked.kind.is_none_or(|kind| patrol.kind == kind.as_str())
            && asked
                .campaign
                .is_none_or(|campaign| patrol.campaign == Some(campaign))
            && self
                .orgs
                .as_ref()
                .is_none_or(|orgs| orgs.contains(&patrol.lead_org))
    }

    pub(super) fn shows(&self, code: &str) -> bool {
        self.asked
            .commune
            .as_deref()
            .is_none_or(|asked| asked == code)
            && self.scope.holds(Some(code))
    }
}

impl Coverage {
    /// The figures of the communes in the caller's reach.
    pub async fn ask(&self, actor: &Actor, asked: Asked) -> Result<Answer, Error> {
        let scope = actor.reach(Right::ReadCoverage).ok_or(Error::Forbidden)?;
        let mut notes = Vec::new();
        let (pending, indexed_through) = self.standing().await?;
        let areas = self
            .areas
            .risk_areas(asked.from, asked.to, asked.level)
            .await?;
        let season = Season::of(&areas, asked.from, asked.to);
        Self::note_season(&asked, &areas, &season, &mut notes)?;
        let material = self.material(asked, scope, &areas, &mut notes).await?;
        let definition = self.definition_of(&material);
        let (from, to) = (material.sieve.asked.from, material.sieve.asked.to);
        let slots = Arc::clone(&self.masks);
        let folded = aside(move || {
            let slots = slots.slots.read();
            let slots = slots.map_err(|fault| store::Error::Unavailable(fault.to_string()))?;
            folded(&material, &slots)
        });
        let (communes, total, faulty) = folded.await??;
        notes.extend(faulty.into_iter().map(|code| Note {
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
            communes,
            total,
        })
    }

    /// Gathers rows, risk and filters; refuses what cannot be answered.
    pub(super) async fn material(
        &self,
        asked: Asked,
        scope: Scope,
        areas: &[RiskAreaView],
        notes: &mut Vec<Note>,
    ) -> Result<Material, Error> {
        let days = check_days(asked.from, asked.to)?;
        let radius_cm = self
            .definition
            .radius_cm(FootprintClass::Ground, asked.radius_cm)
            .map_err(|refused| parameter("radius_m", metres(&refused.indexed_cm)))?;
        let map = self.areas.map(asked.to).await?;
        if let Some(code) = &asked.commune
            && !(scope.holds(Some(code)) && map.commune(code).is_some())
        {
            return Err(Error::NotFound);
        }
        let by_windows = asked.pass.is_some();
        let earlier = self
            .areas
            .risk_areas(
                asked.from.plus_days(-days),
                asked.from.plus_days(-1),
                asked.level,
            )
            .await?;
        let risk = self.risk(&map, areas, by_windows).await?;
        let before = self.risk(&map, &earlier, by_windows).await?;
        let orgs = self.orgs(asked.force.as_ref()).await?;
        let sieve = Sieve { asked, orgs, scope };
        let window = Window {
            from: sieve.asked.from,
            to: sieve.asked.to,
            footprint: footprint(FootprintClass::Ground, radius_cm),
            version: i64::from(self.definition.version()),
        };
        let days = match sieve.asked.as_of {
            None => self.masks.days(self.journal.store(), window).await?,
            Some(instant) => self.recheck(window, instant, notes).await?,
        };
        Ok(Material {
            days,
            risk,
            before,
            map,
            sieve,
            radius_cm,
        })
    }

    async fn risk(
        &self,
        map: &Arc<CommuneMap>,
        areas: &[RiskAreaView],
        by_windows: bool,
    ) -> Result<Arc<RiskSet>, Error> {
        let lattice = self.definition.lattice();
        self.grounds
            .risk(lattice, map, areas, by_windows, &self.masks.slots)
            .await
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

    /// How many patrols wait, and up to which number the journal is in the index.
    async fn standing(&self) -> Result<(i64, Option<i64>), Error> {
        let mut tx = self.journal.store().read().await?;
        let (pending, before) = sql::pending(&mut tx, [DERIVE_JOB, INDEX_JOB]).await?;
        let through = sql::last_seq(&mut tx, before).await?;
        Ok((pending, through))
    }

    fn definition_of(&self, material: &Material) -> DefinitionView {
        DefinitionView {
            version: self.definition.version(),
            radius_m: f64::from(material.radius_cm) / 100.0,
            max_gap_s: self.definition.max_gap_ms() / 1000,
            max_gap_m: self.definition.max_gap_m(),
            max_accuracy_m: self.definition.max_accuracy_m(),
            resolution: u8::from(self.definition.lattice().mask()),
            visits: material.sieve.asked.visits.get(),
            boundaries_on: material.sieve.asked.to,
        }
    }

    fn note_season(
        asked: &Asked,
        areas: &[RiskAreaView],
        season: &Season,
        notes: &mut Vec<Note>,
    ) -> Result<(), Error> {
        let Some(pass) = &asked.pass else {
            return Ok(());
        };
        let is_open = match pass {
            Pass::Times(_) => season.in_season,
            Pass::Named(name) => {
                let known: HashSet<&str> =
                    season.windows.iter().map(|own| own.name.as_str()).collect();
                let all_year = areas.iter().any(|area| area.windows.is_empty());
                if !known.contains(name.as_str()) && !areas.is_empty() && !all_year {
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
