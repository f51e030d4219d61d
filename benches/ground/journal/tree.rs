//! Ten million leaves: the time of proofs, and what a restart reads. The leaves are made up, the tiles are as the
//! sequencer would leave them; a thousand of them have an entry, so that whole proofs can be asked for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor};
use tuantra::base::actor::{Actor, CONSOLE};
use tuantra::base::from_hex;
use tuantra::base::ids::EntryId;
use tuantra::base::time::SystemClock;
use tuantra::journal::merkle::{self, Edge, Hash};
use tuantra::journal::{Between, Entry, Journal, Kind, Proving};
use tuantra::store::Store;

use crate::server::{Folder, bytes_in, quantile_ms, say};

const LEAVES: u64 = 10_000_000;
const ENTRIES: u64 = 1_000;
const NEXT: usize = 500;

pub async fn run() -> anyhow::Result<()> {
    let folder = Folder::new("journal-tree")?;
    let journal = open(&folder).await?;
    let first = journal.keys().await?;
    journal.sequence_all().await?;
    let begun = Instant::now();
    let entries = fill(&folder, &journal).await?;
    say(&format!(
        "journal: {LEAVES} leaves hashed into tiles in {:.1} s, {:.0} MB",
        begun.elapsed().as_secs_f64(),
        megabytes(bytes_in(folder.path()))
    ));
    journal.store().close().await;
    drop(journal);

    let begun = Instant::now();
    let journal = open(&folder).await?;
    let opened = begun.elapsed();
    write_some(&journal).await?;
    let begun = Instant::now();
    journal.sequence_all().await?;
    say(&format!(
        "journal: restart on {LEAVES} leaves: opened in {:.1} ms, first {NEXT} entries numbered, hashed and signed in {:.1} ms",
        opened.as_secs_f64() * 1000.0,
        begun.elapsed().as_secs_f64() * 1000.0
    ));
    ensure!(
        journal.keys().await? == first,
        "the restart found the same key"
    );
    prove(&journal, &entries).await?;
    steps(&journal).await
}

async fn open(folder: &Folder) -> anyhow::Result<Journal> {
    let store = Store::open_sqlite(folder.path(), true).await?;
    store.migrate().await?;
    let key = folder.path().join("keys/journal.pem");
    Ok(Journal::open(store, Arc::new(SystemClock), &key).await?)
}

/// The data of a made-up leaf.
fn data(index: u64) -> Hash {
    Sha256::digest(index.to_be_bytes()).into()
}

/// Which made-up leaves have an entry: spread over the whole log.
fn place(entry: u64) -> u64 {
    1 + entry * (LEAVES / ENTRIES) + (entry * 7919) % 9_000
}

/// Writes the tiles, some entries' rows, and a head without a signature that the next one follows.
async fn fill(folder: &Folder, journal: &Journal) -> anyhow::Result<Vec<EntryId>> {
    let options = SqliteConnectOptions::new().filename(folder.path().join("tuantra.db"));
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let real = journal.entries_since(-1, 500).await?;
    let mut edge = Edge::default();
    conn.execute("BEGIN IMMEDIATE").await?;
    for row in &real {
        edge.push(merkle::leaf_hash(&row.leaf));
    }
    while edge.size() < LEAVES {
        edge.push(merkle::leaf_hash(&data(edge.size())));
        if edge.size().is_multiple_of(65_536) || edge.size() == LEAVES {
            store(&mut conn, &mut edge).await?;
        }
    }
    let root = edge.root().context("no root")?;
    sqlx::query("INSERT INTO journal_heads SELECT $1, epoch, $2, made_at, key_id, signature FROM journal_heads ORDER BY size DESC LIMIT 1")
        .bind(LEAVES.cast_signed())
        .bind(root.as_slice())
        .execute(&mut conn)
        .await?;
    sqlx::query("UPDATE journal_sequencer SET next_seq = $1")
        .bind(LEAVES.cast_signed())
        .execute(&mut conn)
        .await?;
    let mut entries = Vec::new();
    for entry in 0..ENTRIES {
        let id = EntryId(journal.ids().make());
        let seq = place(entry);
        sqlx::query("INSERT INTO journal_entries (id, seq, epoch, kind, fact, actor, received_at, sha256, leaf) VALUES ($1, $2, 1, 'view', $1, $3, 0, $4, $4)")
            .bind(id)
            .bind(seq.cast_signed())
            .bind(CONSOLE)
            .bind(data(seq).as_slice())
            .execute(&mut conn)
            .await?;
        entries.push(id);
    }
    conn.execute("COMMIT").await?;
    conn.close().await?;
    Ok(entries)
}

async fn store(conn: &mut SqliteConnection, edge: &mut Edge) -> anyhow::Result<()> {
    for (id, hashes) in edge.take_changed() {
        sqlx::query("INSERT INTO journal_tiles VALUES ($1, $2, $3) ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes")
            .bind(i64::from(id.level))
            .bind(id.number.cast_signed())
            .bind(hashes)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

async fn write_some(journal: &Journal) -> anyhow::Result<()> {
    let written: Result<(), tuantra::store::Error> = journal
        .write(journal.clone(), |tx, journal| {
            Box::pin(async move {
                for _ in 0..NEXT {
                    let entry = Entry {
                        kind: Kind::View,
                        fact: journal.ids().make(),
                        actor: CONSOLE,
                        device: None,
                        origin: None,
                        body: b"more",
                    };
                    journal.enter(tx, entry).await?;
                }
                Ok(())
            })
        })
        .await;
    Ok(written?)
}

/// Proofs of entries, as the API makes them: with head, keys and receipt.
async fn prove(journal: &Journal, entries: &[EntryId]) -> anyhow::Result<()> {
    let auditor = Actor::console();
    let mut times = Vec::new();
    for (number, entry) in (0..).zip(entries) {
        let begun = Instant::now();
        let proving = journal.prove(&auditor, *entry, None).await?;
        times.push(begun.elapsed());
        let Proving::Proof(proof) = proving else {
            anyhow::bail!("no proof");
        };
        let path: Option<Vec<Hash>> = proof.path.iter().map(|hash| from_hex(hash)).collect();
        let seq = place(number);
        let root = merkle::root_of_path(
            &merkle::leaf_hash(&data(seq)),
            seq,
            proof.head.size,
            &path.context("no path")?,
        );
        ensure!(root == from_hex(&proof.head.root), "a proof does not hold");
    }
    tell("inclusion proof", times);
    Ok(())
}

/// Consistency proofs from sizes spread over the log to the newest head.
async fn steps(journal: &Journal) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for number in 0..ENTRIES {
        let between = Between {
            from: place(number),
            to: None,
        };
        let begun = Instant::now();
        let proof = journal.prove_consistency(between).await?;
        times.push(begun.elapsed());
        let proof = proof.context("no proof")?;
        let path: Option<Vec<Hash>> = proof.path.iter().map(|hash| from_hex(hash)).collect();
        let root = |text: &str| from_hex(text).context("no root");
        let holds = merkle::follows(
            (proof.from, root(&proof.from_root)?),
            (proof.to, root(&proof.to_root)?),
            &path.context("no path")?,
        );
        ensure!(holds, "a proof does not hold");
    }
    tell("consistency proof", times);
    Ok(())
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    say(&format!(
        "journal: {what} at {LEAVES} leaves: median {:.2} ms, p99 {:.2} ms, most {:.2} ms ({} proofs, each checked)",
        quantile_ms(&times, 0.5),
        quantile_ms(&times, 0.99),
        quantile_ms(&times, 1.0),
        times.len()
    ));
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
