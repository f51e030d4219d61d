//! B03: patrols, and which share of the risk areas they came within sight of.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU8;

use serde_json::{Map, Value};

use crate::base::actor::{Actor, Right};
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::{Answer, Asked as Window, CoverageView, Figures, Note};
use crate::ledger::PlotLine;
use crate::ledger::model::words::PlotFigure;
use crate::reports::model::Sent;
use crate::reports::model::sheet::dmy;
use crate::reports::model::table::{Row, Table};
use crate::reports::sql;

use super::addresses::{Addresses, Rows};
use super::b01::plots_by_commune;
use super::said::Said;
use super::told::later_words;
use super::{Asked, Error, Reports, figures_of, parameter};

/// The last days whose coverage stands beside the window's.
const LATEST_DAYS: i64 = 30;
const M2_PER_HA: f64 = 10_000.0;

/// The same communes asked in three ways.
struct Three {
    once: Answer,
    twice: Answer,
    /// With its first and last day; none before the window begins.
    latest: Option<(Answer, LocalDate, LocalDate)>,
    /// The instant up to which facts are in them.
    as_of: Option<Timestamp>,
}

/// The plots that are told beside.
struct Found {
    by_commune: BTreeMap<String, u32>,
    total: u32,
    said: Said,
    /// The communes whose plots the caller may see, by the ground that they have today.
    seen: BTreeSet<String>,
}

impl Found {
    /// The plots of a commune; nothing where none is recorded and nobody stands for that.
    fn of(&self, code: &str) -> Option<u32> {
        let plots = self.by_commune.get(code).copied();
        let is_none = || self.said.state(code, false) == Sent::Nothing;
        plots.or_else(|| is_none().then_some(0))
    }
}

impl Reports {
    /// `end` is the last day that anything can be said of.
    pub(super) async fn b03(
        &self,
        actor: &Actor,
        asked: Asked,
        end: LocalDate,
    ) -> Result<Table, Error> {
        let three = self.three(actor, asked, end).await?;
        let found = self.found(actor, asked, end).await?;
        let definition = &three.once.definition;
        let definitions = Map::from_iter([
            ("coverage".to_owned(), definition.version.into()),
            ("radius_m".to_owned(), definition.radius_m.into()),
            (
                "indexed_through".to_owned(),
                three.once.indexed_through.into(),
            ),
        ]);
        let mut table = self.blank(actor, asked, definitions).await?;
        let latest = three.latest.as_ref().map(|(answer, ..)| answer);
        let (by_latest, twice) = (latest.map(by_code), by_code(&three.twice));
        for own in &three.once.communes {
            let code = own.code.as_str();
            let latest = by_latest.as_ref().and_then(|latest| latest.get(code));
            let beside = (twice.get(code).copied(), latest.copied());
            let seen = found.as_ref().filter(|found| found.seen.contains(code));
            let plots = seen.and_then(|found| found.of(code));
            let facts = Facts::of(asked, &three, Some(code));
            let mut row = Row::default();
            row.tell(own.name.as_str());
            numbers(&mut row, &own.figures, beside, plots, &facts);
            table.rows.push(row);
        }
        let mut total = Row::default();
        total.tell("Cộng");
        let beside = (Some(&three.twice.total), latest.map(|answer| &answer.total));
        let plots = found.as_ref().map(|found| found.total);
        let facts = Facts::of(asked, &three, None);
        numbers(&mut total, &three.once.total, beside, plots, &facts);
        table.total = Some(total);
        notes(&mut table, &three, plots);
        Ok(table)
    }

    /// The plots of the window, for whoever may read any.
    async fn found(
        &self,
        actor: &Actor,
        asked: Asked,
        end: LocalDate,
    ) -> Result<Option<Found>, Error> {
        let Some(reach) = actor.reach(Right::ReadPlots) else {
            return Ok(None);
        };
        let by = |line: &PlotLine| line.commune.clone();
        let grouped = self.ledger.grouped(actor, &figures_of(asked), by).await?;
        let map = self.areas.map(asked.to).await?;
        let reached = self.areas.reached(&map, &reach).await?;
        let communes = map.communes().iter().enumerate();
        let seen = communes.filter(|(at, _)| reached.holds(*at));
        let seen = seen.map(|(_, own)| own.facts.code.clone()).collect();
        let said = self.said((asked, end), &map).await?;
        let plots = plots_by_commune(&grouped).into_iter();
        Ok(Some(Found {
            by_commune: plots
                .map(|(code, plots)| (code.to_owned(), plots))
                .collect(),
            total: grouped.total.plots,
            said,
            seen,
        }))
    }

    async fn three(&self, actor: &Actor, asked: Asked, end: LocalDate) -> Result<Three, Error> {
        let as_of = match asked.as_of {
            None => None,
            Some(entry) => {
                let mut tx = self.journal.store().read().await?;
                let at = sql::received_at(&mut tx, entry).await?;
                let unknown = || {
                    parameter(
                        "as_of",
                        "expected the id of an entry that is numbered already",
                    )
                };
                Some(at.ok_or_else(unknown)?)
            }
        };
        let window = |from: LocalDate| Window {
            as_of,
            ..Window::between(from, asked.to)
        };
        // Days to come are no latest days. The window still ends with the form's, whose boundaries hold.
        let first = end.plus_days(1 - LATEST_DAYS).max(asked.from);
        let latest = if end >= asked.from {
            let answer = self.coverage.ask(actor, window(first)).await?;
            Some((answer, first, end))
        } else {
            None
        };
        let twice = Window {
            visits: NonZeroU8::MIN.saturating_add(1),
            ..window(asked.from)
        };
        Ok(Three {
            once: self.coverage.ask(actor, window(asked.from)).await?,
            twice: self.coverage.ask(actor, twice).await?,
            latest,
            as_of,
        })
    }
}

/// Where the facts under the figures of a row are listed.
struct Facts {
    /// None for who may not read them.
    patrols: Option<String>,
    coverage: String,
    twice: String,
    latest: String,
    plots: String,
}

impl Facts {
    fn of(asked: Asked, three: &Three, commune: Option<&str>) -> Self {
        let reads_patrols = three.once.view == CoverageView::Full;
        let of = commune.map(|code| format!("&commune={code}"));
        let of = of.unwrap_or_default();
        let as_of = three.as_of.map(|at| format!("&as_of={at}"));
        let as_of = as_of.unwrap_or_default();
        let window = |from: LocalDate| format!("from={from}&to={}{of}", asked.to);
        let coverage = |from, more| format!("/api/v1/coverage?{}{more}{as_of}", window(from));
        let latest = three.latest.as_ref();
        let rows = commune.map_or(Rows::All, Rows::Commune);
        Self {
            patrols: reads_patrols
                .then(|| format!("/api/v1/coverage/patrols?{}{as_of}", window(asked.from))),
            coverage: coverage(asked.from, ""),
            twice: coverage(asked.from, "&visits=2"),
            latest: coverage(latest.map_or(asked.from, |(_, first, _)| *first), ""),
            plots: Addresses::of(asked, rows).plots(PlotFigure::Counted),
        }
    }
}

fn by_code(answer: &Answer) -> BTreeMap<&str, &Figures> {
    let communes = answer.communes.iter();
    communes
        .map(|own| (own.code.as_str(), &own.figures))
        .collect()
}

fn numbers(
    row: &mut Row,
    figures: &Figures,
    (twice, latest): (Option<&Figures>, Option<&Figures>),
    plots: Option<u32>,
    facts: &Facts,
) {
    let (patrols, coverage) = (facts.patrols.as_deref(), Some(facts.coverage.as_str()));
    row.add(figures.risk_area_m2 / M2_PER_HA, coverage);
    row.add(figures.patrols, patrols);
    row.add(figures.person_visits, patrols);
    row.add(figures.length_m / 1_000.0, patrols);
    row.add(figures.team_hours, patrols);
    row.add(figures.covered_m2 / M2_PER_HA, coverage);
    row.add(percent(figures.coverage), coverage);
    let share = |own: Option<&Figures>| percent(own.and_then(|own| own.coverage));
    row.add(share(twice), Some(&facts.twice));
    row.add(share(latest), Some(&facts.latest));
    row.add(plots, Some(&facts.plots));
}

/// Without a risk area there is no share: nothing, not zero and not a hundred.
fn percent(share: Option<f64>) -> Value {
    share.map_or(Value::Null, |share| (share * 100.0).into())
}

fn notes(table: &mut Table, three: &Three, plots: Option<u32>) {
    let answer = &three.once;
    let definition = &answer.definition;
    let (radius, version) = (definition.radius_m, definition.version);
    table.note(
        format!(
            "Độ bao phủ: tỷ lệ diện tích nguy cơ nằm trong {} m quanh đường tuần tra tin cậy (quy tắc phiên bản {version}); xã \
             không có khu vực nguy cơ để trống.",
            crate::cases::model::words::number(radius, 0),
        ),
        format!(
            "Covered: the share of the risk area within {radius:.0} m of credible patrol tracks (rule version {version}); it is \
             empty where a commune has no risk area."
        ),
    );
    if let Some((latest, first, last)) = &three.latest {
        let (first, last) = match latest.view {
            CoverageView::Full => (dmy(*first), dmy(*last)),
            CoverageView::Coarse => (dmy(latest.from), dmy(latest.to)),
        };
        table.note(
            format!("30 ngày gần nhất: từ ngày {first} đến ngày {last}."),
            format!("Last 30 days: from {first} to {last}."),
        );
    }
    plot_notes(table, plots);
    if let Some(pending @ 1..) = answer.pending_patrols {
        table.note(
            format!("{pending} cuộc tuần tra mới gửi chưa được tính."),
            format!("Patrols that have just come and are not counted yet: {pending}."),
        );
    }
    for note in &answer.notes {
        // A note of one commune names it by its code.
        let mut communes = answer.communes.iter();
        let own = communes.find(|own| note.text.split(' ').any(|word| word == own.code));
        let named = own.map(|own| own.name.as_str());
        let told = words_of(note, (answer.from, answer.to), named);
        table.note(told, format!("Coverage: {}.", note.text));
    }
}

/// A note of coverage as the form says it.
fn words_of(note: &Note, (from, to): (LocalDate, LocalDate), commune: Option<&str>) -> String {
    let (from, to) = (dmy(from), dmy(to));
    let told = match note.code {
        "whole_weeks" => {
            return format!(
                "Số liệu theo tuần trọn, từ thứ Hai {from} đến Chủ nhật {to}; những ngày sau đó chưa công bố cho người không \
                 xem được tuyến tuần tra."
            );
        }
        "no_boundaries" => return format!("Ngày {to} chưa có địa giới xã nào trong hệ thống."),
        "not_recheckable" => {
            "Điểm định vị gốc của một số cuộc tuần tra đã xoá theo thời hạn lưu hoặc theo văn bản: tính như lần lập số liệu cuối, \
             không kể điểm gửi đến sau đó."
        }
        "as_of" => "Tính từ các cuộc tuần tra và điểm định vị đã nhận tới lúc chốt số liệu.",
        "all_year_ground" => {
            "Có khu vực nguy cơ không đặt đợt kiểm tra: ở đó lượt kiểm tra ngày nào cũng được tính."
        }
        "outside_season" => {
            "Đợt kiểm tra được hỏi không mở trong những ngày này: đi rà soát ngoài đợt chưa chứng tỏ được nơi đó không có cây."
        }
        "geometry_fault" => {
            let commune = commune.unwrap_or("một xã");
            return format!("Hình khu vực nguy cơ bị lỗi, chưa tính được diện tích: {commune}.");
        }
        "not_indexed_yet" => {
            "Một số cuộc tuần tra chưa được tính theo quy tắc này: số liệu còn thiếu cho tới khi tính xong."
        }
        _ => return later_words(note, &to),
    };
    told.to_owned()
}

/// Which communes tell no number of plots, and how many plots lie in none of the rows.
fn plot_notes(table: &mut Table, plots: Option<u32>) {
    let Some(all) = plots else {
        return;
    };
    let told = table.rows.iter().filter_map(|row| row.cells.last());
    let told: Vec<Option<u64>> = told.map(|cell| cell.value.as_u64()).collect();
    let silent = told.iter().filter(|plots| plots.is_none()).count();
    if silent > 0 {
        table.note(
            format!(
                "Số điểm phát hiện: {silent} xã, phường chưa gửi số liệu để trống (không phải là bằng không)."
            ),
            format!(
                "Plots found: empty for communes that have sent no figures, which does not mean zero: {silent}."
            ),
        );
    }
    let beside = u64::from(all).saturating_sub(told.into_iter().flatten().sum());
    if beside > 0 {
        table.note(
            format!("{beside} điểm trong số cộng nằm ngoài các xã, phường của biểu này."),
            format!("Plots in the total that lie in none of the communes of this form: {beside}."),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes of notes that coverage may give, as its sources name them.
    fn codes() -> BTreeMap<&'static str, String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/coverage/service");
        let mut found = BTreeMap::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let own = text.split("#[cfg(test)]").next().unwrap_or_default();
            for part in own.split("code: \"").skip(1) {
                let code = part.split('"').next().unwrap_or_default().to_owned();
                let code: &'static str = code.leak();
                found.insert(code, format!("the words of {code}"));
            }
        }
        found
    }

    #[test]
    fn every_note_of_coverage_stands_in_vietnamese() {
        let codes = codes();
        assert!(codes.len() > 6, "{codes:?}");
        let days = (LocalDate::from_days(20_000), LocalDate::from_days(20_010));
        for (code, text) in codes {
            let told = words_of(&Note { code, text }, days, Some("Tây"));
            let is_theirs = told
                .chars()
                .any(|letter| "ăâđêôơưạảấầẩậắặẻẽẹếềệỉịọỏốồộớờợụủứừựỳ".contains(letter));
            assert!(is_theirs && !told.contains("the words"), "{code}: {told}");
        }
    }
}
