//! The fields of each collection, in the order in which values stand.

use crate::publish::feature::Kind::{Date, Flag, Integer, Real, Text, Time};
use crate::publish::feature::{Field, Kind};

const fn field(
    name: &'static str,
    kind: Kind,
    title_vi: &'static str,
    title_en: &'static str,
) -> Field {
    Field {
        name,
        kind,
        title_vi,
        title_en,
        is_queryable: true,
    }
}

/// A field that no filter may name: an address, not a fact.
const fn shown(
    name: &'static str,
    kind: Kind,
    title_vi: &'static str,
    title_en: &'static str,
) -> Field {
    Field {
        is_queryable: false,
        ..field(name, kind, title_vi, title_en)
    }
}

pub(super) const COMMUNES: &[Field] = &[
    field("code", Text, "Mã xã", "Commune code"),
    field("name", Text, "Tên", "Name"),
    field("kind", Text, "Loại đơn vị", "Kind of unit"),
    field("province_code", Text, "Mã tỉnh", "Province code"),
    field("province_name", Text, "Tỉnh", "Province"),
    field("is_border", Flag, "Xã biên giới", "On the national border"),
    field("area_km2", Real, "Diện tích (km²)", "Area in km²"),
    field("valid_from", Date, "Hiệu lực từ ngày", "First day"),
    field("valid_to", Date, "Đến hết ngày", "Last day"),
];

pub(super) const RISK_AREAS: &[Field] = &[
    field("code", Text, "Mã khu vực", "Code of the area"),
    field("name", Text, "Tên", "Name"),
    field("level", Text, "Mức nguy cơ", "How likely planting is"),
    field("basis", Text, "Căn cứ", "Why it counts as a risk area"),
    field("crop", Text, "Loại cây", "Crop to look for"),
    field(
        "windows",
        Text,
        "Thời gian kiểm tra trong năm",
        "Days of the year on which checks count",
    ),
    field(
        "required_visits",
        Integer,
        "Số lượt kiểm tra mỗi vụ",
        "Visits that a season needs",
    ),
    field("area_ha", Real, "Diện tích (ha)", "Area in hectares"),
    field("valid_from", Date, "Hiệu lực từ ngày", "First day"),
    field("valid_to", Date, "Đến hết ngày", "Last day"),
    field("version", Integer, "Phiên bản", "Version"),
    field("reason", Text, "Lý do thay đổi", "Why this version was set"),
];

pub(super) const BORDER_GATES: &[Field] = &[
    field("code", Text, "Mã cửa khẩu", "Code"),
    field("name", Text, "Tên", "Name"),
    field("kind", Text, "Loại cửa khẩu", "What it is open to"),
    field("commune", Text, "Mã xã", "Commune code"),
    field(
        "accuracy_m",
        Real,
        "Sai số vị trí (m)",
        "How well the position is known, in m",
    ),
    field("basis", Text, "Nguồn vị trí", "How the position was found"),
];

pub(super) const HAMLETS: &[Field] = &[
    field("code", Text, "Mã thôn, bản", "Code"),
    field("name", Text, "Tên", "Name"),
    field("kind", Text, "Loại", "What it is called"),
    field("former_names", Text, "Tên cũ", "Former names"),
    field("commune", Text, "Mã xã", "Commune code"),
    field(
        "accuracy_m",
        Real,
        "Sai số vị trí (m)",
        "How well the position is known, in m",
    ),
    field("basis", Text, "Nguồn vị trí", "How the position was found"),
    field("version", Integer, "Phiên bản", "Version"),
];

pub(super) const PATROLS: &[Field] = &[
    field("state", Text, "Trạng thái", "State"),
    field("kind", Text, "Mục đích", "What it is for"),
    field("transport", Text, "Phương tiện", "How the team moves"),
    field("people", Integer, "Số người", "People"),
    field("started_at", Time, "Bắt đầu lúc", "When it began"),
    field("ended_at", Time, "Kết thúc lúc", "When it ended"),
    field("length_km", Real, "Quãng đường (km)", "Length in km"),
    field("hours", Real, "Số giờ", "Credible time in hours"),
    field(
        "moving_hours",
        Real,
        "Số giờ di chuyển",
        "Time under way in hours",
    ),
    field("legs", Integer, "Số đoạn", "Legs, each a line"),
    field("fixes", Integer, "Số điểm định vị", "Fixes"),
    field(
        "credible_fixes",
        Integer,
        "Số điểm định vị tin cậy",
        "Credible fixes",
    ),
    field(
        "credible_pct",
        Real,
        "Tỷ lệ điểm tin cậy (%)",
        "Share of fixes that are credible, in %",
    ),
    field(
        "communes",
        Text,
        "Các xã đi qua",
        "Communes touched, by code",
    ),
    field("team", Text, "Tổ tuần tra", "Team"),
    field(
        "lead_org",
        Text,
        "Đơn vị chủ trì",
        "Organisation in the lead",
    ),
    field("campaign", Text, "Đợt cao điểm", "Campaign"),
    field("notes", Text, "Ghi chú", "Notes"),
    field(
        "is_redacted",
        Flag,
        "Đã xóa điểm gốc",
        "Raw fixes were erased by age",
    ),
    field("version", Integer, "Phiên bản", "Version"),
    field("recorded_at", Time, "Ghi nhận lúc", "When it was received"),
];

pub(super) const FIXES: &[Field] = &[
    field("patrol", Text, "Cuộc tuần tra", "Patrol"),
    field("device", Text, "Thiết bị", "Device"),
    field("at", Time, "Thời điểm", "When"),
    field(
        "accuracy_m",
        Real,
        "Sai số (m)",
        "Horizontal accuracy (1 sigma) in m",
    ),
    field("altitude_m", Real, "Độ cao (m)", "Altitude in m"),
    field("speed_mps", Real, "Tốc độ (m/s)", "Speed in m/s"),
    field(
        "bearing_deg",
        Real,
        "Hướng đi (độ)",
        "Course in degrees from north",
    ),
    field("quality", Text, "Đánh giá", "How it was judged"),
];

pub(super) const PLOTS: &[Field] = &[
    field("state", Text, "Trạng thái", "State"),
    field("crop", Text, "Loại cây", "Crop"),
    field("season", Text, "Niên vụ", "Season"),
    field("period", Integer, "Kỳ thống kê (năm)", "Statistical year"),
    field("detected_at", Time, "Phát hiện lúc", "When it was detected"),
    field(
        "detected_by",
        Text,
        "Nguồn phát hiện",
        "How it was detected",
    ),
    field("stage", Text, "Giai đoạn", "Growth stage"),
    field("plants", Integer, "Số cây", "Plants"),
    field(
        "plants_method",
        Text,
        "Cách đếm cây",
        "How plants were numbered",
    ),
    field("area_m2", Real, "Diện tích (m²)", "Area in m²"),
    field("area_method", Text, "Cách đo", "How the area was measured"),
    field(
        "uncertainty_pct",
        Real,
        "Sai số diện tích (%)",
        "Uncertainty of the area in %",
    ),
    field("land", Text, "Loại đất", "Kind of land"),
    field("altitude_m", Real, "Độ cao (m)", "Altitude in m"),
    field(
        "hacc_m",
        Real,
        "Sai số vị trí (m)",
        "Accuracy of the position in m",
    ),
    field("commune", Text, "Mã xã", "Commune code"),
    field("commune_name", Text, "Xã", "Commune"),
    field("patrol", Text, "Cuộc tuần tra", "Patrol"),
    field("incident", Text, "Vụ", "Incident"),
    field("photos", Integer, "Số ảnh", "Photos"),
    field("cell_7", Text, "Ô H3 cấp 7", "H3 cell of resolution 7"),
    field("cell_9", Text, "Ô H3 cấp 9", "H3 cell of resolution 9"),
    field("cell_12", Text, "Ô H3 cấp 12", "H3 cell of resolution 12"),
    field("notes", Text, "Ghi chú", "Notes"),
    field("version", Integer, "Phiên bản", "Version"),
    field("recorded_at", Time, "Ghi nhận lúc", "When it was received"),
];

pub(super) const PHOTOS: &[Field] = &[
    field("plot", Text, "Điểm trồng", "Plot"),
    field("phase", Text, "Giai đoạn", "Before, during or after"),
    field("taken_at", Time, "Chụp lúc", "When it was taken"),
    field("accuracy_m", Real, "Sai số (m)", "Accuracy in m"),
    field(
        "bearing_deg",
        Real,
        "Hướng chụp (độ)",
        "Direction in degrees from north",
    ),
    field(
        "contains_person",
        Flag,
        "Có người trong ảnh",
        "Shows a person",
    ),
    field("state", Text, "Trạng thái", "State"),
    field("sha256", Text, "SHA-256", "SHA-256 of the original"),
    field(
        "bytes",
        Integer,
        "Dung lượng (byte)",
        "Bytes of the original",
    ),
    shown("display_href", Text, "Ảnh xem", "Display image"),
    shown("thumbnail_href", Text, "Ảnh nhỏ", "Thumbnail"),
    field("stored_at", Time, "Lưu lúc", "When the original was stored"),
    field("recorded_at", Time, "Ghi nhận lúc", "When it was received"),
];

pub(super) const COVERAGE_CELLS: &[Field] = &[
    field("cell", Text, "Ô H3", "H3 cell"),
    field("commune", Text, "Mã xã", "Commune code"),
    field("commune_name", Text, "Xã", "Commune"),
    field("window_from", Date, "Từ ngày", "First day"),
    field("window_to", Date, "Đến ngày", "Last day"),
    field(
        "risk_m2",
        Real,
        "Diện tích nguy cơ (m²)",
        "Ground at risk in m²",
    ),
    field(
        "risk_share",
        Real,
        "Tỷ lệ nguy cơ",
        "Share of the cell at risk",
    ),
    field(
        "covered_m2",
        Real,
        "Đã bao phủ (m²)",
        "Covered ground at risk in m²",
    ),
    field(
        "covered_pct",
        Real,
        "Độ bao phủ (%)",
        "Covered share of the ground at risk, in %",
    ),
    field("visits", Integer, "Số lượt", "Visits"),
    field("last_visit_on", Date, "Lượt gần nhất", "Last visit"),
    field(
        "revisit_days",
        Real,
        "Số ngày giữa hai lượt",
        "Mean days between visits",
    ),
];

macro_rules! density_fields {
    ($($more:expr,)*) => {
        &[
            field("cell", Text, "Ô H3", "H3 cell"),
            field("window_from", Date, "Từ ngày", "First day"),
            field("window_to", Date, "Đến ngày", "Last day"),
            field("plots", Integer, "Số điểm trồng", "Plots"),
            field("is_small", Flag, "Số ít", "Too few for a rate"),
            field("plants", Integer, "Số cây", "Plants"),
            field("area_m2", Real, "Diện tích (m²)", "Area in m²"),
            field("effort_km", Real, "Quãng đường tuần tra (km)", "Way of patrols in km"),
            field("raw_rate", Real, "Số điểm trên km", "Plots per km"),
            field("raw_low", Real, "Cận dưới", "Lower end of its interval"),
            field("raw_high", Real, "Cận trên", "Upper end of its interval"),
            $($more,)*
        ]
    };
}

/// What outsiders see.
pub(super) const DENSITY_COARSE: &[Field] = density_fields! {};

pub(super) const DENSITY_CELLS: &[Field] = density_fields! {
    field("visits", Integer, "Số lượt", "Visits"),
    field("last_visit_on", Date, "Lượt gần nhất", "Last visit"),
    field("last_plot_on", Date, "Phát hiện gần nhất", "Last detection"),
    field("rate", Real, "Mật độ hiệu chỉnh (điểm/km)", "Plots per km, drawn towards the province's rate"),
    field("rate_low", Real, "Cận dưới mật độ hiệu chỉnh", "Lower end of its interval"),
    field("rate_high", Real, "Cận trên mật độ hiệu chỉnh", "Upper end of its interval"),
    field("gi_z", Real, "Gi* (z)", "Gi*"),
    field("gi_q", Real, "Gi* (q)", "False-discovery rate of Gi*"),
    field("gi", Text, "Cao hay thấp bất thường", "High or low beyond chance"),
    field("trend", Text, "Xu hướng", "Class of its history"),
    field("trend_z", Real, "Xu hướng (z)", "Mann-Kendall's z"),
    field("seasons_with_plots", Integer, "Số vụ có điểm trồng", "Seasons with plots"),
    field("clean_seasons", Integer, "Số vụ sạch liên tiếp", "Clean seasons since"),
};
