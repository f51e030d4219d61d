//! Numbers that may belong to a person, and numbers that do not.

use crate::base::personal::{looks_like_place, looks_personal};

#[test]
fn telephone_and_identity_numbers_are_seen() {
    for text in [
        "gọi 0912345678",
        "0912 345 678",
        "091.234.5678",
        "+84 912 345 678",
        "CMND 063123456",
        "CCCD 010099001234 cấp 2021",
        "CCCD 0123 4567 8901",
        "số 001 099 001 234",
        "cmnd 063 123 456",
        "định danh 12 34 56 78 90 12",
        "０９１２３４５６７８",
        "gọi ٠٩١٢٣٤٥٦٧٨",
        "0987\u{200b}654321",
        "0987\u{2060}654\u{ad}321",
        "0912\u{a0}345\u{2009}678",
        "0912–345–678",
        "0912.345 678",
        "(024) 3825 1234",
        "5 cây, 12 0912 345 678",
        "0️⃣9️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣",
        "không chín một hai ba bốn năm sáu bảy tám",
        "hộ chiếu C1234567",
        "số P01234567 cấp 2024",
        "xe 24B1-123.45",
        "xe 29A-12345 hay đến",
        "biển số 24AB 123.45",
        "thư to.vien@example.vn",
        "zalo: Mẫu Mẫu",
        "facebook.com/mau.mau",
        "nhắn Zalo tên Mẫu",
        "fb @mau",
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
        "320 cây, khoảng 64 m², cao 1 200 m",
        "mã điểm 3F7C2E, kế hoạch 2026-2027",
        "ngày 03 12 2025 10 giờ, tổ 3",
        "từ 2026-02-27 08:00 tới 2026-03-27 08:00",
        "1 050 450 000 đồng",
        "thôn 4, nhà thứ ba hai bên suối, bốn năm bụi",
        "biên bản số 0123/BB-CAX",
        "khoảnh 012, lô 034, thửa 56",
        "22.301377, 104.441196",
        "báo qua Zalo. Đến nơi lúc 9 giờ",
        "ảnh gửi qua zalo của xã",
        "lô 12A, khoảnh 034, 24A 1200 cây",
        "X 2468123, Y 412345",
        "vụ 2026-2027, biên bản 07/BB-CAX",
        "đèo 15B, cách 3 km",
        "gặp @ chốt 2",
    ] {
        assert!(!looks_personal(text), "{text}");
    }
}

#[test]
fn exact_places_are_seen() {
    for text in [
        "tọa độ 22.301377, 104.441196",
        "22,301377 104,441196",
        "104.4412/22.3014",
        "２２.３０１３７７, １０４.４４１１９６",
        "22.301377\u{200b}, 104.441196",
        "vĩ độ 22.3014",
        "lat 22.301 lon 104.441",
        "22.3014° B 104.4412° Đ",
        "22°18'05\" và 104°26'28\"",
        "22°18.083' N, 104°26.472' E",
        "22 độ 18 phút 5 giây",
        "X 2468123, Y 412345",
        "2468123.5 412345.2",
        "7PJ8CC22+8F",
        "48QVJ1234567890",
        "https://maps.app.goo.gl/abc",
        "geo:22.3,104.4",
        "48Q VL 123 456",
        "lưới 48Q VJ 12345 67890",
        "///mây.núi.suối",
        "what3words",
        "hai mươi hai độ mười tám phút",
        "vĩ độ hai mươi hai",
        "hai mươi hai phẩy ba không một ba",
    ] {
        assert!(looks_like_place(text), "{text}");
    }
}

#[test]
fn what_honest_sentences_say_of_ground_is_no_exact_place() {
    for text in [
        "",
        "trên nương gần suối, cách bản 2 km",
        "1.075 cây trên 64 m²",
        "khoảng 22.500 - 105.000 đồng",
        "12.345 cây, 104.200 gốc",
        "diện tích 0.0064 ha",
        "ngày 03.12.2025",
        "dốc 20 độ, hướng 105 độ",
        "nhiệt độ 22 độ 5 ngày",
        "2 500 000 đồng và 350 000 đồng",
        "1500000, 300000",
        "22.4, 104.3",
        "tổ 2+3, thôn 4",
        "lô 12A, khoảnh 034",
        "mã điểm 3F7C2E",
        "bắt đầu 2026-02-27",
        "nhiệt độ hai mươi hai độ, đi bộ mười phút",
        "dốc ba mươi độ",
        "hai phẩy năm cây số",
        "đường 48, khu Q, 123 456 đồng",
        "tổ 1/2/3",
    ] {
        assert!(!looks_like_place(text), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        let _ = (looks_personal(&text), looks_like_place(&text));
    }

    #[test]
    fn no_text_before_a_number_hides_it(text in "\\PC{0,60}") {
        let whole = format!("{text} : 0912345678");
        proptest::prop_assert!(looks_personal(&whole));
    }
}
