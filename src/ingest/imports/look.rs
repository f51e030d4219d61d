//! A file's rows as drafts, with what the report says of the file as a whole. Pure.

use std::collections::HashMap;

use crate::areas::model::map::CommuneMap;

use super::amounts::Amounts;
use super::check::ImportOptions;
use super::doubts::{Claim, Doubts};
use super::drafts::{Draft, Reader};
use super::lineage::{Lineage, note_renamed};
use super::names::{self, ImportKind};
use super::place::{Ground, NoSystem, settle};
use super::read;
use super::report::Report;
use super::returned::{is_export, is_export_column};
use super::spots::{headed_zone, spot};
use super::table::{Asked, FileFormat, Limits, Skip, Table};
use super::words;

/// Rows that were not read and are named.
const MOST_SKIPPED: usize = 20;

/// What reading gives: the report so far, of each row its number and draft, and the rows whose commune is to be looked up.
pub(super) type Drafted = (Report, Vec<(usize, Draft)>, Vec<Claim>);

/// The drafts of a file, and the report so far.
pub(super) fn drafted(
    bytes: &[u8],
    options: &ImportOptions,
    (map, lineage): (&CommuneMap, &Lineage),
    limits: Limits,
) -> Drafted {
    let asked = Asked {
        layer: options.layer.clone(),
        encoding: options.encoding,
    };
    let (format, table) = match read::read(bytes, &options.name, &asked, limits) {
        Ok(read) => read,
        Err(fault) => {
            let report = Report::refused(fault.vi(), fault.en());
            return (report, Vec::new(), Vec::new());
        }
    };
    let ground = Ground {
        map,
        commune: options.commune.as_deref(),
        epsg: options.epsg,
    };
    let mut report = Report::default();
    let (mut drafts, mut claims) = (Vec::new(), Vec::new());
    match settle(&table, ground) {
        Err(fault) => report = no_system(fault),
        Ok(way) => {
            report.system.clone_from(&way.view);
            let amounts = Amounts::of(options.kind, format, &table);
            if !is_export(options.kind, &table) {
                amounts.tell(&mut report);
            }
            let reader = Reader {
                kind: options.kind,
                format,
                ground,
                way: &way,
                heads: &table.heads,
                amounts: &amounts,
                lineage,
            };
            let mut doubts = Doubts::on(map);
            for row in &table.rows {
                match reader.draft(row) {
                    Ok(draft) => {
                        doubts.look(reader, row, &draft);
                        drafts.push((row.number, draft));
                    }
                    Err(faults) => report.fault(faults),
                }
            }
            claims = doubts.tell(&mut report);
            note_renamed(&mut report, reader, &table.rows);
        }
    }
    describe(&mut report, options.kind, format, &table);
    (report, drafts, claims)
}

/// What the file is, and which of its columns mean nothing here.
fn describe(report: &mut Report, kind: ImportKind, format: FileFormat, table: &Table) {
    report.format = Some(format);
    report.layer.clone_from(&table.layer);
    report.encoding = table.encoding;
    report.rows = table.rows.len();
    let is_export = is_export(kind, table);
    let is_known = |head: &&String| {
        names::field(kind, format, head).is_some()
            || spot(head).is_some()
            || names::is_commune_name(head)
            || (is_export && is_export_column(head))
            // The feature's own number or name.
            || (format == FileFormat::GeoJson && head.as_str() == "id")
    };
    report.ignored = table
        .heads
        .iter()
        .filter(|head| !is_known(head))
        .cloned()
        .collect();
    if table.rows.is_empty() && report.refused.is_none() {
        *report = Report {
            format: report.format,
            layer: report.layer.clone(),
            ..Report::refused("Tệp không có dòng nào", "the file holds no rows")
        };
    }
    if report
        .system
        .as_ref()
        .is_some_and(|system| system.axes_swapped)
    {
        report.note(
            "Hai trục tọa độ bị đảo so với quy ước của định dạng; đã đổi lại. Hãy kiểm tra trên bản đồ.",
            "the axes stood the other way round than the format has them, and were turned: look at the map",
        );
    }
    note_zone(report, table);
    note_skipped(report, table);
    let has = |wanted: &str| {
        table
            .heads
            .iter()
            .any(|head| names::field(kind, format, head) == Some(wanted))
    };
    if kind == ImportKind::Plots && !has("detected_by") {
        report.note(
            "Không có cột nguồn phát hiện: ghi là «kiểm tra, rà soát».",
            "no column says how plots came to notice: recorded as `check`",
        );
    }
}

/// Says which heading or title named the zone.
fn note_zone(report: &mut Report, table: &Table) {
    if let Some(title) = &table.zone_title {
        report.note(
            format!("Kinh tuyến trục lấy từ dòng «{title}» phía trên bảng."),
            format!(
                "the central meridian is the one that the title {title:?} above the table names"
            ),
        );
        return;
    }
    let mut heads = table.heads.iter();
    if let Some(head) = heads.find(|head| headed_zone(head).is_some()) {
        report.note(
            format!("Kinh tuyến trục lấy từ tiêu đề cột «{head}»."),
            format!("the central meridian is the one that the heading {head:?} names"),
        );
    }
}

/// Names the rows of a sheet that were not read.
fn note_skipped(report: &mut Report, table: &Table) {
    if table.skipped.is_empty() {
        return;
    }
    let parts = |words: fn(Skip) -> &'static str| {
        let shown = table.skipped.iter().take(MOST_SKIPPED);
        let parts: Vec<String> = shown
            .map(|own| format!("{} ({})", own.row, words(own.why)))
            .collect();
        let more = if table.skipped.len() > MOST_SKIPPED {
            ", …"
        } else {
            ""
        };
        format!("{}{more}", parts.join(", "))
    };
    let vi = parts(|why| match why {
        Skip::Numbering => "đánh số cột",
        Skip::Total => "dòng cộng",
        Skip::Below => "dưới bảng",
    });
    let en = parts(|why| match why {
        Skip::Numbering => "numbers the columns",
        Skip::Total => "a total",
        Skip::Below => "below the table",
    });
    report.note(
        format!("Không đọc các dòng: {vi}."),
        format!("Rows that were not read: {en}."),
    );
}

/// Says how many new risk areas have the check windows of their crop, as nothing says when they are checked.
pub(super) fn note_by_crop(report: &mut Report, areas: usize) {
    if areas == 0 {
        return;
    }
    report.note(
        format!("{areas} khu vực không ghi thời gian kiểm tra: lấy theo loại cây. Nếu kiểm tra cả năm, hãy ghi «cả năm»."),
        format!("{areas} areas say nothing of when checks count: they have the windows of their crop. Where checks count all year, write `all_year`."),
    );
}

fn no_system(fault: NoSystem) -> Report {
    match fault {
        NoSystem::WhichZone(zones) => Report {
            zones,
            ..Report::refused(
                "Tọa độ tính bằng mét (VN-2000) nhưng tệp không cho biết kinh tuyến trục: hãy chọn mã EPSG trong danh sách múi phù hợp",
                "the coordinates are metres of VN-2000 and nothing names their zone: tell one of the EPSG codes that fit",
            )
        },
        NoSystem::Foreign(name) => Report::refused(
            format!(
                "Hệ tọa độ «{name}» chưa được hỗ trợ: cần WGS84, VN-2000 độ hoặc các múi VN-2000"
            ),
            format!(
                "the reference system {name:?} is unknown here: expected WGS84, VN-2000 in degrees or one of its zones"
            ),
        ),
        NoSystem::NoDatum(name, zones) => Report {
            zones,
            ..Report::refused(
                format!(
                    "Hệ tọa độ «{name}» không ghi hệ quy chiếu: nếu là VN-2000, hãy chọn mã EPSG trong danh sách múi phù hợp"
                ),
                format!(
                    "the reference system {name:?} names no datum: if it is VN-2000, tell one of the EPSG codes that fit"
                ),
            )
        },
        NoSystem::Unknown(code) => Report::refused(
            format!("Mã EPSG {code} chưa được hỗ trợ"),
            format!("EPSG:{code} is unknown here"),
        ),
        NoSystem::Nowhere => Report::refused(
            "Tọa độ không phải độ, cũng không phải mét VN-2000 trong nước, hoặc không khớp hệ đã khai",
            "the coordinates are neither degrees nor metres of VN-2000 within the country, or not of the system that was told",
        ),
    }
}

/// Drafts of which none has the key of an earlier one.
pub(super) fn without_twins(
    drafts: Vec<(usize, Draft)>,
    report: &mut Report,
) -> Vec<(usize, Draft)> {
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut own = Vec::with_capacity(drafts.len());
    for (row, draft) in drafts {
        let key = draft.key().into_owned();
        if let Some(earlier) = first.get(&key) {
            report.fault(vec![words::twice(row, *earlier)]);
        } else {
            first.insert(key, row);
            own.push((row, draft));
        }
    }
    own
}
