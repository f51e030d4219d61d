//! The letters of the pages: Liberation Serif, whose widths are those of Times New Roman, and breaking text into lines.

use ttf_parser::Face;

/// The regular face.
pub const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/LiberationSerif-Regular.ttf");
/// The bold face.
pub const BOLD: &[u8] = include_bytes!("../../../assets/fonts/LiberationSerif-Bold.ttf");

/// How wide the text is at that size, points; letters that the face lacks count as half the size.
#[must_use]
pub fn width(text: &str, size: f32, bold: bool) -> f32 {
    let Ok(face) = Face::parse(if bold { BOLD } else { REGULAR }, 0) else {
        return 0.0;
    };
    let em = f32::from(face.units_per_em());
    let advance = |letter: char| {
        let glyph = face.glyph_index(letter)?;
        Some(f32::from(face.glyph_hor_advance(glyph)?) / em)
    };
    let widths = text.chars().map(|letter| advance(letter).unwrap_or(0.5));
    widths.sum::<f32>() * size
}

/// Whether both faces have every letter of the text.
#[cfg(test)]
#[must_use]
pub fn covers(text: &str) -> bool {
    [REGULAR, BOLD].iter().all(|data| {
        Face::parse(data, 0).is_ok_and(|face| {
            text.chars()
                .all(|letter| face.glyph_index(letter).is_some())
        })
    })
}

/// The text in lines of at most that width, points; a word that is longer is cut.
#[must_use]
pub fn lines(text: &str, size: f32, bold: bool, most: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if width(&longer, size, bold) <= most {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            line.push(letter);
            if width(&line, size, bold) > most {
                line.pop();
                lines.push(std::mem::take(&mut line));
                line.push(letter);
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}
