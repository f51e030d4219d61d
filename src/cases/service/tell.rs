//! What the printed pages say, from what the server tells of a plot and its photos.

use serde_json::{Map, Value};

use crate::base::actor::Actor;
use crate::base::hex;
use crate::cases::model::course::course;
use crate::cases::model::facts::{CaseFacts, Landmark, PhotoFacts};
use crate::cases::model::words::{label, number};
use crate::evidence::CasePhoto;
use crate::geo::measure::distance_m;
use crate::geo::position::Position;
use crate::plots::PlotView;

use super::{Cases, Error, unwritable};

/// A gate farther away is no landmark, m.
const LANDMARK_M: f64 = 50_000.0;

impl Cases {
    /// The facts of the printed pages.
    pub(super) async fn facts(
        &self,
        actor: &Actor,
        view: &PlotView,
        photos: &[CasePhoto],
        reason: &str,
    ) -> Result<CaseFacts, Error> {
        let told = &view.properties;
        let position = position(&view.coordinates).ok_or_else(|| unwritable("no position"))?;
        let orgs = self.identity.orgs().await?;
        let org = orgs.into_iter().find(|org| Some(org.id) == actor.org);
        let head = self.journal.head().await?.ok_or(Error::NotYet)?;
        let mut printed = Vec::with_capacity(photos.len());
        for photo in photos {
            printed.push(self.photo(photo).await?);
        }
        Ok(CaseFacts {
            plot: view.id,
            org: org.map(|org| org.name),
            made_at: self.journal.now(),
            reason: reason.to_owned(),
            position,
            hacc_m: told.get("hacc_m").and_then(Value::as_f64),
            outline: outline(told),
            area_m2: quantity(told, "verified").or_else(|| quantity(told, "claimed")),
            lines: lines(told),
            steps: course(told),
            landmark: self.landmark(position).await?,
            photos: printed,
            head: format!("{} mục lúc {}, khóa {}", head.size, head.at, head.key_id),
            root: head.root,
        })
    }

    async fn landmark(&self, position: Position) -> Result<Option<Landmark>, Error> {
        let gates = self.areas.gates().await?;
        let near = gates
            .into_iter()
            .map(|gate| (distance_m(position, gate.facts.position), gate));
        let near = near.filter(|(away, _)| *away <= LANDMARK_M);
        let nearest = near.min_by(|a, b| a.0.total_cmp(&b.0));
        Ok(nearest.map(|(_, gate)| Landmark {
            name: gate.facts.name,
            position: gate.facts.position,
        }))
    }

    async fn photo(&self, photo: &CasePhoto) -> Result<PhotoFacts, Error> {
        let told = &photo.view.told;
        let mut tx = self.journal.store().read().await?;
        let name = self.identity.name_of(&mut tx, photo.taken_by).await?;
        drop(tx);
        let image = self.evidence.case_image(photo).await?;
        Ok(PhotoFacts {
            name: photo.view.id.to_string(),
            sha256: hex(&photo.sha256),
            taken_at: photo.view.taken_at,
            position: photo.view.coordinates.and_then(|at| position(&at)),
            accuracy_m: told.get("accuracy_m").and_then(Value::as_f64),
            phase: word(told, "phase").unwrap_or("other").to_owned(),
            taken_by: name.unwrap_or_else(|| "không rõ".to_owned()),
            after_seal: photo.after_seal,
            instead: if photo.is_shown {
                "Không có bản hiển thị; xem tệp gốc trong gói."
            } else {
                "Ảnh có người: không in; xem tệp gốc trong gói."
            },
            image: image.map(|image| image.bytes.to_vec()),
        })
    }
}

fn position(coordinates: &[f64]) -> Option<Position> {
    Position::new(*coordinates.first()?, *coordinates.get(1)?).ok()
}

fn word<'a>(told: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    told.get(name).and_then(Value::as_str)
}

fn outline(told: &Map<String, Value>) -> Vec<Position> {
    let ring = told
        .get("outline")
        .and_then(|outline| outline.pointer("/coordinates/0"))
        .and_then(Value::as_array);
    let vertices = ring.into_iter().flatten().filter_map(|vertex| {
        let lon = vertex.get(0)?.as_f64()?;
        Position::new(lon, vertex.get(1)?.as_f64()?).ok()
    });
    vertices.collect()
}

/// An area of the plot's quantities, m².
fn quantity(told: &Map<String, Value>, which: &str) -> Option<f64> {
    told.get("quantities")?
        .pointer(&format!("/{which}/area_m2"))?
        .as_f64()
}

/// A quantity as the summary tells it.
fn amount(told: &Map<String, Value>, which: &str) -> Option<String> {
    let own = told.get("quantities")?.get(which)?;
    let plants = own.get("plants").and_then(Value::as_f64);
    let plants = plants.map(|plants| format!("{} cây", number(plants, 0)));
    let area = own.get("area_m2").and_then(Value::as_f64);
    let area = area.map(|area| format!("{} m²", number(area, 1)));
    let kilograms = own.get("weight_kg").and_then(Value::as_f64);
    let kilograms = kilograms.map(|weight| format!("{} kg", number(weight, 1)));
    let told: Vec<String> = [plants, area, kilograms].into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn lines(told: &Map<String, Value>) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let mut tell = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            lines.push((name.to_owned(), value));
        }
    };
    tell("Xã, phường", commune(told));
    tell(
        "Loại cây",
        word(told, "crop").map(|crop| label(crop).to_owned()),
    );
    tell(
        "Trạng thái",
        word(told, "state").map(|state| label(state).to_owned()),
    );
    tell(
        "Cách đo diện tích",
        word(told, "area_method").map(|own| label(own).to_owned()),
    );
    tell("Ghi nhận ban đầu", amount(told, "claimed"));
    tell("Đã xác minh", amount(told, "verified"));
    tell("Đã phá nhổ", amount(told, "eradicated"));
    tell("Đo lại", amount(told, "remeasured"));
    lines
}

fn commune(told: &Map<String, Value>) -> Option<String> {
    let name = told.get("commune")?.get("name")?.as_str()?;
    Some(name.to_owned())
}
