//! Screening a photo when its pictures are made: against all years' photos by fingerprint, against its sender's other
//! pictures by time, and by what its file and sidecar say. Each find is a question, and an entry.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use image::GrayImage;
use serde_json::{Value, json};

use crate::base::actor::CONSOLE;
use crate::base::ids::{PhotoId, QuestionId};
use crate::base::time::Timestamp;
use crate::evidence::model::cross_check::ExifFlag;
use crate::evidence::model::screens::{Fingerprint, KeyIndex, Near, Screen, fingerprints};
use crate::evidence::sql::{self, FingerprintRow, NewQuestion, PhotoRow};
use crate::journal::{Entry, Kind};
use crate::store::{self, Tx};

use super::{Error, Evidence};

/// Rows that another process wrote a little before are looked for again, ms.
const OVERLAP_MS: i64 = 600_000;

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
        flags: &[&str],
        thumbnail: Option<&[u8]>,
    ) -> Result<Found, Error> {
        let mut found = Found::default();
        if let Some(jpeg) = thumbnail {
            found.fingerprints = of_jpeg(jpeg.to_vec()).await;
            let alike = self.alike(tx, row, &found.fingerprints).await?;
            found.questions.extend(alike);
        }
        let others = sql::same_instant(tx, row.author, row.taken_at, row.id, &row.sha256).await?;
        for other in others {
            let said = json!({ "taken_at": row.taken_at });
            let new = self.question(Screen::SameInstant, row.id, other, &said);
            found.questions.push(new);
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
            let said = json!({ "flags": raised });
            let new = self.question(Screen::EditedFile, row.id, row.id, &said);
            found.questions.push(new);
        }
        let record: Value = serde_json::from_str(&row.record).or(Err(row.corrupt("record")))?;
        if record.get("mock") == Some(&Value::Bool(true)) {
            let new = self.question(Screen::MockPosition, row.id, row.id, &json!({}));
            found.questions.push(new);
        }
        Ok(found)
    }

    /// Photos of other plots that are nearly this picture, the nearest part of each.
    async fn alike(
        &self,
        tx: &mut Tx,
        row: &PhotoRow,
        own: &[Fingerprint],
    ) -> Result<Vec<NewQuestion>, Error> {
        // A photo that names no plot claims none.
        if row.plot.is_none() {
            return Ok(Vec::new());
        }
        self.take_in(tx).await?;
        let near = Near::default();
        let found = match self.fingerprints.0.read() {
            Ok(known) => known.near(row.id, own, near),
            Err(_) => BTreeMap::new(),
        };
        let mut questions = Vec::new();
        for (other, apart) in found {
            let Some(seen) = sql::photo(tx, other).await? else {
                continue;
            };
            // One plot's photos from one standpoint are alike as they should be.
            if seen.plot == row.plot {
                continue;
            }
            let said = json!({ "key_apart_of_64": apart.0, "check_apart_of_256": apart.1 });
            questions.push(self.question(Screen::NearlyOnePicture, row.id, other, &said));
        }
        Ok(questions)
    }

    fn question(
        &self,
        screen: Screen,
        photo: PhotoId,
        other: PhotoId,
        said: &Value,
    ) -> NewQuestion {
        NewQuestion {
            id: QuestionId(self.journal.ids().make()),
            screen: screen.as_str(),
            photo,
            other,
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
        let since = until.map_or(Timestamp::from_millis(0), |at| at.plus_millis(-OVERLAP_MS));
        let rows = sql::fingerprints_since(tx, since).await?;
        if let Ok(mut known) = self.fingerprints.0.write() {
            known.add(&rows);
        }
        Ok(())
    }

    /// Writes what was found, in the act that keeps the photo's small images.
    pub(super) async fn keep_found(
        &self,
        tx: &mut Tx,
        photo: PhotoId,
        found: &Found,
    ) -> Result<(), Error> {
        let now = self.journal.now();
        for (part, own) in found.fingerprints.iter().enumerate() {
            let row = FingerprintRow {
                photo,
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
        for new in &found.questions {
            if sql::is_asked(tx, new).await? {
                continue;
            }
            let body = json!({ "screen": new.screen, "photo": new.photo, "other": new.other, "found": new.record });
            let body = body.to_string();
            let entry = Entry {
                kind: Kind::Question,
                fact: new.id.0,
                actor: CONSOLE,
                device: None,
                origin: None,
                body: body.as_bytes(),
            };
            let written = self.journal.enter(tx, entry).await?;
            if !sql::insert_question(tx, new, written.entry, written.received_at).await? {
                return Err(store::Error::Busy("the question was just asked".into()).into());
            }
        }
        Ok(())
    }
}

/// The thumbnail is a JPEG of our own making, small and sound.
async fn of_jpeg(jpeg: Vec<u8>) -> Vec<Fingerprint> {
    let made = tokio::task::spawn_blocking(move || {
        let luma: Option<GrayImage> = image::load_from_memory(&jpeg)
            .ok()
            .map(|picture| picture.to_luma8());
        luma.map(|luma| fingerprints(&luma)).unwrap_or_default()
    });
    made.await.unwrap_or_default()
}

impl Fingerprints {
    fn add(&mut self, rows: &[FingerprintRow]) {
        let mut fresh = Vec::new();
        for row in rows {
            let part = u8::try_from(row.part).unwrap_or(u8::MAX);
            let Some(fingerprint) = read(row) else {
                continue;
            };
            if self.checks.insert((row.photo, part), fingerprint).is_none() {
                fresh.push((fingerprint.key, (row.photo, part)));
            }
            self.until = self.until.max(Some(row.made_at));
        }
        self.index.extend(fresh);
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
