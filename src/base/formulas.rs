//! Texts that a spreadsheet would take for formulas, made harmless where they are written into tables.

use std::borrow::Cow;

/// What begins a formula; programs for East Asian scripts read the wide forms (U+FF0B, U+FF0D, U+FF1D, U+FF20) alike.
const BEGINNINGS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text as a spreadsheet may have it: one that would be a formula begins with an apostrophe.
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(BEGINNINGS) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}
