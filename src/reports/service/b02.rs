//! B02: every plot with its exact position, for the office's own use.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::base::actor::Actor;
use crate::base::ids::{OrgId, PlotId};
use crate::cases::model::words::label;
use crate::geo::position::Position;
use crate::geo::vn2000::{in_minutes, nearest_meridian, plane};
use crate::ledger::PlotLine;
use crate::reports::model::table::{Row, Table};

use super::known::{self, is_known};
use super::{Asked, Error, Reports, figures_of};

const MS_PER_HOUR: f64 = 3_600_000.0;
const CODE_DIGITS: usize = 6;

impl Reports {
    pub(super) async fn b02(&self, actor: &Actor, asked: Asked) -> Result<Table, Error> {
        let grouped = self
            .ledger
            .grouped(actor, &figures_of(asked), |_| ())
            .await?;
        let definitions = Map::from_iter([("ledger".to_owned(), grouped.definition.into())]);
        let mut table = self.blank(actor, asked, definitions).await?;
        let orgs = self.identity.orgs().await?.into_iter();
        let orgs: BTreeMap<OrgId, String> = orgs.map(|org| (org.id, org.name)).collect();
        let mut lines: Vec<PlotLine> = grouped
            .groups
            .into_values()
            .flat_map(|(_, lines)| lines)
            .collect();
        lines.sort_by(|a, b| {
            let order = |line: &PlotLine| (line.commune.clone(), line.detected_at, line.plot);
            order(a).cmp(&order(b))
        });
        for line in &lines {
            table.rows.push(row(line, &orgs));
        }
        let counted = lines.iter().filter(|line| line.is_counted).count();
        let all = lines.len();
        table.note(
            format!("{all} điểm, trong đó {counted} điểm được tính trong các biểu tổng hợp."),
            format!("Plots: {all}; of them counted in the summary forms: {counted}."),
        );
        let without = |name: &str| lines.iter().filter(|line| !is_known(line, name)).count();
        known::tell(&mut table, without("area_m2"), without("plants"));
        table.note(
            "Mã điểm: sáu chữ số cuối của mã định danh.",
            "Plot: the six digits that end its id.",
        );
        table.note(
            "Tọa độ VN-2000: X hướng bắc, Y hướng đông, múi chiếu 3°. Tài liệu chứa vị trí chính xác: lưu hành nội bộ.",
            "VN-2000: X is north, Y is east, zones of 3°. This paper holds exact positions: for internal use only.",
        );
        Ok(table)
    }
}

fn row(line: &PlotLine, orgs: &BTreeMap<OrgId, String>) -> Row {
    let mut row = Row::default();
    let facts = format!("/api/v1/plots/{}", line.plot);
    row.add(code(line.plot), Some(&facts));
    // Hamlets are points without borders: which one a plot belongs to is not recorded.
    row.tell(Value::Null);
    row.tell(line.commune_name.clone());
    let position = Position::new(line.lon, line.lat).ok();
    let own = position.and_then(|position| plane(position, nearest_meridian(position)).ok());
    row.add(own.map(|own| own.x_north_m), Some(&facts));
    row.add(own.map(|own| own.y_east_m), Some(&facts));
    row.tell(own.map(|own| in_minutes(own.meridian)));
    row.tell(format!("{:.6}; {:.6}", line.lat, line.lon).replace('.', ","));
    row.add(number(line, "altitude_m"), Some(&facts));
    row.tell(word(line, "land"));
    row.tell(label(line.crop.as_str()));
    row.tell(word(line, "stage"));
    let found = &line.figures.claimed;
    row.add(figure(line, "plants", found.plants.into()), Some(&facts));
    row.add(figure(line, "area_m2", found.area_m2.into()), Some(&facts));
    row.tell(word(line, "area_method"));
    row.tell(word(line, "detected_by"));
    row.tell(line.detected_at.local_date().to_string());
    row.tell(line.eradicated_at.map(|at| at.local_date().to_string()));
    let taken = line.eradicated_at.map(|at| at.since(line.detected_at));
    row.add(taken.map(hours), Some(&facts));
    row.tell(line.minutes.clone());
    let work = line.eradication.as_ref();
    let lead = work.and_then(|work| work.lead_org);
    let lead = lead.or(line.work_org).or(line.org);
    row.tell(lead.and_then(|lead| orgs.get(&lead).cloned()));
    let others = work.into_iter().flat_map(|work| work.headcount.keys());
    let others: Vec<&str> = others
        .filter(|org| Some(**org) != lead)
        .filter_map(|org| orgs.get(org).map(String::as_str))
        .collect();
    row.tell(if others.is_empty() {
        Value::Null
    } else {
        others.join("; ").into()
    });
    row.add(
        line.photos,
        Some(&format!("/api/v1/photos?counted=true&plot={}", line.plot)),
    );
    row.tell(label(line.state.as_str()));
    row
}

/// By what people call a plot: the last six digits of its id.
fn code(plot: PlotId) -> String {
    let digits = plot.0.simple().to_string().to_uppercase();
    digits.chars().skip(digits.len() - CODE_DIGITS).collect()
}

#[expect(clippy::cast_precision_loss, reason = "hours of some years")]
fn hours(millis: i64) -> f64 {
    (millis as f64 / MS_PER_HOUR * 10.0).round() / 10.0
}

/// A figure, unless the recording does not know it: unknown is not zero, whether the plot counts or not. Of one that does
/// not, what was recorded.
fn figure(line: &PlotLine, name: &str, value: Value) -> Value {
    let recorded = line.record.get(name).filter(|own| own.is_number());
    match recorded {
        Some(_) if line.is_counted => value,
        Some(own) => own.clone(),
        None => Value::Null,
    }
}

fn number(line: &PlotLine, name: &str) -> Value {
    line.record.get(name).cloned().unwrap_or_default()
}

fn word(line: &PlotLine, name: &str) -> Value {
    let code = line.record.get(name).and_then(Value::as_str);
    code.map_or(Value::Null, |code| said(code).into())
}

/// Labels of what recordings name by codes; others have theirs with the cases.
fn said(code: &str) -> &str {
    match code {
        "forest" => "Rừng",
        "swidden" => "Nương rẫy",
        "garden" => "Vườn",
        "field" => "Ruộng, thửa",
        "seedling" => "Cây con",
        "vegetative" => "Sinh trưởng",
        "flowering" => "Ra hoa",
        "capsule" => "Có quả",
        "lanced" => "Đã chích nhựa",
        "harvested" => "Đã thu hoạch",
        "patrol" => "Tuần tra",
        "tip" => "Tin báo, tố giác",
        "check" => "Kiểm tra, rà soát",
        "imagery" => "Ảnh viễn thám",
        "voluntary" => "Tự nguyện khai báo",
        other => label(other),
    }
}
