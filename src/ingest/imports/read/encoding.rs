//! Texts of old Vietnamese files, as composed Unicode.

use crate::ingest::imports::table::{Encoding, Read, Unreadable};
use crate::patrols::model::text::composed;

/// The letters of TCVN 5712:1993 VN3, as the ABC fonts (`.VnTime`) draw them, each run with the byte of its first. The
/// fonts of capital letters (`.VnTimeH`) draw the same bytes large: their texts come out in small letters.
const TCVN3: [(u8, &str); 8] = [
    (0xA1, "ĂÂÊÔƠƯĐăâêôơưđ"),
    (0xB5, "àảãáạ"),
    (0xBB, "ằẳẵắ"),
    (0xC6, "ặầẩẫấậè"),
    (0xCE, "ẻẽéẹềểễếệìỉ"),
    (0xDC, "ĩíịò"),
    (0xE1, "ỏõóọồổỗốộờởỡớợù"),
    (0xF1, "ủũúụừửữứựỳỷỹýỵ"),
];

const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

impl Encoding {
    /// The coding that a `.cpg` file or a workbook names.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let word = text
            .trim()
            .to_ascii_lowercase()
            .replace(['-', '_', ' '], "");
        match word.as_str() {
            "utf8" | "65001" => Some(Self::Utf8),
            "windows1258" | "cp1258" | "1258" | "ansi1258" => Some(Self::Windows1258),
            "tcvn3" | "tcvn" | "tcvn5712" | "abc" => Some(Self::Tcvn3),
            "windows1252" | "cp1252" | "1252" | "iso88591" | "88591" | "latin1" => {
                Some(Self::Windows1252)
            }
            _ => None,
        }
    }

    /// The text of bytes; what the coding has no letter for is a replacement character.
    #[must_use]
    pub fn text(self, bytes: &[u8]) -> String {
        let text = match self {
            Self::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Self::Windows1258 => encoding_rs::WINDOWS_1258
                .decode_without_bom_handling(bytes)
                .0
                .into_owned(),
            Self::Windows1252 => encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(bytes)
                .0
                .into_owned(),
            Self::Tcvn3 => bytes.iter().map(|byte| tcvn3(*byte)).collect(),
        };
        composed(&text)
    }

    /// The coding of bytes that nothing was said of: Unicode, when they are.
    pub fn of(bytes: &[u8]) -> Read<Self> {
        match std::str::from_utf8(bytes) {
            Ok(_) => Ok(Self::Utf8),
            Err(_) => Err(Unreadable::WhichEncoding),
        }
    }
}

/// The bytes without a byte order mark in front.
#[must_use]
pub fn unmarked_bytes(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(&BYTE_ORDER_MARK).unwrap_or(bytes)
}

/// The text of bytes that begin with the mark of UTF-16, as Excel writes "Unicode text".
#[must_use]
pub fn of_utf16(bytes: &[u8]) -> Option<String> {
    let (coding, bytes) = match bytes {
        [0xFF, 0xFE, rest @ ..] => (encoding_rs::UTF_16LE, rest),
        [0xFE, 0xFF, rest @ ..] => (encoding_rs::UTF_16BE, rest),
        _ => return None,
    };
    Some(coding.decode_without_bom_handling(bytes).0.into_owned())
}

fn tcvn3(byte: u8) -> char {
    if byte.is_ascii() {
        return char::from(byte);
    }
    let letter = |(first, letters): &(u8, &str)| {
        let at = usize::from(byte.checked_sub(*first)?);
        letters.chars().nth(at)
    };
    TCVN3
        .iter()
        .find_map(letter)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}
