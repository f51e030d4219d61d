//! B01: what was found and destroyed, by commune and crop.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::base::actor::Actor;
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::cases::model::words::label;
use crate::ledger::model::totals::Figures;
use crate::ledger::model::words::PlotFigure;
use crate::ledger::{Grouped, PlotLine};
use crate::reports::model::Sent;
use crate::reports::model::table::{Row, Table};

use super::addresses::{Addresses, Rows};
use super::known::{self, InRows, Without, incidents, worked};
use super::said::{CONTRADICTED, Said};
use super::{Asked, Error, Reports, figures_of, sees};

/// A commune, or none, and a crop.
type Key = (Option<String>, Crop);

impl Reports {
    /// `end` is the last day that anything can be said of.
    pub(super) async fn b01(
        &self,
        actor: &Actor,
        asked: Asked,
        end: LocalDate,
    ) -> Result<Table, Error> {
        let by = |line: &PlotLine| -> Key { (line.commune.clone(), line.crop) };
        let now = self.ledger.grouped(actor, &figures_of(asked), by).await?;
        let before = match a_year_before(asked) {
            Some(before) => Some(self.ledger.grouped(actor, &figures_of(before), by).await?),
            None => None,
        };
        let definitions = Map::from_iter([("ledger".to_owned(), now.definition.into())]);
        let mut table = self.blank(actor, asked, definitions).await?;
        // Of days to come nobody knows which communes there will be.
        let map = self.areas.map(end.max(asked.from)).await?;
        let mut said = self.said((asked, end), &map).await?;
        said.hold_against(now.groups.values().flat_map(|(_, lines)| lines));
        let form = Filling {
            asked,
            before: before.as_ref(),
            said,
        };
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
            let is_placed = key.0.as_deref().is_some_and(|code| placed.contains(code));
            if is_placed || !is_told(lines) {
                continue;
            }
            let name = lines.first().and_then(|line| line.commune_name.clone());
            let name = name.unwrap_or_else(|| "Ngoài địa giới các xã".to_owned());
            form.row(&mut table, (key, &name, false), figures, lines);
        }
        let mut in_rows = InRows::default();
        for (_, lines) in now.groups.values() {
            in_rows.add(lines);
        }
        let all: Vec<PlotLine> = now
            .groups
            .into_values()
            .flat_map(|(_, lines)| lines)
            .collect();
        table.total = Some(form.total(&now.total, &all));
        notes(&mut table, &now.total);
        in_rows.tell(&mut table);
        let [area, plants] = ["area_m2", "plants"].map(|name| Without::of(&all, name).plots);
        known::tell(&mut table, area, plants);
        Ok(table)
    }
}

struct Filling<'a> {
    asked: Asked,
    before: Option<&'a Grouped<Key>>,
    said: Said,
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
        for (key, (figures, lines)) in own.filter(|(_, (_, lines))| is_told(lines)) {
            is_empty = false;
            self.row(table, (key, name, is_border), figures, lines);
        }
        if !is_empty {
            return;
        }
        let sent = self.said.state(code, false);
        let mut row = Row::default();
        row.tell(table.rows.len() + 1);
        row.tell(name);
        row.tell(border(is_border));
        row.tell("–");
        match sent {
            // A zero that somebody stands for, or nothing at all.
            Sent::Nothing => {
                let rows = Rows::Commune(code);
                let facts = Addresses::of(self.asked, rows);
                let then = before_facts(self.asked, rows);
                numbers(
                    &mut row,
                    &Figures::default(),
                    &[],
                    (None, &facts, then.as_ref()),
                );
            }
            Sent::Sent | Sent::NotSent => {
                for _ in 0..FIGURES {
                    row.tell(Value::Null);
                }
            }
        }
        row.tell(self.said.remark(code));
        table.rows.push(row);
    }

    fn total(&self, figures: &Figures, lines: &[PlotLine]) -> Row {
        let mut total = Row::default();
        total.tell(Value::Null);
        total.tell("Cộng");
        total.tell(Value::Null);
        total.tell(Value::Null);
        let whole = self.before.map(|before| &before.total);
        let facts = Addresses::of(self.asked, Rows::All);
        let then = before_facts(self.asked, Rows::All);
        numbers(&mut total, figures, lines, (whole, &facts, then.as_ref()));
        total.tell(Value::Null);
        total
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
        let rows = Rows::Crop(key.0.as_deref(), key.1);
        let facts = Addresses::of(self.asked, rows);
        let then = before_facts(self.asked, rows);
        numbers(
            &mut row,
            figures,
            lines,
            (before.as_ref(), &facts, then.as_ref()),
        );
        row.tell(remark(lines, key.0.as_deref(), &self.said));
        table.rows.push(row);
    }
}

/// Whether a row is told of these plots: some count, wholly or in part.
pub(super) fn is_told(lines: &[PlotLine]) -> bool {
    lines.iter().any(|line| line.is_counted)
}

/// Numbers of a row.
const FIGURES: usize = 14;

/// Where the facts of the same rows a year before are listed.
fn before_facts(asked: Asked, rows: Rows<'_>) -> Option<Addresses> {
    a_year_before(asked).map(|before| Addresses::of(before, rows))
}

/// The numbers of a row; what none of its plots knows is nothing and not zero.
fn numbers(
    row: &mut Row,
    figures: &Figures,
    lines: &[PlotLine],
    (before, facts, then): (Option<&Figures>, &Addresses, Option<&Addresses>),
) {
    let (found, done) = (&figures.claimed, &figures.eradicated);
    let [all, open, destroyed, voluntary] = [
        PlotFigure::Counted,
        PlotFigure::Open,
        PlotFigure::Destroyed,
        PlotFigure::Voluntary,
    ]
    .map(|figure| facts.plots(figure));
    let (counts, destroyed) = (Some(all.as_str()), Some(destroyed.as_str()));
    let [plants, area] = ["plants", "area_m2"].map(|name| Without::of(lines, name));
    row.add(incidents(lines).len(), Some(&facts.incidents()));
    row.add(figures.plots, counts);
    row.add(plants.or_nothing(found.plants), counts);
    row.add(area.or_nothing(found.area_m2), counts);
    row.add(done.plants, destroyed);
    row.add(known::destroyed_area(done), destroyed);
    row.add(done.weight_kg, destroyed);
    row.add(share(of(done.plants), of(found.plants)), counts);
    row.add(share(done.area_m2, found.area_m2), counts);
    let closed = (figures.eradicated_plots + figures.gone_plots).min(figures.plots);
    row.add(figures.plots - closed, Some(&open));
    let left = (found.area_m2 - done.area_m2).max(0.0);
    row.add(area.or_nothing(left), counts);
    // Of what is in the figures of what was destroyed, and of nothing else.
    let done = || worked(lines).filter_map(|line| line.completed.as_ref());
    row.add(done().filter(|own| own.voluntary).count(), Some(&voluntary));
    let early = done().filter(|own| own.before_harvest).count();
    let early = share(of(early as u64), of(done().count() as u64));
    row.add(early, destroyed);
    let grown = before.map_or(Value::Null, |before| {
        let is_known = !area.or_nothing(0).is_null();
        change(found.area_m2, before.claimed.area_m2, is_known)
    });
    match then {
        Some(then) => row.compare(grown, &all, &then.plots(PlotFigure::Counted)),
        None => row.tell(grown),
    }
}

fn notes(table: &mut Table, total: &Figures) {
    let count = |label: &str| {
        let rows = table.rows.iter().filter(|row| {
            row.cells
                .last()
                .is_some_and(|cell| is_headed(&cell.value, label))
        });
        rows.count()
    };
    let (nothing, silent) = (count(Sent::Nothing.label()), count(Sent::NotSent.label()));
    table.note(
        format!(
            "{nothing} xã, phường xác nhận không phát sinh; {silent} xã, phường chưa gửi số liệu (không phải là bằng không)."
        ),
        format!(
            "Communes that confirmed that there was nothing: {nothing}; communes that have sent no figures, which does not mean \
             zero: {silent}."
        ),
    );
    let left_out = total.not_counted_plots;
    if left_out > 0 {
        table.note(
            format!(
                "Không tính {left_out} điểm: bị bác, đã gộp, đã thu hồi, không tìm thấy, đã chuyển hoặc cần sa chưa xác minh."
            ),
            format!(
                "Plots that are not counted: {left_out} (rejected, merged, taken back, not found, referred, or cannabis that \
                 nobody has verified)."
            ),
        );
    }
    let disputed = total.in_dispute.claimed.plots;
    if disputed > 0 {
        table.note(
            format!(
                "{disputed} điểm đang đối chiếu vì một chỗ có thể được ghi hai lần: phần trùng chưa được cộng."
            ),
            format!(
                "Plots that are being compared because one ground may be recorded twice: {disputed}. What they share is left \
                 out of the sums."
            ),
        );
    }
}

/// Whether a remark begins with a state.
fn is_headed(remark: &Value, label: &str) -> bool {
    let rest = remark.as_str().and_then(|text| text.strip_prefix(label));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(';'))
}

fn remark(lines: &[PlotLine], code: Option<&str>, said: &Said) -> Value {
    let mut parts = Vec::new();
    if lines.iter().any(|line| line.disputed > 0.0) {
        parts.push("Có điểm đang đối chiếu".to_owned());
    }
    for (name, told) in [
        ("area_m2", "chưa đo diện tích"),
        ("plants", "không rõ số cây"),
    ] {
        let without = Without::of(lines, name).plots;
        if without > 0 {
            parts.push(format!("{without} điểm {told}"));
        }
    }
    let own = code.and_then(|code| said.of(code));
    if own.is_some_and(|own| own.is_contradicted) {
        parts.push(CONTRADICTED.to_owned());
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

/// Growth in per cent; with nothing, or of what is not known, there is none.
fn change(now: f64, before: f64, is_known: bool) -> Value {
    if is_known && before > 0.0 {
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

/// How many plots count in the communes of which any is told.
pub(super) fn plots_by_commune(grouped: &Grouped<Option<String>>) -> BTreeMap<&str, u32> {
    let groups = grouped.groups.iter();
    let told = groups.filter(|(_, (_, lines))| is_told(lines));
    told.filter_map(|(code, (figures, _))| Some((code.as_deref()?, figures.plots)))
        .collect()
}
