//! What offices write into fields that have codes, without marks.

use crate::base::unmarked::unmarked;

use super::names::Names;

/// What offices write for the codes of fields.
const WORDS: &[(&str, Names<&str>)] = &[
    (
        "crop",
        &[
            (
                "opium_poppy",
                &[
                    "thuoc phien",
                    "cay thuoc phien",
                    "anh tuc",
                    "cay anh tuc",
                    "tham",
                    "cay thuoc phien anh tuc",
                ],
            ),
            ("cannabis", &["can sa", "cay can sa"]),
            ("coca", &["coca", "cay coca"]),
            ("khat", &["khat", "la khat", "cay khat"]),
            ("other", &["khac", "cay khac"]),
        ],
    ),
    (
        "detected_by",
        &[
            ("patrol", &["tuan tra"]),
            (
                "tip",
                &["tin bao", "to giac", "tin bao to giac", "nguoi dan bao"],
            ),
            ("check", &["kiem tra", "ra soat", "kiem tra ra soat"]),
            (
                "imagery",
                &["anh ve tinh", "anh vien tham", "flycam", "uav", "anh"],
            ),
            (
                "voluntary",
                &["tu nguyen", "tu khai bao", "tu nguyen khai bao"],
            ),
        ],
    ),
    (
        "stage",
        &[
            ("seedling", &["cay non", "cay con", "moc mam"]),
            ("vegetative", &["sinh truong", "dang lon"]),
            ("flowering", &["ra hoa"]),
            ("capsule", &["ra qua", "co qua"]),
            (
                "lanced",
                &[
                    "da khia",
                    "chich nhua",
                    "da khia chich nhua",
                    "da chich nhua",
                ],
            ),
            ("harvested", &["da thu hoach"]),
        ],
    ),
    (
        "land",
        &[
            ("forest", &["rung", "dat rung"]),
            ("swidden", &["nuong", "nuong ray"]),
            ("garden", &["vuon"]),
            ("field", &["ruong", "thua", "ruong thua"]),
            ("other", &["khac"]),
        ],
    ),
    (
        "plants_method",
        &[
            ("counted", &["dem", "dem tung cay"]),
            ("sampled", &["lay mau", "dem mau"]),
            ("estimated", &["uoc tinh", "uoc luong"]),
        ],
    ),
    (
        "area_method",
        &[
            ("tape", &["thuoc", "thuoc day"]),
            ("paced", &["buoc chan", "dem buoc"]),
            ("gnss_polygon", &["gps", "di vong gps", "do vong bang gnss"]),
            ("uav", &["flycam", "uav", "anh uav"]),
            ("estimated", &["uoc tinh", "uoc luong"]),
        ],
    ),
    (
        "basis",
        &[
            ("history", &["lich su", "da tung trong"]),
            ("terrain", &["dia hinh"]),
            ("tip", &["tin bao"]),
            ("imagery", &["anh vien tham", "anh ve tinh"]),
            ("official", &["van ban", "chinh thuc"]),
        ],
    ),
];

/// The code of what an office wrote into a field; the text itself where it is none of its words.
#[must_use]
pub fn code<'a>(field: &str, text: &'a str) -> &'a str {
    let word = unmarked(text);
    let words = WORDS
        .iter()
        .find(|(own, _)| *own == field)
        .map(|(_, words)| *words);
    let own = words
        .unwrap_or_default()
        .iter()
        .find(|(_, names)| names.contains(&word.as_str()));
    own.map_or(text, |(code, _)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_codes_and_codes_stay() {
        assert_eq!(code("crop", "Cây thuốc phiện"), "opium_poppy");
        assert_eq!(code("crop", "opium_poppy"), "opium_poppy");
        assert_eq!(code("land", "Nương rẫy"), "swidden");
        assert_eq!(code("notes", "Rừng"), "Rừng");
    }
}
