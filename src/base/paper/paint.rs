//! Marks on A4 pages, and the PDF made of them. Distances in points, from the upper left corner.

use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Size, Transform};
use krilla::image::Image;
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use krilla::{Data, Document};

use super::letters::{BOLD, REGULAR};

/// Width of a page.
pub const PAGE_WIDTH: f32 = 595.3;
/// Height of a page.
pub const PAGE_HEIGHT: f32 = 841.9;

/// One thing on a page.
#[derive(Debug, Clone)]
pub enum Mark {
    /// A line of text from the left end of its base line.
    Text {
        /// Left end.
        x: f32,
        /// Base line.
        y: f32,
        /// Size of the letters.
        size: f32,
        /// Bold letters.
        bold: bool,
        /// The text.
        text: String,
    },
    /// Straight lines from point to point.
    Line {
        /// The points.
        points: Vec<(f32, f32)>,
        /// Width.
        width: f32,
        /// Whether the last point is joined to the first.
        closed: bool,
    },
    /// A circle.
    Circle {
        /// Middle.
        middle: (f32, f32),
        /// Radius.
        radius: f32,
        /// Filled, or a thin line.
        filled: bool,
    },
    /// A black rectangle.
    Block {
        /// Upper left corner.
        corner: (f32, f32),
        /// Width and height.
        size: (f32, f32),
    },
    /// A JPEG, shrunk into a box.
    Picture {
        /// Upper left corner of the box.
        corner: (f32, f32),
        /// Width and height of the box.
        size: (f32, f32),
        /// Its bytes.
        jpeg: Vec<u8>,
    },
}

/// Why no PDF could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pages cannot be written: {0}")]
pub struct PaintFault(String);

struct Faces {
    regular: Font,
    bold: Font,
}

/// The pages as a PDF with its fonts in it.
pub fn pdf(title: &str, pages: &[Vec<Mark>]) -> Result<Vec<u8>, PaintFault> {
    let font = |data: &'static [u8]| {
        Font::new(Data::from(data), 0).ok_or_else(|| PaintFault("a font cannot be read".into()))
    };
    let faces = Faces {
        regular: font(REGULAR)?,
        bold: font(BOLD)?,
    };
    let mut document = Document::new();
    let metadata = Metadata::new()
        .title(title.to_owned())
        .language("vi".to_owned());
    document.set_metadata(metadata);
    for marks in pages {
        let size = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT);
        let size = size.ok_or_else(|| PaintFault("no page size".into()))?;
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        for mark in marks {
            paint(&mut surface, &faces, mark);
        }
        surface.finish();
        page.finish();
    }
    document
        .finish()
        .map_err(|cause| PaintFault(format!("{cause:?}")))
}

fn paint(surface: &mut Surface<'_>, faces: &Faces, mark: &Mark) {
    match mark {
        Mark::Text {
            x,
            y,
            size,
            bold,
            text,
        } => {
            let face = if *bold { &faces.bold } else { &faces.regular };
            ink(surface, true, 0.0);
            let start = Point::from_xy(*x, *y);
            let direction = TextDirection::LeftToRight;
            surface.draw_text(start, face.clone(), *size, text, false, direction);
        }
        Mark::Line {
            points,
            width,
            closed,
        } => {
            if let Some(path) = polyline(points, *closed) {
                ink(surface, false, *width);
                surface.draw_path(&path);
            }
        }
        Mark::Circle {
            middle,
            radius,
            filled,
        } => {
            if let Some(path) = circle(*middle, *radius) {
                ink(surface, *filled, 0.6);
                surface.draw_path(&path);
            }
        }
        Mark::Block { corner, size } => {
            let ((x, y), (right, bottom)) = (*corner, (corner.0 + size.0, corner.1 + size.1));
            let around = [(x, y), (right, y), (right, bottom), (x, bottom)];
            if let Some(path) = polyline(&around, true) {
                ink(surface, true, 0.0);
                surface.draw_path(&path);
            }
        }
        Mark::Picture { corner, size, jpeg } => picture(surface, *corner, *size, jpeg),
    }
}

/// Sets black ink: to fill with, or to draw lines of a width with.
fn ink(surface: &mut Surface<'_>, filled: bool, width: f32) {
    let black = rgb::Color::new(0, 0, 0);
    if filled {
        surface.set_stroke(None);
        surface.set_fill(Some(Fill {
            paint: black.into(),
            opacity: NormalizedF32::ONE,
            ..Fill::default()
        }));
    } else {
        surface.set_fill(None);
        surface.set_stroke(Some(Stroke {
            paint: black.into(),
            width,
            ..Stroke::default()
        }));
    }
}

fn polyline(points: &[(f32, f32)], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (first, rest) = points.split_first()?;
    path.move_to(first.0, first.1);
    for (x, y) in rest {
        path.line_to(*x, *y);
    }
    if closed {
        path.close();
    }
    path.finish()
}

/// Four curves whose handles make a circle within 0.03 % (4/3·(√2−1)).
fn circle((x, y): (f32, f32), radius: f32) -> Option<Path> {
    let h = radius * 0.552_284_8;
    let mut path = PathBuilder::new();
    path.move_to(x + radius, y);
    path.cubic_to(x + radius, y + h, x + h, y + radius, x, y + radius);
    path.cubic_to(x - h, y + radius, x - radius, y + h, x - radius, y);
    path.cubic_to(x - radius, y - h, x - h, y - radius, x, y - radius);
    path.cubic_to(x + h, y - radius, x + radius, y - h, x + radius, y);
    path.close();
    path.finish()
}

/// A picture that cannot be read leaves its box empty; its caption and original stand.
#[expect(
    clippy::cast_precision_loss,
    reason = "images are a few thousand pixels"
)]
fn picture(surface: &mut Surface<'_>, corner: (f32, f32), room: (f32, f32), jpeg: &[u8]) {
    let Ok(image) = Image::from_jpeg(Data::from(jpeg.to_vec()), true) else {
        return;
    };
    let (wide, high) = image.size();
    let scale = (room.0 / wide as f32).min(room.1 / high as f32);
    let Some(size) = Size::from_wh(wide as f32 * scale, high as f32 * scale) else {
        return;
    };
    surface.push_transform(&Transform::from_translate(corner.0, corner.1));
    surface.draw_image(image, size);
    surface.pop();
}
