//! Second visits: what another unit than the claiming one found on a drawn plot.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::fields::{CLOCK_TOLERANCE_MS, Fields};
use crate::base::ids::{EntryId, OrgId, PlotId, RevisitId, is_ahead};
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::base::words::AreaMethod;
use crate::journal::{Entry, Kind, Receipt};
use crate::ledger::model::parse::{MAX_AREA_M2, MAX_PLANTS};
use crate::ledger::sql::{self, RevisitRow};
use crate::store::{self, Tx};

use super::record::{AHEAD, DIFFERS, FOREIGN};
use super::samples::{is_of_draw, read};
use super::{Error, Ledger};

/// A second visit as it is sent.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevisitWire {
    /// Its id, if the sender made one; without it the same content counts once.
    #[serde(default)]
    pub id: Option<RevisitId>,
    /// The statistical year whose draw it belongs to.
    pub period: i64,
    /// When the place was visited.
    pub visited_at: Timestamp,
    /// Ground on which the crop had stood and was destroyed, m².
    pub found_m2: f64,
    /// How that was measured.
    #[serde(default)]
    #[schema(value_type = Option<AreaMethod>)]
    pub area_method: Option<String>,
    /// Plants that were seen standing there.
    #[serde(default)]
    pub plants: Option<f64>,
    /// Free text.
    #[serde(default)]
    pub notes: Option<String>,
}

impl RevisitWire {
    /// The free text, if there is any.
    pub(super) fn noted(&self) -> Option<&str> {
        let notes = self.notes.as_deref().map(str::trim);
        notes.filter(|text| !text.is_empty())
    }

    /// The plants, if they are a number of plants.
    pub(super) fn counted(&self) -> Option<i64> {
        let counted = Fields::default().whole("/plants", self.plants, MAX_PLANTS);
        counted.map(i64::from)
    }
}

/// A second visit as it was recorded.
#[derive(Debug, Clone)]
pub struct RevisitRecorded {
    /// Whether it was written now.
    pub is_new: bool,
    /// The promise.
    pub receipt: Receipt,
}

const MOST_NOTE_CHARS: usize = 1_000;
const NOT_DRAWN: &str = "expected a year for which this plot was drawn";
const BEFORE_DRAW: &str = "trước lúc rút ngẫu nhiên hơn 24 giờ nên không phải lần xem lại của lần rút này: kiểm tra lại ngày giờ và đồng hồ \
     của máy / more than 24 hours before the draw: expected a time after it; check the date and the device's clock";

impl Ledger {
    /// Records a second visit by another unit than the one that claims; `body` are the bytes as sent.
    pub async fn revisit(
        &self,
        actor: &Actor,
        plot: PlotId,
        wire: &RevisitWire,
        body: &[u8],
    ) -> Result<RevisitRecorded, Error> {
        if !actor.may_somewhere(Right::RecordPlots) {
            return Err(Error::Forbidden);
        }
        let row = revisit_row(
            actor,
            plot,
            wire,
            self.journal.now(),
            self.journal.ids().make(),
        )?;
        self.plots.today().await?;
        let context = (self.clone(), actor.clone(), row, body.to_vec());
        let (is_new, receipt) = self
            .journal
            .write(context, |tx, (ledger, actor, row, body)| {
                Box::pin(ledger.write_revisit(tx, actor, row, body))
            })
            .await?;
        Ok(RevisitRecorded { is_new, receipt })
    }

    async fn write_revisit(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &RevisitRow,
        body: &[u8],
    ) -> Result<(bool, Receipt), Error> {
        let plot = sql::plot(tx, row.plot).await?.ok_or(Error::NotFound)?;
        if !actor.may(Right::RecordPlots, plot.place.as_deref()) {
            return Err(Error::NotFound);
        }
        if let Some(entry) = sql::revisit_alike(tx, row).await? {
            return Ok((false, self.journal.receipt_again(tx, entry).await?));
        }
        let entry = Entry {
            kind: Kind::Revisit,
            fact: row.id.0,
            actor: actor.id,
            device: None,
            origin: Some(&actor.origin),
            body,
        };
        if let Some(author) = sql::revisit_author(tx, row.id).await? {
            return self.kept_apart(tx, entry, author == actor.id).await;
        }
        if is_ahead(&row.id.0, self.journal.now()) {
            return Err(Refusal::at("/id", AHEAD).into());
        }
        let sample = sql::sample(tx, row.period).await?;
        let draw = sample.as_ref().map(read).transpose()?;
        let drawn = draw.and_then(|draw| {
            let mut drawn = draw.drawn.into_iter();
            drawn.find(|own| own.claim.plot == row.plot)
        });
        let Some((sample, drawn)) = sample.zip(drawn) else {
            return Err(Refusal::at("/period", NOT_DRAWN).into());
        };
        if !is_of_draw(row.visited_at, sample.drawn_at) {
            return Err(Refusal::at("/visited_at", BEFORE_DRAW).into());
        }
        self.check_visitor(tx, actor, &drawn.claim).await?;
        let written = self.journal.enter(tx, entry).await?;
        let row = RevisitRow {
            entry: written.entry,
            org: actor.org.unwrap_or(row.org),
            recorded_at: written.received_at,
            ..row.clone()
        };
        if !sql::insert_revisit(tx, &row).await? {
            return Err(store::Error::Busy("the visit was just written".into()).into());
        }
        Ok((true, self.journal.receipt(&written)))
    }

    async fn kept_apart(
        &self,
        tx: &mut Tx,
        entry: Entry<'_>,
        is_own: bool,
    ) -> Result<(bool, Receipt), Error> {
        let reason = if is_own { DIFFERS } else { FOREIGN };
        let bytes = i64::try_from(entry.body.len()).unwrap_or(i64::MAX);
        let kept = self.journal.keep_aside(tx, entry, reason, bytes).await?;
        let kept = kept.ok_or(Error::TooMuchAside)?;
        if is_own {
            return Err(Error::Differs(Box::new(kept)));
        }
        Ok((kept.is_new, kept.receipt))
    }
}

/// The visit as it will be kept; entry and time are those of its writing.
fn revisit_row(
    actor: &Actor,
    plot: PlotId,
    wire: &RevisitWire,
    now: Timestamp,
    fresh: Uuid,
) -> Result<RevisitRow, Error> {
    let mut fields = Fields::default();
    let found_m2 = Some(wire.found_m2);
    fields.within(
        "/found_m2",
        found_m2,
        &(0.0..=MAX_AREA_M2),
        "0 to 50,000 m²",
    );
    let area_method: Option<AreaMethod> = fields.word("/area_method", wire.area_method.as_deref());
    fields.whole("/plants", wire.plants, MAX_PLANTS);
    if wire.visited_at.since(now) > CLOCK_TOLERANCE_MS {
        fields.refuse(
            "/visited_at",
            "expected a past time; check the device's clock",
        );
    }
    fields.text("/notes", wire.notes.as_deref(), MOST_NOTE_CHARS);
    fields.finish(Some(()))?;
    let notes = wire.noted();
    let id = wire.id.unwrap_or(RevisitId(fresh));
    // What was sent before these could be said is known again by the same digest.
    let counted = if area_method.is_some() || wire.plants.is_some() {
        format!("\n{area_method:?}\n{:?}", wire.counted())
    } else {
        String::new()
    };
    let meant = format!(
        "{:?}\n{}\n{}\n{notes:?}{counted}",
        wire.id, wire.visited_at, wire.found_m2
    );
    Ok(RevisitRow {
        id,
        period: wire.period,
        plot,
        entry: EntryId(id.0),
        author: actor.id,
        org: actor.org.unwrap_or(OrgId(Uuid::nil())),
        visited_at: wire.visited_at,
        found_m2: wire.found_m2,
        notes: notes.map(str::to_owned),
        digest: crate::journal::model::sha256(meant.as_bytes()).to_vec(),
        recorded_at: now,
        area_method: area_method.map(|method| method.as_str().to_owned()),
        plants: wire.counted(),
    })
}
