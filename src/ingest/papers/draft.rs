//! A paper record as it is sent.

use serde::Deserialize;
use serde_json::json;

use crate::base::from_hex;
use crate::base::personal::looks_personal;
use crate::base::refusal::Refusal;
use crate::base::time::LocalDate;

const MOST_NUMBER: usize = 60;
const MOST_TEXT: usize = 200;
const MOST_PAGES: u32 = 100;
const MOST_SIGNED: u32 = 50;
/// What a scan may be.
pub(super) const MEDIA_TYPES: [&str; 2] = ["application/pdf", "image/jpeg"];

/// A paper record: names stay on the paper.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperWire {
    /// Its number, such as `12/BB-CAX`; 1 to 60 characters.
    pub number: String,
    /// The day on the paper.
    pub date: LocalDate,
    /// The code of the commune that it is about.
    pub commune: String,
    /// The organisation that drew it up, at most 200 characters.
    pub issuer: String,
    /// Its pages, 1 to 100.
    pub pages: u32,
    /// How many people signed it, 0 to 50.
    pub signatories: u32,
    /// Its scan.
    pub scan: ScanWire,
    /// What else is to be said, at most 200 characters; no names.
    #[serde(default)]
    pub notes: Option<String>,
}

/// A scan that will be sent.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanWire {
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Their number.
    pub bytes: u64,
    /// `application/pdf` or `image/jpeg`.
    pub media_type: String,
}

/// A paper record that may be kept.
#[derive(Debug, Clone)]
pub(super) struct PaperDraft {
    pub(super) commune: String,
    pub(super) number: String,
    pub(super) dated: LocalDate,
    pub(super) sha256: [u8; 32],
    pub(super) bytes: i64,
    pub(super) media_type: &'static str,
    pub(super) record: String,
}

impl PaperDraft {
    /// Parses a record that is to be kept: besides [`Self::read`], its lines name no person's number.
    pub(super) fn parse(
        wire: &PaperWire,
        most_bytes: u64,
        today: LocalDate,
    ) -> Result<Self, Refusal> {
        let mut personal = Refusal::default();
        let notes = wire.notes.as_deref().unwrap_or_default();
        for (pointer, text) in [
            ("/number", wire.number.as_str()),
            ("/issuer", wire.issuer.as_str()),
            ("/notes", notes),
        ] {
            if looks_personal(text) {
                personal.add(
                    pointer,
                    "không ghi số điện thoại, số định danh / expected no telephone or identity numbers",
                );
            }
        }
        match Self::read(wire, most_bytes, today) {
            Ok(draft) => personal.or(draft),
            Err(mut refusal) => {
                refusal.0.extend(personal.0);
                Err(refusal)
            }
        }
    }

    /// Parses a record, also one that was kept before.
    pub(super) fn read(
        wire: &PaperWire,
        most_bytes: u64,
        today: LocalDate,
    ) -> Result<Self, Refusal> {
        let mut refusal = Refusal::default();
        let number = line(&mut refusal, "/number", &wire.number, MOST_NUMBER, true);
        let issuer = line(&mut refusal, "/issuer", &wire.issuer, MOST_TEXT, true);
        let notes = wire.notes.as_deref().unwrap_or_default();
        let notes = line(&mut refusal, "/notes", notes, MOST_TEXT, false);
        if wire.date > today {
            refusal.add("/date", "expected a day of the past");
        }
        if !(1..=MOST_PAGES).contains(&wire.pages) {
            refusal.add("/pages", "expected 1 to 100");
        }
        if wire.signatories > MOST_SIGNED {
            refusal.add("/signatories", "expected 0 to 50");
        }
        let sha256 = from_hex(&wire.scan.sha256);
        if sha256.is_none() {
            refusal.add("/scan/sha256", "expected 64 hexadecimal digits");
        }
        let known = MEDIA_TYPES.iter().find(|own| **own == wire.scan.media_type);
        if known.is_none() {
            refusal.add("/scan/media_type", "expected application/pdf or image/jpeg");
        }
        if !(1..=most_bytes).contains(&wire.scan.bytes) {
            refusal.add("/scan/bytes", format_args!("expected 1 to {most_bytes}"));
        }
        let draft = Self {
            commune: wire.commune.clone(),
            number: number.clone(),
            dated: wire.date,
            sha256: sha256.unwrap_or_default(),
            bytes: i64::try_from(wire.scan.bytes).unwrap_or(i64::MAX),
            media_type: known.copied().unwrap_or_default(),
            record: json!({
                "number": number, "date": wire.date, "commune": wire.commune, "issuer": issuer, "pages": wire.pages,
                "signatories": wire.signatories, "notes": (!notes.is_empty()).then_some(notes),
                "scan": { "sha256": wire.scan.sha256.to_ascii_lowercase(), "bytes": wire.scan.bytes, "media_type": wire.scan.media_type },
            })
            .to_string(),
        };
        refusal.or(draft)
    }
}

fn line(refusal: &mut Refusal, pointer: &str, text: &str, most: usize, is_needed: bool) -> String {
    let text = text.trim();
    let length = text.chars().count();
    if length > most || (is_needed && length == 0) || text.chars().any(char::is_control) {
        refusal.add(
            pointer,
            format_args!("expected one line of at most {most} characters"),
        );
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_at_once() {
        let wire = PaperWire {
            number: " ".to_owned(),
            date: LocalDate::from_days(20_001),
            commune: "10001".to_owned(),
            issuer: "x".repeat(201),
            pages: 0,
            signatories: 51,
            scan: ScanWire {
                sha256: "no".to_owned(),
                bytes: 0,
                media_type: "image/gif".to_owned(),
            },
            notes: Some("0912345678".to_owned()),
        };
        let refused = PaperDraft::parse(&wire, 1_000, LocalDate::from_days(20_000)).unwrap_err();
        assert_eq!(refused.0.len(), 9, "{refused}");
    }
}
