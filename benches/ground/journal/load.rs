//! A fact with its entry against the same insert without it: the same rows through the same writer, by one process on
//! SQLite, and by one, two and four on PostgreSQL, on disks that take their time.
//!
//! A slower disk is made by strace, which holds every fdatasync and fsync back by so many microseconds; both sides run
//! under it alike.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tuantra::base::actor::CONSOLE;
use tuantra::base::time::SystemClock;
use tuantra::journal::{Entry, Journal, Kind, Written};
use tuantra::later;
use tuantra::plots::Plots;
use tuantra::store::{Error, Store};
use uuid::Uuid;

use super::whole;
use crate::server::{Folder, quantile_ms, say};

const RUN: Duration = Duration::from_secs(4);
/// Phones that send at the same time to each process.
const SENDERS: [usize; 2] = [1, 16];
const PROCESSES: [usize; 3] = [1, 2, 4];
/// What strace adds to each fsync of the writer, in microseconds.
const DELAYS_US: [u32; 2] = [0, 3_000];
/// Names a running PostgreSQL to be measured instead of a SQLite file, by one, two and four processes. How slow its disk
/// is made is up to whoever starts it.
const POSTGRES: &str = "BENCH_POSTGRES";
/// What a child of this bench is called by, and what it may be asked for beside writing without entries.
const WORD: &str = "journal-load";
const HEAD: &str = "head";
const ALL: &str = "all";
/// Bytes of a plot's record as phones send it.
const BODY_BYTES: usize = 600;

/// The rows of a plot's recording: the plot, its version and its measure, in the tables of the server with their indexes.
/// The server's act does more (it asks for neighbours, queues a job, reads back); all of that is left out on both sides.
const PLOT: &str = "INSERT INTO plots (id, version, entry, author, state, crop, season, period, detected_at, plants, plants_method, area_m2, \
     area_method, uncertainty_pct, lon, lat, hacc_m, cell_7, cell_9, cell_12, flags, record, photos, recorded_at) \
     VALUES ($1, 1, $1, $2, 'detected', 'opium_poppy', '2025-2026', 2026, $3, 120, 'counted', 35.5, 'tape', 5.0, 104.31, 22.41, 4.5, $4, $4, $4, \
     '[]', $5, 0, $3)";
const VERSION: &str = "INSERT INTO plot_versions (plot, version, entry, author, record, recorded_at) VALUES ($1, 1, $1, $2, $4, $3)";
const MEASURE: &str = "INSERT INTO plot_measures (entry, plot, version, author, measured_at, plants, plants_method, area_m2, area_method, \
     uncertainty_pct, digest, record, recorded_at) VALUES ($1, $1, 1, $2, $3, 120, 'counted', 35.5, 'tape', 5.0, $4, '{}', $3)";

/// What is written in one act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    /// The rows of a fact.
    Bare,
    /// The same with their entry.
    Entry,
    /// A plot's first recording, as the server writes it.
    Whole,
    /// The same with one more entry.
    Twice,
}

impl Act {
    const ALL: [Self; 4] = [Self::Bare, Self::Entry, Self::Whole, Self::Twice];

    const fn word(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Entry => "entry",
            Self::Whole => "whole",
            Self::Twice => "twice",
        }
    }

    /// How many entries it writes.
    const fn entries(self) -> f64 {
        match self {
            Self::Bare => 0.0,
            Self::Entry | Self::Whole => 1.0,
            Self::Twice => 2.0,
        }
    }
}

/// What one process of the bench does.
#[derive(Debug)]
pub struct Load {
    folder: PathBuf,
    act: Act,
    senders: usize,
    /// That it writes nothing and tells how far the head goes.
    head: Option<&'static str>,
}

/// Commits per second of all processes, and the median of their medians, in milliseconds.
struct Rate {
    per_second: f64,
    median_ms: f64,
    /// The share of them whose entries were numbered and under a head before the processes ended.
    numbered: f64,
}

/// Whether a PostgreSQL is to be measured.
pub fn is_on_postgres() -> bool {
    std::env::var_os(POSTGRES).is_some()
}

pub fn run() -> anyhow::Result<()> {
    say(&format!(
        "journal: fdatasync of this disk: {:.2} ms (median of 200)",
        native_fsync()?
    ));
    if is_on_postgres() {
        let folder = Folder::new("journal-load")?;
        for processes in PROCESSES {
            for senders in SENDERS {
                compare(Some(folder.path()), 0, processes, senders)?;
            }
        }
        return Ok(());
    }
    for delay_us in DELAYS_US {
        for senders in SENDERS {
            compare(None, delay_us, 1, senders)?;
        }
    }
    Ok(())
}

/// Bare, with entries, and bare again: the anchor is the mean of its two runs.
fn compare(
    shared: Option<&Path>,
    delay_us: u32,
    processes: usize,
    senders: usize,
) -> anyhow::Result<()> {
    let measure = |act| {
        let own = Folder::new("journal-load-own")?;
        let folder = shared.unwrap_or(own.path());
        measured(folder, delay_us, (processes, senders), act)
    };
    let (before, with, after) = (
        measure(Act::Bare)?,
        measure(Act::Entry)?,
        measure(Act::Bare)?,
    );
    let bare = f64::midpoint(before.per_second, after.per_second);
    say(&format!(
        "journal: fsync +{:.1} ms, {processes} processes x {senders} senders: bare {bare:.0}/s ({:.2} ms), with entry, tree and \
         heads {:.0}/s ({:.2} ms; {:.0} % numbered by the end): {:.2}x",
        f64::from(delay_us) / 1000.0,
        f64::midpoint(before.median_ms, after.median_ms),
        with.per_second,
        with.median_ms,
        100.0 * with.numbered,
        bare / with.per_second
    ));
    let (before, twice, after) = (
        measure(Act::Whole)?,
        measure(Act::Twice)?,
        measure(Act::Whole)?,
    );
    let whole = f64::midpoint(before.per_second, after.per_second);
    let entry_s = 1.0 / twice.per_second - 1.0 / whole;
    say(&format!(
        "journal: the same, a whole recording {whole:.0}/s, with one more entry {:.0}/s ({:.0} % numbered): without its entry it would be \
         {:.2}x as fast",
        twice.per_second,
        100.0 * twice.numbered,
        1.0 / (1.0 - whole * entry_s)
    ));
    Ok(())
}

/// The median time of fdatasync after a write of one page.
fn native_fsync() -> anyhow::Result<f64> {
    use std::io::Write;
    let folder = Folder::new("fsync")?;
    let mut file = std::fs::File::create(folder.path().join("page"))?;
    let mut times = Vec::new();
    for _ in 0..200 {
        file.write_all(&[7; 4096])?;
        let begun = Instant::now();
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(quantile_ms(&times, 0.5))
}

fn measured(
    folder: &Path,
    delay_us: u32,
    (processes, senders): (usize, usize),
    act: Act,
) -> anyhow::Result<Rate> {
    // No run numbers what another left, nor waits for its lease to end.
    let before = head_size(folder, true)?;
    let children: Vec<_> = (0..processes)
        .map(|_| start(folder, delay_us, senders, act))
        .collect::<Result<_, _>>()?;
    let mut rate = Rate {
        per_second: 0.0,
        median_ms: 0.0,
        numbered: 0.0,
    };
    for child in children {
        let done = child.wait_with_output()?;
        ensure!(done.status.success(), "a writer failed");
        let said = String::from_utf8(done.stdout)?;
        let (count, median) = said
            .lines()
            .find_map(|line| line.strip_prefix("done ")?.split_once(' '))
            .context("a writer said nothing")?;
        rate.per_second += count.parse::<f64>()? / RUN.as_secs_f64();
        rate.median_ms += median.trim().parse::<f64>()?;
    }
    #[expect(clippy::cast_precision_loss, reason = "at most four")]
    let mean = rate.median_ms / processes as f64;
    rate.median_ms = mean;
    let numbered = u32::try_from(head_size(folder, false)?.saturating_sub(before))?;
    rate.numbered = f64::from(numbered) / (act.entries() * rate.per_second * RUN.as_secs_f64());
    Ok(rate)
}

/// How many entries the newest head is over; `is_all`: once every entry has its number. Asked by a process of its own: SQLite
/// keeps what it knows of a file by its inode, which the next run's file may get while a handle of this process still closes.
fn head_size(folder: &Path, is_all: bool) -> anyhow::Result<u64> {
    let asked = if is_all { ALL } else { HEAD };
    let said = Command::new(std::env::current_exe()?)
        .args([WORD.as_ref(), folder.as_os_str()])
        .args([asked, "0"])
        .output()?;
    ensure!(said.status.success(), "the head was not read");
    let said = String::from_utf8(said.stdout)?;
    let size = said.lines().find_map(|line| line.strip_prefix("head "));
    Ok(size.context("no head was told")?.trim().parse()?)
}

fn start(
    folder: &Path,
    delay_us: u32,
    senders: usize,
    act: Act,
) -> anyhow::Result<std::process::Child> {
    let program = std::env::current_exe()?;
    let mut command = if delay_us == 0 {
        Command::new(program)
    } else {
        let mut command = Command::new("strace");
        command.args(["-f", "-q", "--seccomp-bpf", "-o", "/dev/null"]);
        command.args(["-e", "trace=fsync,fdatasync"]);
        command.arg("-e");
        command.arg(format!("inject=fsync,fdatasync:delay_exit={delay_us}"));
        command.arg(program);
        command
    };
    let child = command
        .arg(WORD)
        .arg(folder)
        .args([act.word(), &senders.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .context("strace cannot be started")?;
    Ok(child)
}

impl Load {
    /// What the words of the command line ask of a child.
    pub fn asked(words: &[String]) -> anyhow::Result<Option<Self>> {
        let [word, folder, kind, senders] = words else {
            return Ok(None);
        };
        if word != WORD {
            return Ok(None);
        }
        Ok(Some(Self {
            folder: folder.into(),
            act: Act::ALL
                .into_iter()
                .find(|act| act.word() == kind)
                .unwrap_or(Act::Bare),
            senders: senders.parse()?,
            head: [HEAD, ALL].into_iter().find(|own| own == kind),
        }))
    }

    async fn open(&self) -> anyhow::Result<Journal> {
        let store = match std::env::var(POSTGRES) {
            Ok(url) => Store::open_postgres(&url, 20).await?,
            Err(_) => Store::open_sqlite(&self.folder, true).await?,
        };
        store.migrate().await?;
        let key = self.folder.join("keys/journal.pem");
        Ok(Journal::open(store, Arc::new(SystemClock), &key).await?)
    }

    /// Writes for a while, then prints how often and how fast; or prints how far the head goes.
    pub async fn run(self) -> anyhow::Result<()> {
        let journal = self.open().await?;
        if let Some(asked) = self.head {
            if asked == ALL {
                journal.sequence_all().await?;
            }
            let head = journal.head().await?;
            say(&format!("head {}", head.map_or(0, |head| head.size)));
            std::process::exit(0);
        }
        let sender = Sender {
            plots: whole::plots(&journal),
            journal: journal.clone(),
            act: self.act,
        };
        if self.act != Act::Bare {
            tokio::spawn(journal.run_sequencer());
        }
        if matches!(self.act, Act::Whole | Act::Twice) {
            // A server has placed the plots that it found before it serves.
            sender.plots.today().await?;
        }
        let begun = Instant::now();
        let senders: Vec<_> = (0..self.senders)
            .map(|_| tokio::spawn(sender.clone().send(begun)))
            .collect();
        let mut times = Vec::new();
        for sender in senders {
            times.extend(sender.await??);
        }
        times.sort_unstable();
        say(&format!(
            "done {} {}",
            times.len(),
            quantile_ms(&times, 0.5)
        ));
        std::process::exit(0);
    }
}

/// One who sends facts one after the other.
#[derive(Clone)]
struct Sender {
    journal: Journal,
    plots: Plots,
    act: Act,
}

impl Sender {
    async fn send(self, begun: Instant) -> anyhow::Result<Vec<Duration>> {
        let mut times = Vec::new();
        while begun.elapsed() < RUN {
            let fact = self.journal.ids().make();
            let sent = Instant::now();
            let written = match self.act {
                Act::Bare | Act::Entry => self.rows(fact).await?,
                Act::Whole => whole::recorded(&self.plots, fact, false).await?,
                Act::Twice => whole::recorded(&self.plots, fact, true).await?,
            };
            // As the server does: signed after the act, before the sender is answered.
            std::hint::black_box(written.map(|written| self.journal.receipt(&written)));
            times.push(sent.elapsed());
        }
        Ok(times)
    }

    async fn rows(&self, fact: Uuid) -> Result<Option<Written>, Error> {
        let has_entries = self.act == Act::Entry;
        // Text that can be read as JSON: whole recordings on the same database look where all plots lie.
        let record = format!("\"{}\"", "x".repeat(BODY_BYTES));
        let context = (self.journal.clone(), fact, record);
        self.journal
            .write(context, move |tx, (journal, fact, record)| {
                Box::pin(write_fact(tx, journal, *fact, record, has_entries))
            })
            .await
    }
}

async fn write_fact(
    tx: &mut tuantra::store::Tx,
    journal: &Journal,
    fact: Uuid,
    record: &str,
    has_entries: bool,
) -> Result<Option<Written>, Error> {
    let cell = i64::from(fact.as_bytes()[15]) << 40;
    let now = journal.now();
    // As the server writes them: nothing waits for any of them, so they go to the database together.
    later!(tx, PLOT, [fact, CONSOLE, now, cell, record])?;
    later!(tx, VERSION, [fact, CONSOLE, now, record])?;
    later!(
        tx,
        MEASURE,
        [fact, CONSOLE, now, fact.as_bytes().as_slice()]
    )?;
    if !has_entries {
        return Ok(None);
    }
    let entry = Entry {
        kind: Kind::Plot,
        fact,
        actor: CONSOLE,
        device: None,
        origin: None,
        body: record.as_bytes(),
    };
    journal.enter(tx, entry).await.map(Some)
}
