//! Letters without their marks, as ACCENTI compares them.

/// Vietnamese letters by the letter that is left of them, in small and capital letters.
const FAMILIES: [(char, &str); 13] = [
    ('a', "àáảãạăằắẳẵặâầấẩẫậ"),
    ('d', "đ"),
    ('e', "èéẻẽẹêềếểễệ"),
    ('i', "ìíỉĩị"),
    ('o', "òóỏõọôồốổỗộơờớởỡợ"),
    ('u', "ùúủũụưừứửữự"),
    ('y', "ỳýỷỹỵ"),
    ('A', "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬ"),
    ('D', "Đ"),
    ('E', "ÈÉẺẼẸÊỀẾỂỄỆ"),
    ('I', "ÌÍỈĨỊ"),
    ('O', "ÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢ"),
    ('U', "ÙÚỦŨỤƯỪỨỬỮỰ"),
];
const CAPITAL_Y: (char, &str) = ('Y', "ỲÝỶỸỴ");

/// The text without marks on its letters; case stays.
pub(super) fn without_marks(text: &str) -> String {
    text.chars().filter_map(bare).collect()
}

/// None for a mark that stands by itself.
fn bare(letter: char) -> Option<char> {
    if letter.is_ascii() {
        return Some(letter);
    }
    if ('\u{300}'..='\u{36f}').contains(&letter) {
        return None;
    }
    let mut families = FAMILIES.iter().chain([&CAPITAL_Y]);
    let family = families.find(|(_, members)| members.contains(letter));
    Some(family.map_or(letter, |(bare, _)| *bare))
}
