//! Risk areas: every change is a new version with a reason, by someone who answers for the province.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;

use serde_json::json;

use crate::areas::model::reader::Limits;
use crate::areas::model::risk::{
    CheckWindow, RiskAreaDraft, RiskBasis, RiskLevel, read_risk_areas, windows_json, windows_of,
};
use crate::areas::sql::{self, RiskAreaRow};
use crate::base::actor::{Actor, Right, Scope};
use crate::base::ids::{EntryId, RiskAreaId};
use crate::base::refusal::Refusal;
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::geo::measure::region_area_m2;
use crate::geo::shape::Region;
use crate::journal::{Entry, Journal, Kind, Receipt};
use crate::store::{self, Tx};

use super::{Areas, Error, aside, need_province};

const MOST_REASON_CHARS: usize = 500;

/// One version of a risk area.
#[derive(Debug, Clone)]
pub struct RiskAreaView {
    /// The area's id, the same for all its versions.
    pub id: RiskAreaId,
    /// The province's code for the area.
    pub code: String,
    /// From 1.
    pub version: i64,
    /// The name.
    pub name: String,
    /// How likely planting is.
    pub level: RiskLevel,
    /// Why it counts as a risk area.
    pub basis: RiskBasis,
    /// The crop to look for.
    pub crop: Crop,
    /// When checks count; empty: all year.
    pub windows: Vec<CheckWindow>,
    /// Visits that a season needs.
    pub required_visits: u32,
    /// First day as it was set.
    pub valid_from: LocalDate,
    /// Last day as it was set; none while it stands.
    pub valid_to: Option<LocalDate>,
    /// First day on which a later version speaks for the area.
    pub superseded_from: Option<LocalDate>,
    /// The ground in square metres.
    pub area_m2: f64,
    /// Why this version was set.
    pub reason: String,
    /// The version's journal entry.
    pub entry: EntryId,
    /// The ground.
    pub region: Arc<Region>,
}

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

impl RiskAreaView {
    /// First day on which this version speaks for the area.
    #[must_use]
    pub fn first_day(&self) -> LocalDate {
        self.valid_from
    }

    /// Last day on which this version speaks for the area; before the first if it never does.
    #[must_use]
    pub fn last_day(&self) -> LocalDate {
        let superseded = self.superseded_from.map(|day| day.plus_days(-1));
        let end = LocalDate::from_days(i64::MAX);
        self.valid_to.unwrap_or(end).min(superseded.unwrap_or(end))
    }

    fn speaks_on(&self, day: LocalDate) -> bool {
        self.first_day() <= day && day <= self.last_day()
    }

    pub(super) fn of(row: RiskAreaRow) -> Result<Self, store::Error> {
        let corrupt = |column| store::Error::Corrupt {
            table: "area_risk_areas",
            column,
            id: row.id.to_string(),
        };
        let windows = serde_json::from_str(&row.windows).or(Err(corrupt("windows")))?;
        let region = Region::from_wkb(&row.outline).or(Err(corrupt("outline")))?;
        Ok(Self {
            level: row.level.parse().or(Err(corrupt("level")))?,
            basis: row.basis.parse().or(Err(corrupt("basis")))?,
            crop: row.crop.parse().or(Err(corrupt("crop")))?,
            windows: windows_of(&windows).or(Err(corrupt("windows")))?,
            required_visits: u32::try_from(row.required_visits)
                .or(Err(corrupt("required_visits")))?,
            region: Arc::new(region),
            id: row.id,
            code: row.code,
            version: row.version,
            name: row.name,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            superseded_from: row.superseded_from,
            area_m2: row.area_m2,
            reason: row.reason,
            entry: row.entry,
        })
    }

    fn says(&self, draft: &RiskAreaDraft) -> bool {
        *draft == self.draft(draft.feature)
    }

    fn draft(&self, feature: usize) -> RiskAreaDraft {
        RiskAreaDraft {
            feature,
            code: self.code.clone(),
            name: self.name.clone(),
            level: self.level,
            basis: self.basis,
            crop: self.crop,
            windows: self.windows.clone(),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            required_visits: self.required_visits,
            region: (*self.region).clone(),
        }
    }
}

impl Areas {
    /// Risk areas that speak for any day of the window, both days included, by code and version.
    pub async fn risk_areas(
        &self,
        from: LocalDate,
        to: LocalDate,
        level: Option<RiskLevel>,
    ) -> Result<Vec<RiskAreaView>, store::Error> {
        let all = self.all_risk_areas().await?;
        let wanted = all.iter().filter(|area| {
            area.first_day() <= to
                && from <= area.last_day()
                && level.is_none_or(|level| area.level == level)
        });
        Ok(wanted.cloned().collect())
    }

    /// Risk areas of a day that share ground with the communes in the reader's reach, and with `commune` if given.
    pub async fn risk_areas_for(
        &self,
        actor: &Actor,
        at: LocalDate,
        level: Option<RiskLevel>,
        commune: Option<&str>,
    ) -> Result<Vec<RiskAreaView>, Error> {
        let reach = actor.reach(Right::ReadRiskAreas).ok_or(Error::Forbidden)?;
        if commune.is_some_and(|code| !reach.holds(Some(code))) {
            return Err(Error::NotFound);
        }
        let areas = self.risk_areas(at, at, level).await?;
        match (commune, reach) {
            (Some(code), _) => self.meeting(areas, at, &[code.to_owned()].into()).await,
            (None, Scope::Communes(codes)) => self.meeting(areas, at, &codes).await,
            (None, Scope::Province) => Ok(areas),
        }
    }

    /// A risk area as it stands on a day (none: today, or else its newest version), within the reader's reach.
    pub async fn risk_area_for(
        &self,
        actor: &Actor,
        code: &str,
        at: Option<LocalDate>,
    ) -> Result<RiskAreaView, Error> {
        let reach = actor.reach(Right::ReadRiskAreas).ok_or(Error::Forbidden)?;
        let all = self.all_risk_areas().await?;
        let versions: Vec<_> = all.iter().filter(|area| area.code == code).collect();
        let day = at.unwrap_or_else(|| self.today());
        let on_day = versions.iter().find(|area| area.speaks_on(day));
        let newest = versions.last().filter(|_| at.is_none());
        let found = (**on_day.or(newest).ok_or(Error::NotFound)?).clone();
        let found = match reach {
            Scope::Province => vec![found],
            Scope::Communes(codes) => self.meeting(vec![found], day, &codes).await?,
        };
        found.into_iter().next().ok_or(Error::NotFound)
    }

    /// Those of the areas that share ground with one of the communes.
    async fn meeting(
        &self,
        mut areas: Vec<RiskAreaView>,
        at: LocalDate,
        codes: &BTreeSet<String>,
    ) -> Result<Vec<RiskAreaView>, Error> {
        let map = self.map(at).await?;
        let communes: Vec<_> = codes.iter().filter_map(|code| map.commune(code)).collect();
        let meets = |area: &RiskAreaView| {
            communes
                .iter()
                .any(|commune| commune.ground.meets(&area.region))
        };
        areas.retain(meets);
        Ok(areas)
    }

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
                    sql::advance(tx).await?;
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
            .await?;
        self.forget_epoch();
        Ok(set)
    }

    /// Ends a risk area with that day.
    pub async fn end_risk_area(
        &self,
        actor: &Actor,
        code: &str,
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
                    sql::advance(tx).await?;
                    let known = latest(tx, code).await?.ok_or(Error::NotFound)?;
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
            let mut report = ChangeReport::default();
            for draft in &drafts {
                report.count(latest(&mut tx, &draft.code).await?.as_ref(), draft);
            }
            return Ok(report);
        }
        let context = (self.journal.clone(), actor.clone(), drafts, reason);
        let report = self
            .journal
            .write(context, |tx, (journal, actor, drafts, reason)| {
                Box::pin(async move {
                    sql::advance(tx).await?;
                    let act = Change {
                        journal,
                        actor,
                        reason,
                    };
                    let mut report = ChangeReport::default();
                    for draft in drafts {
                        let known = latest(tx, &draft.code).await?;
                        report.count(known.as_ref(), draft);
                        let body = feature(draft, reason);
                        act.set(tx, known.as_ref(), draft, body.as_bytes()).await?;
                    }
                    Ok::<_, Error>(report)
                })
            })
            .await?;
        self.forget_epoch();
        Ok(report)
    }
}

impl ChangeReport {
    fn count(&mut self, known: Option<&RiskAreaView>, draft: &RiskAreaDraft) {
        match known {
            None => self.added += 1,
            Some(known) if known.says(draft) => self.unchanged += 1,
            Some(_) => self.changed += 1,
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
