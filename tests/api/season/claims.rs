//! Forged claims: the same ground again, raised figures, work that nobody saw, work that approves itself.

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::base::ids::PlotId;
use tuantra::demo::{Demo, Photo, Plan, Plot};
use uuid::Uuid;

use super::people::{DAY_MS, Ground, Season, moved, picture};
use super::table::UNMEASURED;
use crate::ledger::desk;

/// Pictures of scenes that the season never saw, one list a scene.
pub struct Album(Vec<Vec<Photo>>);

/// Scenes that a season needs for each forgery of a class.
const SCENES: usize = 12;

impl Album {
    pub fn of(demo: &Demo, seed: u64, per_class: usize) -> Self {
        let plan = Plan {
            communes: demo.communes.len(),
            patrols: 3 * demo.patrol_count(),
            seasons: 1,
            seed: seed ^ 0xa1b0,
            end: tuantra::base::time::LocalDate::from_ymd(2027, 6, 1).unwrap(),
            photos: 1_000_000,
        };
        let other = Demo::made_up(&plan);
        let scenes = other
            .patrols()
            .flat_map(|patrol| patrol.plots)
            .map(|plot| plot.photos);
        Self(
            scenes
                .filter(|photos| !photos.is_empty())
                .take(SCENES * per_class)
                .collect(),
        )
    }

    /// A scene that was not used yet.
    pub fn scene(&mut self) -> Vec<Photo> {
        self.0.pop().unwrap()
    }
}

impl Season<'_> {
    /// Honest grounds for a class to work on: other ones for every class, as far as there are enough.
    pub fn targets(&mut self, count: usize, fits: impl Fn(&Ground) -> bool) -> Vec<Ground> {
        let doubled: Vec<PlotId> = self.twins.iter().filter_map(|twin| twin.same_as).collect();
        let is_free = |ground: &&Ground| {
            let id = ground.plot.id;
            ground.eradication.is_some()
                && !doubled.contains(&id)
                && !self.used.contains(&id)
                && fits(ground)
        };
        let taken: Vec<Ground> = self
            .grounds
            .iter()
            .filter(is_free)
            .take(count)
            .cloned()
            .collect();
        self.used.extend(taken.iter().map(|ground| ground.plot.id));
        taken
    }

    /// A claim with photos that nothing is wrong with: only that it is not so. Gives the eradication and the photos.
    pub async fn claimed(&mut self, plot: &Plot, scene: &[Photo]) -> (Uuid, Vec<Uuid>) {
        self.recorded(plot).await.expect(201);
        let id = self.field.new_id();
        let mut photos = Vec::new();
        for photo in self.scenes(plot, scene) {
            let bytes = picture(&photo);
            let named = json!({ "eradication": id });
            photos.push(self.shown(plot, &photo, &bytes, &named).await);
        }
        self.destroyed(plot, id, &json!({})).await;
        (id, photos)
    }

    /// The ledger's row of one plot.
    async fn figures(&self, plot: Uuid) -> Value {
        let path = format!("/api/v1/ledger?by=plot&plot={plot}");
        let told = self.province().get(&path).await.expect(200).json();
        told["rows"][0].clone()
    }

    #[expect(clippy::too_many_lines, reason = "one class after the other")]
    pub async fn double_claims(&mut self, count: usize, album: &mut Album) {
        // The point is shifted by up to 10 m; figures are raised by 10 to 50 %; the day is 8 to 13 days off.
        let classes = [
            ("double claim: point shifted up to 10 m", 10.0, 1.0, 3),
            ("double claim: figures raised 10 to 50 %", 3.0, 1.5, 3),
            ("double claim: 8 to 13 days apart", 5.0, 1.0, 13),
        ];
        for (class, shift_m, raise, days) in classes {
            let mut pairs = Vec::new();
            for ground in self.targets(count, |ground| ground.plot.crop == "opium_poppy") {
                let mut twin = ground.plot.clone();
                twin.device = self.phone_of_others(self.org_of(ground.plot.device));
                twin.id = PlotId(self.field.new_id());
                (twin.patrol, twin.detected_by) = (None, "tip");
                let (east_m, north_m) = (
                    self.chance.between(-shift_m, shift_m) * 0.7,
                    self.chance.between(-shift_m, shift_m) * 0.7,
                );
                twin.position = moved(ground.plot.position, east_m, north_m);
                twin.outline = None;
                twin.hacc_m = (self.chance.between(3.0, 10.0) * 10.0).round() / 10.0;
                let up = if raise > 1.0 {
                    self.chance.between(1.1, raise)
                } else {
                    self.chance.between(0.93, 1.07)
                };
                twin.area_m2 = (ground.plot.area_m2 * up).round();
                twin.plants =
                    whole(f64::from(ground.plot.plants) * up * self.chance.between(0.9, 1.1));
                twin.area_method = "tape";
                let least = if days > 8 { 8 } else { 0 };
                let off = least
                    + i64::try_from(
                        self.chance
                            .below(usize::try_from(days - least).unwrap() + 1),
                    )
                    .unwrap();
                let off = if self.chance.between(0.0, 1.0) < 0.5 {
                    off
                } else {
                    -off
                };
                twin.detected_at = ground.plot.detected_at.plus_millis(off * DAY_MS);
                let scene = album.scene();
                self.claimed(&twin, &scene).await;
                pairs.push([twin.id.0, ground.plot.id.0]);
            }
            self.field.settle().await;
            let told = self.duplicates().await;
            let is_in = |pair: &[Uuid; 2], likely: bool| {
                told.iter().any(|(own, is_likely)| {
                    *is_likely == likely && own.contains(&pair[0]) && own.contains(&pair[1])
                })
            };
            let caught = pairs.iter().filter(|pair| is_in(pair, true)).count();
            let listed = pairs.iter().filter(|pair| is_in(pair, false)).count();
            let how = format!(
                "in dispute: counted once; {listed} more told in the list, counted twice until decided"
            );
            self.table.forged(class, pairs.len(), caught, how);
            self.table.rows.last_mut().unwrap().told = listed;
        }
    }

    pub async fn raised_figures(&mut self, count: usize) {
        for (class, is_verified) in [
            (
                "destroyed area raised threefold, another unit had measured",
                true,
            ),
            (UNMEASURED, false),
        ] {
            let targets = self.targets(count, |ground| {
                ground.is_verified == is_verified && !ground.is_clear
            });
            let (mut flagged, mut asked) = (0, 0);
            for ground in &targets {
                let by = if is_verified { 3.0 } else { 2.0 };
                let mut raised = ground.plot.clone();
                (raised.area_m2, raised.plants) = (
                    ground.plot.area_m2 * by,
                    whole(f64::from(ground.plot.plants) * by),
                );
                if !is_verified {
                    let mut body = super::people::body_of(&raised);
                    body["properties"]["revises"] = json!(1);
                    let path = format!("/api/v1/plots/{}", raised.id);
                    self.signed(raised.device, "PUT", &path, &body)
                        .await
                        .expect(201);
                }
                let id = self.field.new_id();
                self.destroyed(&raised, id, &json!({ "corrects": ground.eradication }))
                    .await;
                let told = self.told(ground.plot.id.0).await;
                flagged += usize::from(
                    told["flags"]
                        .as_array()
                        .unwrap()
                        .contains(&json!("conflict")),
                );
                let figures = self.figures(ground.plot.id.0).await;
                asked += usize::from(figures["approved"]["area_m2"] == 0.0);
            }
            let how =
                format!("flag `conflict`, the figure stands as claimed; {asked} without approval");
            self.table.forged(class, targets.len(), flagged, how);
        }
    }

    pub async fn bare_claims(&mut self, count: usize) {
        let mut kept_out = 0;
        for _ in 0..count {
            let plot = self.ghost();
            self.recorded(&plot).await.expect(201);
            let id = self.field.new_id();
            self.destroyed(&plot, id, &json!({})).await;
            let told = self.told(plot.id.0).await;
            kept_out += usize::from(told["state"] == "eradicating");
        }
        self.table.forged(
            "claims without photos",
            count,
            kept_out,
            "not counted as eradicated",
        );
    }

    pub async fn unverified_cannabis(&mut self, count: usize, album: &mut Album) {
        let mut kept_out = 0;
        for _ in 0..count {
            let mut plot = self.ghost();
            (plot.crop, plot.stage) = ("cannabis", "vegetative");
            let scene = album.scene();
            self.claimed(&plot, &scene).await;
            self.field.settle().await;
            let told = self.figures(plot.id.0).await;
            kept_out += usize::from(told["plots"] == 0);
        }
        self.table.forged(
            "cannabis that no other unit saw",
            count,
            kept_out,
            "not counted before verification",
        );
    }

    pub async fn counted_again(&mut self, count: usize, album: &mut Album) {
        let targets = self.targets(count, |ground| ground.is_clear);
        let mut once = 0;
        for ground in &targets {
            let before = self.figures(ground.plot.id.0).await["eradicated"]["area_m2"].clone();
            let reason = json!({ "reason": "ghi nhầm kết quả kiểm tra lại" });
            let path = format!("/api/v1/plots/{}/reopenings", ground.plot.id);
            self.province().post(&path, &reason).await.expect(201);
            self.field.clock.advance_millis(1_000);
            let mut again = ground.plot.clone();
            again.detected_at = ground.plot.detected_at.plus_millis(DAY_MS);
            let (id, scene) = (self.field.new_id(), album.scene());
            for photo in self.scenes(&again, &scene) {
                let bytes = picture(&photo);
                self.shown(&again, &photo, &bytes, &json!({ "eradication": id }))
                    .await;
            }
            self.destroyed(&again, id, &json!({})).await;
            self.field.settle().await;
            let after = self.figures(ground.plot.id.0).await["eradicated"]["area_m2"].clone();
            let flags = self.told(ground.plot.id.0).await["flags"].clone();
            once += usize::from(
                after == before
                    || flags.to_string().contains("claimed_twice")
                    || flags.to_string().contains("conflict"),
            );
        }
        self.table.forged(
            "destroyed a second time after a re-opening",
            targets.len(),
            once,
            "not counted again, or flag `claimed_twice` or `conflict`",
        );
    }

    pub async fn corrected_twice(&mut self, count: usize) {
        let targets = self.targets(count, |ground| !ground.is_clear);
        let mut once = 0;
        for ground in &targets {
            for witnesses in [3, 4] {
                let id = self.field.new_id();
                let changes = json!({ "corrects": ground.eradication, "witnesses": witnesses });
                self.destroyed(&ground.plot, id, &changes).await;
            }
            self.field.settle().await;
            let figures = self.figures(ground.plot.id.0).await;
            let told = figures["eradicated"]["area_m2"].as_f64().unwrap();
            once += usize::from((told - ground.plot.area_m2).abs() < 1e-6);
        }
        self.table.forged(
            "two corrections of one eradication",
            targets.len(),
            once,
            "counted once",
        );
    }

    pub async fn own_approvals(&mut self, count: usize) {
        let targets = self.targets(count, |ground| !ground.is_clear);
        let (mut tried, mut refused) = (0, 0);
        for ground in &targets {
            let org = self.org_of(ground.plot.device);
            let login = format!("cung-{}", self.field.new_id().simple());
            let own = desk(self.field, &login, org, Role::CommuneOfficer, &[]).await;
            let verified = json!({ "verified_at": ground.plot.detected_at, "result": "confirmed", "area_m2": 900, "area_method": "tape" });
            let waived = json!({ "eradication": ground.eradication, "reason": "máy hỏng" });
            for (act, body) in [
                ("approvals", json!({ "eradication": ground.eradication })),
                ("verifications", verified),
                ("waivers", waived),
            ] {
                let answer = own
                    .post(&format!("/api/v1/plots/{}/{act}", ground.plot.id), &body)
                    .await;
                tried += 1;
                refused += usize::from(answer.status.is_client_error());
            }
        }
        self.table.forged(
            "a unit approves, verifies or excuses its own work",
            tried,
            refused,
            "refused",
        );
    }

    /// A plot that is not there, on a day of the season, by any phone.
    pub fn ghost(&mut self) -> Plot {
        let plots = &self.demo.devices;
        let device = plots[self.chance.below(plots.len())].id;
        self.ghost_of(device)
    }

    pub fn ghost_of(&mut self, device: tuantra::base::ids::DeviceId) -> Plot {
        let mut plot = self.grounds[0].plot.clone();
        let seat = self.demo.communes[self.chance.below(self.demo.communes.len())].seat;
        plot.id = PlotId(self.field.new_id());
        plot.device = device;
        (plot.crop, plot.stage, plot.detected_by) = ("opium_poppy", "flowering", "patrol");
        plot.patrol = None;
        plot.position = moved(
            seat,
            self.chance.between(-2_000.0, 2_000.0),
            self.chance.between(-2_000.0, 2_000.0),
        );
        plot.hacc_m = 5.0;
        plot.outline = None;
        plot.area_m2 = self.chance.between(60.0, 300.0).round();
        plot.area_method = "tape";
        (plot.plants, plot.plants_method) = (whole(plot.area_m2 * 4.0), "counted");
        let day = tuantra::base::time::LocalDate::from_ymd(2027, 2, 1).unwrap();
        let day = day.plus_days(i64::try_from(self.chance.below(75)).unwrap());
        plot.detected_at = day
            .start()
            .plus_millis(9 * 3_600_000 + i64::try_from(self.chance.below(3_600_000)).unwrap());
        plot
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some thousand plants"
)]
pub fn whole(value: f64) -> u32 {
    value.round() as u32
}
