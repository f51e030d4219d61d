//! Heads that phones, post nodes and an outside office hold, shown back to this server.
//!
//! A server that rebuilds its log cannot rebuild what others keep. Whoever shows a head gets the proof that the log still
//! begins with it; where it does not, an alarm is entered in the log and kept.

use uuid::Uuid;

use crate::base::actor::Actor;
use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::base::words::vocabulary;
use crate::base::{from_hex, hex};
use crate::store::{Error, Tx};

use super::model::Kind;
use super::note::{Checkpoint, NotACheckpoint, PublicKey};
use super::proofs::ConsistencyProof;
use super::proving::Between;
use super::service::{Entry, Journal};
use super::sql::{self, AlarmRow, WitnessRow};
use super::tree::{self, count};

vocabulary! {
    /// Why a head from outside is cause for alarm.
    AlarmReason: "a reason for alarm" {
        /// The log has another root at this size: its history was changed, or it has two.
        Fork = "fork",
        /// The head has more entries than the log ever had: it was cut.
        Ahead = "ahead",
        /// The head is of an epoch that a restore ended before it: what came after the backup must be sent again.
        Superseded = "superseded",
    }
}

/// What a head that was shown came to.
#[derive(Debug)]
pub enum Shown {
    /// The log begins with it.
    Agrees(Box<ConsistencyProof>),
    /// The log does not begin with it.
    Alarm(Alarm),
}

/// A head from outside that the log does not agree with.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Alarm {
    /// The alarm.
    pub id: Uuid,
    /// Its entry in the log.
    pub entry: EntryId,
    /// `fork`, `ahead` or `superseded`.
    pub reason: AlarmReason,
    /// Entries that the head counts.
    pub size: u64,
    /// The head's root, in hex.
    pub root: String,
    /// The head's epoch.
    pub epoch: i64,
    /// The head as it was shown.
    pub checkpoint: String,
    /// Who showed it first.
    pub holder: Uuid,
    /// When.
    pub raised_at: Timestamp,
}

/// The largest head that somebody outside holds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Witness {
    /// Who holds it.
    pub holder: Uuid,
    /// Entries that it counts.
    pub size: u64,
    /// Its root, in hex.
    pub root: String,
    /// When it was shown last.
    pub shown_at: Timestamp,
}

/// Why a shown head is not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// It is no head.
    #[error(transparent)]
    NoHead(#[from] NotACheckpoint),
    /// It is of another log.
    #[error("the head is of log {found}, this is log {own}")]
    OtherLog {
        /// The head's log.
        found: crate::base::ids::LogId,
        /// This log.
        own: crate::base::ids::LogId,
    },
    /// None of the log's keys signed it.
    #[error("no key of this log signed the head")]
    Foreign,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] Error),
}

impl crate::store::ActError for NotTaken {
    fn store(&self) -> Option<&Error> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl Journal {
    /// Compares a head that the caller holds with the log.
    pub async fn compare(&self, actor: &Actor, note: &str) -> Result<Shown, NotTaken> {
        let (head, signed) = Checkpoint::parse(note)?;
        let own = self.log_id();
        if head.log != own {
            return Err(NotTaken::OtherLog {
                found: head.log,
                own,
            });
        }
        let mut tx = self.store().read().await?;
        let keys = sql::keys(&mut tx).await?;
        let name = own.to_string();
        let mut keys = keys
            .iter()
            .filter_map(|row| from_hex(&hex(&row.public_key)).map(PublicKey));
        if !keys.any(|key| signed.signature_of(&name, &key).is_some()) {
            return Err(NotTaken::Foreign);
        }
        let reason = disagreement(&mut tx, &head).await?;
        drop(tx);
        let Some(reason) = reason else {
            return self.agreed(actor, &head).await;
        };
        let context = (self.clone(), actor.id, head, note.to_owned());
        let alarm = self
            .write(context, move |tx, (journal, holder, head, note)| {
                Box::pin(journal.raise(tx, *holder, head, note, reason))
            })
            .await?;
        tracing::error!(
            alarm = %alarm.id, reason = %alarm.reason, size = alarm.size,
            "a head from outside does not agree with the log"
        );
        metrics::counter!("tuantra_journal_alarms_total").increment(1);
        Ok(Shown::Alarm(alarm))
    }

    async fn agreed(&self, actor: &Actor, head: &Checkpoint) -> Result<Shown, NotTaken> {
        let row = WitnessRow {
            holder: actor.id,
            size: head.size.cast_signed(),
            root: head.root.to_vec(),
            shown_at: self.now(),
        };
        self.store()
            .write(row, |tx, row| Box::pin(sql::set_witness(tx, row)))
            .await?;
        let between = Between {
            from: head.size,
            to: None,
        };
        let proof = self.prove_consistency(between).await?;
        let proof = proof.ok_or_else(|| tree::corrupt("journal_heads", head.size))?;
        Ok(Shown::Agrees(Box::new(proof)))
    }

    /// Enters an alarm once for each head.
    async fn raise(
        &self,
        tx: &mut Tx,
        holder: Uuid,
        head: &Checkpoint,
        note: &str,
        reason: AlarmReason,
    ) -> Result<Alarm, NotTaken> {
        let text = head.text();
        if let Some(before) = sql::alarm_of(tx, &text).await? {
            return Ok(alarm_of(before)?);
        }
        let id = self.ids().make();
        let body = serde_json::json!({ "reason": reason, "checkpoint": note }).to_string();
        let entry = Entry {
            kind: Kind::Alarm,
            fact: id,
            actor: holder,
            device: None,
            origin: None,
            body: body.as_bytes(),
        };
        let written = self.enter(tx, entry).await?;
        let row = AlarmRow {
            id,
            entry: written.entry,
            reason: reason.to_string(),
            size: head.size.cast_signed(),
            root: head.root.to_vec(),
            epoch: head.epoch,
            checkpoint: text,
            holder,
            raised_at: written.received_at,
        };
        sql::insert_alarm(tx, &row).await?;
        Ok(alarm_of(row)?)
    }

    /// The alarms, the latest first.
    pub async fn alarms(&self, limit: u32) -> Result<Vec<Alarm>, Error> {
        let mut tx = self.store().read().await?;
        let rows = sql::alarms(&mut tx, i64::from(limit)).await?;
        rows.into_iter().map(alarm_of).collect()
    }

    /// Who holds which head, the largest first.
    pub async fn witnesses(&self, limit: u32) -> Result<Vec<Witness>, Error> {
        let mut tx = self.store().read().await?;
        let rows = sql::witnesses(&mut tx, i64::from(limit)).await?;
        let witnesses = rows.into_iter().map(|row| Witness {
            holder: row.holder,
            size: count(row.size),
            root: hex(&row.root),
            shown_at: row.shown_at,
        });
        Ok(witnesses.collect())
    }
}

/// Why the log does not begin with a head that one of its keys signed.
async fn disagreement(tx: &mut Tx, head: &Checkpoint) -> Result<Option<AlarmReason>, Error> {
    let newest = sql::last_head(tx).await?.map_or(0, |row| count(row.size));
    if head.size <= newest && tree::root_at(tx, head.size).await? == head.root {
        return Ok(None);
    }
    let ended = sql::epochs(tx).await?;
    let ended = ended.into_iter().any(|(epoch, after)| {
        let kept = after.map_or(0, |seq| count(seq) + 1);
        epoch > head.epoch && head.size > kept
    });
    Ok(Some(if ended {
        AlarmReason::Superseded
    } else if head.size > newest {
        AlarmReason::Ahead
    } else {
        AlarmReason::Fork
    }))
}

fn alarm_of(row: AlarmRow) -> Result<Alarm, Error> {
    let reason = row.reason.parse();
    Ok(Alarm {
        id: row.id,
        entry: row.entry,
        reason: reason.or(Err(tree::corrupt("journal_alarms", row.id)))?,
        size: count(row.size),
        root: hex(&row.root),
        epoch: row.epoch,
        checkpoint: row.checkpoint,
        holder: row.holder,
        raised_at: row.raised_at,
    })
}
