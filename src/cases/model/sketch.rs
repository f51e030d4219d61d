//! Sơ đồ hiện trường: the plot, where photos were taken, a landmark, distances, a scale and grid north.

use super::facts::CaseFacts;
use super::pages::{LEFT, RIGHT, on_plane, place_lines};
use super::words::{compass, number};
use crate::base::paper::letters::{lines, width};
use crate::base::paper::paint::Mark;
use crate::geo::measure::{bearing_deg, distance_m};
use crate::geo::position::Position;

const MIDDLE: (f32, f32) = (309.0, 400.0);
/// What is drawn to scale lies within this, points.
const RADIUS: f32 = 215.0;
/// Photos taken farther away are listed and not drawn, m.
const FAR_M: f64 = 300.0;

/// The plane around the plot: metres east and north of it, and points for a metre.
struct Ground {
    east: f64,
    north: f64,
    scale: f64,
}

impl Ground {
    fn of(case: &CaseFacts) -> Option<Self> {
        let middle = on_plane(case.position)?;
        let near = case.photos.iter().filter_map(|photo| photo.position);
        let near = near.filter(|position| distance_m(case.position, *position) <= FAR_M);
        let seen = near.chain(case.outline.iter().copied());
        let farthest = seen
            .map(|position| distance_m(case.position, position))
            .chain([radius_m(case), case.hacc_m.unwrap_or(0.0), 5.0])
            .fold(0.0, f64::max);
        Some(Self {
            east: middle.y_east_m,
            north: middle.x_north_m,
            scale: f64::from(RADIUS) / farthest,
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "points on a page")]
    fn point(&self, position: Position) -> Option<(f32, f32)> {
        let plane = on_plane(position)?;
        let east = (plane.y_east_m - self.east) * self.scale;
        let north = (plane.x_north_m - self.north) * self.scale;
        Some((MIDDLE.0 + east as f32, MIDDLE.1 - north as f32))
    }

    #[expect(clippy::cast_possible_truncation, reason = "points on a page")]
    fn points(&self, metres: f64) -> f32 {
        (metres * self.scale) as f32
    }
}

/// The radius of a circle of the plot's area, m.
fn radius_m(case: &CaseFacts) -> f64 {
    (case.area_m2.unwrap_or(0.0) / std::f64::consts::PI).sqrt()
}

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
    plot(&mut marks, case, &ground);
    standpoints(&mut marks, case, &ground);
    north(&mut marks);
    scale(&mut marks, &ground);
    legend(&mut marks, case);
    marks
}

fn plot(marks: &mut Vec<Mark>, case: &CaseFacts, ground: &Ground) {
    let outline: Vec<(f32, f32)> = case
        .outline
        .iter()
        .filter_map(|position| ground.point(*position))
        .collect();
    if outline.len() > 2 {
        marks.push(Mark::Line {
            points: outline,
            width: 1.4,
            closed: true,
        });
    } else if radius_m(case) > 0.0 {
        marks.push(Mark::Circle {
            middle: MIDDLE,
            radius: ground.points(radius_m(case)),
            filled: false,
        });
    }
    let (x, y) = MIDDLE;
    marks.push(line(vec![(x - 6.0, y), (x + 6.0, y)], 1.0));
    marks.push(line(vec![(x, y - 6.0), (x, y + 6.0)], 1.0));
    marks.push(text(x + 8.0, y - 6.0, 10.0, true, "Tâm điểm trồng"));
}

fn standpoints(marks: &mut Vec<Mark>, case: &CaseFacts, ground: &Ground) {
    for (at, photo) in case.photos.iter().enumerate() {
        let Some(position) = photo.position else {
            continue;
        };
        let away = distance_m(case.position, position);
        if away > FAR_M {
            continue;
        }
        let Some(point) = ground.point(position) else {
            continue;
        };
        marks.push(line(vec![MIDDLE, point], 0.4));
        marks.push(Mark::Circle {
            middle: point,
            radius: 2.5,
            filled: true,
        });
        let told = format!("Ảnh {} – {} m", at + 1, number(away, 1));
        marks.push(text(point.0 + 5.0, point.1 + 3.5, 9.0, false, told));
    }
}

fn north(marks: &mut Vec<Mark>) {
    let (x, y) = (RIGHT - 20.0, 150.0);
    marks.push(line(vec![(x, y), (x, y - 44.0)], 1.2));
    marks.push(line(
        vec![(x - 5.0, y - 32.0), (x, y - 44.0), (x + 5.0, y - 32.0)],
        1.2,
    ));
    marks.push(text(x - 4.0, y - 50.0, 12.0, true, "B"));
}

/// A bar of a round length that is a good part of the drawing.
fn scale(marks: &mut Vec<Mark>, ground: &Ground) {
    let fits = |metres: &f64| ground.points(*metres) <= 150.0;
    let rounds = [200.0, 100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0];
    let metres = rounds.into_iter().find(fits).unwrap_or(1.0);
    let (x, y, length) = (LEFT, 648.0, ground.points(metres));
    marks.push(line(
        vec![(x, y - 4.0), (x, y), (x + length, y), (x + length, y - 4.0)],
        1.0,
    ));
    marks.push(text(
        x + length + 6.0,
        y,
        10.0,
        false,
        format!("{} m", number(metres, 0)),
    ));
}

fn legend(marks: &mut Vec<Mark>, case: &CaseFacts) {
    let mut y = 672.0;
    let mut tell = |told: String| {
        for line in lines(&told, 10.5, false, RIGHT - LEFT) {
            marks.push(text(LEFT, y, 10.5, false, line));
            y += 14.5;
        }
    };
    for (name, value) in place_lines(case.position, case.hacc_m) {
        tell(format!("{name}: {value}"));
    }
    if let Some(landmark) = &case.landmark {
        let away = distance_m(landmark.position, case.position);
        let way = compass(bearing_deg(landmark.position, case.position));
        tell(format!(
            "Vật mốc: {}; điểm trồng cách mốc {} m về phía {way}.",
            landmark.name,
            number(away, 0)
        ));
    } else {
        tell("Vật mốc: chưa có trong hệ thống; ghi tay: ……………………………………".to_owned());
    }
    let basis = if case.outline.len() > 2 {
        "Đường viền: theo vòng đo."
    } else {
        "Vòng tròn: hình tròn có cùng diện tích, không phải ranh giới đo."
    };
    tell(format!(
        "{basis} B: hướng bắc lưới chiếu VN-2000. Ảnh chụp xa hơn 300 m không vẽ."
    ));
}
