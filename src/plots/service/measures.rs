//! Measures taken after a recording, and which measures stand.

use crate::base::actor::{Actor, Right};
use crate::base::ids::PlotId;
use crate::journal::model::sha256;
use crate::journal::{Entry, Kind};
use crate::plots::model::area::{AreaMeasure, AreaSource};
use crate::plots::model::draft::{PlantCount, PlotDraft};
use crate::plots::model::measure::{MeasureDraft, MeasureWire, Measured, standing};
use crate::plots::model::warnings::warnings;
use crate::plots::model::wire::PlotWire;
use crate::plots::sql::{self, MeasureRow, PlotRow};
use crate::store::{self, Tx};

use super::{Error, Plots, Promise, Recorded, SETTLE_JOB, flags_text};

type Plants = (i64, String);
type Area = (f64, String, f64);

struct Sent {
    actor: Actor,
    plot: PlotId,
    draft: MeasureDraft,
    record: String,
    body: Vec<u8>,
}

impl Plots {
    /// Adds a measure to a plot; `body` are the bytes as sent. The same measure of the same author is kept once.
    pub async fn measure(
        &self,
        actor: &Actor,
        plot: PlotId,
        wire: MeasureWire,
        body: &[u8],
    ) -> Result<Recorded, Error> {
        if !actor.may_somewhere(Right::RecordPlots) {
            return Err(Error::Forbidden);
        }
        let draft = MeasureDraft::from_wire(wire, self.journal.now())?;
        self.today().await?;
        let sent = Sent {
            actor: actor.clone(),
            plot,
            record: draft.record().to_string(),
            draft,
            body: body.to_vec(),
        };
        let (row, candidates, promise) = self
            .journal
            .write((self.clone(), sent), |tx, (plots, sent)| {
                Box::pin(async move {
                    let promise = plots.write_measure(tx, sent).await?;
                    let row = sql::plot(tx, sent.plot).await?.ok_or(Error::NotFound)?;
                    let candidates = sql::candidates_of(tx, &[sent.plot]).await?;
                    Ok::<_, Error>((row, candidates, promise))
                })
            })
            .await?;
        Ok(Recorded {
            view: self.told(actor, row, candidates).await?,
            is_new: promise.is_new(),
            receipt: promise.signed(&self.journal),
        })
    }

    async fn write_measure(&self, tx: &mut Tx, sent: &Sent) -> Result<Promise, Error> {
        if !sql::lock_plot(tx, sent.plot).await? {
            return Err(Error::NotFound);
        }
        let row = sql::plot(tx, sent.plot).await?.ok_or(Error::NotFound)?;
        let digest = sha256(sent.record.as_bytes());
        let alike = sql::measure_alike(tx, sent.plot, sent.actor.id, &digest).await?;
        if let Some(entry) = alike {
            return Ok(Promise::Again(self.journal.receipt_again(tx, entry).await?));
        }
        if !sent.actor.may(Right::RecordPlots, row.place.as_deref()) {
            return Err(Error::NotFound);
        }
        let entry = Entry {
            kind: Kind::Plot,
            fact: sent.plot.0,
            actor: sent.actor.id,
            device: None,
            origin: Some(&sent.actor.origin),
            body: &sent.body,
        };
        let written = self.journal.enter(tx, entry).await?;
        let (plants, area) = (sent.draft.plants, sent.draft.area);
        let measure = MeasureRow {
            entry: written.entry,
            plot: sent.plot,
            version: None,
            author: sent.actor.id,
            measured_at: sent.draft.measured_at,
            plants: plants.map(|plants| i64::from(plants.number)),
            plants_method: plants.map(|plants| plants.method.as_str().to_owned()),
            area_m2: area.map(|area| area.area_m2),
            area_method: area.map(|area| area.method.as_str().to_owned()),
            uncertainty_pct: area.map(|area| area.uncertainty_pct),
            digest: digest.to_vec(),
            record: sent.record.clone(),
            recorded_at: written.received_at,
        };
        sql::insert_measure(tx, &measure).await?;
        let draft = self.draft_of(tx, &row).await?;
        self.settle_measures(tx, sent.plot, row.version, &draft)
            .await?;
        sql::advance(tx).await?;
        Ok(Promise::New(written))
    }

    /// The draft of the version that stands, read again from its entry.
    async fn draft_of(&self, tx: &mut Tx, row: &PlotRow) -> Result<PlotDraft, Error> {
        let stored = self.journal.entry(tx, row.entry).await?;
        let stored = stored.ok_or(row.corrupt("entry"))?;
        let body = stored.body.ok_or(row.corrupt("entry"))?;
        let wire: PlotWire = serde_json::from_slice(&body).or(Err(row.corrupt("entry")))?;
        Ok(PlotDraft::from_wire(&wire, stored.row.received_at)?)
    }

    /// Writes which measures stand, and the warnings that follow from them.
    pub(super) async fn settle_measures(
        &self,
        tx: &mut Tx,
        plot: PlotId,
        version: i64,
        draft: &PlotDraft,
    ) -> Result<(), Error> {
        let kept = sql::measures(tx, plot).await?;
        let stands = Standing::of(&kept, version, draft)?;
        let (plants, area) = (stands.plants.as_ref(), stands.area.as_ref());
        sql::set_standing(tx, plot, plants, area, &stands.flags).await?;
        self.journal.queue(tx, SETTLE_JOB, plot.0).await?;
        Ok(())
    }
}

/// The measures that stand, with the warnings that follow from them.
struct Standing {
    plants: Option<Plants>,
    area: Option<Area>,
    flags: String,
}

impl Standing {
    fn of(kept: &[MeasureRow], version: i64, draft: &PlotDraft) -> Result<Self, Error> {
        let (plants, area) = standing(kept.iter().map(measured), version);
        let measured = standing_draft(draft, kept, version)?;
        Ok(Self {
            flags: flags_text(&warnings(&measured)),
            plants,
            area,
        })
    }
}

/// Puts what stands after a plot's first recording, its only measure if any, into its row.
pub(super) fn stand_first(
    row: &mut PlotRow,
    measure: Option<&MeasureRow>,
    draft: &PlotDraft,
) -> Result<(), Error> {
    let stands = Standing::of(
        measure.map_or(&[], std::slice::from_ref),
        row.version,
        draft,
    )?;
    (row.plants, row.plants_method) = stands.plants.unzip();
    if let Some((area_m2, method, uncertainty_pct)) = stands.area {
        row.area_m2 = Some(area_m2);
        row.area_method = Some(method);
        row.uncertainty_pct = Some(uncertainty_pct);
    }
    row.flags = stands.flags;
    Ok(())
}

/// A version's draft with the measures that stand, from which warnings follow.
pub(super) fn standing_draft(
    draft: &PlotDraft,
    kept: &[MeasureRow],
    version: i64,
) -> Result<PlotDraft, store::Error> {
    let (plants, area) = standing(kept.iter().map(measured), version);
    Ok(PlotDraft {
        plants: plants.as_ref().map(count).transpose()?,
        area: area.as_ref().map(size).transpose()?,
        ..draft.clone()
    })
}

pub(super) fn measured(row: &MeasureRow) -> Measured<Plants, Area> {
    let area = row.area_m2.zip(row.area_method.clone());
    Measured {
        measured_at: row.measured_at,
        version: row.version,
        plants: row.plants.zip(row.plants_method.clone()),
        area: area.map(|(m2, method)| (m2, method, row.uncertainty_pct.unwrap_or(0.0))),
    }
}

fn count((number, method): &Plants) -> Result<PlantCount, store::Error> {
    Ok(PlantCount {
        number: u32::try_from(*number).or(Err(corrupt("plants")))?,
        method: method.parse().or(Err(corrupt("plants_method")))?,
    })
}

/// An area that came from an outline is told by its method.
fn size((area_m2, method, uncertainty_pct): &Area) -> Result<AreaMeasure, store::Error> {
    use crate::plots::model::words::AreaMethod;
    let method: AreaMethod = method.parse().or(Err(corrupt("area_method")))?;
    let source = if method == AreaMethod::GnssPolygon {
        AreaSource::Outline
    } else {
        AreaSource::Typed
    };
    Ok(AreaMeasure {
        area_m2: *area_m2,
        method,
        source,
        uncertainty_pct: *uncertainty_pct,
    })
}

fn corrupt(column: &'static str) -> store::Error {
    store::Error::Corrupt {
        table: "plot_measures",
        column,
        id: String::new(),
    }
}

/// The measures of a recording that is the plot's only one.
pub(super) fn stand_alone(row: &mut PlotRow, draft: &PlotDraft) {
    row.plants = draft.plants.map(|plants| i64::from(plants.number));
    row.plants_method = draft.plants.map(|plants| plants.method.as_str().to_owned());
    row.area_m2 = draft.area.map(|area| area.area_m2);
    row.area_method = draft.area.map(|area| area.method.as_str().to_owned());
    row.uncertainty_pct = draft.area.map(|area| area.uncertainty_pct);
}
