//! B03: patrols, and which share of the risk areas they came within sight of.

use std::collections::BTreeMap;
use std::num::NonZeroU8;

use serde_json::{Map, Value};

use crate::base::actor::{Actor, Right};
use crate::base::time::LocalDate;
use crate::coverage::{Answer, Asked as Window, Figures};
use crate::ledger::PlotLine;
use crate::reports::model::table::{Row, Table};
use crate::reports::sql;

use super::b01::plots_by_commune;
use super::{Asked, Error, Reports, figures_of, parameter, plots_of};

/// The last days whose coverage stands beside the window's.
const LATEST_DAYS: i64 = 30;
const M2_PER_HA: f64 = 10_000.0;

/// The same communes asked in three ways.
struct Three {
    once: Answer,
    twice: Answer,
    latest: Answer,
}

impl Reports {
    pub(super) async fn b03(&self, actor: &Actor, asked: Asked) -> Result<Table, Error> {
        let three = self.three(actor, asked).await?;
        let plots = if actor.may_somewhere(Right::ReadPlots) {
            let by = |line: &PlotLine| line.commune.clone();
            let grouped = self.ledger.grouped(actor, &figures_of(asked), by).await?;
            Some(plots_by_commune(&grouped))
        } else {
            None
        };
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
        let latest: BTreeMap<&str, &Figures> = by_code(&three.latest);
        let twice: BTreeMap<&str, &Figures> = by_code(&three.twice);
        for own in &three.once.communes {
            let code = own.code.as_str();
            let beside = (twice.get(code).copied(), latest.get(code).copied());
            let found = plots
                .as_ref()
                .map(|plots| plots.get(code).copied().unwrap_or(0));
            let facts = Facts::of(asked, Some(code));
            let mut row = Row::default();
            row.tell(own.name.as_str());
            numbers(&mut row, &own.figures, beside, found, &facts);
            table.rows.push(row);
        }
        let mut total = Row::default();
        total.tell("Cộng");
        let beside = (Some(&three.twice.total), Some(&three.latest.total));
        let found = plots.as_ref().map(|plots| plots.values().sum());
        numbers(
            &mut total,
            &three.once.total,
            beside,
            found,
            &Facts::of(asked, None),
        );
        table.total = Some(total);
        notes(&mut table, &three.once);
        Ok(table)
    }

    async fn three(&self, actor: &Actor, asked: Asked) -> Result<Three, Error> {
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
        let latest = asked.to.plus_days(1 - LATEST_DAYS).max(asked.from);
        let twice = Window {
            visits: NonZeroU8::MIN.saturating_add(1),
            ..window(asked.from)
        };
        Ok(Three {
            once: self.coverage.ask(actor, window(asked.from)).await?,
            twice: self.coverage.ask(actor, twice).await?,
            latest: self.coverage.ask(actor, window(latest)).await?,
        })
    }
}

/// Where the facts under the figures of a row are listed.
struct Facts {
    patrols: String,
    coverage: String,
    plots: String,
}

impl Facts {
    fn of(asked: Asked, commune: Option<&str>) -> Self {
        let of = commune
            .map(|code| format!("&commune={code}"))
            .unwrap_or_default();
        let window = format!("from={}&to={}{of}", asked.from, asked.to);
        Self {
            patrols: format!("/api/v1/patrols?{window}"),
            coverage: format!("/api/v1/coverage?{window}"),
            plots: plots_of(asked, commune),
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
    let (patrols, coverage) = (Some(facts.patrols.as_str()), Some(facts.coverage.as_str()));
    row.add(figures.risk_area_m2 / M2_PER_HA, coverage);
    row.add(figures.patrols, patrols);
    row.add(figures.person_visits, patrols);
    row.add(figures.length_m / 1_000.0, patrols);
    row.add(figures.team_hours, patrols);
    row.add(figures.covered_m2 / M2_PER_HA, coverage);
    row.add(percent(figures.coverage), coverage);
    row.add(percent(twice.and_then(|own| own.coverage)), coverage);
    row.add(percent(latest.and_then(|own| own.coverage)), coverage);
    row.add(plots, Some(&facts.plots));
}

/// Without a risk area there is no share: nothing, not zero and not a hundred.
fn percent(share: Option<f64>) -> Value {
    share.map_or(Value::Null, |share| (share * 100.0).into())
}

fn notes(table: &mut Table, answer: &Answer) {
    let definition = &answer.definition;
    table.notes.push(format!(
        "Độ bao phủ: tỷ lệ diện tích nguy cơ nằm trong {} m quanh đường tuần tra tin cậy (quy tắc phiên bản {}); xã không có \
         khu vực nguy cơ để trống.",
        crate::cases::model::words::number(definition.radius_m, 0),
        definition.version
    ));
    if answer.pending_patrols > 0 {
        table.notes.push(format!(
            "{} cuộc tuần tra mới gửi chưa được tính.",
            answer.pending_patrols
        ));
    }
    table
        .notes
        .extend(answer.notes.iter().map(|note| note.text.clone()));
}
