//! Rows of plots held against what is known: whether each may be recorded, and what is to be said of them together.

use std::collections::BTreeMap;

use crate::areas::Act;
use crate::base::actor::Actor;
use crate::base::time::LocalDate;
use crate::plots::{Back, Error as PlotsError, Listed, Returned};

use super::check::{ImportOptions, plot_id};
use super::drafts::{Draft, RowFault};
use super::report::Report;
use super::{Error, Imports, words};

/// Rows that a note names.
const NAMED: usize = 10;

/// What is counted on the way through the rows.
#[derive(Default)]
struct Seen {
    listed: Vec<Listed>,
    rows: Vec<usize>,
    /// Fields that follow from others, and in how many rows they differ.
    kept: BTreeMap<String, usize>,
    retracted: Vec<usize>,
}

impl Imports {
    /// Parses and places plots with their service, and looks whether the author may record each.
    pub(super) async fn listed(
        &self,
        actor: &Actor,
        options: &ImportOptions,
        drafts: Vec<(usize, Draft)>,
        report: &mut Report,
    ) -> Result<Vec<Listed>, Error> {
        let source = options
            .source
            .clone()
            .unwrap_or_else(|| actor.org.map_or(actor.id, |org| org.0).to_string());
        let mut seen = Seen::default();
        for (row, draft) in drafts {
            let draft = match self.recognised(actor, draft).await? {
                Ok(draft) => draft,
                Err(faults) => {
                    report.fault(faults);
                    continue;
                }
            };
            let done = match draft {
                Draft::Plot { key, wire } => {
                    let id = plot_id(&source, &key);
                    let listed = self.plots.listed(actor, id, *wire).await;
                    listed.map(|own| seen.take(row, own))
                }
                Draft::Returned(own) => self.returned(actor, (row, *own), &mut seen, report).await,
                _ => continue,
            };
            match done {
                Ok(()) => {}
                Err(PlotsError::Refused(refusal)) => {
                    let faults = refusal.0.iter();
                    let faults =
                        faults.map(|fault| words::refused(row, &fault.pointer, &fault.reason));
                    report.fault(faults.collect());
                }
                Err(other) => return Err(other.into()),
            }
        }
        self.judge(seen, report).await
    }

    /// A row under a code as forms have it: the plot of that code if one lies there, else what it says otherwise.
    async fn recognised(
        &self,
        actor: &Actor,
        draft: Draft,
    ) -> Result<Result<Draft, Vec<RowFault>>, Error> {
        let Draft::Coded {
            code,
            mut known,
            fresh,
        } = draft
        else {
            return Ok(Ok(draft));
        };
        let id = match known.at {
            Some(at) => self.plots.coded_at(actor, &code, at).await?,
            None => None,
        };
        Ok(match id {
            Some(id) => {
                known.id = id;
                Ok(Draft::Returned(known))
            }
            None => *fresh,
        })
    }

    async fn returned(
        &self,
        actor: &Actor,
        (row, own): (usize, Returned),
        seen: &mut Seen,
        report: &mut Report,
    ) -> Result<(), PlotsError> {
        let fault = match self.plots.returned(actor, own).await? {
            Back::Known {
                listed,
                kept,
                is_retracted,
            } => {
                for field in kept {
                    *seen.kept.entry(field).or_default() += 1;
                }
                if is_retracted {
                    seen.retracted.push(row);
                }
                seen.take(row, *listed);
                return Ok(());
            }
            Back::NotFound => words::unknown_id(row),
            Back::NoVersion => words::no_version(row),
            Back::Stale { told, stands } => words::stale(row, told, stands),
            Back::Measured(field) => words::measured(row, field),
        };
        report.fault(vec![fault]);
        Ok(())
    }

    /// Whether the author may record each, and what is noted of all.
    async fn judge(&self, seen: Seen, report: &mut Report) -> Result<Vec<Listed>, Error> {
        let first = self.areas.first_day().await?;
        let mut tx = self.journal.store().read().await?;
        let acts = self.plots.listed_acts(&mut tx, &seen.listed).await?;
        let (mut known, mut early) = (Vec::new(), 0);
        for ((row, act), listed) in seen.rows.iter().zip(acts).zip(&seen.listed) {
            match act {
                None if listed.is_known() => report.fault(vec![words::may_not_revise(*row)]),
                None => report.fault(vec![words::not_yours(*row)]),
                Some(Act::Create) => {
                    early += usize::from(first.is_some_and(|first| listed.day() < first));
                    if self.plots.lies_on_known(&mut tx, listed).await? {
                        known.push(*row);
                    }
                }
                Some(_) => {}
            }
        }
        note_known(report, &known);
        if let Some(first) = first.filter(|_| early > 0) {
            note_early(report, early, first);
        }
        seen.note(report);
        Ok(seen.listed)
    }
}

impl Seen {
    fn take(&mut self, row: usize, listed: Listed) {
        self.listed.push(listed);
        self.rows.push(row);
    }

    fn note(&self, report: &mut Report) {
        for (field, count) in &self.kept {
            report.note(
                format!("Cột «{field}» ở {count} dòng khác với sổ: cột này suy ra từ việc khác, không đổi qua tệp được, giữ như trong sổ."),
                format!("Column {field:?} differs from what stands in {count} rows: it follows from other facts and stays as it stands."),
            );
        }
        let count = self.retracted.len();
        if count > 0 {
            let rows = listing(&self.retracted);
            report.note(
                format!("{count} dòng là điểm đã thu hồi (dòng {rows}): giữ nguyên."),
                format!("{count} rows are plots that were retracted (rows {rows}): they stay so."),
            );
        }
    }
}

/// New plots where plots are already: most often the same ones under another name.
fn note_known(report: &mut Report, known: &[usize]) {
    if known.is_empty() {
        return;
    }
    let (count, rows) = (known.len(), listing(known));
    report.note(
        format!("{count} dòng nằm trên điểm đã có, cùng loại cây và niên vụ (dòng {rows}): nếu nạp sẽ thành điểm mới, được đánh dấu có thể trùng. Hãy xem lại."),
        format!("{count} rows lie on known plots of the same crop and season (rows {rows}): loaded, they become new plots, flagged as possible duplicates. Look again."),
    );
}

fn note_early(report: &mut Report, early: usize, first: LocalDate) {
    let (year, month, day) = first.ymd();
    report.note(
        format!("{early} điểm phát hiện trước {day:02}/{month:02}/{year}, ngày đầu tiên có bản đồ ranh giới: tính vào xã theo bản đồ đầu tiên đó."),
        format!("{early} plots were detected before {first}, the first day with a map of boundaries: they count in the commune of that first map."),
    );
}

/// The numbers of rows, the first of them.
pub(super) fn listing(rows: &[usize]) -> String {
    let shown = rows.iter().take(NAMED).map(usize::to_string);
    let shown: Vec<String> = shown.collect();
    let more = if rows.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
