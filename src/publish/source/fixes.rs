//! Fixes of patrols' tracks, read patrol by patrol.

use uuid::Uuid;

use super::push::needed_text;
use super::sieve::{Sifting, point, real, text};
use super::{Page, PageOf, PublishError, Publisher, Query, fields};
use crate::base::actor::{Actor, Right};
use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::patrols::{self, JudgedFix};
use crate::publish::feature::{Collection, Feature, Value};
use crate::publish::sql::{self, Bound, Clause};

const CHUNK: usize = 50;
const MOST_PATROLS: usize = 400;
const MOST_SEEN: usize = 1_000_000;
/// Fixes may lie so long before a patrol's start or after its end.
const DAY_MS: i64 = 86_400_000;

impl Publisher {
    pub(super) async fn fixes(&self, actor: &Actor, of: PageOf<'_>) -> Result<Page, PublishError> {
        let sight = patrols::sight(actor)?;
        let mut page = Sifting::new(of, MOST_SEEN);
        let mut from = of.after.map(patrol_of).transpose()?;
        let mut seen = 0;
        loop {
            let mut tx = self.store.read().await?;
            let clauses = clauses(of.query, from);
            let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
            let rows = sql::patrols(&mut tx, &sight, &clauses, limit).await?;
            drop(tx);
            let is_last = rows.len() < CHUNK;
            for row in &rows {
                if !self.see_patrol(actor, row.id, of, &mut page).await? {
                    return Ok(page.page());
                }
                seen += 1;
                if seen >= MOST_PATROLS {
                    page.cut(format!("{}~", row.id));
                    return Ok(page.page());
                }
            }
            match rows.last() {
                Some(row) if !is_last => from = Some((row.id.0, " > ")),
                _ => return Ok(page.page()),
            }
        }
    }

    /// Counted where no fix need be looked at.
    pub(super) async fn count_fixes(
        &self,
        actor: &Actor,
        query: &Query,
    ) -> Result<Option<u64>, PublishError> {
        if !query.is_open() || query.datetime.is_some() {
            return Ok(None);
        }
        let sight = patrols::sight(actor)?;
        let mut tx = self.store.read().await?;
        let count = sql::count_fixes(&mut tx, &sight, &[]).await?;
        Ok(u64::try_from(count).ok())
    }

    /// How many fixes of trackers were acknowledged and wait for their chunk, in no feature yet: told to those who read
    /// the whole province's patrols.
    pub async fn unsealed_fixes(
        &self,
        actor: &Actor,
        collection: Collection,
    ) -> Result<Option<i64>, PublishError> {
        if collection != Collection::Fixes || !actor.may_in_province(Right::ReadPatrols) {
            return Ok(None);
        }
        let mut tx = self.store.read().await?;
        Ok(Some(self.patrols.unsealed_fixes(&mut tx).await?))
    }

    async fn see_patrol(
        &self,
        actor: &Actor,
        id: PatrolId,
        of: PageOf<'_>,
        page: &mut Sifting<'_>,
    ) -> Result<bool, PublishError> {
        let fixes = match self.patrols.judged_fixes(actor, id).await {
            // It may have been taken out of reach since it was listed.
            Err(patrols::Error::NotFound) => return Ok(true),
            found => found?,
        };
        let time = of.query.datetime.unwrap_or_default();
        for (fix, nth) in counted(&fixes) {
            if !time.meets(fix.fix.t, fix.fix.t) {
                continue;
            }
            let Some(feature) = feature(id, fix, nth) else {
                continue;
            };
            if of.after.is_some_and(|after| feature.id.as_str() <= after) {
                continue;
            }
            if !page.see(feature) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) async fn fix(
        &self,
        actor: &Actor,
        id: &str,
    ) -> Result<Option<Feature>, PublishError> {
        let Ok(patrol) = id.get(..UUID_CHARS).unwrap_or_default().parse() else {
            return Ok(None);
        };
        let fixes = self.patrols.judged_fixes(actor, patrol).await?;
        let mut features = counted(&fixes).filter_map(|(fix, nth)| feature(patrol, fix, nth));
        Ok(features.find(|feature| feature.id == id))
    }
}

const UUID_CHARS: usize = 36;

/// The patrol in which a page goes on; `~` follows every fix of it.
fn patrol_of(after: &str) -> Result<(Uuid, &'static str), PublishError> {
    let (patrol, rest) = after.split_at_checked(UUID_CHARS).unwrap_or((after, ""));
    let id = patrol.parse().or(Err(PublishError::Parameter {
        name: "cursor",
        reason: "not a cursor of this list".into(),
    }))?;
    Ok((id, if rest == "~" { " > " } else { " >= " }))
}

fn clauses(query: &Query, from: Option<(Uuid, &'static str)>) -> Vec<Clause> {
    let mut clauses = Vec::new();
    if let Some((id, how)) = from {
        clauses.push(Clause::Compare("p.id", how, Bound::Id(id)));
    }
    let time = query.datetime.unwrap_or_default();
    let mut near = |column, how, at: Option<Timestamp>, slack_ms| {
        let at = at.map(|at| Bound::Integer(at.plus_millis(slack_ms).as_millis()));
        clauses.extend(at.map(|at| Clause::Compare(column, how, at)));
    };
    near("p.started_at", " <= ", time.to, DAY_MS);
    let end = "COALESCE(p.ended_at, p.started_at + 2592000000)";
    near(end, " >= ", time.from, -DAY_MS);
    if let Some(patrol) = needed_text(query.filter.as_ref(), fields::FIXES, "patrol") {
        let id = patrol.parse().unwrap_or(Uuid::nil());
        clauses.push(Clause::Compare("p.id", " = ", Bound::Id(id)));
    }
    clauses
}

/// Each fix with how many of its device came before it in the same millisecond.
fn counted(fixes: &[JudgedFix]) -> impl Iterator<Item = (&JudgedFix, usize)> {
    let same =
        |one: &JudgedFix, other: &JudgedFix| (one.device, one.fix.t) == (other.device, other.fix.t);
    fixes.chunk_by(same).flat_map(|group| group.iter().zip(0..))
}

fn feature(patrol: PatrolId, judged: &JudgedFix, nth: usize) -> Option<Feature> {
    let fix = &judged.fix;
    let position = fix.position().ok()?;
    let tenth = |value: f64| real(Some(value / 10.0));
    let values = vec![
        text(Some(patrol)),
        text(Some(judged.device)),
        Value::Time(fix.t),
        real(fix.accuracy_m()),
        fix.altitude_dm
            .map_or(Value::Null, |dm| tenth(f64::from(dm))),
        real(fix.speed_cmps.map(|cmps| f64::from(cmps) / 100.0)),
        fix.bearing_ddeg
            .map_or(Value::Null, |ddeg| tenth(f64::from(ddeg))),
        text(Some(judged.quality.as_str())),
    ];
    Some(Feature {
        id: format!(
            "{patrol}.{}.{:014}.{nth:03}",
            judged.device,
            fix.t.as_millis()
        ),
        geometry: Some(point(position.lon(), position.lat())),
        values,
    })
}
