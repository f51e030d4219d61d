//! What the printed pages say, from what the server tells of a plot and its photos.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::base::actor::Actor;
use crate::base::hex;
use crate::base::ids::PlotId;
use crate::base::paper::offices::{above, dated_at};
use crate::base::time::Timestamp;
use crate::cases::model::course::course;
use crate::cases::model::facts::{CaseFacts, HeadFacts, Landmark, PhotoFacts};
use crate::cases::model::grades::{Numbers, asked, grades};
use crate::cases::model::summary::summary;
use crate::cases::model::words::moment;
use crate::evidence::CasePhoto;
use crate::geo::measure::distance_m;
use crate::geo::position::Position;
use crate::journal::proofs::SignedHead;
use crate::journal::stamps::StampView;

use super::custody::Act;
use super::gather::{Chapter, Printed};
use super::{Cases, Error, unwritable};

/// A place farther away is no landmark, m.
const LANDMARK_M: f64 = 50_000.0;

impl Cases {
    /// The facts of the printed pages.
    pub(super) async fn facts(
        &self,
        actor: &Actor,
        chapter: &Chapter,
        (reason, room): (&str, &mut usize),
        (printed, acts): (&Printed, &[Act]),
    ) -> Result<CaseFacts, Error> {
        let view = &chapter.view;
        let mut told = view.properties.clone();
        told.insert("timeline".to_owned(), chapter.timeline.clone().into());
        let position = position(&view.coordinates).ok_or_else(|| unwritable("no position"))?;
        let orgs = self.identity.orgs().await?;
        let org = orgs.iter().find(|org| Some(org.id) == actor.org);
        let kind = org.map(|org| org.kind.as_str());
        let kinds = orgs.iter().map(|org| (org.kind.clone(), org.name.clone()));
        let above = above(kind, &kinds.collect::<Vec<_>>());
        let province = self.province(position).await?;
        let mut photos = Vec::with_capacity(chapter.photos.len());
        for photo in &chapter.photos {
            let joined = joined(&told, view.id, photo);
            photos.push(self.photo(photo, joined, room).await?);
        }
        let numbers = numbers(&chapter.photos);
        let head = printed.head.as_ref().ok_or(Error::NotYet)?;
        Ok(CaseFacts {
            plot: view.id,
            above,
            dated_at: dated_at(kind, province.as_deref()),
            org: org.map(|org| org.name.clone()),
            made_at: self.journal.now(),
            reason: reason.to_owned(),
            position,
            hacc_m: told.get("hacc_m").and_then(Value::as_f64),
            outline: outline(&told),
            area_m2: quantity(&told, "verified").or_else(|| quantity(&told, "claimed")),
            lines: summary(&told),
            asked: asked(&chapter.evidence, &numbers),
            grades: grades(&chapter.evidence, &numbers),
            custody: acts.iter().filter_map(Act::printed).collect(),
            steps: course(&told),
            landmark: self.landmark(position).await?,
            photos,
            left_out: chapter.left_out,
            head: head_facts(head),
            stamps: printed.stamps.iter().map(stamp).collect(),
        })
    }

    /// The province in which a place lies, by the communes of today.
    async fn province(&self, position: Position) -> Result<Option<String>, Error> {
        let map = self.areas.map(self.journal.now().local_date()).await?;
        let commune = map.locate(position).and_then(|code| map.commune(code));
        Ok(commune.and_then(|own| own.facts.province_name.clone()))
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

    /// The picture of a photo for print while there is room; the original is read in either case.
    async fn printed(&self, photo: &CasePhoto, room: &mut usize) -> Result<Option<Bytes>, Error> {
        if *room == 0 {
            if photo.is_stored {
                self.evidence.case_original(&photo.sha256).await?;
            }
            return Ok(None);
        }
        let Some(image) = self.evidence.case_image(photo).await? else {
            return Ok(None);
        };
        let left = room.checked_sub(image.bytes.len());
        *room = left.unwrap_or(0);
        Ok(left.map(|_| image.bytes))
    }

    async fn photo(
        &self,
        photo: &CasePhoto,
        joined: String,
        room: &mut usize,
    ) -> Result<PhotoFacts, Error> {
        let told = &photo.view.told;
        let mut tx = self.journal.store().read().await?;
        let name = self.identity.name_of(&mut tx, photo.taken_by).await?;
        drop(tx);
        let image = self.printed(photo, room).await?;
        Ok(PhotoFacts {
            name: photo.view.id.to_string(),
            sha256: hex(&photo.sha256),
            bytes: photo.bytes,
            is_stored: photo.is_stored,
            erased: photo
                .erased
                .as_ref()
                .map(|own| format!("theo văn bản {} lúc {}", own.document, moment(own.at))),
            joined,
            taken_at: photo.view.taken_at,
            position: photo.view.coordinates.and_then(|at| position(&at)),
            accuracy_m: told.get("accuracy_m").and_then(Value::as_f64),
            phase: word(told, "phase").unwrap_or("other").to_owned(),
            taken_by: name.unwrap_or_else(|| "không rõ".to_owned()),
            after_seal: photo.after_seal,
            instead: instead(photo, *room),
            image: image.map(|bytes| bytes.to_vec()),
        })
    }
}

/// Why a photo has no picture on the pages.
fn instead(photo: &CasePhoto, room: usize) -> &'static str {
    if photo.erased.is_some() {
        "Ảnh đã xóa theo văn bản; xem bảng kê ảnh."
    } else if !photo.is_stored {
        "Chưa nhận được tệp gốc."
    } else if !photo.is_shown {
        "Ảnh có người: không in; xem tệp gốc trong gói."
    } else if room == 0 {
        "Gói có quá nhiều ảnh để in hết; xem tệp gốc trong gói."
    } else {
        "Không có bản hiển thị; xem tệp gốc trong gói."
    }
}

/// Photos by id, with their numbers on the pages.
fn numbers(photos: &[CasePhoto]) -> Numbers {
    let ids = photos.iter().map(|photo| photo.view.id.to_string());
    ids.zip(1..).collect()
}

/// Which eradication and minutes a photo was taken for, by its sidecar: the eradications are counted as they happened.
fn joined(told: &Map<String, Value>, plot: PlotId, photo: &CasePhoto) -> String {
    let merged = told.get("merged").and_then(Value::as_array);
    let is_merged =
        |other: PlotId| merged.is_some_and(|all| all.contains(&Value::from(other.to_string())));
    let on = match photo.plot.filter(|own| *own != plot) {
        Some(other) if is_merged(other) => format!("điểm trồng {other} đã gộp vào điểm này"),
        Some(other) => format!("điểm trồng {other}, niêm phong cùng điểm này khi còn gộp"),
        None => "điểm trồng này".to_owned(),
    };
    let Some(of) = word(&photo.view.told, "eradication") else {
        return format!("{on}; không nêu lần phá nhổ");
    };
    let timeline = told.get("timeline").and_then(Value::as_array);
    let steps = timeline.into_iter().flatten();
    let mut done = steps.filter(|step| step["kind"] == "eradication").zip(1..);
    let Some((step, number)) = done.find(|(step, _)| step["id"] == of) else {
        return format!("{on}; nêu lần phá nhổ {of} không có trong diễn biến");
    };
    let at = step.get("at").and_then(Value::as_str);
    let at = at.and_then(|at| at.parse::<Timestamp>().ok()).map(moment);
    let minutes = step.pointer("/said/minutes/number").and_then(Value::as_str);
    let minutes = minutes.map_or_else(String::new, |own| format!(", biên bản số {own}"));
    format!(
        "{on}; lần khai phá nhổ thứ {number} ({}{minutes})",
        at.unwrap_or_default()
    )
}

fn head_facts(head: &SignedHead) -> HeadFacts {
    HeadFacts {
        text: format!("{}:{}", head.size, head.root),
        at: head.at,
        key: head.key_id.clone(),
    }
}

fn stamp(own: &StampView) -> (Timestamp, String) {
    let told = format!(
        "{} xác nhận đầu nhật ký gồm {} mục",
        own.authority, own.size
    );
    (own.stamped_at, told)
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
