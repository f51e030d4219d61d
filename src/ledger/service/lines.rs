//! Plots as forms list them, grouped by whatever a form asks for; the sums are those of the figures.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::base::actor::Actor;
use crate::base::ids::{IncidentId, OrgId, PlotId};
use crate::base::time::Timestamp;
use crate::base::words::Crop;
use crate::ledger::model::Life;
use crate::ledger::model::facts::{Act, Eradication};
use crate::ledger::model::life::Done;
use crate::ledger::model::totals::{Figures, Part};
use crate::ledger::model::words::{PlotFigure, PlotState};

use super::books::Books;
use super::figures::{FiguresQuery, chosen};
use super::material::Material;
use super::{Error, Ledger};

/// One plot as forms list it.
#[derive(Debug, Clone)]
pub struct PlotLine {
    /// The plot.
    pub plot: PlotId,
    /// Its commune's code on the day of detection.
    pub commune: Option<String>,
    /// That commune's name.
    pub commune_name: Option<String>,
    /// The crop as verified, else as recorded.
    pub crop: Crop,
    /// The incident.
    pub incident: Option<IncidentId>,
    /// The detector's organisation.
    pub org: Option<OrgId>,
    /// When it was detected.
    pub detected_at: Timestamp,
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
    /// What the recording that stands says.
    pub record: Map<String, Value>,
    /// Where it stands.
    pub state: PlotState,
    /// Whether figures count it.
    pub is_counted: bool,
    /// The share that they leave out until it is decided whose ground it is, 0 to 1.
    pub disputed: f64,
    /// The share of what was destroyed that they leave out, 0 to 1.
    pub work_disputed: f64,
    /// When the first full eradication ended.
    pub eradicated_at: Option<Timestamp>,
    /// The work that `eradicated_at` tells of; before there is one, the last that its state allowed.
    pub eradication: Option<Eradication>,
    /// The organisation that recorded that work.
    pub work_org: Option<OrgId>,
    /// The last eradication that is in the figures of what was destroyed.
    pub completed: Option<Eradication>,
    /// The number of the minutes of that work; none while they are awaited.
    pub minutes: Option<String>,
    /// Photos that show it.
    pub photos: u32,
    /// Its own figures.
    pub figures: Figures,
}

/// Plots in groups, with each group's sums.
#[derive(Debug)]
pub struct Grouped<K> {
    /// The version of the definition.
    pub definition: u32,
    /// The groups.
    pub groups: BTreeMap<K, (Figures, Vec<PlotLine>)>,
    /// The sums of all.
    pub total: Figures,
}

impl Ledger {
    /// The plots in the caller's reach that a query leaves, grouped by `key`.
    pub async fn grouped<K: Ord + Clone>(
        &self,
        actor: &Actor,
        query: &FiguresQuery,
        key: impl Fn(&PlotLine) -> K,
    ) -> Result<Grouped<K>, Error> {
        let books = self.opened(actor, query).await?;
        let chosen = chosen(&books, actor, &query.filter);
        let mut parts: BTreeMap<K, Vec<_>> = BTreeMap::new();
        let mut lines: BTreeMap<K, Vec<PlotLine>> = BTreeMap::new();
        for own in &chosen {
            let part = books.part(own);
            let line = line(own, &part, &Figures::of([part]))?;
            let key = key(&line);
            parts.entry(key.clone()).or_default().push(part);
            lines.entry(key).or_default().push(line);
        }
        let groups = lines.into_iter().map(|(key, lines)| {
            let own = parts.remove(&key).unwrap_or_default();
            (key, (Figures::of(own), lines))
        });
        Ok(Grouped {
            definition: books.rules.version,
            groups: groups.collect(),
            total: Figures::of(chosen.iter().map(|own| books.part(own))),
        })
    }
}

fn line(
    (material, life): &(Material, Life),
    part: &Part<'_>,
    figures: &Figures,
) -> Result<PlotLine, Error> {
    let row = &material.row;
    let Ok(Value::Object(record)) = serde_json::from_str(&row.record) else {
        return Err(row.corrupt("record").into());
    };
    // Day, unit and minutes stand side by side: they are of one work.
    let of_day = |done: &&Done| Some(done.ended_at) == life.eradicated_at;
    let work = life.eradications.iter().find(of_day);
    let work = work.or_else(|| life.eradications.iter().max_by_key(|done| done.ended_at));
    let told = work.and_then(|done| work_of(material, done));
    Ok(PlotLine {
        plot: row.id,
        commune: row.commune.clone(),
        commune_name: row.commune_name.clone(),
        crop: life.crop,
        incident: row.incident,
        org: row.org,
        detected_at: row.detected_at,
        lon: row.lon,
        lat: row.lat,
        state: life.state,
        is_counted: life.is_counted(),
        disputed: part.disputed,
        work_disputed: part.work_disputed,
        eradicated_at: life.eradicated_at,
        minutes: work.and_then(|done| life.minutes.get(&done.fact).cloned()),
        photos: material.photos.count(),
        completed: completed(material, life).cloned(),
        eradication: told.map(|(_, said)| said.clone()),
        work_org: told.and_then(|(org, _)| org),
        figures: *figures,
        record,
    })
}

/// Who recorded a work, and what was said of it.
fn work_of<'a>(material: &'a Material, done: &Done) -> Option<(Option<OrgId>, &'a Eradication)> {
    let fact = material.facts.iter().find(|fact| fact.id == done.fact)?;
    match &fact.act {
        Act::Eradication(said) => Some((fact.org, said)),
        _ => None,
    }
}

/// The last eradication that is in the figures of what was destroyed; none where nothing is.
fn completed<'a>(material: &'a Material, life: &Life) -> Option<&'a Eradication> {
    let told = &life.quantities.eradicated;
    if told.is_empty() {
        return None;
    }
    let own = life.eradications.iter();
    let own = own.filter(|done| told.facts.contains(&done.fact));
    let last = own.max_by_key(|done| done.ended_at)?;
    work_of(material, last).map(|(_, said)| said)
}

impl Books {
    /// Whether a plot is one of those under a figure.
    pub(super) fn stands_under(&self, own: &(Material, Life), figure: PlotFigure) -> bool {
        let (part, (material, life)) = (self.part(own), own);
        let is_of_work = matches!(figure, PlotFigure::Destroyed | PlotFigure::Voluntary);
        let left_out = if is_of_work {
            part.work_disputed
        } else {
            part.disputed
        };
        let is_counted = part.is_counted() && left_out < 1.0;
        let is_closed = || {
            use PlotState as S;
            matches!(life.state, S::Eradicated | S::Clear | S::Gone)
        };
        let done = || completed(material, life);
        is_counted
            && match figure {
                PlotFigure::Counted => true,
                PlotFigure::InIncident => material.row.incident.is_some(),
                PlotFigure::Open => !is_closed(),
                PlotFigure::Destroyed => done().is_some(),
                PlotFigure::Voluntary => done().is_some_and(|own| own.voluntary),
            }
    }
}
