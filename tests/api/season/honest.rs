//! The honest season: patrols are walked, plots found, verified, destroyed, photographed, approved and looked at again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tuantra::base::time::LocalDate;
use tuantra::cli::demo::load::through_the_doors;
use tuantra::demo::{Patrol, Plot};
use uuid::Uuid;

use super::people::{DAY_MS, Ground, MINUTE_MS, Season, WORK_MIN, moved, picture};

/// So long does a team stay at a plot.
const STAY_MS: i64 = 95 * MINUTE_MS;

/// A day of the season: who went out, and what second teams wrote down.
#[derive(Default)]
struct Day {
    patrols: Vec<Patrol>,
    twins: Vec<Plot>,
}

impl Season<'_> {
    /// Lives the season through to the day after its end, and closes it.
    pub async fn lived(&mut self, every: usize) {
        let mut days: BTreeMap<LocalDate, Day> = BTreeMap::new();
        let patrols: Vec<Patrol> = self.demo.patrols().collect();
        for (number, mut patrol) in patrols.into_iter().enumerate() {
            if patrol.plots.is_empty() && number % every != 0 {
                continue;
            }
            for twin in patrol.plots.extract_if(.., |plot| plot.same_as.is_some()) {
                let day = days.entry(twin.detected_at.local_date()).or_default();
                day.twins.push(twin);
            }
            let patrol = self.stayed(patrol);
            let day = days.entry(patrol.started_at.local_date()).or_default();
            day.patrols.push(patrol);
        }
        let (mut patrols, mut fixes) = (0, 0);
        for (date, day) in days {
            patrols += day.patrols.len();
            fixes += day
                .patrols
                .iter()
                .flat_map(|patrol| &patrol.tracks)
                .map(|track| track.fixes.len())
                .sum::<usize>();
            self.day(date, day).await;
        }
        self.until(LocalDate::from_ymd(2027, 6, 2).unwrap().start());
        self.closed().await;
        let photos: usize = self.grounds.iter().map(|ground| ground.photos.len()).sum();
        self.table.sizes = format!(
            "seed {}, {}: {} communes, {patrols} patrols with {fixes} fixes, {} plots ({} destroyed, {} written down twice), {photos} photos, {} phones that sign",
            self.seed,
            self.field.app.journal.store().engine(),
            self.demo.communes.len(),
            self.grounds.len(),
            self.grounds
                .iter()
                .filter(|ground| ground.eradication.is_some())
                .count(),
            self.twins.len(),
            self.phones.len(),
        );
    }

    /// The demo's teams go on after a quarter of an hour; here they stay at each plot until the work is done, and whatever
    /// comes after that is later.
    fn stayed(&mut self, mut patrol: Patrol) -> Patrol {
        patrol.plots.sort_by_key(|plot| plot.detected_at);
        for number in 0..patrol.plots.len() {
            let (at, place) = (
                patrol.plots[number].detected_at,
                patrol.plots[number].position,
            );
            for track in &mut patrol.tracks {
                let later = track.fixes.partition_point(|fix| fix.t <= at);
                for fix in &mut track.fixes[later..] {
                    fix.t = fix.t.plus_millis(STAY_MS);
                }
                let Some(mut stood) = later
                    .checked_sub(1)
                    .and_then(|before| track.fixes.get(before))
                    .copied()
                else {
                    continue;
                };
                stood.mock = false;
                (stood.speed_mps, stood.bearing_deg) = (Some(0.0), None);
                let mut standing = Vec::new();
                for second in (30..STAY_MS / 1_000).step_by(30) {
                    stood.t = at.plus_millis(second * 1_000);
                    stood.position = moved(place, self.noise(), self.noise());
                    standing.push(stood);
                }
                track.fixes.splice(later..later, standing);
            }
            for plot in patrol.plots.iter_mut().skip(number + 1) {
                plot.detected_at = plot.detected_at.plus_millis(STAY_MS);
            }
            patrol.ended_at = patrol.ended_at.plus_millis(STAY_MS);
        }
        patrol
    }

    /// A receiver's error under trees, m.
    fn noise(&mut self) -> f64 {
        (0..4).map(|_| self.chance.between(-3.0, 3.0)).sum()
    }

    async fn day(&mut self, date: LocalDate, day: Day) {
        // Nonces are fetched at five in the morning, where there is a net.
        self.until(date.start().plus_millis(5 * 3_600_000));
        let found: Vec<&Plot> = day
            .patrols
            .iter()
            .flat_map(|patrol| &patrol.plots)
            .collect();
        let devices: BTreeSet<_> = found.iter().map(|plot| plot.device).collect();
        for device in devices {
            let client = self.phone(device).await.own.phone.clone();
            let issued = client
                .post("/api/v1/nonces", &json!({ "count": 20 }))
                .await
                .expect(201)
                .json();
            let issued = issued["nonces"]
                .as_array()
                .unwrap()
                .iter()
                .map(|nonce| nonce.as_str().unwrap().to_owned());
            let issued: Vec<String> = issued.collect();
            self.phone(device).await.nonces = issued;
        }
        self.field.app.journal.sequence_all().await.unwrap();
        let home = day
            .patrols
            .iter()
            .map(|patrol| patrol.ended_at.plus_millis(10 * MINUTE_MS));
        let done = found
            .iter()
            .map(|plot| plot.detected_at.plus_millis(120 * MINUTE_MS));
        let told = day
            .twins
            .iter()
            .map(|plot| plot.detected_at.plus_millis(10 * MINUTE_MS));
        let evening = date.start().plus_millis(20 * 3_600_000);
        let evening = home.chain(done).chain(told).fold(evening, Ord::max);
        self.until(evening);
        for mut patrol in day.patrols {
            patrol.incident = None;
            let plots = std::mem::take(&mut patrol.plots);
            through_the_doors(
                &self.field.app,
                &self.forces,
                std::iter::once(patrol.clone()),
            )
            .await
            .unwrap();
            self.patrols.push(patrol);
            for plot in plots {
                self.worked(plot).await;
            }
        }
        for twin in day.twins {
            self.recorded(&twin).await.expect(201);
            self.twins.push(twin);
        }
        self.field.settle().await;
    }

    /// A plot is recorded, and mostly verified, destroyed and photographed on the spot.
    async fn worked(&mut self, plot: Plot) {
        let number = self.grounds.len();
        self.recorded(&plot).await.expect(201);
        let is_verified = plot.crop == "cannabis" || number % 3 != 2;
        if is_verified {
            // Another organisation's tape.
            let area_m2 = plot.area_m2 * self.chance.between(0.97, 1.03);
            let said = json!({ "verified_at": plot.detected_at.plus_millis(12 * MINUTE_MS), "result": "confirmed",
                "plants": plot.plants, "plants_method": "counted", "area_m2": (area_m2 * 10.0).round() / 10.0, "area_method": "tape" });
            let org = self.org_of(plot.device);
            self.decided(org, plot.id.0, "verifications", &said).await;
        }
        let mut ground = Ground {
            ended_at: plot.detected_at.plus_millis(WORK_MIN.1 * MINUTE_MS),
            eradication: None,
            photos: Vec::new(),
            is_verified,
            is_clear: false,
            plot,
        };
        if number % 7 != 6 {
            let id = self.field.new_id();
            for photo in self.scenes(&ground.plot, &ground.plot.photos) {
                let bytes = picture(&photo);
                let named = json!({ "eradication": id });
                ground
                    .photos
                    .push(self.shown(&ground.plot, &photo, &bytes, &named).await);
            }
            self.destroyed(&ground.plot, id, &json!({})).await;
            ground.eradication = Some(id);
        }
        self.grounds.push(ground);
    }

    /// After the season half of the work is approved and a third of it looked at again.
    async fn closed(&mut self) {
        let now = self.now();
        for number in 0..self.grounds.len() {
            let ground = self.grounds[number].clone();
            let Some(id) = ground.eradication else {
                continue;
            };
            let (org, plot) = (self.org_of(ground.plot.device), ground.plot.id.0);
            if number % 2 == 0 {
                self.decided(org, plot, "approvals", &json!({ "eradication": id }))
                    .await;
            }
            if number % 3 == 0 && now.since(ground.ended_at) > 45 * DAY_MS {
                let looked =
                    json!({ "inspected_at": now.plus_millis(-5 * DAY_MS), "result": "clear" });
                let path = format!("/api/v1/plots/{plot}/reinspections");
                self.signed(ground.plot.device, "POST", &path, &looked)
                    .await
                    .expect(201);
                self.grounds[number].is_clear = true;
            }
        }
        let destroyed = self
            .grounds
            .iter()
            .filter(|ground| ground.eradication.is_some());
        self.table.true_m2 = destroyed.map(|ground| ground.plot.area_m2).sum();
        // Tracks had time to come.
        self.until(now.plus_millis(9 * DAY_MS));
        self.field.settle().await;
    }

    /// What of the honest season was touched by any screen or rule before there was anything forged.
    pub async fn touched(&mut self) {
        let photos: usize = self.grounds.iter().map(|ground| ground.photos.len()).sum();
        let asked = self.questions("questions").await;
        self.table
            .honest("photos asked about", photos, asked.len(), screens(&asked));
        let tracks = std::mem::take(&mut self.patrols);
        let asked = self.questions("track-questions").await;
        let of_tracks: Vec<_> = asked
            .iter()
            .filter(|own| own["patrol"].is_string())
            .cloned()
            .collect();
        // The demo's phones lie now and then: a stretch of a track says itself that it was made up.
        let lying: BTreeSet<String> = tracks
            .iter()
            .filter(|patrol| {
                patrol
                    .tracks
                    .iter()
                    .any(|track| track.fixes.iter().any(|fix| fix.mock))
            })
            .map(|patrol| patrol.id.to_string())
            .collect();
        let wrongly = of_tracks.iter().filter(|own| {
            own["screen"] != "mock_fixes" || !lying.contains(own["patrol"].as_str().unwrap())
        });
        let (wrongly, rightly) = (wrongly.count(), of_tracks.len());
        let how = format!(
            "{}; {} of {} tracks with a made-up stretch of their own are rightly asked about and not counted here",
            screens(&of_tracks),
            rightly - wrongly,
            lying.len()
        );
        let made = tracks.len();
        self.table
            .honest("patrols' tracks asked about", made, wrongly, how);
        self.patrols = tracks;
        let of_claims: Vec<_> = asked
            .iter()
            .filter(|own| own["plot"].is_string())
            .cloned()
            .collect();
        let claims = 2 * self.grounds.len();
        self.table.honest(
            "finds and eradications asked about",
            claims,
            of_claims.len(),
            screens(&of_claims),
        );
        self.counted().await;
        self.graded().await;
    }

    async fn counted(&mut self) {
        let grounds = self.grounds.clone();
        let (mut conflicts, mut uncounted, mut states) = (0, 0, BTreeMap::<String, usize>::new());
        for ground in grounds.iter().filter(|ground| ground.eradication.is_some()) {
            let told = self.told(ground.plot.id.0).await;
            let flags = told["flags"].as_array().unwrap();
            conflicts += usize::from(flags.contains(&json!("conflict")));
            let state = told["state"].as_str().unwrap();
            uncounted += usize::from(!["eradicated", "clear"].contains(&state));
            let own = states.entry(format!("{state} {}", told["missing"]));
            *own.or_default() += 1;
        }
        let destroyed = grounds
            .iter()
            .filter(|ground| ground.eradication.is_some())
            .count();
        self.table.honest(
            "destroyed plots with the flag `conflict`",
            destroyed,
            conflicts,
            "",
        );
        self.table.honest(
            "destroyed plots that do not count",
            destroyed,
            uncounted,
            format!("{states:?}"),
        );
        let (pairs, perhaps) = self.pairs().await;
        let twins: BTreeSet<Uuid> = self.twins.iter().map(|twin| twin.id.0).collect();
        let among = pairs
            .iter()
            .filter(|[a, b]| !twins.contains(a) && !twins.contains(b))
            .count();
        self.table.honest(
            "plots of different grounds held to be one",
            grounds.len(),
            among,
            "",
        );
        let among_twins = |pairs: &[[Uuid; 2]]| {
            let found = self.twins.iter().filter(|twin| {
                let pair = [twin.id.0, twin.same_as.unwrap().0];
                pairs
                    .iter()
                    .any(|own| own.contains(&pair[0]) && own.contains(&pair[1]))
            });
            found.count()
        };
        let (found, listed) = (among_twins(&pairs), among_twins(&perhaps));
        self.table.forged(
            "joint work that both units wrote down (the demo's own)",
            self.twins.len(),
            found,
            format!("in dispute: counted once; {listed} more told in the list"),
        );
        self.table.rows.last_mut().unwrap().told = listed;
    }

    /// The pairs that sums count once, and those that are told and counted twice.
    async fn pairs(&self) -> (Vec<[Uuid; 2]>, Vec<[Uuid; 2]>) {
        let told = self.duplicates().await.into_iter();
        let (likely, perhaps): (Vec<_>, Vec<_>) = told.partition(|(_, is_likely)| *is_likely);
        let plots = |told: Vec<([Uuid; 2], bool)>| told.into_iter().map(|(pair, _)| pair).collect();
        (plots(likely), plots(perhaps))
    }

    /// All pairs that are told, and whether sums count them once.
    pub async fn duplicates(&self) -> Vec<([Uuid; 2], bool)> {
        let told = self
            .province()
            .get("/api/v1/ledger/duplicates")
            .await
            .expect(200)
            .json();
        let pairs = told.as_array().unwrap().iter().map(|pair| {
            let side = |name: &str| pair[name]["plot"].as_str().unwrap().parse().unwrap();
            ([side("a"), side("b")], pair["is_likely"] == true)
        });
        pairs.collect()
    }

    async fn graded(&mut self) {
        let mut grades = BTreeMap::<String, usize>::new();
        let mut codes = BTreeMap::<String, usize>::new();
        let grounds = self.grounds.clone();
        for id in grounds.iter().filter_map(|ground| ground.eradication) {
            let (reasons, told) = self.reasons(id).await;
            *grades
                .entry(told["grade"].as_str().unwrap().to_owned())
                .or_default() += 1;
            for code in reasons.values().flatten() {
                *codes.entry(code.clone()).or_default() += 1;
            }
        }
        let photos: usize = grounds.iter().map(|ground| ground.photos.len()).sum();
        let accusing = [
            "bad_signature",
            "nonce_reused",
            "nonce_unknown",
            "chain_broken",
            "time_impossible",
            "unsigned",
            "exif_place_differs",
            "exif_time_differs",
            "exif_edited",
            "mock_position",
            "far_from_plot",
        ];
        let touched = accusing.iter().filter_map(|code| codes.get(*code)).sum();
        let destroyed = grounds
            .iter()
            .filter(|ground| ground.eradication.is_some())
            .count();
        let low = grades.get("C").unwrap_or(&0) + grades.get("D").unwrap_or(&0);
        self.table.honest(
            "photos with a reason that speaks of forgery",
            photos,
            touched,
            format!("{codes:?}"),
        );
        self.table.honest(
            "eradications graded C or D",
            destroyed,
            low,
            format!("{grades:?}"),
        );
    }
}

/// Questions by screen, for people to read.
pub fn screens(asked: &[serde_json::Value]) -> String {
    let mut by = BTreeMap::<&str, usize>::new();
    for question in asked {
        *by.entry(question["screen"].as_str().unwrap()).or_default() += 1;
    }
    let by: Vec<String> = by
        .iter()
        .map(|(screen, count)| format!("{screen} {count}"))
        .collect();
    by.join(", ")
}
