//! B01: what was found and destroyed, by commune and crop.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::base::actor::Actor;
use crate::base::ids::IncidentId;
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::cases::model::words::label;
use crate::ledger::model::totals::Figures;
use crate::ledger::{Grouped, PlotLine};
use crate::reports::model::Sent;
use crate::reports::model::table::{Row, Table};
use crate::reports::sql;

use super::{Asked, Error, Reports, figures_of, plots_of, sees};

/// A commune, or none, and a crop.
type Key = (Option<String>, Crop);

impl Reports {
    pub(super) async fn b01(&self, actor: &Actor, asked: Asked) -> Result<Table, Error> {
        let by = |line: &PlotLine| -> Key { (line.commune.clone(), line.crop) };
        let now = self.ledger.grouped(actor, &figures_of(asked), by).await?;
        let before = match a_year_before(asked) {
            Some(before) => Some(self.ledger.grouped(actor, &figures_of(before), by).await?),
            None => None,
        };
        let definitions = Map::from_iter([("ledger".to_owned(), now.definition.into())]);
        let mut table = self.blank(actor, asked, definitions).await?;
        let form = Filling {
            asked,
            before: before.as_ref(),
            said: self.said(asked).await?,
        };
        let map = self.areas.map(asked.to).await?;
        let mut placed = BTreeSet::new();
        let shown = map.communes().iter();
        for commune in shown.filter(|own| sees(actor, &own.facts.code)) {
            let (code, name) = (commune.facts.code.as_str(), commune.facts.name.as_str());
            let is_border = commune.facts.is_border == Some(true);
            form.commune(&mut table, &now, (code, name, is_border));
            placed.insert(code);
        }
        // Communes of the day of detection that the last day's map has no more, and places outside every commune.
        for (key, (figures, lines)) in &now.groups {
            if key.0.as_deref().is_some_and(|code| placed.contains(code)) {
                continue;
            }
            let name = lines.first().and_then(|line| line.commune_name.clone());
            let name = name.unwrap_or_else(|| "Ngoài địa giới các xã".to_owned());
            form.row(&mut table, (key, &name, false), figures, lines);
        }
        let all: Vec<PlotLine> = now
            .groups
            .into_values()
            .flat_map(|(_, lines)| lines)
            .collect();
        let mut total = Row::default();
        total.tell(Value::Null);
        total.tell("Cộng");
        total.tell(Value::Null);
        total.tell(Value::Null);
        let whole = form.before.map(|before| &before.total);
        numbers(
            &mut total,
            &now.total,
            &all,
            (whole, &plots_of(asked, None)),
        );
        total.tell(Value::Null);
        table.total = Some(total);
        notes(&mut table, &now.total);
        Ok(table)
    }

    /// The communes that say that nothing happened in the window.
    async fn said(&self, asked: Asked) -> Result<BTreeSet<String>, Error> {
        // Of days to come nobody can say anything yet.
        let through = asked.to.min(self.areas.today());
        let mut tx = self.journal.store().read().await?;
        let rows = sql::nothing_between(&mut tx, asked.from, through, asked.as_of).await?;
        Ok(rows.into_iter().map(|row| row.commune).collect())
    }
}

struct Filling<'a> {
    asked: Asked,
    before: Option<&'a Grouped<Key>>,
    said: BTreeSet<String>,
}

impl Filling<'_> {
    /// The rows of a commune: one for each crop, or one that says whether nothing was found or nothing was sent.
    fn commune(
        &self,
        table: &mut Table,
        now: &Grouped<Key>,
        (code, name, is_border): (&str, &str, bool),
    ) {
        let own = now
            .groups
            .iter()
            .filter(|(key, _)| key.0.as_deref() == Some(code));
        let mut is_empty = true;
        for (key, (figures, lines)) in own {
            is_empty = false;
            self.row(table, (key, name, is_border), figures, lines);
        }
        if !is_empty {
            return;
        }
        let sent = if self.said.contains(code) {
            Sent::Nothing
        } else {
            Sent::NotSent
        };
        let mut row = Row::default();
        row.tell(table.rows.len() + 1);
        row.tell(name);
        row.tell(border(is_border));
        row.tell("–");
        let facts = plots_of(self.asked, Some(code));
        for _ in 4..18 {
            // A zero that somebody stands for, or nothing at all.
            match sent {
                Sent::Nothing => row.add(0, Some(&facts)),
                Sent::Sent | Sent::NotSent => row.tell(Value::Null),
            }
        }
        row.tell(sent.label());
        // Shares of nothing are no figures.
        for at in [11, 12, 16, 17] {
            row.cells[at].value = Value::Null;
        }
        table.rows.push(row);
    }

    fn row(
        &self,
        table: &mut Table,
        (key, name, is_border): (&Key, &str, bool),
        figures: &Figures,
        lines: &[PlotLine],
    ) {
        let mut row = Row::default();
        row.tell(table.rows.len() + 1);
        row.tell(name);
        row.tell(border(is_border));
        row.tell(label(key.1.as_str()));
        let before = self.before.map(|before| {
            let own = before.groups.get(key);
            own.map_or_else(Figures::default, |(figures, _)| *figures)
        });
        let facts = plots_of(self.asked, key.0.as_deref());
        numbers(&mut row, figures, lines, (before.as_ref(), &facts));
        row.tell(remark(figures, lines, key.0.as_deref(), &self.said));
        table.rows.push(row);
    }
}

/// The fourteen numbers of a row.
fn numbers(
    row: &mut Row,
    figures: &Figures,
    lines: &[PlotLine],
    (before, facts): (Option<&Figures>, &str),
) {
    let (found, done) = (&figures.claimed, &figures.eradicated);
    let facts = Some(facts);
    let counted: Vec<&PlotLine> = lines.iter().filter(|line| line.is_counted).collect();
    let incidents: BTreeSet<IncidentId> = counted.iter().filter_map(|line| line.incident).collect();
    row.add(incidents.len(), facts);
    row.add(figures.plots, facts);
    row.add(found.plants, facts);
    row.add(found.area_m2, facts);
    row.add(done.plants, facts);
    row.add(done.area_m2, facts);
    row.add(done.weight_kg, facts);
    row.add(share(of(done.plants), of(found.plants)), facts);
    row.add(share(done.area_m2, found.area_m2), facts);
    let open = figures.plots - (figures.eradicated_plots + figures.gone_plots).min(figures.plots);
    row.add(open, facts);
    row.add((found.area_m2 - done.area_m2).max(0.0), facts);
    let done = || counted.iter().filter_map(|line| line.eradication.as_ref());
    row.add(done().filter(|own| own.voluntary).count(), facts);
    let early = done().filter(|own| own.before_harvest).count();
    row.add(share(of(early as u64), of(done().count() as u64)), facts);
    row.add(
        before.map_or(Value::Null, |before| {
            change(found.area_m2, before.claimed.area_m2)
        }),
        None,
    );
}

fn notes(table: &mut Table, total: &Figures) {
    let count = |label: &str| {
        let rows = table
            .rows
            .iter()
            .filter(|row| row.cells.last().is_some_and(|cell| cell.value == label));
        rows.count()
    };
    let (nothing, silent) = (count(Sent::Nothing.label()), count(Sent::NotSent.label()));
    table.notes.push(format!(
        "{nothing} xã, phường xác nhận không phát sinh; {silent} xã, phường chưa gửi số liệu (không phải là bằng không)."
    ));
    if total.not_counted_plots > 0 {
        table.notes.push(format!(
            "Không tính {} điểm: bị bác, đã gộp, đã thu hồi, không tìm thấy, đã chuyển hoặc cần sa chưa xác minh.",
            total.not_counted_plots
        ));
    }
    let disputed = total.in_dispute.claimed.plots;
    if disputed > 0 {
        table.notes.push(format!(
            "{disputed} điểm đang đối chiếu vì hai đơn vị có thể cùng ghi một chỗ: phần trùng chưa được cộng."
        ));
    }
}

fn remark(
    figures: &Figures,
    lines: &[PlotLine],
    code: Option<&str>,
    said: &BTreeSet<String>,
) -> Value {
    let mut parts = Vec::new();
    if lines.iter().any(|line| line.disputed > 0.0) {
        parts.push("Có điểm đang đối chiếu".to_owned());
    }
    if figures.claimed.plants_unknown > 0 {
        parts.push(format!(
            "{} điểm không rõ số cây",
            figures.claimed.plants_unknown
        ));
    }
    if code.is_some_and(|code| said.contains(code)) {
        parts.push("Đã xác nhận không phát sinh nhưng có số liệu: cần rà soát".to_owned());
    }
    if parts.is_empty() {
        Value::Null
    } else {
        parts.join("; ").into()
    }
}

fn border(is_border: bool) -> Value {
    if is_border { "x".into() } else { Value::Null }
}

#[expect(clippy::cast_precision_loss, reason = "some thousand plants")]
fn of(count: u64) -> f64 {
    count as f64
}

/// A share in per cent; null of nothing.
pub(super) fn share(part: f64, whole: f64) -> Value {
    if whole > 0.0 {
        (part / whole * 100.0).into()
    } else {
        Value::Null
    }
}

/// Growth in per cent; of nothing there is none to compare with.
fn change(now: f64, before: f64) -> Value {
    if before > 0.0 {
        ((now - before) / before * 100.0).into()
    } else {
        "không so sánh".into()
    }
}

/// The same window a year before.
fn a_year_before(asked: Asked) -> Option<Asked> {
    let back = |day: LocalDate| {
        let (year, month, of_month) = day.ymd();
        // 29 February has no day a year before.
        LocalDate::from_ymd(year - 1, month, of_month).or(LocalDate::from_ymd(year - 1, month, 28))
    };
    Some(Asked {
        from: back(asked.from)?,
        to: back(asked.to)?,
        ..asked
    })
}

/// Plots that count, by commune.
pub(super) fn plots_by_commune(grouped: &Grouped<Option<String>>) -> BTreeMap<String, u32> {
    let groups = grouped.groups.iter();
    let groups = groups.filter_map(|(code, (figures, _))| Some((code.clone()?, figures.plots)));
    groups.collect()
}
