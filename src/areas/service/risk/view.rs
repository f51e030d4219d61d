//! Risk areas as readers see them: by day, level and reach.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::areas::model::risk::{CheckWindow, RiskAreaDraft, RiskBasis, RiskLevel, windows_of};
use crate::areas::service::{Areas, Error};
use crate::areas::sql::RiskAreaRow;
use crate::base::actor::{Actor, Right, Scope};
use crate::base::ids::{EntryId, RiskAreaId};
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::geo::shape::Region;
use crate::store;

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

    pub(in crate::areas::service) fn of(row: RiskAreaRow) -> Result<Self, store::Error> {
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

    pub(in crate::areas::service) fn says(&self, draft: &RiskAreaDraft) -> bool {
        *draft == self.draft(draft.feature)
    }

    /// The draft on this version's own ground, where it brings the same: files round, and that is no change.
    pub(super) fn settled(&self, draft: &RiskAreaDraft) -> RiskAreaDraft {
        let mut draft = draft.clone();
        if self.region.is_near(&draft.region) {
            draft.region = (*self.region).clone();
        }
        draft
    }

    pub(in crate::areas::service) fn draft(&self, feature: usize) -> RiskAreaDraft {
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

/// All versions of risk areas that ever speak, by code and version, and how many have begun or ended by a day.
#[derive(Debug)]
pub(in crate::areas::service) struct RiskAreas {
    all: Vec<RiskAreaView>,
    /// In order.
    first_days: Vec<LocalDate>,
    last_days: Vec<LocalDate>,
}

impl RiskAreas {
    /// Of these, which stand by code and version.
    pub(in crate::areas::service) fn of(all: Vec<RiskAreaView>) -> Self {
        let sorted = |day: fn(&RiskAreaView) -> LocalDate| {
            let mut days: Vec<LocalDate> = all.iter().map(day).collect();
            days.sort_unstable();
            days
        };
        Self {
            first_days: sorted(RiskAreaView::first_day),
            last_days: sorted(RiskAreaView::last_day),
            all,
        }
    }
}

/// The risk areas that speak for any day of a window, told apart from other choices without looking at each.
#[derive(Debug, Clone)]
pub struct RiskChoice {
    all: Arc<RiskAreas>,
    from: LocalDate,
    to: LocalDate,
    level: Option<RiskLevel>,
    begun: usize,
    ended: usize,
}

impl RiskChoice {
    /// The areas, by code and version.
    pub fn areas(&self) -> impl Iterator<Item = &RiskAreaView> {
        self.all.all.iter().filter(|area| {
            area.first_day() <= self.to
                && self.from <= area.last_day()
                && self.level.is_none_or(|level| area.level == level)
        })
    }

    /// Whether another choice is of the same areas: what has begun by a day and what has ended before another are
    /// nested sets, so their sizes tell them apart.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.all, &other.all)
            && (self.begun, self.ended, self.level) == (other.begun, other.ended, other.level)
    }

    /// The choice among some areas for a window.
    pub(super) fn among(
        all: Arc<RiskAreas>,
        (from, to): (LocalDate, LocalDate),
        level: Option<RiskLevel>,
    ) -> Self {
        let begun = all.first_days.partition_point(|day| *day <= to);
        let ended = all.last_days.partition_point(|day| *day < from);
        Self {
            all,
            from,
            to,
            level,
            begun,
            ended,
        }
    }
}

impl Areas {
    /// The choice of risk areas that speak for any day of the window, both days included.
    pub async fn risk_choice(
        &self,
        from: LocalDate,
        to: LocalDate,
        level: Option<RiskLevel>,
    ) -> Result<RiskChoice, store::Error> {
        let all = self.all_risk_areas().await?;
        let begun = all.first_days.partition_point(|day| *day <= to);
        let ended = all.last_days.partition_point(|day| *day < from);
        Ok(RiskChoice {
            all,
            from,
            to,
            level,
            begun,
            ended,
        })
    }

    /// Risk areas that speak for any day of the window, both days included, by code and version.
    pub async fn risk_areas(
        &self,
        from: LocalDate,
        to: LocalDate,
        level: Option<RiskLevel>,
    ) -> Result<Vec<RiskAreaView>, store::Error> {
        let choice = self.risk_choice(from, to, level).await?;
        Ok(choice.areas().cloned().collect())
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
        let versions: Vec<_> = all.all.iter().filter(|area| area.code == code).collect();
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
}
