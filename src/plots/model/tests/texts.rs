//! Numbers that may belong to a person, and numbers that do not.

use crate::base::personal::looks_personal;

#[test]
fn telephone_and_identity_numbers_are_seen() {
    for text in [
        "gọi 0912345678",
        "0912 345 678",
        "091.234.5678",
        "+84 912 345 678",
        "CMND 063123456",
        "CCCD 010099001234 cấp 2021",
    ] {
        assert!(looks_personal(text), "{text}");
    }
}

#[test]
fn dates_sums_and_places_are_left_alone() {
    for text in [
        "",
        "Tiểu khu 537, khoảnh 12",
        "ngày 03.12.2025 10 giờ",
        "25 000 450 000 đồng",
        "1.075 cây trên 64 m²",
        "1767225600000",
        "22.4, 104.3",
    ] {
        assert!(!looks_personal(text), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_before_a_number_hides_it(text in "\\PC{0,60}") {
        let whole = format!("{text} : 0912345678");
        proptest::prop_assert!(looks_personal(&whole));
    }
}
