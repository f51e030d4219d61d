//! What a person should look at before a file is loaded: rows whose commune is not where their coordinates lie, axes that
//! were turned, and zones that the reader chose. None of it is a fault, and none passes in silence.

use std::collections::{BTreeMap, HashMap};

use geo::{CoordsIter, Geometry};

use crate::areas::beside;
use crate::areas::model::map::CommuneMap;
use crate::areas::model::names::{KnownPlace, PlaceKind};
use crate::base::unmarked::unmarked;
use crate::geo::position::Position;
use crate::geo::vn2000::{Reading, Reason};

use super::drafts::{Draft, Reader};
use super::judge::listing;
use super::names::{ImportKind, is_commune_name};
use super::place::Placed;
use super::read::as_text;
use super::report::Report;
use super::table::{Place, Row};

/// Rows that are told of one by one.
const MOST_NAMED: usize = 20;
/// Vertices of an area that are held against its commune.
const MOST_VERTICES: usize = 50;
/// What stands before the name of a commune, without marks.
const LABELS: [&str; 8] = [
    "thi tran ",
    "dac khu ",
    "phuong ",
    "xa ",
    "tt ",
    "p ",
    "x ",
    "commune ",
];

/// A row whose commune is none of today's beside its place.
#[derive(Debug)]
pub(super) struct Claim {
    row: usize,
    told: String,
    at: Vec<Position>,
}

/// What was seen on the way through the rows.
#[derive(Debug)]
pub(super) struct Doubts<'a> {
    map: &'a CommuneMap,
    names: Names,
    turned: Vec<usize>,
    /// Rows by the zone in which they were read.
    chosen: BTreeMap<String, Vec<usize>>,
    claims: Vec<Claim>,
}

/// Codes of communes by names without marks.
type Names = HashMap<String, Vec<String>>;

impl<'a> Doubts<'a> {
    /// None yet, for files on this map.
    pub fn on(map: &'a CommuneMap) -> Self {
        let mut names = Names::new();
        for commune in map.communes() {
            let facts = &commune.facts;
            for name in facts.former_names.iter().chain([&facts.name, &facts.code]) {
                put(&mut names, name, &facts.code);
            }
        }
        Self {
            map,
            names,
            turned: Vec::new(),
            chosen: BTreeMap::new(),
            claims: Vec::new(),
        }
    }

    /// Looks at a row that became a draft.
    pub fn look(&mut self, reader: Reader<'_>, row: &Row, draft: &Draft) {
        let is_returned = matches!(draft, Draft::Returned(_));
        // What comes back under its id is held against what stands.
        let told = if is_returned || self.map.communes().is_empty() {
            Vec::new()
        } else {
            reader.communes_told(row)
        };
        if told.is_empty() && !matches!(row.place, Place::Typed(_)) {
            return;
        }
        let own = (!is_returned).then(|| reader.commune_of(row)).flatten();
        let at = match reader.way.place(row, reader.ground, own.as_deref()) {
            Placed::Typed(typed) => {
                self.read(row.number, &typed.1, reader.ground.epsg.is_some());
                vec![typed.1.position]
            }
            Placed::Shape(shape) => positions(&shape),
            _ => return,
        };
        for told in told {
            if !is_beside(self.map, &self.names, &told, &at) {
                let (row, at) = (row.number, at.clone());
                self.claims.push(Claim { row, told, at });
            }
        }
    }

    fn read(&mut self, row: usize, reading: &Reading, is_told: bool) {
        let has = |reason: Reason| reading.reasons.contains(&reason);
        if has(Reason::AxesSwapped) {
            self.turned.push(row);
        }
        if has(Reason::MeridianAssumed) && !is_told {
            let label = reading.system.label();
            self.chosen.entry(label).or_default().push(row);
        }
    }

    /// Notes what the reader did by itself; what is left are the rows whose commune may be known by a former name.
    pub fn tell(self, report: &mut Report) -> Vec<Claim> {
        if !self.turned.is_empty() {
            let rows = listing(&self.turned);
            report.note(
                format!("Hai trục tọa độ ghi ngược ở dòng {rows}; đã đổi lại. Hãy kiểm tra trên bản đồ trước khi nạp."),
                format!("The axes stand the other way round than usual, or than they are named, in rows {rows}, and were turned: look at the map before loading."),
            );
        }
        for (zone, rows) in &self.chosen {
            let rows = listing(rows);
            report.note(
                format!("Dòng {rows} không ghi kinh tuyến trục: đọc theo {zone}, múi duy nhất cho vị trí nằm trong xã đã khai. Hãy kiểm tra trên bản đồ trước khi nạp."),
                format!("Rows {rows} name no central meridian and are read in {zone}, the only zone in which they lie in the declared commune: look at the map before loading."),
            );
        }
        self.claims
    }
}

impl Reader<'_> {
    /// The communes that a row names and that its place was not held against yet.
    fn communes_told(self, row: &Row) -> Vec<String> {
        let mut cells = row.values.iter().filter(|(head, _)| is_commune_name(head));
        let name = cells.find_map(|(_, value)| as_text(value));
        let name = name.filter(|name| !name.trim().is_empty());
        // Where all of a file lies in one commune, a row's own code is held against nothing else.
        let is_of_other = self.kind == ImportKind::Plots && self.ground.commune.is_some();
        let code = is_of_other.then(|| self.commune_of(row)).flatten();
        name.into_iter().chain(code).collect()
    }

    fn commune_of(self, row: &Row) -> Option<String> {
        let mut properties = self.properties(row, &mut Vec::new());
        self.commune(row, &mut properties).ok().flatten()
    }
}

fn put(names: &mut Names, name: &str, code: &str) {
    for key in keys(name) {
        names.entry(key).or_default().push(code.to_owned());
    }
}

/// The ways in which a commune's name may be meant: with what stands before it, and without.
fn keys(told: &str) -> Vec<String> {
    let own = told.split([',', ';', '(']).next().unwrap_or_default();
    let whole = unmarked(own);
    let is_code = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
    if is_code {
        // Workbooks take the leading zeros of the five digits.
        return vec![format!("{whole:0>5}")];
    }
    let bare = LABELS.iter().find_map(|label| whole.strip_prefix(label));
    let bare = bare.map(str::to_owned);
    [whole].into_iter().chain(bare).collect()
}

fn is_beside(map: &CommuneMap, names: &Names, told: &str, at: &[Position]) -> bool {
    let keys = keys(told);
    let mut codes = keys.iter().filter_map(|key| names.get(key)).flatten();
    codes.any(|code| at.iter().any(|at| beside(map, *at, code)))
}

/// Some of the positions of a shape.
fn positions(shape: &Geometry<f64>) -> Vec<Position> {
    let step = (shape.coords_count() / MOST_VERTICES).max(1);
    let coords = shape.coords_iter().step_by(step);
    coords
        .filter_map(|at| Position::try_from(at).ok())
        .collect()
}

/// Notes the rows whose commune is neither beside their place nor was there before a merger; `places` are those of today
/// with what they were.
pub(super) fn note_elsewhere(
    report: &mut Report,
    claims: Vec<Claim>,
    (map, places): (&CommuneMap, &[KnownPlace]),
) {
    let mut names = Names::new();
    let communes = places.iter().filter(|own| own.kind == PlaceKind::Commune);
    for place in communes {
        put(&mut names, &place.code, &place.code);
        put(&mut names, &place.name.written, &place.code);
        for former in &place.former {
            put(&mut names, &former.name.written, &place.code);
        }
        for (code, _) in &place.former_codes {
            put(&mut names, code, &place.code);
        }
    }
    let claims = claims.into_iter();
    let claims: Vec<Claim> = claims
        .filter(|own| !is_beside(map, &names, &own.told, &own.at))
        .collect();
    for claim in claims.iter().take(MOST_NAMED) {
        let is_known = keys(&claim.told).iter().any(|key| names.contains_key(key));
        note_claim(report, claim, is_known, map);
    }
    let more = claims.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        report.note(
            format!("{more} dòng khác cũng ghi xã không khớp với tọa độ."),
            format!("{more} more rows name a commune in which their coordinates do not lie."),
        );
    }
}

fn note_claim(report: &mut Report, claim: &Claim, is_known: bool, map: &CommuneMap) {
    let Claim { row, told, at } = claim;
    let code = at.first().and_then(|at| map.locate(*at));
    let place = code.map(|code| named(map, code));
    let (unknown_vi, unknown_en) = if is_known {
        ("", "")
    } else {
        (
            " (không có xã nào tên như vậy, nay hay trước sáp nhập)",
            " (no commune is or was called so)",
        )
    };
    let (vi, en) = match place {
        Some(place) => (
            format!("tọa độ nằm ở xã {place}. Nếu nạp, dòng này tính vào {place} theo tọa độ"),
            format!(
                "the coordinates lie in {place}: loaded, the row counts there, by its coordinates"
            ),
        ),
        None => (
            "tọa độ không nằm trong xã nào. Nếu nạp, dòng này theo tọa độ".to_owned(),
            "the coordinates lie in no commune: loaded, the row goes by its coordinates".to_owned(),
        ),
    };
    report.note(
        format!("Dòng {row}: tệp ghi xã «{told}»{unknown_vi}, nhưng {vi}. Tên xã hay tọa độ đúng? Hãy xem lại trước khi nạp."),
        format!("Row {row}: the file says commune {told:?}{unknown_en}, but {en}. Which of them is right? Look again before loading."),
    );
}

/// Code and name of a commune.
pub(super) fn named(map: &CommuneMap, code: &str) -> String {
    map.commune(code).map_or_else(
        || code.to_owned(),
        |own| format!("{} {}", own.facts.code, own.facts.name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_communes_name_is_known_with_and_without_what_stands_before_it() {
        assert_eq!(keys("Xã Đồng Tâm"), ["xa dong tam", "dong tam"]);
        assert_eq!(keys("P. Sa Pa, tỉnh Lào Cai"), ["p sa pa", "sa pa"]);
        assert_eq!(keys("Xà Hồ"), ["xa ho", "ho"]);
        assert_eq!(keys("TT Bắc Hà (cũ)"), ["tt bac ha", "bac ha"]);
        assert_eq!(keys("2728"), ["02728"]);
    }
}
