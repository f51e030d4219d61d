//! Text as a reader sees it: what has no width is left out, digits, dots, dashes and spaces of every script are one each.

/// The zeroes of Unicode's decimal digits (general category Nd) outside ASCII; nine others follow each.
const ZEROES: [u32; 45] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x1_04A0, 0x1_1066, 0x1_D7CE, 0x1_D7D8, 0x1_D7E2, 0x1_D7EC, 0x1_D7F6, 0x1_E950, 0x1_FBF0,
];

/// The text with every digit in ASCII, every separator one of `.`, `,`, `-` and a space, and without marks of no width.
pub(super) fn folded(text: &str) -> Vec<char> {
    text.chars().filter_map(fold).collect()
}

/// The same as [`char::is_alphanumeric`], which looks up every letter of Vietnamese in tables.
pub(super) fn is_in_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    is_latin(c) || c.is_alphanumeric()
}

/// Latin letters outside ASCII, as far as Vietnamese needs them.
const fn is_latin(c: char) -> bool {
    matches!(c, '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}')
}

fn fold(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(if c.is_ascii_whitespace() { ' ' } else { c });
    }
    if is_latin(c) {
        return Some(c);
    }
    if has_no_width(c) {
        return None;
    }
    let code = u32::from(c);
    let zero = ZEROES
        .iter()
        .find(|zero| (**zero..**zero + 10).contains(&code));
    if let Some(digit) = zero.and_then(|zero| char::from_digit(code - zero, 10)) {
        return Some(digit);
    }
    Some(match c {
        _ if c.is_whitespace() => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' => '-',
        '\u{FF0E}' | '\u{2024}' | '\u{00B7}' | '\u{2022}' | '\u{2027}' | '\u{FE52}' => '.',
        '\u{FF0C}' | '\u{FE50}' | '\u{066B}' => ',',
        '\u{FF0B}' => '+',
        '\u{FF08}' => '(',
        '\u{FF09}' => ')',
        '\u{FF0F}' | '\u{2044}' | '\u{2215}' => '/',
        '\u{00BA}' | '\u{02DA}' => '°',
        '\u{2032}' | '\u{2019}' | '\u{02B9}' | '\u{00B4}' => '\'',
        '\u{2033}' | '\u{201D}' | '\u{02BA}' => '"',
        _ => c,
    })
}

/// Format characters and joiners, selectors of variants, and what encloses a digit as a key.
fn has_no_width(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{0600}'..='\u{0605}'
            | '\u{061C}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{20E3}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{1_D173}'..='\u{1_D17A}'
            | '\u{E_0000}'..='\u{E_0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::{fold, is_in_word, is_latin};

    #[test]
    fn letters_and_digits_of_every_script_are_in_words() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_in_word(c), c.is_alphanumeric(), "{:?}", u32::from(c));
        }
    }

    #[test]
    fn letters_with_marks_stay_as_they_are() {
        let letters = "ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ";
        for c in letters.chars().chain(letters.to_uppercase().chars()) {
            assert!(is_latin(c), "{c}");
            assert_eq!(fold(c), Some(c));
        }
        assert!(!is_latin('×') && !is_latin('÷'));
    }
}
