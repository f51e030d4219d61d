//! Sơ đồ hiện trường: the plot, where photos were taken, a landmark, distances, a scale and grid north.

use super::facts::{CaseFacts, Landmark};
use super::pages::{LEFT, RIGHT, place_lines};
use super::sketch_ground::{Ground, sides};
use super::sketch_labels::Labels;
use super::words::{compass, number};
use crate::base::paper::letters::{lines, width};
use crate::base::paper::paint::Mark;
use crate::geo::measure::distance_m;
use crate::geo::position::Position;

pub(super) const MIDDLE: (f32, f32) = (309.0, 400.0);
/// What is drawn to scale lies within this, points.
pub(super) const RADIUS: f32 = 215.0;
/// Photos taken farther away are listed and not drawn, m.
pub(super) const FAR_M: f64 = 300.0;

/// Photos drawn nearer to one another than this share a label, points.
const ONE_SPOT: f32 = 6.0;
/// Outlines of more sides have none of them measured on the page.
const MOST_SIDES: usize = 8;
/// Labels for which room is looked for: a page has no more.
const MOST_LABELS: usize = 60;
/// Points on paper to a metre: 72 to an inch.
const POINTS_TO_A_METRE: f64 = 72.0 / 0.0254;
/// Labels without room that are told under the drawing.
const MOST_UNTOLD: usize = 3;

fn text(x: f32, y: f32, size: f32, bold: bool, text: impl Into<String>) -> Mark {
    Mark::Text {
        x,
        y,
        size,
        bold,
        text: text.into(),
    }
}

fn line(points: Vec<(f32, f32)>, width: f32) -> Mark {
    Mark::Line {
        points,
        width,
        closed: false,
    }
}

/// The page.
pub(super) fn sketch(case: &CaseFacts) -> Vec<Mark> {
    const TITLE: &str = "SƠ ĐỒ HIỆN TRƯỜNG";
    let middle = f32::midpoint(LEFT, RIGHT) - width(TITLE, 14.0, true) / 2.0;
    let mut marks = vec![text(middle, 70.0, 14.0, true, TITLE)];
    let Some(ground) = Ground::of(case) else {
        return marks;
    };
    let mut labels = Labels::new((LEFT, 92.0), (RIGHT, 632.0));
    // All lines first: labels keep off every one of them.
    north(&mut marks, &mut labels);
    plot(&mut marks, &mut labels, case, &ground);
    let spots = standpoints(&mut marks, &mut labels, case, &ground);
    let known = landmark(&mut marks, &mut labels, case, &ground);
    let middle = (MIDDLE, 10.0, true, "Tâm điểm trồng".to_owned());
    let spots = spots
        .iter()
        .map(|own| (own.point, 9.0, false, own.told(case, &ground)));
    let all = std::iter::once(middle)
        .chain(known.map(|(point, told)| (point, 10.0, true, told)))
        .chain(spots);
    let mut untold = Vec::new();
    for (at, (point, size, bold, told)) in all.enumerate() {
        if at >= MOST_LABELS || !labels.tell(point, size, bold, &told) {
            untold.push(told);
        }
    }
    measures(&mut labels, &ground);
    marks.extend(labels.into_marks());
    scale(&mut marks, &ground);
    legend(&mut marks, case, &ground, &untold);
    marks
}

fn plot(marks: &mut Vec<Mark>, labels: &mut Labels, case: &CaseFacts, ground: &Ground) {
    let outline: Vec<(f32, f32)> = case
        .outline
        .iter()
        .filter_map(|position| ground.point(*position))
        .collect();
    if outline.len() > 2 {
        let ring = outline.iter().chain(outline.first()).copied();
        labels.keep_off(&ring.collect::<Vec<_>>());
        marks.push(Mark::Line {
            points: outline,
            width: 1.4,
            closed: true,
        });
    } else if ground.radius_m > 0.0 {
        let radius = ground.points(ground.radius_m);
        labels.keep_off(&ring(radius));
        marks.push(Mark::Circle {
            middle: MIDDLE,
            radius,
            filled: false,
        });
    }
    let (x, y) = MIDDLE;
    marks.push(line(vec![(x - 6.0, y), (x + 6.0, y)], 1.0));
    marks.push(line(vec![(x, y - 6.0), (x, y + 6.0)], 1.0));
    labels.keep_free((x - 7.0, y - 7.0), (x + 7.0, y + 7.0));
}

/// The circle around the middle as straight lines, near enough to keep labels off it.
fn ring(radius: f32) -> Vec<(f32, f32)> {
    let at = |part: u8| {
        let angle = f32::from(part) * std::f32::consts::TAU / 72.0;
        (
            MIDDLE.0 + radius * angle.cos(),
            MIDDLE.1 + radius * angle.sin(),
        )
    };
    (0..=72).map(at).collect()
}

/// Draws the landmark in its place, or an arrow towards it at the drawing's edge; gives its label and where that belongs.
fn landmark(
    marks: &mut Vec<Mark>,
    labels: &mut Labels,
    case: &CaseFacts,
    ground: &Ground,
) -> Option<((f32, f32), String)> {
    let (own, way) = case.landmark.as_ref().zip(way_to(case, ground))?;
    let told = format!(
        "{}: {} m, hướng {} ({}°)",
        own.name,
        number(way.middle_m, 0),
        compass(way.bearing_deg),
        number(way.bearing_deg.round().rem_euclid(360.0), 0)
    );
    if way.middle_m * ground.scale <= f64::from(RADIUS) {
        let (x, y) = ground.point(own.position)?;
        marks.push(Mark::Block {
            corner: (x - 4.0, y - 4.0),
            size: (8.0, 8.0),
        });
        labels.keep_free((x - 5.0, y - 5.0), (x + 5.0, y + 5.0));
        return Some(((x, y), told));
    }
    let at = |from_middle: f32, turned_deg: f64| {
        let angle = (way.bearing_deg + turned_deg).to_radians();
        #[expect(clippy::cast_possible_truncation, reason = "points on a page")]
        let (east, north) = (angle.sin() as f32, angle.cos() as f32);
        (
            MIDDLE.0 + from_middle * east,
            MIDDLE.1 - from_middle * north,
        )
    };
    let tip = at(RADIUS + 12.0, 0.0);
    let shaft = vec![at(RADIUS - 34.0, 0.0), tip];
    let barbs = vec![at(RADIUS, -2.4), tip, at(RADIUS, 2.4)];
    for drawn in [shaft, barbs] {
        labels.keep_off(&drawn);
        marks.push(line(drawn, 1.6));
    }
    labels.keep_free((tip.0 - 5.0, tip.1 - 5.0), (tip.0 + 5.0, tip.1 + 5.0));
    Some((tip, told))
}

/// How a landmark lies from the plot, on the plane of the drawing.
struct Way {
    /// From the plot's middle, m.
    middle_m: f64,
    /// From its edge, m.
    edge_m: f64,
    /// From grid north, degrees.
    bearing_deg: f64,
}

fn way_to(case: &CaseFacts, ground: &Ground) -> Option<Way> {
    let own: &Landmark = case.landmark.as_ref()?;
    let metres = ground.metres(own.position)?;
    Some(Way {
        middle_m: distance_m(case.position, own.position),
        edge_m: ground.edge_away_m(metres),
        bearing_deg: metres.0.atan2(metres.1).to_degrees().rem_euclid(360.0),
    })
}

/// Draws where photos were taken; those of one spot share a label.
fn standpoints(
    marks: &mut Vec<Mark>,
    labels: &mut Labels,
    case: &CaseFacts,
    ground: &Ground,
) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    for (at, photo) in case.photos.iter().enumerate() {
        let position = photo
            .position
            .filter(|own| distance_m(case.position, *own) <= FAR_M);
        let Some((position, point)) = position.and_then(|own| Some((own, ground.point(own)?)))
        else {
            continue;
        };
        let near = spots
            .iter_mut()
            .find(|own| (own.point.0 - point.0).hypot(own.point.1 - point.1) <= ONE_SPOT);
        match near {
            Some(own) => own.photos.push(at + 1),
            None => spots.push(Spot {
                point,
                position,
                photos: vec![at + 1],
            }),
        }
    }
    for own in &spots {
        let drawn = vec![MIDDLE, own.point];
        labels.keep_off(&drawn);
        marks.push(line(drawn, 0.4));
        marks.push(Mark::Circle {
            middle: own.point,
            radius: 2.5,
            filled: true,
        });
        let (x, y) = own.point;
        labels.keep_free((x - 3.0, y - 3.0), (x + 3.0, y + 3.0));
    }
    spots
}

/// Photos taken from one place.
struct Spot {
    point: (f32, f32),
    position: Position,
    photos: Vec<usize>,
}

impl Spot {
    /// Which photos, how far from the plot's middle and from its edge.
    fn told(&self, case: &CaseFacts, ground: &Ground) -> String {
        let middle = number(distance_m(case.position, self.position), 1);
        let edge = ground
            .metres(self.position)
            .map(|own| ground.edge_away_m(own));
        let edge = edge.map_or_else(String::new, |own| format!("; mép {} m", number(own, 1)));
        format!("Ảnh {} – tâm {middle} m{edge}", runs(&self.photos))
    }
}

/// Numbers in order, those that follow one another as a run.
fn runs(numbers: &[usize]) -> String {
    let mut told: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match told.last_mut() {
            Some(run) if run.1 + 1 == *number => run.1 = *number,
            _ => told.push((*number, *number)),
        }
    }
    let told: Vec<String> = told
        .into_iter()
        .map(|(first, last)| match last - first {
            0 => first.to_string(),
            1 => format!("{first}, {last}"),
            _ => format!("{first}–{last}"),
        })
        .collect();
    told.join(", ")
}

/// The lengths of the outline's sides, where there are few.
fn measures(labels: &mut Labels, ground: &Ground) {
    if ground.edge.is_empty() || ground.edge.len() > MOST_SIDES + 1 {
        return;
    }
    for (a, b) in sides(&ground.edge) {
        let length = (b.0 - a.0).hypot(b.1 - a.1);
        let half = (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1));
        // A ring's last point is its first again.
        if length < 0.05 {
            continue;
        }
        #[expect(clippy::cast_possible_truncation, reason = "points on a page")]
        let point = (
            MIDDLE.0 + (half.0 * ground.scale) as f32,
            MIDDLE.1 - (half.1 * ground.scale) as f32,
        );
        labels.tell(point, 8.0, false, &format!("{} m", number(length, 1)));
    }
}

fn north(marks: &mut Vec<Mark>, labels: &mut Labels) {
    let (x, y) = (RIGHT - 20.0, 150.0);
    marks.push(line(vec![(x, y), (x, y - 44.0)], 1.2));
    marks.push(line(
        vec![(x - 5.0, y - 32.0), (x, y - 44.0), (x + 5.0, y - 32.0)],
        1.2,
    ));
    marks.push(text(x - 4.0, y - 50.0, 12.0, true, "B"));
    labels.keep_free((x - 8.0, y - 62.0), (x + 8.0, y + 2.0));
}

/// A bar of a round length that is a good part of the drawing, with the scale of a page printed as large as it is.
fn scale(marks: &mut Vec<Mark>, ground: &Ground) {
    let fits = |metres: &f64| ground.points(*metres) <= 150.0;
    let rounds = [200.0, 100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0];
    let metres = rounds.into_iter().find(fits).unwrap_or(1.0);
    let (x, y, length) = (LEFT, 648.0, ground.points(metres));
    marks.push(line(
        vec![(x, y - 5.0), (x, y), (x + length, y), (x + length, y - 5.0)],
        1.0,
    ));
    let half = x + length / 2.0;
    marks.push(line(vec![(half, y - 3.0), (half, y)], 1.0));
    let one_to = POINTS_TO_A_METRE / ground.scale;
    marks.push(text(
        x + length + 6.0,
        y,
        10.0,
        false,
        format!(
            "{} m (khổ A4, in đúng cỡ: khoảng 1:{})",
            number(metres, 0),
            number(one_to, 0)
        ),
    ));
}

fn legend(marks: &mut Vec<Mark>, case: &CaseFacts, ground: &Ground, untold: &[String]) {
    let mut y = 672.0;
    let mut tell = |told: String| {
        for line in lines(&told, 10.0, false, RIGHT - LEFT) {
            marks.push(text(LEFT, y, 10.0, false, line));
            y += 13.0;
        }
    };
    for (name, value) in place_lines(case.position, case.hacc_m) {
        tell(format!("{name}: {value}"));
    }
    if let Some((own, way)) = case.landmark.as_ref().zip(way_to(case, ground)) {
        let back = compass(way.bearing_deg + 180.0);
        let error = own.accuracy_m.map_or_else(String::new, |accuracy| {
            format!(" (vị trí mốc ±{} m)", number(accuracy, 0))
        });
        tell(format!(
            "Vật mốc: {}{error}; điểm trồng cách mốc {} m về phía {back} (từ mép: {} m).",
            own.name,
            number(way.middle_m, 0),
            number(way.edge_m, 0)
        ));
    } else {
        tell("Vật mốc: chưa có trong hệ thống; ghi tay: ……………………………………".to_owned());
    }
    let basis = if ground.edge.is_empty() {
        "Vòng tròn: hình tròn có cùng diện tích, không phải ranh giới đo; mép tính theo vòng tròn này."
    } else {
        "Đường viền: theo vòng đo."
    };
    tell(format!(
        "{basis} Dấu +: tâm điểm trồng; chấm đen: chỗ đứng chụp, nét mảnh nối về tâm. B: hướng bắc lưới chiếu VN-2000. \
         Ảnh chụp xa hơn 300 m không vẽ."
    ));
    if !untold.is_empty() {
        let shown = untold.iter().take(MOST_UNTOLD).cloned();
        let shown: Vec<String> = shown.collect();
        let more = untold.len() - shown.len();
        let rest = if more > 0 {
            format!("; và {more} chỗ khác, xem bảng kê")
        } else {
            String::new()
        };
        tell(format!(
            "Không đủ chỗ ghi trên sơ đồ: {}{rest}.",
            shown.join(". ")
        ));
    }
}
