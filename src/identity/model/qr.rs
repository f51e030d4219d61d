//! QR codes (ISO/IEC 18004) as squares: for a page as SVG, for paper as runs of dark squares.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// Light squares around the code (ISO/IEC 18004 §9.1).
pub const QUIET: usize = 4;

/// A code: its squares, row by row.
#[derive(Debug, Clone)]
pub struct Qr {
    width: usize,
    dark: Vec<bool>,
}

/// Dark squares side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Column of the first.
    pub x: usize,
    /// Row.
    pub y: usize,
    /// How many.
    pub length: usize,
}

impl Qr {
    /// The code of a text; `None` when it is longer than the largest code holds.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M)
            .or_else(|_| QrCode::with_error_correction_level(text, EcLevel::L))
            .ok()?;
        Some(Self {
            width: code.width(),
            dark: code
                .to_colors()
                .iter()
                .map(|colour| *colour == Color::Dark)
                .collect(),
        })
    }

    /// Squares from edge to edge, without the quiet zone.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The dark squares.
    #[must_use]
    pub fn runs(&self) -> Vec<Run> {
        let mut runs = Vec::new();
        for (y, row) in self.dark.chunks(self.width.max(1)).enumerate() {
            let mut x = 0;
            for group in row.chunk_by(|a, b| a == b) {
                if group[0] {
                    runs.push(Run {
                        x,
                        y,
                        length: group.len(),
                    });
                }
                x += group.len();
            }
        }
        runs
    }

    /// A drawing for a page, without styles; `name` is what it is called for those who do not see it.
    #[must_use]
    pub fn svg(&self, name: &str) -> String {
        let side = self.width + 2 * QUIET;
        let mut svg = format!(
            "<svg class=\"qr\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"",
            super::setup::escaped(name)
        );
        for run in self.runs() {
            let (x, y, length) = (run.x + QUIET, run.y + QUIET, run.length);
            // Writing to a String cannot fail.
            let _ = write!(svg, "M{x} {y}h{length}v1h-{length}z");
        }
        svg.push_str("\"/></svg>");
        svg
    }
}
