//! Sheets in formats that are not read: old workbooks, and pages that programs write under a workbook's name. They are told
//! apart so that whoever brings one is told what it is and what to do.

/// What such a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldSheet {
    /// A workbook of Excel 97 to 2003, or older (`.xls`, BIFF).
    Binary,
    /// A workbook behind a password: its parts are ciphered.
    Locked,
    /// A page whose table a spreadsheet opens (HTML).
    Page,
    /// A workbook as one XML document (`SpreadsheetML` 2003).
    Xml,
    /// A binary workbook (`.xlsb`).
    Packed,
    /// An `OpenDocument` sheet (`.ods`).
    OpenDocument,
}

/// Containers of Microsoft's compound files (MS-CFB §2.2).
const COMPOUND: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// The first record of BIFF 2, 3, 4 and 5 outside a container: its kind and length.
const BIFF: [[u8; 4]; 4] = [
    [0x09, 0x00, 0x04, 0x00],
    [0x09, 0x02, 0x06, 0x00],
    [0x09, 0x04, 0x06, 0x00],
    [0x09, 0x08, 0x08, 0x00],
];
/// Elements with which pages begin that a spreadsheet opens.
const PAGES: [&str; 7] = ["html", "head", "meta", "style", "body", "table", "div"];
/// Declarations and comments before the first element.
const MOST_BEFORE: usize = 50;

impl OldSheet {
    /// The old workbook that bytes show.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&COMPOUND) {
            let name: Vec<u8> = "EncryptedPackage"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect();
            let is_locked = bytes.windows(name.len()).any(|own| own == name);
            return Some(if is_locked {
                Self::Locked
            } else {
                Self::Binary
            });
        }
        BIFF.iter()
            .any(|head| bytes.starts_with(head))
            .then_some(Self::Binary)
    }

    /// The page or document that a text with elements is, by its first one.
    #[must_use]
    pub fn of_elements(text: &[u8]) -> Option<Self> {
        let name = first_element(text)?;
        if PAGES.contains(&name.as_str()) {
            return Some(Self::Page);
        }
        (name == "workbook" || name.ends_with(":workbook")).then_some(Self::Xml)
    }

    /// What to tell in Vietnamese.
    #[must_use]
    pub const fn vi(self) -> &'static str {
        match self {
            Self::Binary => {
                "Đây là tệp Excel đời cũ (.xls): hãy mở bằng Excel hoặc LibreOffice, lưu lại dạng .xlsx rồi nạp"
            }
            Self::Locked => {
                "Tệp có mật khẩu: hãy mở bằng Excel, bỏ mật khẩu, lưu lại dạng .xlsx rồi nạp"
            }
            Self::Page => {
                "Tệp thực ra là trang HTML mang tên Excel: hãy mở bằng Excel hoặc LibreOffice, lưu lại dạng .xlsx rồi nạp"
            }
            Self::Xml => {
                "Đây là bảng tính XML 2003: hãy mở bằng Excel hoặc LibreOffice, lưu lại dạng .xlsx rồi nạp"
            }
            Self::Packed => {
                "Đây là tệp Excel nhị phân (.xlsb): hãy mở bằng Excel, lưu lại dạng .xlsx rồi nạp"
            }
            Self::OpenDocument => {
                "Đây là bảng tính OpenDocument (.ods): hãy mở bằng LibreOffice, lưu lại dạng .xlsx rồi nạp"
            }
        }
    }

    /// The same in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::Binary => {
                "this is an old Excel workbook (.xls): open it in Excel or LibreOffice and save it as .xlsx"
            }
            Self::Locked => {
                "the workbook has a password: open it in Excel, take the password off and save it as .xlsx"
            }
            Self::Page => {
                "this is an HTML page under a workbook's name: open it in Excel or LibreOffice and save it as .xlsx"
            }
            Self::Xml => {
                "this is an XML spreadsheet of 2003: open it in Excel or LibreOffice and save it as .xlsx"
            }
            Self::Packed => {
                "this is a binary workbook (.xlsb): open it in Excel and save it as .xlsx"
            }
            Self::OpenDocument => {
                "this is an OpenDocument sheet (.ods): open it in LibreOffice and save it as .xlsx"
            }
        }
    }
}

/// The name of the first element, in small letters, behind declarations and comments.
fn first_element(text: &[u8]) -> Option<String> {
    let mut rest = text;
    for _ in 0..MOST_BEFORE {
        let at = rest.iter().position(|byte| *byte == b'<')?;
        rest = rest.get(at + 1..)?;
        if let Some(comment) = rest.strip_prefix(b"!--") {
            let end = comment.windows(3).position(|own| own == b"-->")?;
            rest = comment.get(end + 3..)?;
        } else if !rest.starts_with(b"!") && !rest.starts_with(b"?") {
            let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b':';
            let name = rest.iter().take_while(is_name);
            let name: String = name.map(|byte| char::from(*byte)).collect();
            return Some(name.to_ascii_lowercase());
        }
    }
    None
}
