//! Grading: what is known of a plot's photos, gathered for the rules.

use serde_json::Value;

use crate::base::ids::PlotId;
use crate::evidence::model::cross_check::ExifFlag;
use crate::evidence::model::grade::{
    GradeRules, GradedSet, PhotoFacts, Signed, Track, Work, grade,
};
use crate::evidence::sql::{self, PhotoRow};
use crate::geo::measure::distance_m;
use crate::geo::position::Position;
use crate::store::{self, Tx};

use super::Evidence;
use super::derive::HEIC;

impl Evidence {
    /// Grades the photos of a plot as those of one eradication; photos that name another are left out.
    pub async fn graded(
        &self,
        tx: &mut Tx,
        plot: PlotId,
        work: &Work,
    ) -> Result<GradedSet, store::Error> {
        let rules = self.rules(tx).await?;
        let mut photos = Vec::new();
        for row in sql::photos_of(tx, plot).await? {
            let photo = self.facts_of(tx, &row, &rules).await?;
            if photo.eradication.is_none_or(|id| work.ids.contains(&id)) {
                photos.push(photo);
            }
        }
        let graded = grade(work, &photos, &rules);
        let claims = work.ids.iter().map(|id| id.0);
        Ok(if self.is_claim_rejected(tx, plot, claims).await? {
            graded.rejected(&rules)
        } else {
            graded
        })
    }

    async fn facts_of(
        &self,
        tx: &mut Tx,
        row: &PhotoRow,
        rules: &GradeRules,
    ) -> Result<PhotoFacts, store::Error> {
        let record: Value = serde_json::from_str(&row.record).or(Err(row.corrupt("record")))?;
        let flags: Vec<String> = serde_json::from_str(&row.flags).or(Err(row.corrupt("flags")))?;
        let number = |name: &str| record.get(name).and_then(Value::as_f64);
        let word = |name: &str| record.get(name).and_then(Value::as_str);
        let position = row.lon.zip(row.lat);
        let position = position.map(|(lon, lat)| Position::new(lon, lat));
        let position = position.transpose().or(Err(row.corrupt("lat")))?;
        let track = self
            .track_at(tx, row, position, number("accuracy_m"), rules)
            .await?;
        let is_named = match row.taken_by {
            Some(account) => sql::is_account(tx, account).await?,
            None => row.principal.as_deref() == Some("account"),
        };
        let phase = word("phase").and_then(|phase| phase.parse().ok());
        let exif = flags.iter().filter_map(|flag| flag.parse().ok());
        Ok(PhotoFacts {
            id: row.id,
            phase: phase.ok_or(row.corrupt("record"))?,
            eradication: word("eradication").and_then(|id| id.parse().ok()),
            taken_at: row.taken_at,
            received_at: row.recorded_at,
            position,
            accuracy_m: number("accuracy_m"),
            bearing_deg: number("bearing_deg"),
            fix_age_s: number("fix_age_s"),
            gnss_at: word("gnss_at").and_then(|at| at.parse().ok()),
            is_mock: record.get("mock") == Some(&Value::Bool(true)),
            source: word("source").and_then(|source| source.parse().ok()),
            exif: exif.collect::<Vec<ExifFlag>>(),
            is_picture: row.derived != "none" || flags.iter().any(|flag| flag == HEIC),
            door: row.door.as_deref().and_then(|door| door.parse().ok()),
            has_account: is_named,
            signed: Signed::Missing,
            track,
            review: self.review_of(tx, row.id).await?,
        })
    }

    /// What the sender's own track says: the nearest in place of its fixes around the shutter decides.
    async fn track_at(
        &self,
        tx: &mut Tx,
        row: &PhotoRow,
        position: Option<Position>,
        accuracy_m: Option<f64>,
        rules: &GradeRules,
    ) -> Result<Track, store::Error> {
        let Some(position) = position else {
            return Ok(Track::Silent);
        };
        let around_ms = i64::from(rules.track_min) * 60_000;
        let from = row.taken_at.plus_millis(-around_ms);
        let to = row.taken_at.plus_millis(around_ms);
        // A track that was decided against shows nobody's presence.
        let without = sql::upheld_of_device(tx, row.author).await?;
        let (fixes, erased) = self
            .patrols
            .fixes_of(tx, row.author, (from, to), &without)
            .await?;
        let mut nearest: Option<f64> = None;
        for fix in fixes.iter().filter(|fix| !fix.mock) {
            let Ok(there) = fix.position() else { continue };
            let own_m = fix.accuracy_m().unwrap_or(0.0);
            let error_m = accuracy_m.unwrap_or(0.0).hypot(own_m);
            let beyond_m = distance_m(position, there) - rules.sigmas * error_m;
            nearest = Some(nearest.map_or(beyond_m, |nearest| nearest.min(beyond_m)));
        }
        Ok(match nearest {
            Some(beyond_m) if beyond_m <= rules.track_m => Track::There,
            Some(_) => Track::Elsewhere,
            None if erased => Track::Erased,
            None => Track::Silent,
        })
    }
}
