//! Fields and values as Vietnamese offices name them, for what reports say in Vietnamese.

use super::names::ImportKind;

/// What an office calls the column of a field.
pub fn column_vi(kind: Option<ImportKind>, field: &str) -> &str {
    match (kind, field) {
        (Some(ImportKind::Gates), "kind") => "Loại cửa khẩu",
        (Some(ImportKind::Gates | ImportKind::Hamlets), "basis") => "Nguồn vị trí",
        (_, "code") => "Mã",
        (_, "name") => "Tên",
        (_, "kind" | "type") => "Loại",
        (_, "basis") => "Căn cứ",
        (_, "level") => "Mức nguy cơ",
        (_, "crop") => "Loại cây",
        (_, "commune" | "commune_code") => "Mã xã",
        (_, "windows") => "Thời gian kiểm tra",
        (_, "required_visits") => "Số lượt kiểm tra",
        (_, "valid_from") => "Từ ngày",
        (_, "valid_to") => "Đến ngày",
        (_, "accuracy_m" | "hacc_m") => "Sai số (m)",
        (_, "former_names") => "Tên cũ",
        (_, "detected_at") => "Ngày phát hiện",
        (_, "detected_by") => "Nguồn phát hiện",
        (_, "stage") => "Giai đoạn",
        (_, "plants") => "Số cây",
        (_, "plants_method") => "Cách đếm",
        (_, "area_m2") => "Diện tích (m²)",
        (_, "area_method") => "Cách đo",
        (_, "land") => "Loại đất",
        (_, "voluntary") => "Tự nguyện",
        (_, "outside_vietnam") => "Bên kia biên giới",
        (_, "intercropped_with") => "Trồng xen",
        (_, "forest_compartment") => "Tiểu khu",
        (_, "notes") => "Ghi chú",
        (_, "outline") => "hình bao",
        (_, "coordinates" | "geometry") => "tọa độ",
        (_, other) => other,
    }
}

/// What an office may write into a field; none where that is no list of words.
pub fn values_vi(kind: Option<ImportKind>, field: &str) -> Option<&'static str> {
    Some(match (kind, field) {
        (Some(ImportKind::Gates), "kind" | "type") => "quốc tế, chính, phụ hoặc lối mở",
        (Some(ImportKind::Hamlets), "kind" | "type") => "thôn, bản, tổ dân phố, khu phố hoặc xóm",
        (Some(ImportKind::RiskAreas), "basis") => {
            "lịch sử, địa hình, tin báo, ảnh viễn thám hoặc văn bản"
        }
        (Some(ImportKind::Gates | ImportKind::Hamlets), "basis") => "chữ, tối đa 1.000 ký tự",
        (_, "level") => "cao, trung bình hoặc thấp",
        (_, "crop") => "cây thuốc phiện, cần sa, coca, lá khát hoặc khác",
        (_, "detected_by") => "tuần tra, tin báo, kiểm tra, ảnh vệ tinh hoặc tự nguyện",
        (_, "stage") => "cây non, sinh trưởng, ra hoa, ra quả, đã khía hoặc đã thu hoạch",
        (_, "land") => "rừng, nương rẫy, vườn, ruộng hoặc khác",
        (_, "plants_method") => "đếm, lấy mẫu hoặc ước tính",
        (_, "area_method") => "thước, bước chân, GPS, flycam hoặc ước tính",
        (_, "windows") => "tối đa 12 khoảng tên khác nhau, như «seedling 10-15/12-31»",
        (_, "required_visits") => "số nguyên từ 1 đến 366",
        (_, "valid_from" | "valid_to") => "ngày như 01/09/2026",
        (_, "accuracy_m" | "hacc_m") => "số mét từ 0 đến 100.000",
        (_, "plants") => "số nguyên từ 0 đến 10.000.000",
        (_, "area_m2") => "số trên 0, tối đa 50.000 m²; đo vòng GPS chỉ từ 2.000 m²",
        (_, "name") => "một dòng chữ, tối đa 200 ký tự",
        (_, "code") => "tối đa 40 chữ cái, chữ số, dấu chấm hoặc gạch",
        (_, "commune" | "commune_code") => "mã xã năm chữ số",
        (_, "former_names") => "tối đa 50 tên, ngăn nhau bằng dấu chấm phẩy",
        (_, "intercropped_with" | "forest_compartment") => "chữ, tối đa 200 ký tự",
        (_, "notes") => "chữ, tối đa 4.000 ký tự",
        (_, "voluntary" | "outside_vietnam") => "có hoặc không",
        _ => return None,
    })
}
