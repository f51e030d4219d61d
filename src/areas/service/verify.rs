//! Areas' rows against the log: boundaries by their hashes, risk areas, gates and hamlets by their words.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::areas::model::reader::{Feature, Limits};
use crate::areas::model::risk::RiskAreaDraft;
use crate::areas::sql::{self, GateRow, HamletRow, KeptBoundary, RiskAreaRow};
use crate::base::hex;
use crate::base::ids::{BoundaryId, EntryId};
use crate::base::time::LocalDate;
use crate::geo::measure::region_area_m2;
use crate::geo::shape::Region;
use crate::journal::audit::{Content, RowPass, Rows, Told, each_content};
use crate::journal::model::sha256;
use crate::journal::{Kind, Stored};
use crate::store::{self, Store, Tx};

use super::communes::{FORMER_NAMES, boundary_words};
use super::risk::RiskAreaView;

/// Holds every row of areas against the log.
pub async fn verify_rows(store: &Store) -> Result<Rows, store::Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    boundaries(&mut tx, &mut pass).await?;
    risk_areas(&mut tx, &mut pass).await?;
    let mut gates = BTreeSet::new();
    for kept in sql::kept_gates(&mut tx).await? {
        let (id, row) = (kept.gate.id, &kept.gate);
        gates.insert(id);
        let told = told("area_gates", row.code.clone(), kept.entry);
        let same = |kept: &Stored| kept.row.fact == Some(id) && said(kept) == again(&gate(row));
        pass.judge(&mut tx, told, same).await?;
    }
    let hamlets = hamlets(&mut tx, &mut pass).await?;
    // A later entry of a gate or a hamlet takes the place of an earlier one in its row: each has one row for all of them.
    for (kind, rows) in [(Kind::Gate, gates), (Kind::Hamlet, hamlets)] {
        let has_row = |entry: &Content| entry.fact.is_some_and(|id| rows.contains(&id));
        pass.rowless(&mut tx, kind, |entry| !has_row(entry)).await?;
    }
    for kind in [Kind::Boundaries, Kind::RiskArea] {
        pass.rowless(&mut tx, kind, |entry| brings_rows(&entry.body))
            .await?;
    }
    Ok(pass.into_found())
}

const fn told(table: &'static str, id: String, entry: EntryId) -> Told {
    Told {
        table,
        id,
        entry,
        author: None,
        recorded_at: None,
    }
}

fn said(kept: &Stored) -> Option<Value> {
    serde_json::from_slice(kept.body.as_ref()?).ok()
}

/// What is read of a row's own words, so that numbers are read as those of the entry were.
fn again(words: &Value) -> Option<Value> {
    serde_json::from_str(&words.to_string()).ok()
}

/// A load of boundaries that adds none only names or ends others.
fn brings_rows(body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    body["communes"]
        .as_object()
        .is_none_or(|own| !own.is_empty())
}

fn gate(row: &GateRow) -> Value {
    json!({
        "code": row.code, "name": row.name, "kind": row.kind, "commune": row.commune,
        "lon": row.lon, "lat": row.lat, "accuracy_m": row.accuracy_m, "basis": row.basis,
    })
}

fn hamlet(row: &HamletRow) -> Value {
    let former: Value = serde_json::from_str(&row.former_names).unwrap_or_default();
    json!({
        "code": row.code, "name": row.name, "kind": row.kind, "former_names": former,
        "commune": row.commune, "lon": row.lon, "lat": row.lat, "accuracy_m": row.accuracy_m,
        "basis": row.basis,
    })
}

async fn hamlets(tx: &mut Tx, pass: &mut RowPass) -> Result<BTreeSet<Uuid>, store::Error> {
    let mut after = String::new();
    let mut known = BTreeSet::new();
    loop {
        let rows = sql::kept_hamlets(tx, &after).await?;
        let Some(last) = rows.last() else {
            return Ok(known);
        };
        after.clone_from(&last.hamlet.code);
        for kept in rows {
            let (id, row) = (kept.hamlet.id, &kept.hamlet);
            known.insert(id);
            let told = told("area_hamlets", row.code.clone(), kept.entry);
            let same =
                |kept: &Stored| kept.row.fact == Some(id) && said(kept) == again(&hamlet(row));
            pass.judge(tx, told, same).await?;
        }
    }
}

/// What loads of boundaries say of those that stood before them.
#[derive(Default)]
struct Loads {
    /// On which day before whose first day each boundary was ended.
    ended: BTreeMap<String, LocalDate>,
    /// The names of before, by commune and by the load that brought it; none where that load told none.
    named: BTreeMap<(String, EntryId), Option<Value>>,
    /// By which load the boundary of each commune came that stands last.
    latest: BTreeMap<String, EntryId>,
}

impl Loads {
    fn note(&mut self, entry: &Content) {
        let body: Value = serde_json::from_slice(&entry.body).unwrap_or_default();
        let from = serde_json::from_value::<LocalDate>(body["valid_from"].clone()).ok();
        let closed = body["closed"].as_array().into_iter().flatten();
        for id in closed.filter_map(Value::as_str) {
            if let Some(from) = from {
                self.ended.insert(id.to_owned(), from.plus_days(-1));
            }
        }
        for code in body["communes"].as_object().into_iter().flat_map(Map::keys) {
            let names = body["told"][code].get(FORMER_NAMES).cloned();
            self.named.insert((code.clone(), entry.id), names);
            self.latest.insert(code.clone(), entry.id);
        }
        for (code, names) in body[FORMER_NAMES].as_object().into_iter().flatten() {
            if let Some(load) = self.latest.get(code) {
                let key = (code.clone(), *load);
                self.named.insert(key, Some(names.clone()));
            }
        }
    }

    /// Whether a boundary has the names that were told of it. Loads of before told them only later, if at all.
    fn named(&self, row: &KeptBoundary) -> bool {
        let told = self.named.get(&(row.code.clone(), row.entry));
        let own: Value = serde_json::from_str(&row.former_names).unwrap_or_default();
        told.and_then(Option::as_ref)
            .is_none_or(|told| *told == own)
    }
}

async fn boundaries(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let mut loads = Loads::default();
    each_content(tx, Kind::Boundaries, |entry| loads.note(entry)).await?;
    let mut after = BoundaryId(Uuid::nil());
    loop {
        let rows = sql::kept_boundaries(tx, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.id;
        for row in rows {
            let key = format!("{} {}", row.code, row.valid_from);
            let told = told("area_boundaries", key.clone(), row.entry);
            pass.judge(tx, told, |kept| is_boundary(kept, &row)).await?;
            let ended = loads.ended.get(&row.id.to_string());
            let ground = Region::from_wkb(&row.outline).ok();
            let area = ground.as_ref().map(region_area_m2);
            let corners = ground.as_ref().map(Region::vertex_count);
            let columns = [
                ("valid_to", row.valid_to == ended.copied()),
                ("former_names", loads.named(&row)),
                ("area_m2", is_area(area, row.area_m2)),
                (
                    "vertices",
                    corners.and_then(|own| i64::try_from(own).ok()) == Some(row.vertices),
                ),
            ];
            pass.columns("area_boundaries", key, columns);
        }
    }
}

/// Whether an area is the one of its ground, but for how programs and machines round.
fn is_area(ground: Option<f64>, kept: f64) -> bool {
    ground.is_some_and(|own| (own - kept).abs() <= own.abs() * 1e-9)
}

fn is_boundary(kept: &Stored, row: &KeptBoundary) -> bool {
    said(kept).is_some_and(|body| {
        kept.row.kind == Kind::Boundaries.as_str()
            && body["valid_from"] == json!(row.valid_from)
            && body["communes"][row.code.as_str()] == hex(&row.sha256)
            && sha256(&row.outline)[..] == row.sha256[..]
            // Loads of before told no words of a commune.
            && body["told"]
                .get(&row.code)
                .is_none_or(|told| without_names(told) == words(row))
    })
}

/// The words of a commune besides the names of before, which a later load may tell anew.
fn without_names(told: &Value) -> Value {
    let mut told = told.clone();
    if let Value::Object(told) = &mut told {
        told.remove(FORMER_NAMES);
    }
    told
}

fn words(row: &KeptBoundary) -> Value {
    let is_border = row.is_border.map(|own| own == 1);
    boundary_words(
        (row.name.as_str(), row.kind.as_str()),
        (row.province_code.as_deref(), row.province_name.as_deref()),
        is_border,
    )
}

async fn risk_areas(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let rows = sql::risk_areas(tx).await?;
    let mut codes: BTreeMap<&str, Vec<&RiskAreaRow>> = BTreeMap::new();
    for row in &rows {
        codes.entry(&row.code).or_default().push(row);
    }
    for row in &rows {
        let key = format!("{} {}", row.code, row.version);
        let told = told("area_risk_areas", key.clone(), row.entry);
        pass.judge(tx, told, |kept| is_risk_area(kept, row)).await?;
        let versions = codes.get(row.code.as_str()).map_or(&[][..], Vec::as_slice);
        let later = versions.iter().filter(|other| other.version > row.version);
        let superseded_from = later.map(|other| other.valid_from).min();
        // Each new version has the next number.
        let earlier = versions.iter().filter(|other| other.version < row.version);
        let number = i64::try_from(earlier.count()).ok().map(|own| own + 1);
        let area = Region::from_wkb(&row.outline).ok();
        let area = area.as_ref().map(region_area_m2);
        let columns = [
            ("superseded_from", row.superseded_from == superseded_from),
            ("version", number == Some(row.version)),
            ("area_m2", is_area(area, row.area_m2)),
        ];
        pass.columns("area_risk_areas", key, columns);
    }
    Ok(())
}

fn is_risk_area(kept: &Stored, row: &RiskAreaRow) -> bool {
    let (Some(body), Ok(stands)) = (said(kept), RiskAreaView::of(row.clone())) else {
        return false;
    };
    let Some(mut draft) = sent(&body, &row.code) else {
        return false;
    };
    let own = stands.draft(draft.feature);
    let is_ground = is_near(&draft.region.to_geojson(), &own.region.to_geojson());
    draft.region = own.region;
    let reason = body["properties"]["reason"].as_str();
    kept.row.kind == Kind::RiskArea.as_str()
        && kept.row.fact == Some(row.id.0)
        && is_ground
        && stands.says(&draft)
        && reason.is_none_or(|reason| reason.trim() == row.reason)
}

/// What was sent for a risk area; its code may stand in the address alone.
fn sent(body: &Value, code: &str) -> Option<RiskAreaDraft> {
    let mut properties = body["properties"].as_object().cloned()?;
    properties
        .entry("code")
        .or_insert_with(|| Value::from(code));
    let feature = Feature {
        number: 1,
        properties,
        geometry: serde_json::from_value(body["geometry"].clone()).ok(),
        vertices: 0,
    };
    RiskAreaDraft::parse(&feature, Limits::default().vertices).ok()
}

/// Whether two grounds have the same corners to a nanodegree: numbers that are written and read again may differ in their
/// last place.
fn is_near(one: &impl Serialize, other: &impl Serialize) -> bool {
    let (one, other) = (json!(one), json!(other));
    match (&one, &other) {
        (Value::Array(own), Value::Array(others)) => {
            own.len() == others.len() && own.iter().zip(others).all(|(a, b)| is_near(a, b))
        }
        (Value::Object(own), Value::Object(others)) => {
            own.len() == others.len()
                && own
                    .iter()
                    .all(|(name, a)| others.get(name).is_some_and(|b| is_near(a, b)))
        }
        (Value::Number(own), Value::Number(others)) => {
            let apart = own
                .as_f64()
                .zip(others.as_f64())
                .map(|(a, b)| (a - b).abs());
            apart.is_some_and(|apart| apart <= 1e-9)
        }
        (own, others) => own == others,
    }
}
