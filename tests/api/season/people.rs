//! Who takes part in the season: the demo's phones with their keys and nonces, two desks, and what they send.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::base::ids::{DeviceId, OrgId, PhotoId, PlotId};
use tuantra::base::time::{Clock, LocalDate, Timestamp};
use tuantra::cli::demo::forces::Forces;
use tuantra::demo::{Demo, Patrol, Photo, Plan, Plot};
use tuantra::geo::position::Position;
use uuid::Uuid;

use super::table::{Areas, Table};
use crate::field::{Answer, Client, Field};
use crate::ledger::desk;
use crate::photos;
use crate::signed::Signer;

pub const MINUTE_MS: i64 = 60_000;
pub const DAY_MS: i64 = 86_400_000;
/// Pixels of the long side of a picture.
const PHOTO_PX: u32 = 240;

/// Even numbers from a seed (`SplitMix64`).
pub struct Chance(pub u64);

impl Chance {
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let share = f64::from(u32::try_from((word ^ (word >> 31)) >> 32).unwrap());
        low + (high - low) * share / 4_294_967_296.0
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a short list"
    )]
    pub fn below(&mut self, count: usize) -> usize {
        (self.between(0.0, count as f64) as usize).min(count - 1)
    }
}

/// A phone of the demo with its key and its nonces.
pub struct Phone {
    pub own: Signer,
    pub nonces: Vec<String>,
    pub spent: Vec<String>,
}

/// What was destroyed on a plot, and what shows it.
#[derive(Clone)]
pub struct Ground {
    pub plot: Plot,
    /// None where the team only recorded it.
    pub eradication: Option<Uuid>,
    pub photos: Vec<Uuid>,
    pub ended_at: Timestamp,
    pub is_verified: bool,
    pub is_clear: bool,
}

pub struct Season<'a> {
    pub field: &'a Field,
    pub seed: u64,
    pub demo: Demo,
    /// The patrols as they were walked; their plots are in `grounds`.
    pub patrols: Vec<Patrol>,
    pub forces: Forces,
    pub phones: BTreeMap<DeviceId, Phone>,
    /// Two desks of the province's reach, of two organisations.
    pub desks: Vec<(OrgId, Client)>,
    pub member: Uuid,
    pub grounds: Vec<Ground>,
    /// Plots that a second team wrote down as well, by the plot that it is.
    pub twins: Vec<Plot>,
    /// Grounds that a class of forgery worked on: no other class does.
    pub used: BTreeSet<PlotId>,
    pub chance: Chance,
    pub table: Table,
}

/// A phase of the work and when it is photographed, minutes after the find.
const PHASES: [(&str, i64); 5] = [
    ("overview", 1),
    ("before", 3),
    ("close_up", 4),
    ("during", 45),
    ("after", 85),
];
/// The work begins and ends so long after the find, minutes.
pub const WORK_MIN: (i64, i64) = (20, 80);

impl<'a> Season<'a> {
    /// The province a month before its season, with its forces and two desks.
    pub async fn before(field: &'a Field, seed: u64, (communes, patrols): (usize, usize)) -> Self {
        let end = LocalDate::from_ymd(2027, 6, 1).unwrap();
        let demo = Demo::made_up(&Plan {
            communes,
            patrols,
            seasons: 1,
            seed,
            end,
            photos: 1_000_000,
        });
        tuantra::cli::demo::areas::load(&field.app, &demo)
            .await
            .unwrap();
        let forces = Forces::enlisted(&field.app, (&demo).into()).await.unwrap();
        let forces = forces.with_secrets(&field.app).await.unwrap();
        let mut desks = Vec::new();
        for (login, kind) in [
            ("ca-tinh", "cong_an_tinh"),
            ("bien-phong", "don_bien_phong"),
        ] {
            let org = demo.orgs.iter().find(|org| org.kind == kind).unwrap();
            let org = forces.org(org.id);
            desks.push((
                org,
                desk(field, login, org, Role::ProvincialOfficer, &[]).await,
            ));
        }
        let member = field.account("to-vien", Role::PatrolMember, &[]).await.id;
        Self {
            field,
            seed,
            demo,
            patrols: Vec::new(),
            forces,
            phones: BTreeMap::new(),
            desks,
            member,
            grounds: Vec::new(),
            twins: Vec::new(),
            used: BTreeSet::new(),
            chance: Chance(seed ^ 0x5ea5_0000),
            table: Table::default(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.field.clock.now()
    }

    /// Time passes until then; it never goes back.
    pub fn until(&self, at: Timestamp) {
        self.field.clock.advance_millis(at.since(self.now()).max(0));
    }

    /// The organisation of a demo's phone, as the server knows it.
    pub fn org_of(&self, device: DeviceId) -> OrgId {
        let team = self
            .demo
            .devices
            .iter()
            .find(|own| own.id == device)
            .unwrap()
            .team;
        let team = self.demo.teams.iter().find(|own| own.id == team).unwrap();
        self.forces.org(team.org)
    }

    /// The phone, which announces its key when it is first asked for.
    pub async fn phone(&mut self, device: DeviceId) -> &mut Phone {
        if !self.phones.contains_key(&device) {
            let token = self.forces.token(device).unwrap().to_owned();
            let client = self.field.with_token(token, self.forces.device(device).0);
            let phone = Phone {
                own: Signer::confirmed(self.field, &client).await,
                nonces: Vec::new(),
                spent: Vec::new(),
            };
            self.phones.insert(device, phone);
        }
        self.phones.get_mut(&device).unwrap()
    }

    /// A phone of another organisation than this one.
    pub fn phone_of_others(&mut self, org: OrgId) -> DeviceId {
        let others: Vec<DeviceId> = self
            .demo
            .devices
            .iter()
            .map(|own| own.id)
            .filter(|own| self.org_of(*own) != org)
            .collect();
        others[self.chance.below(others.len())]
    }

    /// Sends what the phone signed.
    pub async fn signed(
        &mut self,
        device: DeviceId,
        method: &'static str,
        path: &str,
        body: &Value,
    ) -> Answer {
        let own = &mut self.phone(device).await.own;
        let captured = own.capture(method, path, body);
        let answer = captured.send(&own.phone).await;
        self.field.clock.advance_millis(1_000);
        answer
    }

    /// The desk of another organisation.
    pub fn desk_for(&self, org: OrgId) -> &Client {
        let other = self.desks.iter().find(|(own, _)| *own != org);
        &other.unwrap().1
    }

    pub fn province(&self) -> &Client {
        &self.desks[0].1
    }

    /// An officer's act on a plot; it must be taken.
    pub async fn decided(&self, org: OrgId, plot: Uuid, act: &str, body: &Value) -> Value {
        let path = format!("/api/v1/plots/{plot}/{act}");
        let told = self
            .desk_for(org)
            .post(&path, body)
            .await
            .expect(201)
            .json();
        self.field.clock.advance_millis(1_000);
        told
    }

    /// Records a plot.
    pub async fn recorded(&mut self, plot: &Plot) -> Answer {
        let path = format!("/api/v1/plots/{}", plot.id);
        self.signed(plot.device, "PUT", &path, &body_of(plot)).await
    }

    /// Says that a plot was destroyed; gives the fact's id.
    pub async fn destroyed(&mut self, plot: &Plot, id: Uuid, changes: &Value) -> Uuid {
        let mut body = eradication(plot, id);
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        let path = format!("/api/v1/plots/{}/eradications", plot.id);
        self.signed(plot.device, "POST", &path, &body)
            .await
            .expect(201);
        id
    }

    /// Photos of every phase around the work, in the scene of the demo's own photos or of another plot's.
    pub fn scenes(&self, plot: &Plot, like: &[Photo]) -> Vec<Photo> {
        let shown = PHASES.iter().map(|(phase, minutes)| {
            let kept = like.iter().find(|photo| photo.phase == *phase);
            let mut photo = kept.unwrap_or(&like[0]).clone();
            photo.phase = phase;
            photo.plot = plot.id;
            photo.id = PhotoId(self.field.new_id());
            photo.taken_at = plot.detected_at.plus_millis(minutes * MINUTE_MS);
            if like[0].plot != plot.id {
                photo.position = plot.position;
            }
            photo
        });
        shown.collect()
    }

    /// Announces and uploads a photo, signed, with a nonce while there are any.
    pub async fn shown(
        &mut self,
        plot: &Plot,
        photo: &Photo,
        bytes: &[u8],
        changes: &Value,
    ) -> Uuid {
        let member = self.member;
        let phone = self.phone(plot.device).await;
        let nonce = phone.nonces.pop();
        phone.spent.extend(nonce.clone());
        let sidecar = sidecar(photo, bytes, (member, nonce), changes);
        let path = format!("/api/v1/photos/{}", photo.id);
        self.signed(plot.device, "PUT", &path, &sidecar)
            .await
            .expect(201);
        let client = self.phone(plot.device).await.own.phone.clone();
        photos::upload(&client, photo.id.0, bytes).await.expect(201);
        photo.id.0
    }

    /// What the ledger says of the season now.
    pub async fn areas(&mut self, when: &'static str) {
        self.field.settle().await;
        let told = self
            .province()
            .get("/api/v1/ledger")
            .await
            .expect(200)
            .json();
        let total = &told["total"];
        let area = |pointer: &str| total.pointer(pointer).unwrap().as_f64().unwrap();
        self.table.areas.push(Areas {
            when,
            claimed: area("/claimed/area_m2"),
            destroyed_claimed: area("/destroyed_claimed/area_m2"),
            eradicated: area("/eradicated/area_m2"),
            approved: area("/approved/area_m2"),
            disputed_claimed: area("/in_dispute/claimed/area_m2"),
            disputed_eradicated: area("/in_dispute/eradicated/area_m2"),
            conflicts: total["conflicts"].as_u64().unwrap(),
        });
    }

    /// A plot as its page tells it.
    pub async fn told(&self, plot: Uuid) -> Value {
        let path = format!("/api/v1/plots/{plot}");
        self.province().get(&path).await.expect(200).json()["properties"].clone()
    }

    /// All rows of a list of questions.
    pub async fn questions(&self, list: &str) -> Vec<Value> {
        let mut next = Some(format!("/api/v1/evidence/{list}?limit=500"));
        let mut all = Vec::new();
        while let Some(path) = next {
            let page = self.province().get(&path).await.expect(200).json();
            all.extend(page["questions"].as_array().unwrap().iter().cloned());
            next = page["next"].as_str().map(str::to_owned);
        }
        all
    }

    /// The codes of every photo of an eradication, by photo, and what the set itself misses.
    pub async fn reasons(&self, eradication: Uuid) -> (BTreeMap<String, Vec<String>>, Value) {
        let path = format!("/api/v1/eradications/{eradication}/evidence");
        let told = self.province().get(&path).await.expect(200).json();
        let photos = told["photos"].as_array().unwrap().iter().map(|photo| {
            let codes = photo["reasons"].as_array().unwrap().iter();
            let codes = codes.map(|code| code.as_str().unwrap().to_owned());
            (photo["id"].as_str().unwrap().to_owned(), codes.collect())
        });
        (photos.collect(), told.clone())
    }
}

/// The picture of a photo.
pub fn picture(photo: &Photo) -> Vec<u8> {
    photo.jpeg(PHOTO_PX).unwrap()
}

/// A place some metres east and north of another.
pub fn moved(from: Position, east_m: f64, north_m: f64) -> Position {
    let narrow = from.lat().to_radians().cos();
    let (lon, lat) = (
        from.lon() + east_m / (111_195.0 * narrow),
        from.lat() + north_m / 111_195.0,
    );
    Position::new(lon, lat).unwrap()
}

pub fn body_of(plot: &Plot) -> Value {
    let mut body = json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [plot.position.lon(), plot.position.lat()] },
        "properties": {
            "crop": plot.crop, "detected_at": plot.detected_at, "detected_by": plot.detected_by, "patrol": plot.patrol,
            "stage": plot.stage, "plants": plot.plants, "plants_method": plot.plants_method, "area_m2": plot.area_m2,
            "area_method": plot.area_method, "hacc_m": plot.hacc_m, "land": plot.land,
        }
    });
    if let Some(ring) = &plot.outline {
        let ring: Vec<[f64; 2]> = ring.iter().map(|at| [at.lon(), at.lat()]).collect();
        body["properties"]["outline"] = json!({ "type": "Polygon", "coordinates": [ring] });
    }
    body
}

/// The work on a plot as the team reports it: all of it, confirmed by a second member, with samples from 450 plants on.
pub fn eradication(plot: &Plot, id: Uuid) -> Value {
    let at = |minutes: i64| plot.detected_at.plus_millis(minutes * MINUTE_MS);
    let samples = if plot.plants >= 450 {
        json!([{ "number": format!("M-{}", plot.plants), "seal": "NP-01" }])
    } else {
        json!([])
    };
    json!({ "id": id, "started_at": at(WORK_MIN.0), "ended_at": at(WORK_MIN.1), "methods": ["pull_up", "burn"],
        "plants_destroyed": plot.plants, "plants_method": plot.plants_method, "area_m2_destroyed": plot.area_m2,
        "area_method": plot.area_method, "completeness": "full", "confirmation": { "alone": false }, "witnesses": 2,
        "minutes": { "number": "12/BB", "date": plot.detected_at.local_date() }, "samples": samples })
}

pub fn sidecar(
    photo: &Photo,
    bytes: &[u8],
    (member, nonce): (Uuid, Option<String>),
    changes: &Value,
) -> Value {
    let mut sidecar = photos::sidecar(bytes);
    let own = json!({ "taken_at": photo.taken_at, "gnss_at": photo.taken_at, "lon": photo.position.lon(),
        "lat": photo.position.lat(), "accuracy_m": photo.accuracy_m, "bearing_deg": photo.bearing_deg,
        "fix_age_s": photo.fix_age_s, "phase": photo.phase, "plot": photo.plot, "source": "camera",
        "taken_by": member });
    let both = own
        .as_object()
        .unwrap()
        .iter()
        .chain(changes.as_object().unwrap());
    for (name, value) in both {
        sidecar[name] = value.clone();
    }
    if let Some(nonce) = nonce.filter(|_| changes.get("nonce").is_none()) {
        sidecar["nonce"] = json!(nonce);
    }
    sidecar
}
