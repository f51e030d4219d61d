//! The evidence of one eradication: its photos graded, with every reason.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{FactId, PhotoId, PlotId};
use crate::evidence::model::Phase;
use crate::evidence::model::grade::{Grade, GradedSet, Reason, Work};
use crate::evidence::{Graded, PhotoErased, SealView, Sealing};
use crate::geo::position::Position;
use crate::ledger::model::words::{FactKind, Missing};
use crate::ledger::model::{Act, Fact, Life};
use crate::ledger::sql::{self, PlotRow};
use crate::store::{self, Tx};

use super::material::{self, Material};
use super::papers::Papers;
use super::{Error, Ledger};

/// A reason with its texts.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReasonView {
    /// Its code.
    pub code: Reason,
    /// The best grade that it leaves; A: it only informs.
    pub cap: Grade,
    /// In Vietnamese.
    pub vi: &'static str,
    /// In English.
    pub en: &'static str,
}

/// A photo with its grade.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct GradedPhotoView {
    /// The photo.
    pub id: PhotoId,
    /// What it shows.
    pub phase: Phase,
    /// Its grade.
    pub grade: Grade,
    /// Codes of its reasons; their texts stand in `reasons`.
    pub reasons: Vec<Reason>,
    /// Whether it was added after the eradication was approved and its photos sealed.
    pub after_seal: bool,
    /// By which order it was erased; it still counts as it was found when it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redacted: Option<PhotoErased>,
}

/// The evidence of one eradication.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EvidenceView {
    /// The eradication.
    pub eradication: FactId,
    /// The plot.
    pub plot: PlotId,
    /// The grade of its photos together: every needed phase by its best photo.
    pub grade: Grade,
    /// The version of the rules.
    pub rules: u32,
    /// What the photo minimum misses; told even when a role waived it.
    pub missing: Vec<Missing>,
    /// Whether a role let it count without photos.
    pub waived: bool,
    /// Reasons of the set itself.
    pub set_reasons: Vec<Reason>,
    /// Every reason named here, with its texts.
    pub reasons: Vec<ReasonView>,
    /// Its photos, the first taken first.
    pub photos: Vec<GradedPhotoView>,
    /// The seal over them; null until the eradication is approved.
    pub seal: Option<SealView>,
}

impl Ledger {
    /// The evidence of an eradication in the caller's reach.
    pub async fn evidence(&self, actor: &Actor, id: FactId) -> Result<EvidenceView, Error> {
        if !actor.may_somewhere(Right::ReadPhotos) {
            return Err(Error::Forbidden);
        }
        self.plots.today().await?;
        let mut tx = self.journal.store().read().await?;
        let fact = sql::fact(&mut tx, id).await?;
        let fact = fact.filter(|fact| fact.kind == FactKind::Eradication.as_str());
        let plot = fact.ok_or(Error::NotFound)?.plot;
        let material = material::of_plot(&mut tx, plot).await?;
        let material = material
            .filter(|material| actor.may(Right::ReadPhotos, material.row.place.as_deref()))
            .ok_or(Error::NotFound)?;
        let rules = self.rules(&mut tx).await?;
        let told = self.life_of(&mut tx, material, &rules).await?;
        let (material, life) = told.ok_or(Error::NotFound)?;
        let papers = self.papers_of(&mut tx, &material.facts).await?;
        let work = work_of(&material, &life, &papers, id)?.ok_or(Error::NotFound)?;
        let is_waived = work.is_waived;
        let mut plots = plots_of(&material, &work.ids);
        let reached = |own: &PlotId| {
            let row = material.merged.iter().find(|row| row.id == *own);
            row.is_none_or(|row| actor.may(Right::ReadPhotos, row.place.as_deref()))
        };
        plots.retain(reached);
        let graded = self.evidence.graded(&mut tx, &plots, &[work]).await?;
        let missing = life.photos.get(&id).map(|photos| photos.missing.clone());
        let mut view = view((id, plot), graded, missing.unwrap_or_default(), is_waived)
            .ok_or(Error::NotFound)?;
        view.seal = self.evidence.seal_of(&mut tx, id).await?;
        Ok(view)
    }

    /// Seals the photos of an eradication that is being approved, in the same act.
    pub(super) async fn seal(
        &self,
        tx: &mut Tx,
        plot: PlotId,
        (eradication, approval): (FactId, FactId),
        by: uuid::Uuid,
    ) -> Result<(), Error> {
        let rules = self.rules(tx).await?;
        let material = material::of_plot(tx, plot).await?.ok_or(Error::NotFound)?;
        let told = self.life_of(tx, material, &rules).await?;
        let (material, _) = told.ok_or(Error::NotFound)?;
        let fact = material.facts.iter().find(|fact| fact.id == eradication);
        let entry = fact.ok_or(Error::NotFound)?.entry;
        let stored = self.journal.entry(tx, entry).await?;
        let named = corrected_by(&material.facts, eradication);
        let mut plots = plots_of(&material, &named);
        // Whoever takes out the case of the one takes out the photos of the others: none is sealed that he could not show.
        let place = material.row.place.as_deref();
        let elsewhere = |row: &&PlotRow| row.place.as_deref() != place;
        let elsewhere = material.merged.iter().filter(elsewhere);
        let elsewhere: BTreeSet<PlotId> = elsewhere.map(|row| row.id).collect();
        plots.retain(|own| !elsewhere.contains(own));
        let sealing = Sealing {
            plot,
            plots,
            named,
            version_sha256: stored.ok_or(Error::NotFound)?.row.sha256,
            approval,
            by,
        };
        Ok(self.evidence.seal(tx, &sealing).await?)
    }

    /// The grades of all eradications that a plot's state allowed.
    pub(super) async fn grades(
        &self,
        tx: &mut Tx,
        material: &Material,
        life: &Life,
    ) -> Result<BTreeMap<FactId, Grade>, store::Error> {
        let papers = self.papers_of(tx, &material.facts).await?;
        // Photos are joined to the plot on which the work was recorded, or what it corrects.
        let mut by_plots: BTreeMap<Vec<PlotId>, (Vec<FactId>, Vec<Work>)> = BTreeMap::new();
        for done in &life.eradications {
            if let Some(work) = work_of(material, life, &papers, done.fact)? {
                let own = by_plots.entry(plots_of(material, &work.ids)).or_default();
                own.0.push(done.fact);
                own.1.push(work);
            }
        }
        let mut grades = BTreeMap::new();
        for (plots, (eradications, works)) in by_plots {
            let told = self.evidence.graded(tx, &plots, &works).await?;
            let sets = told.sets.into_iter().map(|set| set.grade);
            grades.extend(eradications.into_iter().zip(sets));
        }
        Ok(grades)
    }
}

/// The plots on which versions of a work were recorded, by id: one that was merged may have what is corrected on the other.
fn plots_of(material: &Material, versions: &[FactId]) -> Vec<PlotId> {
    let own = material.facts.iter();
    let own = own.filter(|fact| versions.contains(&fact.id));
    let plots: BTreeSet<PlotId> = own.map(|fact| material.row_of(fact).id).collect();
    plots.into_iter().collect()
}

fn work_of(
    material: &Material,
    life: &Life,
    papers: &Papers,
    id: FactId,
) -> Result<Option<Work>, store::Error> {
    let fact = material.facts.iter().find(|fact| fact.id == id);
    let Some((fact, Act::Eradication(said))) = fact.map(|fact| (fact, &fact.act)) else {
        return Ok(None);
    };
    let row = material.row_of(fact);
    let ids = versions(&material.facts, life, id);
    let mut own = material.facts.iter().filter(|fact| ids.contains(&fact.id));
    let is_from_paper = own.any(|fact| papers.contains_key(&fact.entry));
    Ok(Some(Work {
        ids,
        is_from_paper,
        started_at: said.started_at,
        ended_at: fact.at,
        plot: Position::new(row.lon, row.lat).or(Err(row.corrupt("lat")))?,
        plot_accuracy_m: row.hacc_m,
        is_waived: life.photos.get(&id).is_some_and(|photos| photos.is_waived),
    }))
}

fn view(
    (eradication, plot): (FactId, PlotId),
    graded: Graded,
    missing: Vec<Missing>,
    waived: bool,
) -> Option<EvidenceView> {
    let (after_seal, mut erased, rules) = (graded.after_seal, graded.erased, graded.rules);
    let graded: GradedSet = graded.sets.into_iter().next()?;
    let photos = graded.photos.iter().flat_map(|photo| &photo.reasons);
    let told: BTreeSet<Reason> = graded.reasons.iter().chain(photos).copied().collect();
    let text = |code: Reason| ReasonView {
        code,
        cap: rules.cap(code),
        vi: code.vi(),
        en: code.en(),
    };
    Some(EvidenceView {
        eradication,
        plot,
        grade: graded.grade,
        rules: graded.rules,
        missing,
        waived,
        set_reasons: graded.reasons,
        reasons: told.into_iter().map(text).collect(),
        photos: graded
            .photos
            .into_iter()
            .map(|photo| GradedPhotoView {
                id: photo.id,
                phase: photo.phase,
                grade: photo.grade,
                reasons: photo.reasons,
                after_seal: after_seal.contains(&photo.id),
                redacted: erased.remove(&photo.id),
            })
            .collect(),
        seal: None,
    })
}

/// The eradication with all whose place it took: photos that name another version of the work mean this one.
fn versions(facts: &[Fact], life: &Life, id: FactId) -> Vec<FactId> {
    let mut ids = corrected_by(facts, id);
    let replaced = life
        .steps
        .iter()
        .filter(|step| step.corrected_by == Some(id));
    for step in replaced {
        if !ids.contains(&step.fact) {
            ids.push(step.fact);
        }
    }
    ids
}

/// The eradication with all that it corrects, one after the other.
fn corrected_by(facts: &[Fact], id: FactId) -> Vec<FactId> {
    let known: BTreeMap<FactId, FactId> = facts
        .iter()
        .filter_map(|fact| Some((fact.id, fact.corrects?)))
        .collect();
    let mut ids = vec![id];
    // Ids may name each other in a circle, for nobody checked them.
    while let Some(earlier) = ids.last().and_then(|id| known.get(id)) {
        if ids.contains(earlier) {
            break;
        }
        ids.push(*earlier);
    }
    ids
}
