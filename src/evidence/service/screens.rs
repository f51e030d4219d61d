//! Screening a photo when its pictures are made: against all years' photos by file and by fingerprint, against its sender's
//! other pictures by time, and by what its file and sidecar say. Each find is a question, and an entry.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, RwLock};

use image::GrayImage;
use serde_json::{Value, json};

use crate::base::actor::Door;
use crate::base::ids::{PhotoId, QuestionId};
use crate::base::time::Timestamp;
use crate::evidence::model::cross_check::ExifFlag;
use crate::evidence::model::screens::{
    Fingerprint, KeyIndex, Near, Screen, ScreenRules, detail, fingerprints,
};
use crate::evidence::sql::{self, FingerprintRow, NewQuestion, OtherRow, PhotoRow};
use crate::store::{self, Tx};

use super::{Error, Evidence};

/// Rows that another process wrote a little before are looked for again, ms.
const OVERLAP_MS: i64 = 600_000;
/// Two pictures are one when so many signs of all their parts differ at most: changed tags or bytes behind the picture change
/// none, another shot from the same standpoint many.
const ONE_PICTURE_BITS: u32 = 15;
/// Candidates that are looked up at once.
const CHUNK: usize = 500;

/// The fingerprints of all photos, in memory; another process's are taken in before each search.
#[derive(Debug, Clone, Default)]
pub(super) struct Known(Arc<RwLock<Fingerprints>>);

#[derive(Debug, Default)]
struct Fingerprints {
    index: KeyIndex<(PhotoId, u8)>,
    checks: BTreeMap<(PhotoId, u8), Fingerprint>,
    until: Option<Timestamp>,
}

/// What a picture's job found.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub(super) fingerprints: Vec<Fingerprint>,
    pub(super) questions: Vec<NewQuestion>,
}

impl Evidence {
    /// Looks at a photo whose thumbnail was made.
    pub(super) async fn screen(
        &self,
        tx: &mut Tx,
        row: &PhotoRow,
        rules: &ScreenRules,
        (flags, thumbnail): (&[&str], Option<&[u8]>),
    ) -> Result<Found, Error> {
        let mut found = Found::default();
        if let Some(jpeg) = thumbnail {
            found.fingerprints = of_jpeg(jpeg.to_vec(), rules.least_detail).await;
            let alike = self.alike(tx, row, &found.fingerprints, rules).await?;
            found.questions.extend(alike);
        }
        let suspect = [
            ExifFlag::ExifEdited,
            ExifFlag::ExifPositionDiffers,
            ExifFlag::ExifTimeDiffers,
        ];
        let raised: Vec<&str> = suspect
            .iter()
            .map(|flag| flag.as_str())
            .filter(|flag| flags.contains(flag))
            .collect();
        if !raised.is_empty() {
            let said = json!({ "flags": raised, "rules": rules.version });
            let new = self.question(Screen::EditedFile, row, None, &said);
            found.questions.push(new);
        }
        let record: Value = serde_json::from_str(&row.record).or(Err(row.corrupt("record")))?;
        if record.get("mock") == Some(&Value::Bool(true)) {
            let new = self.question(Screen::MockPosition, row, None, &json!({}));
            found.questions.push(new);
        }
        Ok(found)
    }

    /// Linked photos of other plots that are nearly this picture, and those of the same plot that are this very picture under
    /// another stage of the work: the nearest few, by the nearest part of each.
    async fn alike(
        &self,
        tx: &mut Tx,
        row: &PhotoRow,
        own: &[Fingerprint],
        rules: &ScreenRules,
    ) -> Result<Vec<NewQuestion>, Error> {
        // A photo that is joined to no plot claims none; once it is joined it is looked at again.
        if row.linked == 0 || own.is_empty() {
            return Ok(Vec::new());
        }
        self.take_in(tx).await?;
        let (found, ones) = match self.fingerprints.0.read() {
            Ok(known) => {
                let found = known.near(row.id, own, rules.near());
                let ones = found.keys().filter(|id| known.is_one(**id, own));
                let ones: BTreeSet<PhotoId> = ones.copied().collect();
                (found, ones)
            }
            Err(_) => (BTreeMap::new(), BTreeSet::new()),
        };
        let mut nearest: Vec<(PhotoId, (u32, u32))> = found.into_iter().collect();
        nearest.sort_by_key(|(id, (key, check))| (*check, *key, *id));
        let most = rules.most_alike as usize;
        let mut questions = Vec::new();
        for chunk in nearest.chunks(CHUNK) {
            let ids: Vec<PhotoId> = chunk.iter().map(|(id, _)| *id).collect();
            let rows = sql::linked(tx, &ids).await?.into_iter();
            let seen: BTreeMap<PhotoId, OtherRow> = rows.map(|row| (row.id, row)).collect();
            for (id, (key, check)) in chunk {
                // The same file is asked about as such.
                let other = seen.get(id).filter(|seen| seen.sha256 != row.sha256);
                let screen = other.and_then(|other| likeness(row, other, ones.contains(id)));
                let Some((screen, other)) = screen.zip(other) else {
                    continue;
                };
                let said = json!({ "key_apart_of_64": key, "check_apart_of_256": check, "rules": rules.version });
                questions.push(self.question(screen, row, Some(other), &said));
                if questions.len() == most {
                    return Ok(questions);
                }
            }
        }
        Ok(questions)
    }

    /// What only shows among photos that are all looked at: the same file under another id, two pictures of one instant.
    async fn beside(
        &self,
        tx: &mut Tx,
        row: &PhotoRow,
        rules: &ScreenRules,
    ) -> Result<Vec<NewQuestion>, store::Error> {
        let mut questions = Vec::new();
        for other in sql::same_file(tx, row, rules.most_alike).await? {
            let new = self.question(Screen::SameFile, row, Some(&other), &json!({}));
            questions.push(new);
        }
        // A form of ODK Collect has one time for all of its photos, and the scan of a paper that of its receipt.
        let is_of_form = row.door.as_deref() == Some(Door::Odk.as_str());
        let has_own_time = !is_of_form && !sql::is_scan(tx, row.id).await?;
        let alike = if has_own_time {
            sql::same_instant(tx, row, rules.most_alike).await?
        } else {
            Vec::new()
        };
        for other in alike {
            let said = json!({ "taken_at": row.taken_at });
            let new = self.question(Screen::SameInstant, row, Some(&other), &said);
            questions.push(new);
        }
        Ok(questions)
    }

    /// A question about a photo, or about the later recorded of two: whichever was looked at last, a pair has one order.
    fn question(
        &self,
        screen: Screen,
        row: &PhotoRow,
        other: Option<&OtherRow>,
        said: &Value,
    ) -> NewQuestion {
        let own = (row.recorded_at, row.id);
        let beside = other.map_or(own, |other| (other.recorded_at, other.id));
        NewQuestion {
            id: QuestionId(self.journal.ids().make()),
            screen: screen.as_str(),
            photo: own.max(beside).1,
            other: own.min(beside).1,
            record: said.to_string(),
        }
    }

    /// Takes in what was written since the last time, by whichever process.
    async fn take_in(&self, tx: &mut Tx) -> Result<(), store::Error> {
        let until = self
            .fingerprints
            .0
            .read()
            .ok()
            .and_then(|known| known.until);
        let now = self.journal.now();
        let since = until.map_or(Timestamp::from_millis(0), |at| {
            at.min(now).plus_millis(-OVERLAP_MS)
        });
        let rows = sql::fingerprints_since(tx, since).await?;
        if let Ok(mut known) = self.fingerprints.0.write() {
            known.add(&rows, now);
        }
        Ok(())
    }

    /// Writes what was found, in the act that keeps the photo's small images.
    pub(super) async fn keep_found(
        &self,
        tx: &mut Tx,
        row: &PhotoRow,
        rules: &ScreenRules,
        found: &Found,
    ) -> Result<(), Error> {
        let now = self.journal.now();
        for (part, own) in found.fingerprints.iter().enumerate() {
            let row = FingerprintRow {
                photo: row.id,
                part: i64::try_from(part).unwrap_or(i64::MAX),
                bits: own.key.cast_signed(),
                check_bits: own
                    .check
                    .iter()
                    .flat_map(|word| word.to_be_bytes())
                    .collect(),
                made_at: now,
            };
            sql::insert_fingerprint(tx, &row).await?;
        }
        let beside = self.beside(tx, row, rules).await?;
        for new in found.questions.iter().chain(&beside) {
            self.ask(tx, new).await?;
        }
        Ok(())
    }

    async fn ask(&self, tx: &mut Tx, new: &NewQuestion) -> Result<(), Error> {
        if sql::is_asked(tx, new).await? {
            return Ok(());
        }
        let body = json!({ "screen": new.screen, "photo": new.photo, "other": new.other, "found": new.record });
        let written = self.enter_question(tx, new.id, &body).await?;
        if !sql::insert_question(tx, new, written.entry, written.received_at).await? {
            return Err(store::Error::Busy("the question was just asked".into()).into());
        }
        Ok(())
    }
}

/// What is asked about two pictures that are alike. One plot's photos from one standpoint are alike as they should be: of
/// these only the very same picture is, where it stands for two stages of the photo minimum.
fn likeness(row: &PhotoRow, other: &OtherRow, is_one: bool) -> Option<Screen> {
    if other.plot != row.plot {
        return Some(Screen::NearlyOnePicture);
    }
    let (own, others) = (stage(&row.record)?, stage(&other.record)?);
    (is_one && own != others).then_some(Screen::OnePictureTwice)
}

/// The stage of the photo minimum that a photo may fill, by its sidecar.
fn stage(record: &str) -> Option<u8> {
    let record: Value = serde_json::from_str(record).ok()?;
    match record.get("phase")?.as_str()? {
        "before" | "overview" => Some(0),
        "close_up" => Some(1),
        "after" => Some(2),
        _ => None,
    }
}

/// The thumbnail is a JPEG of our own making, small and sound. One that shows little has no fingerprints.
async fn of_jpeg(jpeg: Vec<u8>, least_detail: f64) -> Vec<Fingerprint> {
    let made = tokio::task::spawn_blocking(move || {
        let luma: Option<GrayImage> = image::load_from_memory(&jpeg)
            .ok()
            .map(|picture| picture.to_luma8());
        let luma = luma.filter(|luma| detail(luma) >= least_detail);
        luma.map(|luma| fingerprints(&luma)).unwrap_or_default()
    });
    made.await.unwrap_or_default()
}

impl Fingerprints {
    /// Takes rows in. Other processes' clocks may run ahead: the next search begins no later than this one's own.
    fn add(&mut self, rows: &[FingerprintRow], now: Timestamp) {
        let mut fresh = Vec::new();
        for row in rows {
            let part = u8::try_from(row.part).unwrap_or(u8::MAX);
            let Some(fingerprint) = read(row) else {
                continue;
            };
            if self.checks.insert((row.photo, part), fingerprint).is_none() {
                fresh.push((fingerprint.key, (row.photo, part)));
            }
            self.until = self.until.max(Some(row.made_at.min(now)));
        }
        self.index.extend(fresh);
    }

    /// Whether a photo is this very picture: every part of it nearly to the bit.
    fn is_one(&self, other: PhotoId, own: &[Fingerprint]) -> bool {
        let mut apart = 0;
        for (part, own) in (0_u8..).zip(own) {
            let Some(seen) = self.checks.get(&(other, part)) else {
                return false;
            };
            apart += own.key_apart(seen) + own.check_apart(seen);
        }
        apart <= ONE_PICTURE_BITS
    }

    /// The whole against every part of the others, and every part against the others' wholes.
    fn near(
        &self,
        photo: PhotoId,
        own: &[Fingerprint],
        near: Near,
    ) -> BTreeMap<PhotoId, (u32, u32)> {
        let mut found: BTreeMap<PhotoId, (u32, u32)> = BTreeMap::new();
        for (part, asked) in own.iter().enumerate() {
            for (_, (other, of)) in self.index.within(asked.key, near.key) {
                if other == photo || (part > 0 && of > 0) {
                    continue;
                }
                let Some(seen) = self.checks.get(&(other, of)) else {
                    continue;
                };
                let apart = (asked.key_apart(seen), asked.check_apart(seen));
                if near.holds(asked, seen) {
                    let best = found.entry(other).or_insert(apart);
                    *best = if apart.1 < best.1 { apart } else { *best };
                }
            }
        }
        found
    }
}

fn read(row: &FingerprintRow) -> Option<Fingerprint> {
    let mut check = [0; 4];
    for (word, bytes) in check.iter_mut().zip(row.check_bits.chunks_exact(8)) {
        *word = u64::from_be_bytes(bytes.try_into().ok()?);
    }
    (row.check_bits.len() == 32).then_some(Fingerprint {
        key: row.bits.cast_unsigned(),
        check,
    })
}
