//! Invented place names: syllables that the north-west uses, in pairs that name no commune of today.

use super::dice::{Dice, Stream};

const FIRST: [&str; 20] = [
    "Nậm", "Bản", "Tả", "Lũng", "Phìn", "Sín", "Mường", "Cốc", "Nà", "Pù", "Khâu", "Thẩm",
    "Chiềng", "Lao", "Dền", "Huổi", "Pác", "Tràng", "Ngải", "Suối",
];
const SECOND: [&str; 33] = [
    "Sáo", "Lểnh", "Phàng", "Mằn", "Khướu", "Chúa", "Vằng", "Tọa", "Sảng", "Thàu", "Cải", "Ngoa",
    "Dìn", "Pẻng", "Tẩu", "Seo", "Phừ", "Lìn", "Chảng", "Mù", "Hỷ", "Giàng", "Khuông", "Tòng",
    "Sủi", "Quẩy", "Lếch", "Pín", "Nhìu", "Củi", "Xoan", "Hẩu", "Dạ",
];
const THIRD: [&str; 7] = ["", "Thượng", "Hạ", "Đông", "Đoài", "Trong", "Ngoài"];
const HILLS: [&str; 8] = [
    "Khe",
    "Đồi",
    "Núi",
    "Khu rừng",
    "Thung",
    "Dốc",
    "Đỉnh",
    "Nương",
];

/// As many different commune names as there are, at most 4,620; the short ones first.
pub(super) fn commune_names(seed: u64) -> Vec<String> {
    let mut dice = Dice::of(seed, Stream::Names, 0);
    let mut pairs: Vec<(&str, &str)> = FIRST
        .iter()
        .flat_map(|first| SECOND.iter().map(|second| (*first, *second)))
        .collect();
    for last in (1..pairs.len()).rev() {
        pairs.swap(last, dice.below(last + 1));
    }
    THIRD
        .iter()
        .flat_map(|third| {
            pairs
                .iter()
                .map(move |(first, second)| format!("{first} {second} {third}"))
        })
        .map(|name| name.trim_end().to_owned())
        .collect()
}

/// A name for a hillside.
pub(super) fn hill_name(dice: &mut Dice) -> String {
    format!("{} {}", dice.pick(HILLS), dice.pick(SECOND))
}
