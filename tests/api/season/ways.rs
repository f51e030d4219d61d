//! Forged tracks made of the season's own, and claims where the unit's tracks did not go.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tuantra::base::ids::DeviceId;
use tuantra::base::time::Timestamp;
use tuantra::demo::{Patrol, Plot};
use tuantra::patrols::model::fix::Fix;
use tuantra::patrols::model::vocabulary::Transport;
use uuid::Uuid;

use super::claims::Album;
use super::made_tracks::{Forgery, Honest, Kind, Track, forged};
use super::people::{DAY_MS, MINUTE_MS, Season};

/// A claim lies at least so far from every fix of its unit that day, degrees of latitude (2 km).
const FAR_DEG: f64 = 0.018;

impl Season<'_> {
    pub async fn forged_tracks(&mut self, per_class: usize) {
        let honest: Vec<Track> = self.patrols.iter().filter_map(track_of).collect();
        let forged = forged(self.seed, &honest, per_class);
        let devices: Vec<DeviceId> = self.demo.devices.iter().map(|own| own.id).collect();
        let mut sent: Vec<(Forgery, Uuid)> = Vec::new();
        for track in forged {
            let Kind::Forged(forgery, _) = track.kind else {
                continue;
            };
            let device = devices[self.chance.below(devices.len())];
            let id = self.walked(device, &track).await;
            sent.push((forgery, id));
        }
        self.field.settle().await;
        let asked = self.questions("track-questions").await;
        let mut classes: BTreeMap<String, (usize, usize, bool)> = BTreeMap::new();
        for (forgery, id) in &sent {
            let row = classes.entry(format!("{forgery:?}")).or_default();
            let of_it = |own: &&Value| {
                own["patrol"] == id.to_string()
                    && (!forgery.is_copy() || own["screen"] == "copied_track")
            };
            row.0 += 1;
            row.1 += usize::from(asked.iter().any(|own| of_it(&own)));
            row.2 = forgery.is_copy();
        }
        for (class, (made, caught, is_copy)) in classes {
            let how = if is_copy {
                "asked about: copied from an earlier track"
            } else {
                "asked about"
            };
            self.table
                .forged(&format!("track: {class}"), made, caught, how);
        }
    }

    /// Hands a track in as a patrol of its own; what lies in the future is dated back by whole years.
    async fn walked(&mut self, device: DeviceId, track: &Track) -> Uuid {
        let last = track.fixes.last().unwrap().t;
        let years = (last.since(self.now()).max(0) + 365 * DAY_MS - 1) / (365 * DAY_MS);
        let by_ms = -years * 365 * DAY_MS;
        let at = |t: Timestamp| t.plus_millis(by_ms);
        let id = self.field.new_id();
        let path = format!("/api/v1/patrols/{id}");
        let transport = if track.transport == Transport::Motorbike {
            "motorbike"
        } else {
            "foot"
        };
        let body = json!({ "kind": "crop_check", "transport": transport,
            "started_at": at(track.fixes[0].t).plus_millis(-MINUTE_MS), "ended_at": at(last).plus_millis(MINUTE_MS) });
        self.signed(device, "PUT", &path, &body).await.expect(201);
        for batch in track.fixes.chunks(500) {
            let fixes: Vec<Value> = batch.iter().map(|fix| wire(fix, at(fix.t))).collect();
            let path = format!("{path}/fixes");
            self.signed(device, "POST", &path, &json!({ "fixes": fixes }))
                .await
                .expect(200);
        }
        id
    }

    /// Finds and work that are claimed for a day on which the unit walked elsewhere.
    pub async fn claims_off_the_way(&mut self, count: usize, album: &mut Album) {
        let patrols = std::mem::take(&mut self.patrols);
        let on_foot: Vec<&Patrol> = patrols
            .iter()
            .filter(|patrol| patrol.kind == "crop_check")
            .collect();
        let mut ghosts: Vec<Plot> = Vec::new();
        while ghosts.len() < count {
            let patrol = on_foot[self.chance.below(on_foot.len())];
            let mut ghost = self.ghost_of(patrol.tracks[0].device);
            ghost.detected_at = patrol.started_at.plus_millis(50 * MINUTE_MS);
            let org = self.org_of(ghost.device);
            let of_the_day = patrols.iter().filter(|own| {
                own.started_at.local_date() == patrol.started_at.local_date()
                    && self.forces.org(own.lead_org) == org
            });
            let fixes = of_the_day
                .flat_map(|own| &own.tracks)
                .flat_map(|track| &track.fixes);
            let is_far = fixes.into_iter().all(|fix| {
                (fix.position.lat() - ghost.position.lat())
                    .hypot(fix.position.lon() - ghost.position.lon())
                    > FAR_DEG
            });
            if is_far {
                ghosts.push(ghost);
            }
        }
        self.patrols = patrols;
        for ghost in &ghosts {
            let scene = album.scene();
            self.claimed(ghost, &scene).await;
        }
        let then = self.now().plus_millis(9 * DAY_MS);
        self.until(then);
        self.field.settle().await;
        let asked = self.questions("track-questions").await;
        let caught = ghosts
            .iter()
            .filter(|ghost| asked.iter().any(|own| own["plot"] == ghost.id.to_string()));
        let caught = caught.count();
        self.table.forged(
            "claim two kilometres from where the unit walked that day",
            ghosts.len(),
            caught,
            "asked about",
        );
    }
}

/// The first track of a patrol that the demo's own team walked, in the shape that forgers copy.
fn track_of(patrol: &Patrol) -> Option<Track> {
    let track = patrol
        .tracks
        .iter()
        .find(|track| track.team == patrol.team)?;
    let (transport, is_foot) = match patrol.transport {
        "motorbike" => (Transport::Motorbike, false),
        _ => (Transport::Foot, true),
    };
    let fixes: Vec<Fix> = track.fixes.iter().map(kept).collect();
    is_foot.then_some(Track {
        kind: Kind::Honest(Honest::Ordinary),
        patrol: 0,
        team: 0,
        device: 0,
        transport,
        fixes,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "degrees and some hundred metres"
)]
fn kept(fix: &tuantra::demo::Fix) -> Fix {
    let e7 = |degrees: f64| (degrees * 1e7).round() as i32;
    Fix {
        t: fix.t,
        lon_e7: e7(fix.position.lon()),
        lat_e7: e7(fix.position.lat()),
        accuracy_dm: Some((fix.accuracy_m * 10.0).round() as u32),
        altitude_dm: None,
        speed_cmps: None,
        bearing_ddeg: None,
        // A forger copies places, not what a phone said against itself.
        mock: false,
        after_break: false,
    }
}

fn wire(fix: &Fix, t: Timestamp) -> Value {
    json!({ "t": t, "lon": f64::from(fix.lon_e7) / 1e7, "lat": f64::from(fix.lat_e7) / 1e7,
        "accuracy_m": f64::from(fix.accuracy_dm.unwrap_or(50)) / 10.0, "mock": fix.mock })
}
