//! Screening the tracks of a patrol: each by itself, and against all earlier ones by windows. Only the few that share
//! windows are read and laid over it.

mod own;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{OrgId, PatrolId};
use crate::base::time::Timestamp;
use crate::journal::Rules;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::screens::asked::Asked;
use crate::patrols::model::screens::copies::{Alignment, Copied, Hit, compared, ranked};
use crate::patrols::model::screens::keys::{self, Shares, Window};
use crate::patrols::model::screens::{Line, TrackRules, TrackScreen};
use crate::patrols::model::vocabulary::Transport;
use crate::patrols::sql::{self, WindowRow};
use crate::store::{self, Tx};

use own::own;

use super::append::decoded;
use super::mates::Mates;
use super::{Patrols, reaches};

/// The kind of job that screens a patrol's tracks.
pub const SCREEN_JOB: &str = "screen_tracks";

/// A patrol that was not closed is screened so long after its start, ms.
const OPEN_MS: i64 = 86_400_000;
/// Earlier tracks that are read and laid over a new one.
const COMPARED: usize = 20;
/// Alike windows that are held of one earlier track, and of all: a copy has some hundreds, walks drawn in even steps have
/// any number.
const HITS_OF_ONE: usize = 4_096;
const HITS_OF_ALL: usize = 400_000;
/// Patrols that one act asks to be screened, and how far apart they are due, ms.
const BATCH: i64 = 200;
const APART_MS: i64 = 500;

/// What a screen found in one device's track.
#[derive(Debug, Clone)]
pub struct TrackFind {
    /// The device.
    pub device: Uuid,
    /// What was looked for.
    pub screen: TrackScreen,
    /// The earlier track: its patrol and device.
    pub other: Option<(PatrolId, Uuid)>,
    /// What was found.
    pub found: Value,
}

/// A patrol's tracks, screened.
#[derive(Debug, Clone)]
pub struct ScreenedPatrol {
    patrol: PatrolId,
    tracks: Vec<(Uuid, Timestamp, Vec<WindowRow>)>,
    /// What was found.
    pub finds: Vec<TrackFind>,
}

/// Whose patrol it is, and whether the caller may see it.
#[derive(Debug, Clone, Copy)]
pub struct PatrolOwners {
    /// The organisation in the lead.
    pub lead_org: OrgId,
    /// The team's organisation.
    pub org: OrgId,
    /// Whether the caller recorded it, or its team did.
    pub is_own: bool,
}

impl Rules for TrackRules {
    const BOOK: &'static str = "track_screens";

    fn version(&self) -> u32 {
        self.version
    }

    fn fault(&self) -> Option<String> {
        let fault = self.clone().checked().err();
        fault.map(|fault| fault.to_string())
    }
}

impl Patrols {
    /// Asks for a patrol to be screened: now when it has ended, else when it should have.
    pub(super) async fn ask_to_screen(
        &self,
        tx: &mut Tx,
        id: PatrolId,
    ) -> Result<(), store::Error> {
        let Some(row) = sql::patrol(tx, id).await? else {
            return Ok(());
        };
        let now = self.journal.now();
        let due = match row.ended_at {
            Some(_) => now,
            None => now.max(row.started_at.plus_millis(OPEN_MS)),
        };
        self.journal.queue_at(tx, SCREEN_JOB, id.0, due).await
    }

    /// Asks for every patrol with a track that was never screened: those that came before there were screens, and those
    /// that came another way than through the doors. They are due one after the other, so that years of them hold up no
    /// other job. Gives how many.
    pub async fn ask_to_screen_earlier(&self) -> Result<usize, store::Error> {
        let mut due = self.journal.now();
        let before = due.plus_millis(-2 * OPEN_MS);
        let (mut after, mut asked) = (PatrolId(Uuid::nil()), 0);
        loop {
            let mut tx = self.journal.store().read().await?;
            let patrols = sql::unscreened(&mut tx, after, before, BATCH).await?;
            drop(tx);
            let Some(last) = patrols.last() else {
                return Ok(asked);
            };
            (after, asked) = (*last, asked + patrols.len());
            let dues = (0_i64..).map(|at| due.plus_millis(at * APART_MS));
            let work: Vec<(PatrolId, Timestamp)> = patrols.into_iter().zip(dues).collect();
            due = due.plus_millis(BATCH * APART_MS);
            self.journal
                .write((self.clone(), work), |tx, (patrols, work)| {
                    Box::pin(async move {
                        for (id, due) in work {
                            patrols.journal.queue_at(tx, SCREEN_JOB, id.0, *due).await?;
                        }
                        Ok::<_, store::Error>(())
                    })
                })
                .await?;
        }
    }

    /// Screens the tracks of a patrol that still have their fixes.
    pub async fn screened(
        &self,
        tx: &mut Tx,
        patrol: PatrolId,
        rules: &TrackRules,
    ) -> Result<ScreenedPatrol, store::Error> {
        let mut screened = ScreenedPatrol {
            patrol,
            tracks: Vec::new(),
            finds: Vec::new(),
        };
        let Some(row) = sql::patrol(tx, patrol).await? else {
            return Ok(screened);
        };
        let transport: Transport = row.transport.parse().or(Err(row.corrupt("transport")))?;
        for (device, fixes) in self.fixes_by_device(tx, patrol, None).await? {
            let own = own(device, &fixes, transport, rules);
            screened.finds.extend(own);
            let Some(line) = Line::of(&fixes) else {
                let zero = fixes.first().map_or(row.started_at, |fix| fix.t);
                screened.tracks.push((device, zero, Vec::new()));
                continue;
            };
            let zero = line.zero();
            let (kept, windows, asked) = off_thread(move || {
                let (kept, windows) = (keys::kept(&line), keys::asked(&line));
                (kept, windows, Arc::new(Asked::of(line)))
            })
            .await?;
            let copies = self.copies(tx, patrol, (&asked, &windows), rules).await?;
            let copies = copies.into_iter().map(|(other, found)| TrackFind {
                device,
                screen: TrackScreen::CopiedTrack,
                other: Some(other),
                found,
            });
            screened.finds.extend(copies);
            let rows = rows_of(patrol, device, &kept);
            screened.tracks.push((device, zero, rows));
        }
        Ok(screened)
    }

    /// Keeps the windows of what was screened, in the caller's act.
    pub async fn keep_screened(
        &self,
        tx: &mut Tx,
        screened: &ScreenedPatrol,
    ) -> Result<(), store::Error> {
        let now = self.journal.now();
        for (device, zero_at, windows) in &screened.tracks {
            let track = (screened.patrol, *device);
            sql::keep_windows(tx, track, windows).await?;
            sql::keep_screen(tx, track, *zero_at, now).await?;
        }
        Ok(())
    }

    /// Whose patrol it is, when the caller may see it by a right: its own, or one that touched the caller's communes.
    pub async fn owners(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        right: Right,
        id: PatrolId,
    ) -> Result<Option<PatrolOwners>, store::Error> {
        let Some(row) = sql::owners_of(tx, id).await? else {
            return Ok(None);
        };
        let mates = Mates::among(tx, actor, &[(row.author, row.team)]).await?;
        let is_own = mates.is_own(row.author, row.team);
        let may_see =
            (is_own && actor.may_somewhere(right)) || reaches(tx, actor, right, id).await?;
        Ok(may_see.then_some(PatrolOwners {
            lead_org: row.lead_org,
            org: row.org,
            is_own,
        }))
    }

    /// Whose patrol it is, whoever asks.
    pub async fn orgs_of(
        &self,
        tx: &mut Tx,
        id: PatrolId,
    ) -> Result<Option<[OrgId; 2]>, store::Error> {
        let row = sql::owners_of(tx, id).await?;
        Ok(row.map(|row| [row.lead_org, row.org]))
    }

    /// The earlier tracks that a new one is asked to be a copy of.
    async fn copies(
        &self,
        tx: &mut Tx,
        patrol: PatrolId,
        (asked, windows): (&Arc<Asked>, &[Window]),
        rules: &TrackRules,
    ) -> Result<Vec<((PatrolId, Uuid), Value)>, store::Error> {
        let hits = hits(tx, patrol, windows).await?;
        let mut copies = Vec::new();
        for (other, mut guesses) in ranked(&hits).into_iter().take(COMPARED) {
            let Some(kept_zero) = sql::zero_of(tx, other.0, other.1).await? else {
                continue;
            };
            let fixes = self.fixes_by_device(tx, other.0, Some(other.1)).await?;
            let Some(earlier) = fixes.values().next().and_then(|fixes| Line::of(fixes)) else {
                let told = guesses
                    .first()
                    .and_then(|guess| erased(guess, kept_zero, asked.line(), rules));
                copies.extend(told.map(|told| (other, told)));
                continue;
            };
            // Fixes that came since the windows were kept may have moved the line's zero.
            for guess in &mut guesses {
                guess.at_zero_s += seconds(kept_zero.since(earlier.zero()));
            }
            let new = Arc::clone(asked);
            let found = off_thread(move || compared(&new, &earlier, &guesses)).await?;
            let found = found.filter(|found| found.asks(rules));
            copies.extend(found.map(|found| (other, told(&found))));
        }
        Ok(copies)
    }

    /// The fixes of a patrol's devices, or of one of them, that were not erased; each device's in the order of time.
    async fn fixes_by_device(
        &self,
        tx: &mut Tx,
        patrol: PatrolId,
        only: Option<Uuid>,
    ) -> Result<BTreeMap<Uuid, Vec<Fix>>, store::Error> {
        let mut chunks = sql::chunks_of(tx, patrol).await?;
        chunks.retain(|chunk| chunk.has_fixes() && only.is_none_or(|only| only == chunk.device));
        let entries: Vec<_> = chunks.iter().map(|chunk| chunk.entry).collect();
        let bodies: BTreeMap<_, _> = sql::bodies(tx, &entries).await?.into_iter().collect();
        let mut fixes: BTreeMap<Uuid, Vec<Fix>> = BTreeMap::new();
        for chunk in &chunks {
            if let Some(body) = bodies.get(&chunk.entry) {
                let own = fixes.entry(chunk.device).or_default();
                own.extend(decoded(chunk.entry, body)?);
            }
        }
        for own in fixes.values_mut() {
            own.sort_unstable();
        }
        Ok(fixes)
    }
}

type Hits = BTreeMap<(PatrolId, Uuid), Vec<Hit>>;

/// The windows of other patrols that are alike those asked with.
async fn hits(tx: &mut Tx, patrol: PatrolId, asked: &[Window]) -> Result<Hits, store::Error> {
    let mut by_key: BTreeMap<i64, Vec<&Window>> = BTreeMap::new();
    for window in asked {
        for key in &window.keys {
            by_key.entry(key.cast_signed()).or_default().push(window);
        }
    }
    let keys: Vec<i64> = by_key.keys().copied().collect();
    let (mut hits, mut held) = (Hits::new(), 0);
    for row in sql::windows_of(tx, &keys).await? {
        let shares = shares_of(&row.shares);
        if row.patrol == patrol {
            continue;
        }
        let Some(shares) = shares else {
            return Err(corrupt(&row));
        };
        let known = hits.entry((row.patrol, row.device)).or_default();
        let room = (HITS_OF_ONE - known.len()).min(HITS_OF_ALL - held);
        let alike = by_key.get(&row.bits).into_iter().flatten();
        let alike = alike.filter_map(|own| Hit::of(own, seconds(row.at_s * 1000), &shares));
        let before = known.len();
        known.extend(alike.take(room));
        held += known.len() - before;
    }
    hits.retain(|_, hits| !hits.is_empty());
    Ok(hits)
}

/// What is told of a track whose fixes were erased: only that so many windows agree.
fn erased(
    guess: &Alignment,
    kept_zero: Timestamp,
    line: &Line,
    rules: &TrackRules,
) -> Option<Value> {
    let later_s = guess.later_s(kept_zero, line);
    let is_together = guess.pace > 0.0 && later_s.abs() <= rules.together_s;
    let agrees = u32::try_from(guess.windows).is_ok_and(|windows| windows >= rules.copy_windows);
    (agrees && !is_together).then(|| {
        json!({ "fixes_erased": true, "windows": guess.windows, "later_s": later_s.round(),
            "is_reversed": guess.pace < 0.0 })
    })
}

fn told(found: &Copied) -> Value {
    let tenths = |value: f64| (value * 10.0).round() / 10.0;
    json!({
        "later_s": found.later_s.round(),
        "moved_m": tenths(found.moved_m),
        "residual_m": tenths(found.residual_m),
        "minutes": tenths(found.minutes),
        "share": (found.share * 100.0).round() / 100.0,
        "is_reversed": found.is_reversed,
    })
}

fn rows_of(patrol: PatrolId, device: Uuid, windows: &[Window]) -> Vec<WindowRow> {
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for window in windows {
        #[expect(clippy::cast_possible_truncation, reason = "seconds of some days")]
        let at_s = window.at_s.round() as i64;
        for key in &window.keys {
            if seen.insert((*key, at_s)) {
                rows.push(WindowRow {
                    bits: key.cast_signed(),
                    patrol,
                    device,
                    at_s,
                    shares: window.shares.map(i8::cast_unsigned).to_vec(),
                });
            }
        }
    }
    rows
}

fn shares_of(bytes: &[u8]) -> Option<Shares> {
    let bytes: [u8; size_of::<Shares>()] = bytes.try_into().ok()?;
    Some(bytes.map(u8::cast_signed))
}

fn corrupt(row: &WindowRow) -> store::Error {
    store::Error::Corrupt {
        table: "track_windows",
        column: "shares",
        id: row.patrol.to_string(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of some years")]
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

/// Laying tracks over one another takes tens of milliseconds, which requests should not wait for.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, store::Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| store::Error::Unavailable(error.to_string()))
}
