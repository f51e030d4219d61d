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

/// A text in small letters without marks, its words parted by single spaces; composed and separate marks alike.
#[must_use]
pub fn unmarked(text: &str) -> String {
    let is_mark = |letter: &char| ('\u{300}'..='\u{36F}').contains(letter);
    let letters = text.chars().flat_map(char::to_lowercase);
    let plain: String = letters
        .filter(|letter| !is_mark(letter))
        .map(plain)
        .map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                ' '
            }
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn plain(letter: char) -> char {
    if letter.is_ascii() {
        return letter;
    }
    let found = PLAIN.iter().find(|(_, marked)| marked.contains(letter));
    found.map_or(letter, |(plain, _)| *plain)
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
}
