//! Loading boundaries: the whole file is read and judged first, then written in one act.

use std::io::Read;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use uuid::Uuid;

use crate::areas::model::commune::{CommuneDraft, CommuneFields, read_communes};
use crate::areas::model::map::Boundary;
use crate::areas::model::reader::Limits;
use crate::areas::model::succession::Succession;
use crate::areas::model::topology::{CoverageReport, Gap, Overlap, Tolerance, check_coverage};
use crate::areas::sql::{self, BoundaryRow};
use crate::base::actor::{Actor, Right};
use crate::base::hex;
use crate::base::ids::{BoundaryId, IdMaker};
use crate::base::time::LocalDate;
use crate::geo::measure::region_area_m2;
use crate::geo::shape::Region;
use crate::journal::model::sha256;
use crate::journal::{Entry, Journal, Kind};
use crate::store::{self, Tx};

use super::maps::{all_boundaries, read_grounds};
use super::{AREAS_JOB, Areas, BOUNDARIES_JOB, Error, Hashed, aside, need_province};

// Nghị quyết 202/2025/QH15: the provinces and communes of today stand since 1 July 2025.
const REFORM: (i32, u32, u32) = (2025, 7, 1);
/// Boundaries of two sources never meet exactly: up to this share of the smaller commune their overlap is a warning.
const FOREIGN_SHARE: f64 = 0.01;

/// How a file of communes is to be loaded.
#[derive(Debug, Clone, Default)]
pub struct CommuneImport {
    /// Under which names the file keeps its properties.
    pub fields: CommuneFields,
    /// First day of what is new; needed where loaded boundaries change.
    pub valid_from: Option<LocalDate>,
    /// Codes of loaded communes that end without a successor the day before.
    pub ends: Vec<String>,
    /// Check everything, write nothing.
    pub is_dry_run: bool,
}

/// What a file held and what was done with it.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportReport {
    /// Communes in the file.
    pub read: usize,
    /// Those of codes without a valid boundary.
    pub added: usize,
    /// Those that were loaded already.
    pub unchanged: usize,
    /// Those that take over from a loaded boundary.
    pub replaced: usize,
    /// Loaded communes that end without a successor.
    pub ended: usize,
    /// Loaded communes to which the file tells other former names.
    pub named: usize,
    /// First day of what is new.
    pub valid_from: LocalDate,
    /// Ground covered twice where the file meets what is loaded, small enough to go.
    pub overlaps: Vec<Overlap>,
    /// Ground that communes surround and none covers.
    pub gaps: Vec<Gap>,
    /// What is odd besides.
    pub warnings: Vec<String>,
    /// Vertices of the file.
    pub vertices: usize,
    /// Area of the file's communes together, in square kilometres.
    pub area_km2: f64,
}

/// A file, read and sound in itself: facts and grounds side by side.
struct File {
    boundaries: Vec<Boundary>,
    units: Vec<(String, Region)>,
    warnings: Vec<String>,
    sha256: [u8; 32],
}

struct Loading {
    file: File,
    succession: Succession,
    epoch: i64,
    actor: Actor,
    journal: Journal,
}

impl Areas {
    /// Loads a file of communes; nothing is written unless all of it is sound.
    pub async fn import_communes(
        &self,
        actor: &Actor,
        input: impl Read + Send + 'static,
        import: CommuneImport,
    ) -> Result<ImportReport, Error> {
        need_province(actor, Right::ImportBoundaries)?;
        let (fields, ids) = (import.fields.clone(), self.journal.ids().clone());
        let file = aside(move || read(input, &fields, &ids)).await??;
        let mut tx = self.journal.store().read().await?;
        let epoch = sql::epoch(&mut tx).await?;
        let loaded = all_boundaries(&mut tx).await?;
        let succession = Succession::of(
            &file.boundaries,
            &loaded,
            import.valid_from,
            reform(),
            &import.ends,
        )?;
        let neighbours = neighbours(&mut tx, &file, &loaded, &succession).await?;
        drop(tx);
        let (file, report) = aside(move || covered(file, neighbours)).await?;
        let report = judged(&file, &succession, report)?;
        if succession.changes() && !import.is_dry_run {
            let loading = Loading {
                file,
                succession,
                epoch,
                actor: actor.clone(),
                journal: self.journal.clone(),
            };
            self.journal
                .write(Arc::new(loading), |tx, loading| Box::pin(load(tx, loading)))
                .await?;
            self.forget_epoch();
        }
        Ok(report)
    }
}

fn reform() -> LocalDate {
    let (year, month, day) = REFORM;
    LocalDate::from_ymd(year, month, day).unwrap_or(LocalDate::from_days(0))
}

fn read(input: impl Read, fields: &CommuneFields, ids: &IdMaker) -> Result<File, Error> {
    let mut input = Hashed::new(input);
    let drafts = read_communes(&mut input, fields, Limits::default())?;
    let warnings = drafts.iter().flat_map(CommuneDraft::warnings);
    let warnings = warnings.map(|warning| warning.to_string()).collect();
    let mut file = File {
        boundaries: Vec::with_capacity(drafts.len()),
        units: Vec::with_capacity(drafts.len()),
        warnings,
        sha256: input.finish(),
    };
    for draft in drafts {
        file.units.push((draft.code.clone(), draft.region));
        let Some((_, region)) = file.units.last() else {
            continue;
        };
        file.boundaries.push(Boundary {
            id: BoundaryId(ids.make()),
            code: draft.code,
            name: draft.name,
            kind: draft.kind,
            province_code: draft.province_code,
            province_name: draft.province_name,
            is_border: draft.is_border,
            former_names: draft.former_names,
            valid_from: reform(),
            valid_to: None,
            sha256: sha256(&region.to_wkb()),
            area_m2: region_area_m2(region),
            vertices: region.vertex_count(),
        });
    }
    Ok(file)
}

/// Loaded communes that stay valid beside what the file brings, near enough to touch it.
async fn neighbours(
    tx: &mut Tx,
    file: &File,
    loaded: &[Boundary],
    succession: &Succession,
) -> Result<Vec<(String, Region)>, store::Error> {
    let day = succession.valid_from;
    let in_file: std::collections::HashSet<&str> = file
        .boundaries
        .iter()
        .map(|boundary| boundary.code.as_str())
        .collect();
    let beside: Vec<&Boundary> = loaded
        .iter()
        .filter(|boundary| boundary.is_valid_on(day) && !succession.closed.contains(&boundary.id))
        .filter(|boundary| !in_file.contains(boundary.code.as_str()))
        .collect();
    if beside.is_empty() {
        return Ok(Vec::new());
    }
    let mut grounds = std::collections::HashMap::new();
    read_grounds(tx, day, &mut grounds).await?;
    let ground = |boundary: &Boundary| {
        let ground = grounds.get(&boundary.id)?;
        Some((boundary.code.clone(), ground.region().clone()))
    };
    Ok(beside.into_iter().filter_map(ground).collect())
}

fn covered(mut file: File, neighbours: Vec<(String, Region)>) -> (File, CoverageReport) {
    let own = file.units.len();
    file.units.extend(neighbours);
    let report = check_coverage(&file.units, Tolerance::default());
    file.units.truncate(own);
    (file, report)
}

fn judged(
    file: &File,
    succession: &Succession,
    coverage: CoverageReport,
) -> Result<ImportReport, Error> {
    let area_of: std::collections::HashMap<&str, f64> = file
        .boundaries
        .iter()
        .map(|boundary| (boundary.code.as_str(), boundary.area_m2))
        .collect();
    let (refused, overlaps): (Vec<_>, Vec<_>) =
        coverage.overlaps.into_iter().partition(|overlap| {
            let (a, b) = &overlap.codes;
            match (area_of.get(a.as_str()), area_of.get(b.as_str())) {
                (Some(_), Some(_)) => true,
                (Some(own_m2), None) | (None, Some(own_m2)) => {
                    overlap.is_duplicate || overlap.area_m2 > FOREIGN_SHARE * own_m2
                }
                (None, None) => false,
            }
        });
    if !refused.is_empty() {
        return Err(Error::Overlaps(refused));
    }
    let of_file = |codes: &[String]| codes.iter().any(|code| area_of.contains_key(code.as_str()));
    Ok(ImportReport {
        read: file.boundaries.len(),
        added: succession.added.len(),
        unchanged: succession.unchanged,
        replaced: succession.replaced.len(),
        ended: succession.ended,
        named: succession.named.len(),
        valid_from: succession.valid_from,
        overlaps: overlaps
            .into_iter()
            .filter(|overlap| of_file(&[overlap.codes.0.clone(), overlap.codes.1.clone()]))
            .collect(),
        gaps: coverage
            .gaps
            .into_iter()
            .filter(|gap| of_file(&gap.codes))
            .collect(),
        warnings: file.warnings.clone(),
        vertices: file.boundaries.iter().map(|b| b.vertices).sum(),
        area_km2: file.boundaries.iter().map(|b| b.area_m2).sum::<f64>() / 1e6,
    })
}

async fn load(tx: &mut Tx, loading: &Loading) -> Result<(), Error> {
    if !sql::advance_from(tx, loading.epoch).await? {
        return Err(Error::Overtaken);
    }
    loading.journal.queue(tx, AREAS_JOB, Uuid::nil()).await?;
    let succession = &loading.succession;
    for id in &succession.closed {
        sql::close_boundary(tx, *id, succession.valid_from.plus_days(-1)).await?;
    }
    for (id, at) in &succession.named {
        if let Some(facts) = loading.file.boundaries.get(*at) {
            sql::name_boundary(tx, *id, &names_text(facts)).await?;
        }
    }
    let body = manifest(&loading.file, succession);
    let entry = Entry {
        kind: Kind::Boundaries,
        fact: loading.journal.ids().make(),
        actor: loading.actor.id,
        device: None,
        origin: None,
        body: body.as_bytes(),
    };
    let written = loading.journal.enter(tx, entry).await?;
    let subject = written.entry.0;
    loading.journal.queue(tx, BOUNDARIES_JOB, subject).await?;
    for at in succession.added.iter().chain(&succession.replaced) {
        let facts = loading.file.boundaries.get(*at);
        let ground = loading.file.units.get(*at);
        if let (Some(facts), Some((_, region))) = (facts, ground) {
            let row = row(facts, succession.valid_from);
            sql::insert_boundary(tx, &row, &region.to_wkb(), written.entry).await?;
        }
    }
    Ok(())
}

fn names_text(facts: &Boundary) -> String {
    Value::from(facts.former_names.clone()).to_string()
}

fn row(facts: &Boundary, valid_from: LocalDate) -> BoundaryRow {
    BoundaryRow {
        id: facts.id,
        code: facts.code.clone(),
        name: facts.name.clone(),
        kind: facts.kind.as_str().to_owned(),
        province_code: facts.province_code.clone(),
        province_name: facts.province_name.clone(),
        is_border: facts.is_border.map(i64::from),
        former_names: names_text(facts),
        valid_from,
        valid_to: None,
        sha256: facts.sha256.to_vec(),
        area_m2: facts.area_m2,
        vertices: i64::try_from(facts.vertices).unwrap_or(i64::MAX),
    }
}

/// What the journal keeps of a load: hashes by which file and grounds can be proven, not the grounds again.
fn manifest(file: &File, succession: &Succession) -> String {
    let places = succession.added.iter().chain(&succession.replaced);
    let communes: Map<String, Value> = places
        .filter_map(|at| file.boundaries.get(*at))
        .map(|facts| (facts.code.clone(), Value::from(hex(&facts.sha256))))
        .collect();
    let told = succession.added.iter().chain(&succession.replaced);
    let told: Map<String, Value> = told
        .filter_map(|at| file.boundaries.get(*at))
        .map(|facts| (facts.code.clone(), told_of(facts)))
        .collect();
    let mut manifest = json!({
        "file_sha256": hex(&file.sha256),
        "valid_from": succession.valid_from,
        "closed": succession.closed,
        "communes": communes,
        "told": told,
    });
    let named = succession.named.iter();
    let named: Map<String, Value> = named
        .filter_map(|(_, at)| file.boundaries.get(*at))
        .map(|facts| (facts.code.clone(), Value::from(facts.former_names.clone())))
        .collect();
    if let (false, Some(manifest)) = (named.is_empty(), manifest.as_object_mut()) {
        manifest.insert(FORMER_NAMES.into(), named.into());
    }
    manifest.to_string()
}

fn told_of(facts: &Boundary) -> Value {
    let mut told = boundary_words(
        (facts.name.as_str(), facts.kind.as_str()),
        (
            facts.province_code.as_deref(),
            facts.province_name.as_deref(),
        ),
        facts.is_border,
    );
    if let Value::Object(told) = &mut told {
        told.insert(FORMER_NAMES.into(), facts.former_names.clone().into());
    }
    told
}

/// Under which a load tells the names of before: of each commune that it brings, and of those that it only names.
pub(super) const FORMER_NAMES: &str = "former_names";

/// What a load tells of a commune besides its ground: name and kind, province, and whether it lies on the border.
pub(super) fn boundary_words(
    (name, kind): (&str, &str),
    (province_code, province_name): (Option<&str>, Option<&str>),
    is_border: Option<bool>,
) -> Value {
    json!({
        "name": name, "kind": kind, "province_code": province_code, "province_name": province_name,
        "is_border": is_border,
    })
}
