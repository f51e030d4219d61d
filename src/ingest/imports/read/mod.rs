//! Foreign bytes to rows. Pure, and bounded in every way: whatever a file says of itself, no reader takes more memory than
//! a few times its bytes and the limits, or more steps than they allow.

mod bytes;
mod dbf;
pub mod encoding;
mod flatbuffer;
mod flatgeobuf;
mod geojson;
mod geopackage;
mod heads;
mod kml;
mod layout;
pub mod numbers;
pub mod old;
mod parts;
mod shapefile;
mod sheet;
mod sqlite;
#[cfg(test)]
mod tests;
mod wkb;
mod xlsx;
mod zip;

use std::borrow::Cow;
use std::path::Path;

pub use geojson::as_text;
pub use numbers::plain;

use super::table::{Asked, Budget, Encoding, FileFormat, Limits, Read, Table, Unreadable};
use old::OldSheet;
use zip::Archive;

/// Reads a file in whichever format its bytes show; the name decides only between texts.
pub fn read(bytes: &[u8], name: &str, asked: &Asked, limits: Limits) -> Read<(FileFormat, Table)> {
    let budget = &mut Budget::of(limits);
    if bytes.is_empty() {
        return Err(Unreadable::Empty);
    }
    if bytes.starts_with(b"PK") {
        return zipped(bytes, asked, budget);
    }
    if let Some(old) = OldSheet::of_bytes(bytes) {
        return Err(Unreadable::Old(old));
    }
    if sqlite::looks_like(bytes) {
        return Ok((
            FileFormat::GeoPackage,
            geopackage::read(bytes, asked, budget)?,
        ));
    }
    if flatgeobuf::looks_like(bytes) {
        return Ok((FileFormat::FlatGeobuf, flatgeobuf::read(bytes, budget)?));
    }
    if let Some(text) = encoding::of_utf16(bytes) {
        let asked = Asked {
            encoding: Some(Encoding::Utf8),
            ..asked.clone()
        };
        return of_text(text.as_bytes(), name, &asked, budget);
    }
    of_text(bytes, name, asked, budget)
}

fn of_text(
    bytes: &[u8],
    name: &str,
    asked: &Asked,
    budget: &mut Budget,
) -> Read<(FileFormat, Table)> {
    let text = encoding::unmarked_bytes(bytes);
    if text.trim_ascii_start().starts_with(b"<") {
        if let Some(old) = OldSheet::of_elements(text) {
            return Err(Unreadable::Old(old));
        }
        return Ok((FileFormat::Kml, kml::read(text, budget)?));
    }
    let is_named_csv = Path::new(name)
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    if geojson::looks_like(text) && !is_named_csv {
        return Ok((FileFormat::GeoJson, geojson::read(bytes, budget)?));
    }
    // Bytes that no text has.
    if text.contains(&0) {
        return Err(Unreadable::UnknownFormat);
    }
    Ok((FileFormat::Csv, sheet::read_csv(bytes, asked, budget)?))
}

fn zipped(bytes: &[u8], asked: &Asked, budget: &mut Budget) -> Read<(FileFormat, Table)> {
    let mut archive = Archive::open(bytes, budget.limits())?;
    if archive.named("xl/workbook.xml").is_some() {
        return Ok((FileFormat::Xlsx, xlsx::read(&mut archive, asked, budget)?));
    }
    if archive.named("xl/workbook.bin").is_some() {
        return Err(Unreadable::Old(OldSheet::Packed));
    }
    if archive.named("content.xml").is_some() && archive.named("mimetype").is_some() {
        return Err(Unreadable::Old(OldSheet::OpenDocument));
    }
    if archive.ending(".shp").is_some() {
        return Ok((
            FileFormat::Shapefile,
            shapefile::read(&mut archive, asked, budget)?,
        ));
    }
    let document = archive.named("doc.kml").or_else(|| archive.ending(".kml"));
    if let Some(document) = document {
        let bytes = archive.inflate(&document)?;
        let table = match encoding::of_utf16(&bytes) {
            Some(text) => kml::read(text.as_bytes(), budget)?,
            None => kml::read(encoding::unmarked_bytes(&bytes), budget)?,
        };
        return Ok((FileFormat::Kmz, table));
    }
    Err(Unreadable::NoPart(".shp / .kml / xl/workbook.xml"))
}

/// The five entities of XML and characters by number: no document defines others here.
fn entity(name: &str) -> Option<String> {
    Some(match name {
        "amp" => "&".to_owned(),
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        other => {
            let number = other.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?.to_string()
        }
    })
}

/// The text of an attribute; none where it names what is no such entity.
fn unescaped(value: &str) -> Option<String> {
    quick_xml::escape::unescape(value).ok().map(Cow::into_owned)
}
