//! Risk areas: every change is a new version with a reason, by someone who answers for the province.

pub(super) mod versions;
mod view;

use std::io::Read;

use serde_json::json;

use crate::areas::model::reader::Limits;
use crate::areas::model::risk::{CheckWindow, RiskAreaDraft, read_risk_areas, windows_json};
use crate::areas::sql::{self, RiskAreaRow};
use crate::base::actor::{Actor, Right};
use crate::base::ids::{EntryId, RiskAreaId};
use crate::base::refusal::Refusal;
use crate::base::time::LocalDate;
use crate::geo::measure::region_area_m2;
use crate::journal::{Entry, Journal, Kind, Receipt};
use crate::store::{self, Tx};

use super::{Act, Areas, Error, advance, aside, need_province};

pub(super) use view::RiskAreas;
pub use view::{RiskAreaView, RiskChoice};

const MOST_REASON_CHARS: usize = 500;

/// What a file of definitions changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangeReport {
    /// New codes.
    pub added: usize,
    /// Known codes with other content.
    pub changed: usize,
    /// Known codes with the same content.
    pub unchanged: usize,
}

/// A risk area as it stands after it was set.
#[derive(Debug, Clone)]
pub struct RiskAreaSet {
    /// The version that stands.
    pub version: i64,
    /// Whether it stood already.
    pub is_replay: bool,
    /// The version's receipt.
    pub receipt: Receipt,
}

impl Areas {
    /// Sets a risk area: a new one, or a new version of the one with its code. `body` is what the author sent.
    pub async fn set_risk_area(
        &self,
        actor: &Actor,
        draft: RiskAreaDraft,
        reason: &str,
        revises: Option<i64>,
        body: bytes::Bytes,
    ) -> Result<RiskAreaSet, Error> {
        need_province(actor, Right::ChangeRiskAreas)?;
        let reason = checked(reason)?;
        let context = (self.journal.clone(), actor.clone(), draft, reason, body);
        let set = self
            .journal
            .write(context, move |tx, (journal, actor, draft, reason, body)| {
                Box::pin(async move {
                    advance(journal, tx).await?;
                    let act = Change {
                        journal,
                        actor,
                        reason,
                    };
                    let (known, draft) = (latest(tx, &draft.code).await?, draft);
                    let stale = |known: &&RiskAreaView| {
                        !known.says(draft) && revises.is_some_and(|v| v != known.version)
                    };
                    if let Some(known) = known.as_ref().filter(stale) {
                        return Err(Error::Stale(known.version));
                    }
                    act.set(tx, known.as_ref(), draft, body).await
                })
            })
            .await;
        // Also where it was refused: who is told of another version reads that one next, not what is kept from before.
        self.forget_epoch();
        set
    }

    /// Ends a risk area with that day; where its author has read a version, only while that one stands.
    pub async fn end_risk_area(
        &self,
        actor: &Actor,
        (code, read): (&str, Option<i64>),
        valid_to: LocalDate,
        reason: &str,
    ) -> Result<RiskAreaSet, Error> {
        need_province(actor, Right::ChangeRiskAreas)?;
        let reason = checked(reason)?;
        let context = (self.journal.clone(), actor.clone(), code.to_owned(), reason);
        let set = self
            .journal
            .write(context, move |tx, (journal, actor, code, reason)| {
                Box::pin(async move {
                    advance(journal, tx).await?;
                    let known = latest(tx, code).await?.ok_or(Error::NotFound)?;
                    if read.is_some_and(|version| version != known.version) {
                        return Err(Error::Stale(known.version));
                    }
                    if valid_to < known.valid_from {
                        let reason = "lies before the area's first day";
                        return Err(Refusal::at("/properties/valid_to", reason).into());
                    }
                    let draft = RiskAreaDraft {
                        valid_to: Some(valid_to),
                        ..known.draft(1)
                    };
                    let act = Change {
                        journal,
                        actor,
                        reason,
                    };
                    let body = feature(&draft, reason);
                    act.set(tx, Some(&known), &draft, body.as_bytes()).await
                })
            })
            .await?;
        self.forget_epoch();
        Ok(set)
    }

    /// Loads a file of risk areas: unknown codes are new, other content is a new version, codes that are absent stay.
    pub async fn import_risk_areas(
        &self,
        actor: &Actor,
        input: impl Read + Send + 'static,
        reason: &str,
        is_dry_run: bool,
    ) -> Result<ChangeReport, Error> {
        need_province(actor, Right::ChangeRiskAreas)?;
        let reason = checked(reason)?;
        let drafts = aside(move || read_risk_areas(input, Limits::default())).await??;
        if is_dry_run {
            let mut tx = self.journal.store().read().await?;
            return Ok(ChangeReport::of(
                &self.risk_area_acts(&mut tx, &drafts).await?,
            ));
        }
        let context = (self.clone(), actor.clone(), drafts, reason);
        let acts = self
            .journal
            .write(context, |tx, (areas, actor, drafts, reason)| {
                Box::pin(areas.set_risk_areas(tx, actor, drafts, reason))
            })
            .await?;
        self.forget_epoch();
        Ok(ChangeReport::of(&acts))
    }

    /// The check windows of the area of that code and crop, where one stands.
    pub async fn standing_windows(
        &self,
        draft: &RiskAreaDraft,
    ) -> Result<Option<Vec<CheckWindow>>, store::Error> {
        let mut tx = self.journal.store().read().await?;
        let known = latest(&mut tx, &draft.code).await?;
        let own = known.filter(|known| known.crop == draft.crop);
        Ok(own.map(|own| own.windows))
    }

    /// What setting these risk areas would do to each.
    pub async fn risk_area_acts(
        &self,
        tx: &mut Tx,
        drafts: &[RiskAreaDraft],
    ) -> Result<Vec<Act>, store::Error> {
        let mut acts = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let known = latest(tx, &draft.code).await?;
            acts.push(Act::of(
                known.map(|known| known.says(&known.settled(draft))),
            ));
        }
        Ok(acts)
    }

    /// Sets risk areas in the caller's transaction, which then calls [`Areas::forget_epoch`].
    pub async fn set_risk_areas(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        drafts: &[RiskAreaDraft],
        reason: &str,
    ) -> Result<Vec<Act>, Error> {
        need_province(actor, Right::ChangeRiskAreas)?;
        let reason = &checked(reason)?;
        advance(&self.journal, tx).await?;
        let change = Change {
            journal: &self.journal,
            actor,
            reason,
        };
        let mut acts = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let known = latest(tx, &draft.code).await?;
            let draft = known
                .as_ref()
                .map_or_else(|| draft.clone(), |known| known.settled(draft));
            acts.push(Act::of(known.as_ref().map(|known| known.says(&draft))));
            let body = feature(&draft, reason);
            change
                .set(tx, known.as_ref(), &draft, body.as_bytes())
                .await?;
        }
        Ok(acts)
    }
}

impl ChangeReport {
    /// The report of acts.
    #[must_use]
    pub fn of(acts: &[Act]) -> Self {
        let count = |wanted: Act| acts.iter().filter(|act| **act == wanted).count();
        Self {
            added: count(Act::Create),
            changed: count(Act::Change),
            unchanged: count(Act::Leave),
        }
    }
}

/// Who changes areas, and why.
struct Change<'a> {
    journal: &'a Journal,
    actor: &'a Actor,
    reason: &'a str,
}

impl Change<'_> {
    /// Writes a version, unless the newest one says the same.
    async fn set(
        &self,
        tx: &mut Tx,
        known: Option<&RiskAreaView>,
        draft: &RiskAreaDraft,
        body: &[u8],
    ) -> Result<RiskAreaSet, Error> {
        if let Some(known) = known.filter(|known| known.says(draft)) {
            return Ok(RiskAreaSet {
                version: known.version,
                is_replay: true,
                receipt: self.journal.receipt_again(tx, known.entry).await?,
            });
        }
        let id = known.map_or_else(|| RiskAreaId(self.journal.ids().make()), |known| known.id);
        let entry = Entry {
            kind: Kind::RiskArea,
            fact: id.0,
            actor: self.actor.id,
            device: None,
            origin: None,
            body,
        };
        let written = self.journal.enter(tx, entry).await?;
        let version = known.map_or(1, |known| known.version + 1);
        let row = row(id, version, draft, self.reason, written.entry);
        sql::supersede(tx, &draft.code, draft.valid_from).await?;
        sql::insert_risk_area(tx, &row).await?;
        Ok(RiskAreaSet {
            version,
            is_replay: false,
            receipt: self.journal.receipt(&written),
        })
    }
}

fn checked(reason: &str) -> Result<String, Error> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::NoReason);
    }
    if reason.chars().count() > MOST_REASON_CHARS {
        return Err(Refusal::at("/properties/reason", "at most 500 characters").into());
    }
    Ok(reason.to_owned())
}

async fn latest(tx: &mut Tx, code: &str) -> Result<Option<RiskAreaView>, store::Error> {
    let versions = sql::risk_areas_of(tx, code).await?;
    versions
        .into_iter()
        .next()
        .map(RiskAreaView::of)
        .transpose()
}

fn row(
    id: RiskAreaId,
    version: i64,
    draft: &RiskAreaDraft,
    reason: &str,
    entry: EntryId,
) -> RiskAreaRow {
    RiskAreaRow {
        id,
        code: draft.code.clone(),
        version,
        name: draft.name.clone(),
        level: draft.level.as_str().to_owned(),
        basis: draft.basis.as_str().to_owned(),
        crop: draft.crop.as_str().to_owned(),
        windows: windows_json(&draft.windows).to_string(),
        required_visits: i64::from(draft.required_visits),
        valid_from: draft.valid_from,
        valid_to: draft.valid_to,
        superseded_from: None,
        outline: draft.region.to_wkb(),
        area_m2: region_area_m2(&draft.region),
        reason: reason.to_owned(),
        entry,
    }
}

/// A draft as the feature that the journal keeps of it.
fn feature(draft: &RiskAreaDraft, reason: &str) -> String {
    json!({
        "type": "Feature",
        "properties": {
            "code": draft.code,
            "name": draft.name,
            "level": draft.level.as_str(),
            "basis": draft.basis.as_str(),
            "crop": draft.crop,
            "windows": windows_json(&draft.windows),
            "required_visits": draft.required_visits,
            "valid_from": draft.valid_from,
            "valid_to": draft.valid_to,
            "reason": reason,
        },
        "geometry": draft.region.to_geojson(),
    })
    .to_string()
}
