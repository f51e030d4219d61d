//! The first page: the communes coloured by coverage, and the same as a table.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use geo::{Coord, LineString};
use serde::Deserialize;

use crate::areas::Areas;
use crate::areas::model::map::CommuneMap;
use crate::base::time::LocalDate;
use crate::coverage::service::{Answer, Asked, CommuneAnswer, Coverage};
use crate::http::{Params, Problem};
use crate::identity::Caller;
use crate::identity::http::to_sign_in;
use crate::journal::Journal;

/// Days that the page shows when it is not told.
const DEFAULT_DAYS: i64 = 30;
/// Width of the drawing in its own units; corners lie on whole ones.
const WIDTH: f64 = 1400.0;
/// Lower ends of the classes in per cent, with what the legend says.
const CLASSES: [(f64, &str); 5] = [
    (0.0, "dưới 1 %"),
    (1.0, "1 – 5 %"),
    (5.0, "5 – 10 %"),
    (10.0, "10 – 25 %"),
    (25.0, "từ 25 %"),
];
const NONE: &str = "không có khu vực nguy cơ";

/// The days that the page shows.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct MapQuery {
    /// First local day.
    pub from: Option<LocalDate>,
    /// Last local day.
    pub to: Option<LocalDate>,
}

/// The coverage of the last 30 days as a map, for a reader who is signed in.
#[utoipa::path(get, path = "/", tag = "web", params(MapQuery), responses((status = 200), (status = 303)))]
pub async fn map_page(
    State(coverage): State<Coverage>,
    State(areas): State<Areas>,
    State(journal): State<Journal>,
    caller: Result<Caller, Problem>,
    Params(query): Params<MapQuery>,
) -> Result<Response, Problem> {
    let actor = match caller {
        Ok(Caller(actor)) => actor,
        Err(problem) => {
            return match to_sign_in(&problem) {
                Some(redirect) => Ok(redirect.into_response()),
                None => Err(problem),
            };
        }
    };
    let to = query.to.unwrap_or_else(|| journal.now().local_date());
    let from = query.from.unwrap_or_else(|| to.plus_days(1 - DEFAULT_DAYS));
    let answer = coverage.ask(&actor, Asked::between(from, to)).await?;
    let map = areas.map(to).await?;
    Ok(Html(page(&answer, &map)).into_response())
}

fn page(answer: &Answer, map: &Arc<CommuneMap>) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"vi\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Tỷ lệ diện tích nguy cơ đã kiểm tra – tuantra</title>\
         <link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"/assets/plain.css\"></head><body><main>\
         <h1>Tỷ lệ diện tích nguy cơ đã kiểm tra</h1>",
    );
    let (from, to) = (date(answer.from), date(answer.to));
    let radius = number(answer.definition.radius_m, 0);
    let _ = write!(
        page,
        "<p>Từ ngày {from} đến hết ngày {to}, trong bán kính {radius} m quanh đường tuần tra. {}</p>",
        standing(answer)
    );
    drawing(&mut page, answer, map);
    legend(&mut page);
    table(&mut page, answer);
    page.push_str("</main></body></html>");
    page
}

fn standing(answer: &Answer) -> String {
    match answer.pending_patrols {
        0 => "Mọi cuộc tuần tra đã nhận đều được tính.".to_owned(),
        waiting => format!("{waiting} cuộc tuần tra đang chờ tính."),
    }
}

/// One shape per commune; each leads to its row in the table.
fn drawing(page: &mut String, answer: &Answer, map: &CommuneMap) {
    let shown = answer
        .communes
        .iter()
        .filter_map(|own| map.commune(&own.code));
    let mut frame = Frame::default();
    for commune in shown {
        frame.widen(commune.region().bounds());
    }
    let Some(height) = frame.settle() else {
        page.push_str("<p>Chưa có ranh giới xã, phường nào được nạp.</p>");
        return;
    };
    let _ = write!(
        page,
        "<svg class=\"map\" viewBox=\"-4 -4 {} {}\" role=\"group\" aria-labelledby=\"map-title\">\
         <title id=\"map-title\">Bản đồ các xã, phường theo tỷ lệ diện tích nguy cơ đã kiểm tra</title>\
         <defs><pattern id=\"hatch\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><path d=\"M0 8L8 0\"/></pattern></defs>",
        WIDTH + 8.0,
        height + 8.0
    );
    for own in &answer.communes {
        if let Some(commune) = map.commune(&own.code) {
            let paint = paint(own);
            let label = label(own);
            let code = escaped(&own.code);
            let _ = write!(
                page,
                "<a href=\"#x{code}\" aria-label=\"{label}\"><title>{label}</title><path {paint} d=\""
            );
            for ring in commune.region().rings() {
                frame.draw(page, ring);
            }
            page.push_str("\"/></a>");
        }
    }
    page.push_str("</svg>");
}

fn paint(own: &CommuneAnswer) -> String {
    match own.figures.coverage {
        None => "fill=\"url(#hatch)\"".to_owned(),
        Some(share) => format!("class=\"c{}\"", class(share)),
    }
}

fn class(share: f64) -> usize {
    let reached = CLASSES.iter().filter(|(from, _)| share * 100.0 >= *from);
    reached.count().saturating_sub(1)
}

fn label(own: &CommuneAnswer) -> String {
    let figure = match own.figures.coverage {
        None => NONE.to_owned(),
        Some(share) => format!("{} %", number(share * 100.0, 1)),
    };
    format!("{}: {figure}", escaped(&own.name))
}

fn legend(page: &mut String) {
    page.push_str("<ul class=\"legend map\">");
    for (class, (_, range)) in CLASSES.iter().enumerate() {
        let _ = write!(
            page,
            "<li><svg viewBox=\"0 0 14 10\" aria-hidden=\"true\"><path class=\"c{class}\" d=\"M0 0H14V10H0z\"/></svg>{range}</li>"
        );
    }
    let _ = write!(
        page,
        "<li><svg viewBox=\"0 0 14 10\" aria-hidden=\"true\"><path fill=\"url(#hatch)\" d=\"M0 0H14V10H0z\"/></svg>\
         không có dữ liệu hoặc {NONE}</li></ul>"
    );
}

fn table(page: &mut String, answer: &Answer) {
    page.push_str(
        "<table><caption>Cùng số liệu dưới dạng bảng</caption><thead><tr><th scope=\"col\">Mã</th>\
         <th scope=\"col\">Xã, phường</th><th scope=\"col\" class=\"n\">Diện tích nguy cơ (ha)</th>\
         <th scope=\"col\" class=\"n\">Đã kiểm tra (ha)</th><th scope=\"col\" class=\"n\">Tỷ lệ (%)</th>\
         <th scope=\"col\" class=\"n\">Sai số (± điểm %)</th><th scope=\"col\" class=\"n\">Cuộc tuần tra</th>\
         <th scope=\"col\" class=\"n\">Quãng đường (km)</th><th scope=\"col\">Lần gần nhất</th></tr></thead><tbody>",
    );
    for own in &answer.communes {
        let figures = &own.figures;
        let percent = |share: Option<f64>, digits| {
            share.map_or_else(|| "–".to_owned(), |share| number(share * 100.0, digits))
        };
        let last = figures.last_visit_at.map(|at| date(at.local_date()));
        let _ = write!(
            page,
            "<tr id=\"x{code}\" tabindex=\"-1\"><td>{code}</td><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
            escaped(&own.name),
            number(figures.risk_area_m2 / 1e4, 1),
            number(figures.covered_m2 / 1e4, 1),
            percent(figures.coverage, 1),
            percent(figures.error_bound, 2),
            figures.patrols,
            number(figures.length_m / 1e3, 1),
            last.as_deref().unwrap_or("–"),
            code = escaped(&own.code),
        );
    }
    page.push_str("</tbody></table>");
}

/// The ground that is drawn, flattened at its middle latitude.
#[derive(Debug, Default)]
struct Frame {
    bounds: Option<geo::Rect>,
    scale_x: f64,
    scale_y: f64,
}

impl Frame {
    fn widen(&mut self, more: geo::Rect) {
        let own = self.bounds.unwrap_or(more);
        let min = Coord {
            x: own.min().x.min(more.min().x),
            y: own.min().y.min(more.min().y),
        };
        let max = Coord {
            x: own.max().x.max(more.max().x),
            y: own.max().y.max(more.max().y),
        };
        self.bounds = Some(geo::Rect::new(min, max));
    }

    /// Fits the ground into the drawing's width; gives its height.
    fn settle(&mut self) -> Option<f64> {
        let bounds = self.bounds.filter(|bounds| bounds.width() > 0.0)?;
        self.scale_x = WIDTH / bounds.width();
        self.scale_y = self.scale_x / bounds.center().y.to_radians().cos().max(0.1);
        Some((bounds.height() * self.scale_y).ceil())
    }

    #[expect(clippy::cast_possible_truncation, reason = "within the drawing")]
    fn place(&self, at: Coord) -> (i64, i64) {
        let min = self.bounds.map(geo::Rect::min).unwrap_or_default();
        let top = self.bounds.map_or(min.y, |bounds| bounds.max().y);
        let x = (at.x - min.x) * self.scale_x;
        let y = (top - at.y) * self.scale_y;
        (x.round() as i64, y.round() as i64)
    }

    /// Draws a ring on whole units. Neighbours round the same corners alike, so that no slits open.
    fn draw(&self, page: &mut String, ring: &LineString) {
        let mut corners: Vec<_> = ring.0.iter().map(|at| self.place(*at)).collect();
        corners.dedup();
        let Some((first, rest)) = corners.split_first().filter(|(_, rest)| rest.len() > 2) else {
            return;
        };
        let _ = write!(page, "M{} {}l", first.0, first.1);
        let (mut before, mut separator) = (*first, "");
        for corner in rest {
            let _ = write!(
                page,
                "{separator}{} {}",
                corner.0 - before.0,
                corner.1 - before.1
            );
            (before, separator) = (*corner, " ");
        }
        page.push('z');
    }
}

/// A number as it is written in Vietnam: 1.234,5.
fn number(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        let left = whole.len() - at;
        if at > 0 && left.is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    if part.is_empty() {
        grouped
    } else {
        format!("{grouped},{part}")
    }
}

fn date(day: LocalDate) -> String {
    let (year, month, day) = day.ymd();
    format!("{day:02}/{month:02}/{year}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
