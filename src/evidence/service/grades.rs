//! Grading: what is known of a plot's photos, gathered for the rules.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::base::hex;
use crate::base::ids::{EntryId, FactId, PhotoId, PlotId};
use crate::base::time::Timestamp;
use crate::evidence::model::cross_check::ExifFlag;
use crate::evidence::model::grade::{
    GradeRules, GradedSet, PhotoFacts, Review, Track, Work, grade,
};
use crate::evidence::model::redaction::PhotoErased;
use crate::evidence::sql::{self, PhotoRow};
use crate::geo::measure::distance_m;
use crate::geo::position::Position;
use crate::journal::Reopening;
use crate::store::{self, Tx};

use super::Evidence;
use super::derive::HEIC;
use super::questions::review_of;
use super::seals::Marks;

/// Photos of a ground, graded for some of its eradications.
#[derive(Debug, Clone)]
pub struct Graded {
    /// A set for each eradication, in the order in which they were asked for.
    pub sets: Vec<GradedSet>,
    /// The photos that were added after the seal of their set.
    pub after_seal: BTreeSet<PhotoId>,
    /// The photos that an order erased: they count as they were found when they came.
    pub erased: BTreeMap<PhotoId, PhotoErased>,
    /// The rules.
    pub rules: GradeRules,
}

/// The seal of an approved eradication.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SealView {
    /// The root of the Merkle tree over its photos, in hex.
    pub root: String,
    /// Its entry, which lists the photos.
    pub entry_id: EntryId,
    /// When it was made: what came later is marked.
    pub sealed_at: Timestamp,
}

impl Evidence {
    /// Grades the photos of the plots on which eradications were recorded, or what they correct, for each of these; photos that
    /// name another are left out. What is known of the photos is gathered once for all of them.
    pub async fn graded(
        &self,
        tx: &mut Tx,
        plots: &[PlotId],
        works: &[Work],
    ) -> Result<Graded, store::Error> {
        let rules = self.rules(tx).await?;
        let mut rows: Vec<PhotoRow> = Vec::new();
        let mut states: BTreeMap<PhotoId, Vec<String>> = BTreeMap::new();
        for plot in plots {
            rows.extend(sql::photos_of(tx, *plot).await?);
            for (photo, state) in sql::states_of_plot(tx, *plot).await? {
                states.entry(photo).or_default().push(state);
            }
        }
        rows.sort_by_key(|row| (row.taken_at, row.id));
        let marks = Marks::of(tx, &rows).await?;
        let reopening = self.journal.reopened(tx).await?;
        let mut photos = Vec::with_capacity(rows.len());
        for row in &rows {
            let review = review_of(states.get(&row.id).map_or(&[], Vec::as_slice));
            photos.push(
                self.facts_of(tx, row, review, (&rules, reopening.as_ref()))
                    .await?,
            );
        }
        let set = |work: &Work| {
            let own = photos.iter().filter(|photo| {
                photo
                    .eradication
                    .is_none_or(|named| work.ids.contains(&named))
            });
            grade(work, &own.cloned().collect::<Vec<_>>(), &rules)
        };
        let mut sets = Vec::with_capacity(works.len());
        for work in works {
            let mut is_rejected = false;
            for plot in plots {
                let claims = work.ids.iter().map(|id| id.0);
                is_rejected |= self.is_claim_rejected(tx, *plot, claims).await?;
            }
            let graded = set(work);
            sets.push(if is_rejected {
                graded.rejected(&rules)
            } else {
                graded
            });
        }
        let after = rows.iter().filter(|row| marks.after_seal(row));
        let erased = rows.iter().filter_map(|row| Some((row.id, row.erased()?)));
        Ok(Graded {
            sets,
            after_seal: after.map(|row| row.id).collect(),
            erased: erased.collect(),
            rules,
        })
    }

    /// The seal of an eradication, if it was approved.
    pub async fn seal_of(
        &self,
        tx: &mut Tx,
        eradication: FactId,
    ) -> Result<Option<SealView>, store::Error> {
        let row = sql::seal(tx, eradication).await?;
        Ok(row.map(|row| SealView {
            root: hex(&row.root),
            entry_id: row.entry,
            sealed_at: row.sealed_at,
        }))
    }

    async fn facts_of(
        &self,
        tx: &mut Tx,
        row: &PhotoRow,
        review: Review,
        (rules, reopening): (&GradeRules, Option<&Reopening>),
    ) -> Result<PhotoFacts, store::Error> {
        let record: Value = serde_json::from_str(&row.record).or(Err(row.corrupt("record")))?;
        let flags: Vec<String> = serde_json::from_str(&row.flags).or(Err(row.corrupt("flags")))?;
        let number = |name: &str| record.get(name).and_then(Value::as_f64);
        let word = |name: &str| record.get(name).and_then(Value::as_str);
        // Android's 0.0 means that there is none.
        let accuracy_m = number("accuracy_m").filter(|metres| *metres > 0.0);
        let position = row.lon.zip(row.lat);
        let position = position.map(|(lon, lat)| Position::new(lon, lat));
        let position = position.transpose().or(Err(row.corrupt("lat")))?;
        let track = self.track_at(tx, row, position, accuracy_m, rules).await?;
        let origin = self.origin_of(tx, row, word("nonce"), reopening).await?;
        let phase = word("phase").and_then(|phase| phase.parse().ok());
        let exif = flags.iter().filter_map(|flag| flag.parse().ok());
        Ok(PhotoFacts {
            id: row.id,
            phase: phase.ok_or(row.corrupt("record"))?,
            eradication: word("eradication").and_then(|id| id.parse().ok()),
            taken_at: row.taken_at,
            received_at: row.recorded_at,
            position,
            accuracy_m,
            bearing_deg: number("bearing_deg"),
            fix_age_s: number("fix_age_s"),
            gnss_at: word("gnss_at").and_then(|at| at.parse().ok()),
            is_mock: record.get("mock") == Some(&Value::Bool(true)),
            source: word("source").and_then(|source| source.parse().ok()),
            exif: exif.collect::<Vec<ExifFlag>>(),
            is_picture: row.derived != "none" || flags.iter().any(|flag| flag == HEIC),
            door: row.door.as_deref().and_then(|door| door.parse().ok()),
            has_account: row.named == 1,
            signed: origin.signed,
            signed_at: origin.signed_at,
            nonce: origin.nonce,
            offset: origin.offset,
            not_before: origin.not_before,
            doubt: origin.doubt,
            track,
            review,
        })
    }

    /// What the sender's own track says: its fixes around the shutter, for and against.
    async fn track_at(
        &self,
        tx: &mut Tx,
        row: &PhotoRow,
        position: Option<Position>,
        accuracy_m: Option<f64>,
        rules: &GradeRules,
    ) -> Result<Track, store::Error> {
        let (Some(position), Some(own_m)) = (position, rules.usable_m(accuracy_m)) else {
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
        let (mut with, mut against, mut all) = (0_u32, 0_u32, 0_u32);
        for fix in fixes.iter().filter(|fix| !fix.mock) {
            // A fix so rough that it tells nothing is as none.
            let (Ok(there), Some(fix_m)) = (fix.position(), rules.usable_m(fix.accuracy_m()))
            else {
                continue;
            };
            let error_m = own_m.hypot(fix_m);
            let beyond_m = distance_m(position, there) - rules.sigmas * error_m - rules.track_m;
            // Whoever was there cannot have been at the photo's place then: one fix put in for a photo stands against all
            // the others around it.
            let apart_ms = u32::try_from(fix.t.since(row.taken_at).abs()).unwrap_or(u32::MAX);
            all += 1;
            with += u32::from(beyond_m <= 0.0);
            against += u32::from(beyond_m > rules.track_mps * f64::from(apart_ms) / 1_000.0);
        }
        Ok(match (with, against) {
            (0, _) if all == 0 && erased => Track::Erased,
            (0, _) if all == 0 => Track::Silent,
            (with, against) if with > against => Track::There,
            _ => Track::Elsewhere,
        })
    }
}
