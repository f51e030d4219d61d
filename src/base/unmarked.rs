//! Words without their marks, as people type them who look for something: `Nậm Đeng` is `nam deng`.

/// Letters and what they are without marks.
const PLAIN: [(char, &str); 7] = [
    ('a', "àáảãạăằắẳẵặâầấẩẫậ"),
    ('d', "đ"),
    ('e', "èéẻẽẹêềếểễệ"),
    ('i', "ìíỉĩị"),
    ('o', "òóỏõọôồốổỗộơờớởỡợ"),
    ('u', "ùúủũụưừứửữự"),
    ('y', "ỳýỷỹỵ"),
];

/// The text without marks on its letters, composed and separate marks alike; case and everything else stay.
#[must_use]
pub fn without_marks(text: &str) -> String {
    text.chars().filter_map(bare).collect()
}

/// A text in small letters without marks, its words parted by single spaces.
#[must_use]
pub fn unmarked(text: &str) -> String {
    let plain = without_marks(&text.to_lowercase());
    let words = plain.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// None for a mark that stands by itself.
fn bare(letter: char) -> Option<char> {
    if letter.is_ascii() {
        return Some(letter);
    }
    if ('\u{300}'..='\u{36F}').contains(&letter) {
        return None;
    }
    let small = letter.to_lowercase().next().unwrap_or(letter);
    let found = PLAIN.iter().find(|(_, marked)| marked.contains(small));
    Some(found.map_or(letter, |(plain, _)| {
        if letter.is_uppercase() {
            plain.to_ascii_uppercase()
        } else {
            *plain
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_case_and_signs_make_no_difference() {
        assert_eq!(unmarked("Nậm Đeng"), "nam deng");
        assert_eq!(unmarked("  TỔ DÂN PHỐ số 3 "), "to dan pho so 3");
        assert_eq!(unmarked("Diện tích (m²)"), "dien tich m²");
        assert_eq!(unmarked("Ba\u{309}n Vu\u{31B}\u{323}c"), "ban vuc");
        assert_eq!(unmarked("ma_xa"), "ma xa");
    }

    #[test]
    fn marks_alone_go_and_case_stays() {
        assert_eq!(without_marks("ĐỒNG Văn, Ỷ Tý"), "DONG Van, Y Ty");
        assert_eq!(without_marks("Ba\u{309}n"), "Ban");
        assert_eq!(without_marks("ß ñ Ω"), "ß ñ Ω");
    }
}
