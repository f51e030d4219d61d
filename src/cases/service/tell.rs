//! What the printed pages say, from what the server tells of a plot and its photos.

use serde_json::{Map, Value};

use crate::base::actor::Actor;
use crate::base::hex;
use crate::base::ids::PlotId;
use crate::cases::model::course::course;
use crate::cases::model::facts::{CaseFacts, Landmark, PhotoFacts};
use crate::cases::model::summary::summary;
use crate::cases::model::words::{moment, question_label};
use crate::evidence::CasePhoto;
use crate::geo::measure::distance_m;
use crate::geo::position::Position;
use crate::plots::PlotView;

use super::{Cases, Error, unwritable};

/// A place farther away is no landmark, m.
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
            lines: summary(told),
            asked: self.asked(view.id, photos).await?,
            steps: course(told),
            landmark: self.landmark(position).await?,
            photos: printed,
            head: format!("{} mục lúc {}, khóa {}", head.size, head.at, head.key_id),
            root: head.root,
        })
    }

    /// Questions that were asked, with the photo's number on the pages.
    async fn asked(&self, plot: PlotId, photos: &[CasePhoto]) -> Result<Vec<String>, Error> {
        let asked = self.evidence.asked_of(plot).await?;
        let told = asked.into_iter().map(|own| {
            let number = photos
                .iter()
                .position(|photo| Some(photo.view.id) == own.photo)
                .map(|at| format!("Ảnh {}: ", at + 1));
            format!(
                "{}{} Hỏi lúc {}; {}.",
                number.unwrap_or_default(),
                own.vi,
                moment(own.asked_at),
                question_label(&own.state)
            )
        });
        Ok(told.collect())
    }

    /// The nearest place that has a name here: hamlets and gates.
    async fn landmark(&self, position: Position) -> Result<Option<Landmark>, Error> {
        let hamlets = self.areas.hamlets().await?.into_iter().map(|own| Landmark {
            name: capitalised(own.facts.kind.label(), &own.facts.name),
            position: own.facts.position,
            accuracy_m: own.facts.accuracy_m,
        });
        let gates = self.areas.gates().await?.into_iter().map(|own| Landmark {
            name: own.facts.name,
            position: own.facts.position,
            accuracy_m: None,
        });
        let near = hamlets
            .chain(gates)
            .map(|own| (distance_m(position, own.position), own))
            .filter(|(away, _)| *away <= LANDMARK_M);
        let nearest = near.min_by(|a, b| a.0.total_cmp(&b.0));
        Ok(nearest.map(|(_, own)| own))
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

/// A hamlet's name behind what it is called, unless the name says that itself.
fn capitalised(kind: &str, name: &str) -> String {
    if name.to_lowercase().starts_with(kind) {
        return name.to_owned();
    }
    let mut letters = kind.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{} {name}", first.unwrap_or_default(), letters.as_str())
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
