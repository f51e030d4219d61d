//! The question: who may see which communes, which patrols count, and where the figures come from.

use std::collections::HashSet;
use std::sync::Arc;

use crate::areas::model::map::CommuneMap;
use crate::base::actor::{Actor, Scope};
use crate::base::ids::OrgId;
use crate::base::time::LocalDate;
use crate::coverage::model::definition::{Definition, RadiusNotIndexed};
use crate::coverage::sql;
use crate::store::Tx;

use super::answer::{Answer, Asked, CoverageView, DefinitionView, Force, Note};
use super::ground::RiskSet;
use super::lay::lay_finer;
use super::material::{Chosen, Material, Sieve, Source, regions};
use super::outsiders::Question;
use super::season::{Open, Season};
use super::tiles::{Spans, View};
use super::{Coverage, Error, aside, footprint, parameter};

/// The longest window: more days than any programme has run.
const MOST_DAYS: i64 = 3_660;

impl Coverage {
    /// The figures of the communes in the caller's reach.
    pub async fn ask(&self, actor: &Actor, asked: Asked) -> Result<Answer, Error> {
        let mut tx = self.journal.store().read().await?;
        let Question { asked, scope, note } = self.as_may_ask(&mut tx, actor, asked).await?;
        let (view, last) = (asked.view, asked.to);
        let standing = self.standing(&mut tx).await?;
        let (material, mut notes) = self.material(&mut tx, asked, &scope).await?;
        notes.extend(note);
        let (from, to) = (material.sieve.asked.from, material.sieve.asked.to);
        let behind = material.behind;
        let season = Season::of(&material).await?;
        season.note(&material, &mut notes)?;
        let definition = DefinitionView::of(&material);
        let is_rechecked = matches!(material.source, Source::Rechecked(_));
        let mut folded = self.answered(&mut tx, material).await?;
        if view == CoverageView::Coarse {
            folded = folded.coarse(last);
        }
        let has_frozen = folded.has_frozen && !is_rechecked;
        notes.extend(Note::on_figures(has_frozen, folded.faulty));
        let is_full = view == CoverageView::Full;
        let pending_patrols = standing.pending_patrols.max(behind);
        Ok(Answer {
            view,
            from,
            to,
            definition,
            indexed_through: standing.indexed_through.filter(|_| is_full),
            pending_patrols: is_full.then_some(pending_patrols),
            season,
            notes,
            communes: folded.communes,
            total: folded.total,
        })
    }

    /// Lays the risk of today's communes, on finer cells too, so that the first who asks finds it: over a whole country
    /// that takes half a minute.
    pub async fn make_ready(&self) -> Result<(), Error> {
        let mut tx = self.journal.store().read().await?;
        let definition = self.known(&mut tx).await?.answering(None)?;
        drop(tx);
        let today = self.areas.today();
        let map = self.areas.map(today).await?;
        let choice = self.areas.risk_choice(today, today, None).await?;
        let lattice = definition.lattice();
        let risk = self.grounds.risk(lattice, &map, &choice, false).await?;
        aside(move || lay_finer(&risk.communes)).await?
    }

    /// Gathers risk, filters and where rows are; refuses what cannot be answered.
    pub(super) async fn material(
        &self,
        tx: &mut Tx,
        asked: Asked,
        scope: &Scope,
    ) -> Result<(Material, Vec<Note>), Error> {
        check_days(asked.from, asked.to)?;
        let (known, clock) = self.known_and_clock(tx).await?;
        let definition = match asked.as_of {
            Some(_) => known.recorded(asked.definition)?,
            None => known.answering(asked.definition)?,
        };
        let radius_cm = definition
            .radius_cm(asked.class, asked.radius_cm)
            .map_err(|refused| not_indexed(&refused))?;
        let map = self.areas.map(asked.to).await?;
        let shown = self.shown(&map, &asked, scope).await?;
        let (risk, before) = self.risk_of_both(&asked, &definition, &map).await?;
        let view = View {
            version: i64::from(definition.version()),
            footprint: footprint(asked.class, radius_cm),
        };
        let days = asked.from.as_days()..asked.to.as_days() + 1;
        let mut notes = self.without_boundaries(&map, asked.to).await?;
        notes.extend(shown.note);
        let shown = shown.communes;
        let is_behind = asked.as_of.is_none() && !known.is_complete(&definition);
        let behind = if is_behind {
            behind(tx, view.version, &mut notes).await?
        } else {
            0
        };
        let source = self.source(tx, &asked, (&definition, view, clock), &mut notes);
        let (source, spans) = source.await?;
        let shows_all = shown.iter().all(|shown| *shown);
        let regions = regions(&spans, &days, (!shows_all).then_some((&map, &shown)));
        let orgs = self.orgs(asked.force.as_ref()).await?;
        let material = Material {
            definition,
            open: Open::of(&risk, asked.pass.as_ref(), &days),
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
            behind,
        };
        notes.extend(self.changed_risk(&material).await?);
        let material = material.numbered(&*self.tiles.words()?);
        Ok((material, notes))
    }

    /// Says so when no commune has boundaries on a day: figures are of nothing then.
    async fn without_boundaries(
        &self,
        map: &CommuneMap,
        on: LocalDate,
    ) -> Result<Vec<Note>, Error> {
        if !map.communes().is_empty() {
            return Ok(Vec::new());
        }
        let first = self.areas.first_day().await?;
        let since = first.map_or_else(
            || "none are loaded".to_owned(),
            |first| format!("the first hold from {first} on"),
        );
        Ok(vec![Note {
            code: "no_boundaries",
            text: format!("no commune has boundaries on {on}: {since}"),
        }])
    }

    async fn risk_of_both(
        &self,
        asked: &Asked,
        definition: &Definition,
        map: &Arc<CommuneMap>,
    ) -> Result<RiskOfBoth, Error> {
        let length = check_days(asked.from, asked.to)?;
        let lay = async |from, to| {
            let choice = self.areas.risk_choice(from, to, asked.level).await?;
            let lattice = definition.lattice();
            let by_windows = asked.pass.is_some();
            self.grounds.risk(lattice, map, &choice, by_windows).await
        };
        let before = (asked.from.plus_days(-length), asked.from.plus_days(-1));
        Ok((
            lay(asked.from, asked.to).await?,
            lay(before.0, before.1).await?,
        ))
    }

    /// Where the rows come from, and the regions that have any.
    async fn source(
        &self,
        tx: &mut Tx,
        asked: &Asked,
        (definition, view, clock): (&Arc<Definition>, View, i64),
        notes: &mut Vec<Note>,
    ) -> Result<(Source, Spans), Error> {
        let Some(instant) = asked.as_of else {
            let spans = self.tiles.sync_to(tx, clock, view.version).await?;
            return Ok((Source::Tiles, spans));
        };
        if asked.compare || asked.freshness {
            return Err(parameter(
                "as_of",
                "answers one window: ask without compare and freshness",
            ));
        }
        let by = (definition, view);
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
}

/// How many patrols are not indexed under a version yet, with a note that says so.
async fn behind(tx: &mut Tx, version: i64, notes: &mut Vec<Note>) -> Result<i64, Error> {
    let behind = sql::count_behind(tx, version).await?;
    notes.push(Note {
        code: "not_indexed_yet",
        text: format!(
            "{behind} patrols are not indexed under version {version} yet: its figures are too small until they are"
        ),
    });
    Ok(behind)
}

/// The risk of the communes of the window, and of the period of equal length before.
type RiskOfBoth = (Arc<RiskSet>, Arc<RiskSet>);

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

pub(super) fn not_indexed(refused: &RadiusNotIndexed) -> Error {
    let radii = refused.indexed_cm.iter();
    let radii: Vec<String> = radii
        .map(|radius_cm| (f64::from(*radius_cm) / 100.0).to_string())
        .collect();
    if radii.is_empty() {
        return parameter(
            "class",
            "the definition gives nobody of this class a radius",
        );
    }
    let reason = format!("only indexed radii are answered: {}", radii.join(", "));
    parameter("radius_m", reason)
}
