//! Curves over the number of patrols, both axes logarithmic, as one SVG.

use std::fmt::Write;

const WIDE: f64 = 300.0;
const HIGH: f64 = 200.0;
const MARGIN: f64 = 46.0;
/// Told apart without red beside green, and on paper.
const INKS: [&str; 3] = ["#0b5394", "#b45f06", "#555555"];

/// One line of a panel.
pub struct Curve {
    pub name: &'static str,
    /// Patrols and what was measured, by patrols.
    pub points: Vec<(usize, f64)>,
}

/// One picture of several lines.
pub struct Panel {
    pub title: &'static str,
    pub curves: Vec<Curve>,
}

/// The decades that hold some numbers, as exponents of ten.
struct Decades {
    low: f64,
    high: f64,
}

impl Decades {
    fn of(numbers: impl Iterator<Item = f64> + Clone) -> Self {
        let logs = numbers.filter(|number| *number > 0.0).map(f64::log10);
        let low = logs.clone().fold(f64::INFINITY, f64::min).floor();
        let high = logs.fold(f64::NEG_INFINITY, f64::max).ceil();
        if low.is_finite() && high.is_finite() {
            Self {
                low,
                high: high.max(low + 1.0),
            }
        } else {
            Self {
                low: 0.0,
                high: 1.0,
            }
        }
    }

    fn share(&self, number: f64) -> f64 {
        (number.log10() - self.low) / (self.high - self.low)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let (low, high) = (self.low, self.high);
        std::iter::successors(Some(low), move |tick| {
            Some(tick + 1.0).filter(|next| *next <= high)
        })
        .map(|tick| 10_f64.powf(tick))
    }
}

/// Panels side by side.
pub fn drawn(panels: &[Panel]) -> String {
    let each = WIDE + 2.0 * MARGIN;
    let wide = each * real(panels.len());
    let high = HIGH + 2.0 * MARGIN + 20.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"{wide}\" height=\"{high}\" fill=\"white\"/>\n"
    );
    for (number, panel) in panels.iter().enumerate() {
        let left = each * real(number) + MARGIN;
        draw(&mut svg, panel, left);
    }
    svg.push_str("</svg>\n");
    svg
}

/// A panel's place on the picture.
struct Frame {
    left: f64,
    across: Decades,
    up: Decades,
}

impl Frame {
    fn x(&self, patrols: f64) -> f64 {
        self.left + WIDE * self.across.share(patrols)
    }

    fn y(&self, value: f64) -> f64 {
        MARGIN + HIGH * (1.0 - self.up.share(value))
    }

    fn axes(&self, svg: &mut String, title: &str) {
        let (left, floor) = (self.left, MARGIN + HIGH);
        let above = MARGIN - 14.0;
        add(
            svg,
            format_args!("<text x=\"{left}\" y=\"{above}\" font-weight=\"bold\">{title}</text>"),
        );
        for tick in self.across.ticks() {
            let (at, below) = (self.x(tick), floor + 15.0);
            add(
                svg,
                format_args!(
                    "<path d=\"M{at:.1} {MARGIN}V{floor}\" stroke=\"#ddd\"/><text x=\"{at:.1}\" y=\"{below}\" text-anchor=\"middle\">{tick}</text>"
                ),
            );
        }
        for tick in self.up.ticks() {
            let (at, right, beside) = (self.y(tick), left + WIDE, left - 5.0);
            add(
                svg,
                format_args!(
                    "<path d=\"M{left} {at:.1}H{right}\" stroke=\"#ddd\"/><text x=\"{beside}\" y=\"{:.1}\" text-anchor=\"end\">{tick}</text>",
                    at + 4.0
                ),
            );
        }
        let (middle, below) = (left + WIDE / 2.0, floor + 32.0);
        add(
            svg,
            format_args!(
                "<text x=\"{middle}\" y=\"{below}\" text-anchor=\"middle\">patrols in the year</text>"
            ),
        );
    }

    fn curve(&self, svg: &mut String, curve: &Curve, number: usize) {
        let ink = INKS.get(number % INKS.len()).copied().unwrap_or_default();
        let places = curve.points.iter();
        let places = places.map(|(patrols, value)| (self.x(real(*patrols)), self.y(*value)));
        let mut way = String::new();
        for (x, y) in places.clone() {
            // Writing to a string cannot fail.
            let _ = write!(way, "{x:.1},{y:.1} ");
        }
        add(
            svg,
            format_args!(
                "<polyline points=\"{way}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"2\"/>"
            ),
        );
        for (x, y) in places {
            add(
                svg,
                format_args!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{ink}\"/>"),
            );
        }
        let (x, y) = (self.left + 8.0, MARGIN + 14.0 + 14.0 * real(number));
        add(
            svg,
            format_args!(
                "<text x=\"{x}\" y=\"{y}\" fill=\"{ink}\">{}</text>",
                curve.name
            ),
        );
    }
}

fn add(svg: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = svg.write_fmt(text);
    svg.push('\n');
}

fn draw(svg: &mut String, panel: &Panel, left: f64) {
    let points = || panel.curves.iter().flat_map(|curve| curve.points.iter());
    let frame = Frame {
        left,
        across: Decades::of(points().map(|(patrols, _)| real(*patrols))),
        up: Decades::of(points().map(|(_, value)| *value)),
    };
    frame.axes(svg, panel.title);
    for (number, curve) in panel.curves.iter().enumerate() {
        frame.curve(svg, curve, number);
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
const fn real(count: usize) -> f64 {
    count as f64
}
