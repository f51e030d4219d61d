//! A file is read, every row judged, and told of; nothing is written but the report.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::areas::Act;
use crate::areas::model::gate::GateDraft;
use crate::areas::model::hamlet::HamletDraft;
use crate::areas::model::map::CommuneMap;
use crate::areas::model::risk::RiskAreaDraft;
use crate::base::actor::Actor;
use crate::base::ids::PlotId;
use crate::base::refusal::Refusal;
use crate::blobs::Shelved;
use crate::journal::model::sha256;
use crate::plots::Listed;
use crate::store::{self, Tx};

use super::doubts::note_elsewhere;
use super::drafts::{Draft, RowFault};
use super::lineage::Lineage;
use super::look::{Drafted, drafted, note_by_crop, without_twins};
use super::names::ImportKind;
use super::report::{ImportState, ImportView, LISTED, Report, RowOutcome};
use super::sql::{self, ImportRow};
use super::table::{Encoding, Limits};
use super::{Error, Imports, MOST_OPEN, MOST_REFUSED, PATIENCE, ROOM, need};

const MOST_NAME_CHARS: usize = 200;
const DAY_MS: i64 = 86_400_000;

/// What whoever brings a file says of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportOptions {
    /// What it holds.
    pub kind: ImportKind,
    /// Its name.
    pub name: String,
    /// The code with EPSG of its reference system.
    pub epsg: Option<u32>,
    /// The code of the commune in which all of it lies.
    pub commune: Option<String>,
    /// The layer or sheet.
    pub layer: Option<String>,
    /// How its texts are coded.
    pub encoding: Option<Encoding>,
    /// What tells the codes of this list of plots from those of other lists.
    pub source: Option<String>,
}

/// What a file says, ready to be loaded.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Plots(Vec<Listed>),
    RiskAreas(Vec<RiskAreaDraft>),
    Gates(Vec<GateDraft>),
    Hamlets(Vec<HamletDraft>),
}

/// A file that was read.
pub(super) struct Looked {
    pub report: Report,
    pub content: Content,
    /// Of each draft: its row and what it is known by.
    keys: Vec<(usize, Option<String>)>,
}

impl Imports {
    /// Reads a file and tells what loading it would do.
    pub async fn check(
        &self,
        actor: &Actor,
        options: ImportOptions,
        bytes: Bytes,
    ) -> Result<ImportView, Error> {
        need(actor, options.kind)?;
        let name = options.name.trim();
        if name.is_empty()
            || name.chars().count() > MOST_NAME_CHARS
            || name.chars().any(char::is_control)
        {
            return Err(Refusal::at("query:name", "1 to 200 characters / 1 đến 200 ký tự").into());
        }
        let (report, plan) = self.report(actor, &options, bytes.clone()).await?;
        let now = self.journal.now();
        let is_loadable = report.is_loadable();
        let state = if is_loadable {
            ImportState::Checked
        } else {
            ImportState::Refused
        };
        let row = ImportRow {
            id: self.journal.ids().make(),
            asker: actor.id,
            kind: options.kind.as_str().to_owned(),
            name: name.to_owned(),
            options: serde_json::to_string(&options).unwrap_or_default(),
            state: state.as_str().to_owned(),
            bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            sha256: sha256(&bytes).to_vec(),
            plan,
            report: serde_json::to_string(&report).unwrap_or_default(),
            asked_at: now,
            expires_at: now.plus_millis(i64::from(self.limits.days) * DAY_MS),
            loaded_at: None,
            entry: None,
        };
        let view = self.journal.write(row, |tx, row| Box::pin(kept(tx, row)));
        let view = view.await?;
        // The row first: what a crash leaves behind goes with the row when its days are over.
        if is_loadable && let Err(error) = self.shelve(view.id, bytes).await {
            self.end(view.id).await?;
            return Err(error);
        }
        Ok(view)
    }

    /// What loading a file would do, with the plan that is bound to it. Nothing is written.
    pub async fn report(
        &self,
        actor: &Actor,
        options: &ImportOptions,
        bytes: Bytes,
    ) -> Result<(Report, Vec<u8>), Error> {
        need(actor, options.kind)?;
        let Looked {
            mut report,
            content,
            keys,
        } = self.look(actor, options, bytes).await?;
        report.faults.sort_by_key(|fault| fault.row);
        let mut plan = Vec::new();
        if report.is_loadable() {
            let mut tx = self.journal.store().read().await?;
            let acts = self.acts(&mut tx, &content).await?;
            plan = plan_of(&acts).to_vec();
            tell(&mut report, &acts, &keys);
        }
        Ok((report, plan))
    }

    /// Reads a file's rows into what the slices take; faults are in the report.
    pub(super) async fn look(
        &self,
        actor: &Actor,
        options: &ImportOptions,
        bytes: Bytes,
    ) -> Result<Looked, Error> {
        if bytes.len() > self.limits.bytes {
            return Err(Error::TooLarge(self.limits.bytes));
        }
        let map = self.areas.map(self.areas.today()).await?;
        if let Some(code) = &options.commune
            && map.commune(code).is_none()
        {
            let reason = "expected the code of a commune of today / cần mã xã hiện nay";
            return Err(Refusal::at("query:commune", reason).into());
        }
        let (mut report, mut drafts, mut claims) = self
            .drafts(options, &bytes, &map, Lineage::default())
            .await?;
        let is_of_commune = |fault: &RowFault| fault.field.as_deref() == Some("commune");
        if report.faults.iter().any(is_of_commune) {
            // Most files name communes of today: where the ground of others lies is looked up only where it is asked for.
            let lineage = Lineage::of(&self.areas.known_places(actor).await?);
            if !lineage.is_empty() {
                (report, drafts, claims) = self.drafts(options, &bytes, &map, lineage).await?;
            }
        }
        if !claims.is_empty() {
            let places = self.areas.known_places(actor).await?;
            note_elsewhere(&mut report, claims, (&*map, places.as_slice()));
        }
        drafts = without_twins(drafts, &mut report);
        let keys = drafts
            .iter()
            .map(|(row, draft)| (*row, shown(draft)))
            .collect();
        let content = match options.kind {
            ImportKind::Plots => {
                Content::Plots(self.listed(actor, options, drafts, &mut report).await?)
            }
            ImportKind::RiskAreas => {
                Content::RiskAreas(self.risk_areas(drafts, &mut report).await?)
            }
            ImportKind::Gates => Content::Gates(only(drafts, |draft| match draft {
                Draft::Gate(own) => Some(*own),
                _ => None,
            })),
            ImportKind::Hamlets => Content::Hamlets(only(drafts, |draft| match draft {
                Draft::Hamlet(own) => Some(*own),
                _ => None,
            })),
        };
        Ok(Looked {
            report,
            content,
            keys,
        })
    }

    /// Risk areas; one whose row says nothing of when checks count keeps the windows that stand, and has those of its crop
    /// where none do, which is told.
    async fn risk_areas(
        &self,
        drafts: Vec<(usize, Draft)>,
        report: &mut Report,
    ) -> Result<Vec<RiskAreaDraft>, Error> {
        let mut all = Vec::with_capacity(drafts.len());
        let mut by_crop = 0_usize;
        for (_, draft) in drafts {
            let Draft::RiskArea(mut draft, has_windows) = draft else {
                continue;
            };
            if !has_windows {
                match self.areas.standing_windows(&draft).await? {
                    Some(windows) => draft.windows = windows,
                    None => by_crop += 1,
                }
            }
            all.push(*draft);
        }
        note_by_crop(report, by_crop);
        Ok(all)
    }

    /// The rows of a file as drafts.
    async fn drafts(
        &self,
        options: &ImportOptions,
        bytes: &Bytes,
        map: &Arc<CommuneMap>,
        lineage: Lineage,
    ) -> Result<Drafted, Error> {
        let room = ROOM.try_acquire().or(Err(Error::Busy))?;
        let limits = Limits::of_rows(self.limits.rows);
        let (own, bytes, map) = (options.clone(), bytes.clone(), Arc::clone(map));
        // The place goes with the thread: a reader that nobody waits for any more still holds it.
        let reading = tokio::task::spawn_blocking(move || {
            let _room = room;
            drafted(&bytes, &own, (&*map, &lineage), limits)
        });
        let drafted = tokio::time::timeout(PATIENCE, reading)
            .await
            .or(Err(Error::TooSlow))?;
        drafted.or(Err(Error::TooSlow))
    }

    /// What loading would do to each, as things stand.
    pub(super) async fn acts(
        &self,
        tx: &mut Tx,
        content: &Content,
    ) -> Result<Vec<Act>, store::Error> {
        match content {
            Content::Plots(all) => {
                let acts = self.plots.listed_acts(tx, all).await?;
                Ok(acts.into_iter().flatten().collect())
            }
            Content::RiskAreas(all) => self.areas.risk_area_acts(tx, all).await,
            Content::Gates(all) => self.areas.gate_acts(tx, all).await,
            Content::Hamlets(all) => self.areas.hamlet_acts(tx, all).await,
        }
    }

    async fn shelve(&self, id: Uuid, bytes: Bytes) -> Result<(), Error> {
        let piece = usize::try_from(Shelved::PIECE).unwrap_or(usize::MAX);
        let mut rest = bytes;
        let mut number = 0;
        while !rest.is_empty() {
            let part = rest.split_to(piece.min(rest.len()));
            self.blobs.shelve(shelf(id), number, part).await?;
            number += 1;
        }
        Ok(())
    }
}

/// Keeps a file's row, unless too many of the same author are kept already.
async fn kept(tx: &mut Tx, row: &ImportRow) -> Result<ImportView, Error> {
    let most = if row.state == ImportState::Checked.as_str() {
        MOST_OPEN
    } else {
        MOST_REFUSED
    };
    let open = sql::open_of(tx, row.asker, &row.state).await?;
    if open >= most {
        return Err(Error::TooManyOpen(open));
    }
    sql::insert(tx, row).await?;
    Ok(ImportView::of(row)?)
}

/// Where the bytes of a file wait.
pub(super) const fn shelf(id: Uuid) -> Shelved {
    Shelved { id, attempt: 0 }
}

/// What is bound to what was told: the act on each row, in order.
pub(super) fn plan_of(acts: &[Act]) -> [u8; 32] {
    let letters = acts.iter().map(|act| match act {
        Act::Create => b'c',
        Act::Change => b'r',
        Act::Leave => b'l',
    });
    sha256(&letters.collect::<Vec<u8>>())
}

/// The id of a plot of a list: the same whenever its key comes again (RFC 9562 §5.8).
pub(super) fn plot_id(source: &str, key: &str) -> PlotId {
    let mut hash = Sha256::new();
    for part in ["plot of a list", source, key] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(digest.get(..16).unwrap_or(&[0; 16]));
    PlotId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// What a report may show of a draft's key: never a place.
fn shown(draft: &Draft) -> Option<String> {
    match draft {
        Draft::Plot { key, .. } => key.strip_prefix("code ").map(str::to_owned),
        Draft::Returned(own) => Some(own.id.to_string()),
        Draft::Coded { code, .. } => Some(code.clone()),
        other => Some(other.key().into_owned()),
    }
}

fn only<T>(drafts: Vec<(usize, Draft)>, own: impl Fn(Draft) -> Option<T>) -> Vec<T> {
    drafts
        .into_iter()
        .filter_map(|(_, draft)| own(draft))
        .collect()
}

fn tell(report: &mut Report, acts: &[Act], keys: &[(usize, Option<String>)]) {
    let count = |wanted: Act| acts.iter().filter(|act| **act == wanted).count();
    (report.create, report.change, report.leave) =
        (count(Act::Create), count(Act::Change), count(Act::Leave));
    let told = acts.iter().zip(keys).filter(|(act, _)| **act != Act::Leave);
    let told = told.take(LISTED).map(|(act, (row, key))| RowOutcome {
        row: *row,
        key: key.clone(),
        act: (*act).into(),
    });
    report.acts = told.collect();
}
