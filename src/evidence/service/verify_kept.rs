//! What is kept beside photos against the log: questions with what was answered and decided, seals, holds, nonces and
//! orders to erase.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::ids::{EntryId, FactId, PhotoId, QuestionId};
use crate::base::{from_hex, hex};
use crate::evidence::model::screens::QuestionState;
use crate::evidence::model::seal::Seal;
use crate::evidence::sql::{self, KeptHold, QuestionBook, ReplyRow, SealRow, SpentNonce};
use crate::identity::Roll;
use crate::journal::audit::{RowPass, Rows, Told, each_content, stored};
use crate::journal::{Kind, Stored};
use crate::store::{self, Store, Tx};

use super::holds::PhotoHoldWire;
use super::seals::seal_root;
use super::verify_redactions::redactions;

/// Holds questions, answers, decisions, seals, holds, nonces and orders to erase against the log.
pub async fn verify_rows(store: &Store) -> Result<Rows, store::Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    let mut states = States::default();
    let roll = Roll::of(&mut tx).await?;
    for book in [QuestionBook::Photos, QuestionBook::Tracks] {
        replies(&mut tx, &mut pass, book, (&roll, &mut states)).await?;
    }
    questions(&mut tx, &mut pass, &states).await?;
    track_questions(&mut tx, &mut pass, &states).await?;
    seals(&mut tx, &mut pass).await?;
    holds(&mut tx, &mut pass).await?;
    nonces(&mut tx, &mut pass).await?;
    unspent(&mut tx, &mut pass).await?;
    redactions(&mut tx, &mut pass).await?;
    let kinds = [
        Kind::Photo,
        Kind::Question,
        Kind::Answer,
        Kind::Decision,
        Kind::Seal,
    ];
    for kind in kinds {
        pass.rowless(&mut tx, kind, |_| true).await?;
    }
    Ok(pass.into_found())
}

/// How each question stands after what was said last.
type States = BTreeMap<QuestionId, ((i64, String, EntryId), QuestionState)>;

fn sent<T: DeserializeOwned>(kept: &Stored) -> Option<T> {
    serde_json::from_slice(kept.body.as_ref()?).ok()
}

async fn replies(
    tx: &mut Tx,
    pass: &mut RowPass,
    book: QuestionBook,
    (roll, states): (&Roll, &mut States),
) -> Result<(), store::Error> {
    let table = match book {
        QuestionBook::Photos => "evidence_replies",
        QuestionBook::Tracks => "evidence_track_replies",
    };
    let mut after = EntryId(Uuid::nil());
    loop {
        let rows = sql::replies_from(tx, book, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.entry;
        for row in rows {
            let told = Told {
                table,
                id: row.entry.to_string(),
                entry: row.entry,
                author: Some(row.author),
                recorded_at: Some(row.said_at),
            };
            let author = roll.then(tx, row.author, row.said_at, row.said_at).await?;
            let is_units = !author.is_known() || author.some(|own| own.org == row.org);
            pass.judge(tx, told, |kept| is_units && is_reply(kept, &row))
                .await?;
            follow(row, states);
        }
    }
}

fn follow(row: ReplyRow, states: &mut States) {
    let said: Value = serde_json::from_str(&row.body).unwrap_or_default();
    let state = match said["result"].as_str() {
        Some("upheld") => QuestionState::Upheld,
        Some(_) => QuestionState::Cleared,
        None => QuestionState::Answered,
    };
    let at = (row.said_at.as_millis(), row.kind, row.entry);
    let latest = states
        .entry(row.question)
        .or_insert_with(|| (at.clone(), state));
    if latest.0 < at {
        *latest = (at, state);
    }
}

fn is_reply(kept: &Stored, row: &ReplyRow) -> bool {
    let said: Option<Value> = sent(kept);
    let word = |name: &str| Some(said.as_ref()?.get(name)?.as_str()?.trim().to_owned());
    let (kind, text, result) = match row.kind.as_str() {
        "answer" => (Kind::Answer, word("text"), None),
        _ => (Kind::Decision, word("reason"), word("result")),
    };
    let stands: Value = serde_json::from_str(&row.body).unwrap_or_default();
    kept.row.kind == kind.as_str()
        && kept.row.fact == Some(row.question.0)
        && stands == json!({ "text": text, "result": result })
}

fn state_of(states: &States, id: QuestionId) -> QuestionState {
    states.get(&id).map_or(QuestionState::Open, |said| said.1)
}

async fn questions(tx: &mut Tx, pass: &mut RowPass, states: &States) -> Result<(), store::Error> {
    let mut after = QuestionId(Uuid::nil());
    loop {
        let rows = sql::questions_from(tx, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.id;
        for row in rows {
            let told = Told {
                table: "evidence_questions",
                id: row.id.to_string(),
                entry: row.entry,
                author: None,
                recorded_at: Some(row.asked_at),
            };
            let asked = json!({ "screen": row.screen, "photo": row.photo, "other": row.other, "found": row.record });
            let same = |kept: &Stored| {
                kept.row.fact == Some(row.id.0) && sent::<Value>(kept).as_ref() == Some(&asked)
            };
            pass.judge(tx, told, same).await?;
            let holds = row.state == state_of(states, row.id).as_str();
            pass.standing("evidence_questions", row.id.to_string(), holds);
        }
    }
}

async fn track_questions(
    tx: &mut Tx,
    pass: &mut RowPass,
    states: &States,
) -> Result<(), store::Error> {
    let mut after = QuestionId(Uuid::nil());
    loop {
        let rows = sql::track_questions_from(tx, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.id;
        for row in rows {
            let told = Told {
                table: "evidence_track_questions",
                id: row.id.to_string(),
                entry: row.entry,
                author: None,
                recorded_at: Some(row.asked_at),
            };
            let asked = json!({ "screen": row.screen, "patrol": row.patrol, "plot": row.plot,
                "other": row.other_patrol, "found": row.record });
            let same = |kept: &Stored| {
                kept.row.fact == Some(row.id.0) && sent::<Value>(kept).as_ref() == Some(&asked)
            };
            pass.judge(tx, told, same).await?;
            let holds = row.state == state_of(states, row.id).as_str();
            pass.standing("evidence_track_questions", row.id.to_string(), holds);
        }
    }
}

async fn seals(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let mut after = FactId(Uuid::nil());
    loop {
        let rows = sql::seals_from(tx, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.eradication;
        for row in rows {
            let under = sql::sealed_of(tx, row.eradication).await?;
            let told = Told {
                table: "evidence_seals",
                id: row.eradication.to_string(),
                entry: row.entry,
                author: None,
                recorded_at: Some(row.sealed_at),
            };
            pass.judge(tx, told, |kept| is_seal(kept, &row, &under))
                .await?;
        }
    }
}

fn is_seal(kept: &Stored, row: &SealRow, under: &[PhotoId]) -> bool {
    sent::<Seal>(kept).is_some_and(|seal| {
        let mut photos: Vec<PhotoId> = seal.photos.iter().map(|photo| photo.id).collect();
        photos.sort_unstable();
        kept.row.kind == Kind::Seal.as_str()
            && kept.row.fact == Some(row.eradication.0)
            && (seal.eradication, seal.plot) == (row.eradication, row.plot)
            && serde_json::to_string(&seal.named).is_ok_and(|named| named == row.named)
            && hex(&seal_root(&seal)) == seal.root
            && from_hex(&seal.root).is_some_and(|root: [u8; 32]| row.root == root)
            && photos == under
    })
}

async fn holds(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let mut after = EntryId(Uuid::nil());
    let mut named = std::collections::BTreeSet::new();
    loop {
        let rows = sql::holds_from(tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.entry;
        for row in rows {
            named.insert(row.entry);
            named.extend(row.lifted_by);
            let told = Told {
                table: "evidence_holds",
                id: row.entry.to_string(),
                entry: row.entry,
                author: None,
                recorded_at: Some(row.set_at),
            };
            pass.judge(tx, told, |kept| is_hold(kept, &row)).await?;
            let holds = is_lifted(tx, &row).await?;
            pass.standing("evidence_holds", row.entry.to_string(), holds);
        }
    }
    let mut others = Vec::new();
    for kind in Kind::HOLDS {
        each_content(tx, kind, |entry| {
            if !named.contains(&entry.id) {
                others.push((entry.id, entry.fact.unwrap_or_default()));
            }
        })
        .await?;
    }
    for (entry, subject) in others {
        // Tracks have holds of their own, which are held against the log with the patrols.
        if sql::holds_patrol(tx, subject).await? {
            pass.note(entry);
        }
    }
    for entry in named {
        pass.note(entry);
    }
    for kind in Kind::HOLDS {
        pass.rowless(tx, kind, |_| true).await?;
    }
    Ok(())
}

fn is_hold(kept: &Stored, row: &KeptHold) -> bool {
    let said = sent::<PhotoHoldWire>(kept).map(|said| said.reason.trim().to_owned());
    Kind::may_hold(&kept.row.kind, true)
        && kept.row.fact == Some(row.subject)
        && said.as_ref() == Some(&row.reason)
}

/// Whoever lifted a hold did it by an entry about the same subject, at the time that the row says.
async fn is_lifted(tx: &mut Tx, row: &KeptHold) -> Result<bool, store::Error> {
    let Some(entry) = row.lifted_by else {
        return Ok(row.lifted_at.is_none());
    };
    let kept = stored(tx, entry).await?;
    Ok(kept.is_some_and(|kept| {
        entry != row.entry
            && Kind::may_hold(&kept.row.kind, false)
            && kept.row.fact == Some(row.subject)
            && Some(kept.row.received_at) == row.lifted_at
    }))
}

/// A nonce that is spent was named by the photo that spent it, from the device that it was issued to.
async fn nonces(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let mut after = String::new();
    loop {
        let rows = sql::spent_nonces_from(tx, &after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after.clone_from(&last.nonce);
        for row in rows {
            let kept = match row.entry {
                Some(entry) => stored(tx, entry).await?,
                None => None,
            };
            let holds = kept.is_some_and(|kept| is_spent(&kept, &row));
            pass.standing("evidence_nonces", row.nonce, holds);
        }
    }
}

fn is_spent(kept: &Stored, row: &SpentNonce) -> bool {
    let said: Option<Value> = sent(kept);
    let named = said.as_ref().and_then(|said| said["nonce"].as_str());
    kept.row.fact == Some(row.photo.0)
        && kept.row.actor == row.device
        && Some(kept.row.received_at) == row.spent_at
        && (kept.body.is_none() || named.map(str::trim) == Some(row.nonce.as_str()))
}

/// A nonce that a photo of its device named is spent: it must not be given free to be named again. Every photo is seen on
/// the way, which shows whether one was taken out.
async fn unspent(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let mut after = PhotoId(Uuid::nil());
    loop {
        let rows = sql::all_after(tx, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.id;
        for row in rows {
            pass.note(row.entry);
            let record: Value = serde_json::from_str(&row.record).unwrap_or_default();
            let Some(nonce) = record["nonce"].as_str() else {
                continue;
            };
            let kept = sql::nonce(tx, nonce).await?;
            if kept.is_some_and(|kept| kept.device == row.author && kept.photo.is_none()) {
                pass.standing("evidence_nonces", nonce.to_owned(), false);
            }
        }
    }
}
