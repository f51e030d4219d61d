//! What is told of faulty rows, in Vietnamese and English; never a coordinate.

use serde_json::Value;

use crate::areas::model::faults::Reason;
use crate::geo::shape::ShapeError;

use super::columns::{column_vi, values_vi};
use super::drafts::RowFault;
use super::lineage::Successor;
use super::names::ImportKind;
use super::place::Elsewhere;

fn fault(
    row: usize,
    field: Option<&str>,
    vi: impl Into<String>,
    en: impl Into<String>,
) -> RowFault {
    RowFault {
        row,
        field: field.map(str::to_owned),
        vi: vi.into(),
        en: en.into(),
    }
}

/// A value that its field cannot be.
pub fn bad(row: usize, field: &str) -> RowFault {
    let (vi, en) = match field {
        "detected_at" => (
            "cần ngày như 03/11/2024 hoặc 2024-11-03 08:30",
            "expected a day such as 2024-11-03, or with a time",
        ),
        "valid_from" | "valid_to" => (
            "cần ngày như 01/09/2026",
            "expected a day such as 2026-09-01",
        ),
        "plants" | "required_visits" => ("cần số nguyên", "expected a whole number"),
        "area_m2" | "hacc_m" | "accuracy_m" => ("cần một số", "expected a number"),
        "voluntary" | "outside_vietnam" => ("cần có hoặc không", "expected yes or no"),
        "windows" => (
            "cần dạng «seedling 10-15/12-31; flowering 02-01/03-31» hoặc «cả năm»",
            "expected the form `seedling 10-15/12-31; flowering 02-01/03-31`, or `all_year`",
        ),
        _ => ("giá trị không dùng được", "the value cannot be used"),
    };
    fault(row, Some(field), vi, en)
}

/// A geometry of another type.
pub fn shape(row: usize, expected: &str) -> RowFault {
    fault(
        row,
        Some("geometry"),
        format!("loại hình không phù hợp: cần {expected}"),
        format!("the geometry is of another type: expected {expected}"),
    )
}

/// A place outside the declared commune.
pub fn outside(row: usize, own: &Elsewhere) -> RowFault {
    let declared = &own.declared;
    let (lies_vi, lies_en) = match &own.found {
        Some(found) => (
            format!("; tọa độ rơi vào xã {found}"),
            format!(" and in commune {found}"),
        ),
        None => (String::new(), String::new()),
    };
    fault(
        row,
        Some("geometry"),
        format!("nằm ngoài xã đã khai {declared} (quá 500 m){lies_vi}: hãy sửa mã xã hoặc tọa độ"),
        format!(
            "lies outside the declared commune {declared} by more than 500 m{lies_en}: mend the code or the coordinates"
        ),
    )
}

/// Typed coordinates that cannot be read.
pub fn unread(row: usize) -> RowFault {
    fault(
        row,
        Some("geometry"),
        "không đọc được tọa độ",
        "the coordinates cannot be read",
    )
}

/// Typed coordinates that can be read in several ways.
pub fn ambiguous(row: usize, labels: &[String]) -> RowFault {
    let labels = labels.join(", ");
    fault(
        row,
        Some("geometry"),
        format!("tọa độ đọc được theo nhiều hệ ({labels}): hãy khai mã EPSG hoặc xã"),
        format!(
            "the coordinates can be read in several systems ({labels}): tell the EPSG code or the commune"
        ),
    )
}

/// Typed coordinates whose readings lie so near to each other that no commune tells them apart.
pub fn ambiguous_near(row: usize, labels: &[String]) -> RowFault {
    let labels = labels.join(", ");
    fault(
        row,
        Some("geometry"),
        format!(
            "tọa độ đọc được theo nhiều hệ, lệch nhau chưa đến 500 m ({labels}): hãy khai mã EPSG"
        ),
        format!(
            "the coordinates can be read in several systems, less than 500 m apart ({labels}): tell the EPSG code"
        ),
    )
}

/// Numbers on no plane.
pub fn off_plane(row: usize) -> RowFault {
    fault(
        row,
        Some("geometry"),
        "tọa độ nằm ngoài múi chiếu",
        "the coordinates lie outside the zone's plane",
    )
}

/// A row without a place.
pub fn nowhere(row: usize) -> RowFault {
    fault(
        row,
        Some("geometry"),
        "không có tọa độ",
        "there are no coordinates",
    )
}

/// A key that an earlier row has.
pub fn twice(row: usize, first: usize) -> RowFault {
    fault(
        row,
        Some("code"),
        format!("trùng mã (hoặc trùng vị trí và ngày) với dòng {first}"),
        format!("has the code (or the place and day) of row {first}"),
    )
}

/// A commune that is none of today's.
pub fn no_commune(row: usize) -> RowFault {
    fault(
        row,
        Some("commune"),
        "không có xã mang mã này hiện nay",
        "no commune of today has this code",
    )
}

/// A code of a commune that was divided.
pub fn divided(row: usize, code: &str, among: &[&Successor]) -> RowFault {
    let among = among.iter().map(|own| format!("{} {}", own.code, own.name));
    let among = among.collect::<Vec<_>>().join(", ");
    fault(
        row,
        Some("commune"),
        format!("xã mang mã {code} trước đây nay thuộc nhiều xã ({among}): hãy ghi mã xã hiện nay"),
        format!("the commune of code {code} was divided ({among}): tell the code of today"),
    )
}

/// A place where the author may not record, or a plot that is not the author's to change.
pub fn not_yours(row: usize) -> RowFault {
    fault(
        row,
        None,
        "nằm ngoài địa bàn được giao của tài khoản",
        "lies outside the communes that this account answers for",
    )
}

/// What a slice's parser says of a row, in Vietnamese.
pub fn reason_vi(kind: ImportKind, reason: &Reason) -> String {
    match reason {
        Reason::Missing { field } => {
            let list = values_vi(Some(kind), field);
            let needed = list.map_or(String::new(), |own| format!(" (cần: {own})"));
            format!(
                "thiếu cột hoặc ô «{}»{needed}",
                column_vi(Some(kind), field)
            )
        }
        Reason::BadProperty { field, expected } => format!(
            "cột «{}»: giá trị không dùng được; cần: {}",
            column_vi(Some(kind), field),
            values_vi(Some(kind), field).unwrap_or(*expected)
        ),
        Reason::EmptyValidity => "ngày kết thúc trước ngày bắt đầu".into(),
        Reason::NoGeometry => "không có hình".into(),
        Reason::Shape(shape) => shape_vi(shape),
        other => other.to_string(),
    }
}

/// A number that may be meant in two ways.
pub fn unclear(row: usize, field: &str, value: &Value) -> RowFault {
    let text = value.as_str().unwrap_or_default();
    fault(
        row,
        Some(field),
        format!(
            "cột «{}»: «{text}» có thể là số hàng nghìn hoặc số thập phân; hãy viết không có dấu ngăn hàng nghìn",
            column_vi(None, field)
        ),
        format!("{text:?} may be thousands or decimals: write it without a mark between thousands"),
    )
}

/// An id of no plot that the caller may know of.
pub fn unknown_id(row: usize) -> RowFault {
    fault(
        row,
        Some("id"),
        "không tìm thấy điểm có mã (id) này; nếu là điểm mới, hãy để trống ô id",
        "no plot of this id was found; of a new plot leave the id empty",
    )
}

/// A changed row that does not say which version it was changed from.
pub fn no_version(row: usize) -> RowFault {
    fault(
        row,
        Some("version"),
        "dòng khác với sổ nhưng không ghi phiên bản (version): hãy sửa trên tệp xuất ra có cột version, hoặc sửa trên màn hình điểm",
        "the row differs from what stands and names no version: change an export that has the column version, or the plot on its screen",
    )
}

/// A changed row of a plot that was changed meanwhile.
pub fn stale(row: usize, told: i64, stands: i64) -> RowFault {
    fault(
        row,
        Some("version"),
        format!(
            "tệp sửa từ phiên bản {told}, sổ đã có phiên bản {stands}: hãy xuất lại rồi sửa, hoặc bỏ dòng này"
        ),
        format!(
            "the row was changed from version {told}, and version {stands} stands: export again, or leave the row out"
        ),
    )
}

/// A measure that came after the recording.
pub fn measured(row: usize, field: &str) -> RowFault {
    fault(
        row,
        Some(field),
        format!(
            "«{}» trong sổ là của lần đo sau: hãy ghi lần đo mới trên màn hình điểm",
            column_vi(None, field)
        ),
        "what stands is of a later measure: record another measure on the plot's screen",
    )
}

/// A change of a plot that is another's.
pub fn may_not_revise(row: usize) -> RowFault {
    fault(
        row,
        None,
        "dòng khác với sổ, nhưng tài khoản không được sửa điểm này: hãy trả lại giá trị cũ hoặc bỏ dòng",
        "the row differs from what stands, and this account may not revise the plot: put it back or leave the row out",
    )
}

fn shape_vi(error: &ShapeError) -> String {
    match error {
        ShapeError::EmptyGeometry => "hình rỗng".into(),
        ShapeError::TooFewVertices { at } => {
            format!("vòng tại đỉnh {at} có ít hơn ba đỉnh khác nhau")
        }
        ShapeError::NotClosed { at } => format!("vòng tại đỉnh {at} chưa khép kín"),
        ShapeError::SelfCrossing { at } => format!("đường biên tự cắt hoặc tự chạm gần đỉnh {at}"),
        ShapeError::RingsCross { at } => format!("hai vòng cắt nhau gần đỉnh {at}"),
        ShapeError::MisplacedRing { at } => format!("vòng tại đỉnh {at} nằm sai chỗ"),
        ShapeError::TooTangled => "hình quá rối để kiểm tra".into(),
        ShapeError::OutOfRange { at } => format!("đỉnh {at} không phải kinh độ, vĩ độ"),
        ShapeError::SwappedAxes { at } => format!("đỉnh {at}: kinh độ và vĩ độ bị đảo"),
        ShapeError::ProjectedCoordinates { at } => {
            format!("đỉnh {at}: số có vẻ là mét, chưa rõ hệ tọa độ")
        }
        ShapeError::TooManyVertices { limit } => format!("quá {limit} đỉnh"),
        ShapeError::WrongType { expected, found } => format!("loại hình {found}, cần {expected}"),
        ShapeError::HolesRefused => "đường bao không được có lỗ".into(),
        ShapeError::ForeignCrs { name } => format!("hệ tọa độ {name} chưa được hỗ trợ"),
    }
}

/// What a plot's own parser says of a field, in Vietnamese where it is a common fault.
pub fn refused(row: usize, pointer: &str, reason: &str) -> RowFault {
    let field = pointer
        .rsplit('/')
        .find(|part| !part.is_empty())
        .unwrap_or_default();
    let vi = match field {
        "crop" => {
            "thiếu hoặc sai loại cây: cây thuốc phiện, cần sa, coca, lá khát, khác".to_owned()
        }
        "detected_at" => "thiếu hoặc sai ngày phát hiện".to_owned(),
        "detected_by" => {
            "sai nguồn phát hiện: tuần tra, tin báo, kiểm tra, ảnh vệ tinh, tự nguyện".to_owned()
        }
        "area_m2" => {
            "diện tích phải trên 0 và tối đa 50.000 m²; đo vòng GPS chỉ từ 2.000 m²".to_owned()
        }
        "plants" => "số cây phải là số nguyên".to_owned(),
        _ => {
            let column = column_vi(None, field);
            match values_vi(None, field) {
                Some(values) => format!("cột «{column}»: giá trị không dùng được; cần: {values}"),
                None => format!("{column}: giá trị không dùng được ({reason})"),
            }
        }
    };
    fault(row, Some(field), vi, reason)
}
