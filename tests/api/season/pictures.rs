//! Forged photos of plots that are not there: an earlier plot's picture again, edited files, made-up places and times.

use std::collections::BTreeSet;

use image::codecs::jpeg::JpegEncoder;
use image::{RgbImage, imageops};
use serde_json::{Value, json};
use tuantra::demo::{Photo, Plot};
use uuid::Uuid;

use super::claims::Album;
use super::people::{Chance, DAY_MS, Season, moved, picture};

/// What is done to a picture that is brought again.
const COPIES: [(&str, Change); 4] = [
    ("photo of an earlier plot: compressed anew", recompressed),
    (
        "photo of an earlier plot: cut by up to 10 % a side",
        cropped,
    ),
    ("photo of an earlier plot: turned by up to 3°", turned),
    ("photo of an earlier plot: the same file", same),
];

type Change = fn(&RgbImage, &[u8], &mut Chance) -> Vec<u8>;

impl Season<'_> {
    pub async fn forged_photos(&mut self, count: usize, album: &mut Album) {
        for (class, change) in COPIES {
            self.copied(class, change, count).await;
        }
        let screens = |screen: &'static str| {
            move |season: &Found, photo: &Uuid| season.is_asked(screen, *photo)
        };
        let edited = |photo: &Photo| {
            let mut told = photo.clone();
            told.taken_at = photo.taken_at.plus_millis(-9 * DAY_MS);
            told.position = moved(photo.position, 900.0, 400.0);
            (picture(&told), json!({}))
        };
        self.spoilt(
            "EXIF of another day and place",
            count,
            album,
            &edited,
            &screens("edited_file"),
        )
        .await;
        let touched = |photo: &Photo| (with_editor(&picture(photo)), json!({}));
        self.spoilt(
            "EXIF that names an editor",
            count,
            album,
            &touched,
            &screens("edited_file"),
        )
        .await;
        let mocked = |photo: &Photo| (picture(photo), json!({ "mock": true }));
        self.spoilt(
            "position from another program, told by the phone",
            count,
            album,
            &mocked,
            &screens("mock_position"),
        )
        .await;
        self.misplaced(count, album).await;
    }

    /// Photos that say themselves that they are of another place or time.
    async fn misplaced(&mut self, count: usize, album: &mut Album) {
        let far = |photo: &Photo| {
            let mut far = photo.clone();
            far.position = moved(photo.position, 1_500.0, 1_500.0);
            let place = json!({ "lon": far.position.lon(), "lat": far.position.lat() });
            (picture(&far), place)
        };
        let capped =
            |code: &'static str| move |season: &Found, photo: &Uuid| season.has_code(code, *photo);
        self.spoilt(
            "taken two kilometres away",
            count,
            album,
            &far,
            &capped("far_from_plot"),
        )
        .await;
        let early = |photo: &Photo| {
            let mut early = photo.clone();
            early.taken_at = photo.taken_at.plus_millis(-20 * DAY_MS);
            (
                picture(&early),
                json!({ "taken_at": early.taken_at, "gnss_at": early.taken_at }),
            )
        };
        self.spoilt(
            "taken twenty days before the work",
            count,
            album,
            &early,
            &capped("outside_time"),
        )
        .await;
    }

    /// Plots that are not there with pictures of another that is.
    #[expect(clippy::too_many_lines, reason = "one class after the other")]
    async fn copied(&mut self, class: &str, change: Change, count: usize) {
        let mut forged: Vec<(Uuid, BTreeSet<Uuid>)> = Vec::new();
        let mut uncounted = 0;
        let mut ghosts = Vec::new();
        for number in 0..count {
            let source = self
                .grounds
                .iter()
                .filter(|ground| ground.eradication.is_some());
            let source = source.cycle().nth(number).unwrap().clone();
            let ghost = self.ghost();
            self.recorded(&ghost).await.expect(201);
            let id = self.field.new_id();
            for photo in self.scenes(&ghost, &source.plot.photos) {
                let mut original = photo.clone();
                original.taken_at = source
                    .plot
                    .detected_at
                    .plus_millis(photo.taken_at.since(ghost.detected_at));
                original.position = source
                    .plot
                    .photos
                    .iter()
                    .find(|own| own.phase == photo.phase)
                    .unwrap_or(&source.plot.photos[0])
                    .position;
                let bytes = picture(&original);
                let upright = image::load_from_memory(&bytes).unwrap().to_rgb8();
                let upright = if photo.orientation == 6 {
                    imageops::rotate90(&upright)
                } else {
                    upright
                };
                let bytes = change(&upright, &bytes, &mut self.chance);
                let shown = self
                    .shown(&ghost, &photo, &bytes, &json!({ "eradication": id }))
                    .await;
                forged.push((shown, source.photos.iter().copied().collect()));
            }
            self.destroyed(&ghost, id, &json!({})).await;
            ghosts.push(ghost);
        }
        self.field.settle().await;
        let asked = self.questions("questions").await;
        let leads = |photo: &Uuid, sources: &BTreeSet<Uuid>| {
            asked.iter().any(|own| {
                let other: Option<Uuid> = own["other"].as_str().and_then(|id| id.parse().ok());
                own["photo"] == photo.to_string()
                    && other.is_some_and(|other| sources.contains(&other))
            })
        };
        let caught = forged
            .iter()
            .filter(|(photo, sources)| leads(photo, sources))
            .count();
        for ghost in &ghosts {
            uncounted += usize::from(self.told(ghost.id.0).await["state"] != "eradicated");
        }
        let how = format!(
            "asked about, naming the earlier plot's photo; {uncounted} of {count} plots do not count already"
        );
        self.table.forged(class, forged.len(), caught, how);
    }

    /// Plots that are not there with fresh pictures that something is wrong with.
    async fn spoilt(
        &mut self,
        class: &str,
        count: usize,
        album: &mut Album,
        spoil: &dyn Fn(&Photo) -> (Vec<u8>, Value),
        is_caught: &dyn Fn(&Found, &Uuid) -> bool,
    ) {
        let mut ghosts: Vec<(Plot, Uuid, Vec<Uuid>)> = Vec::new();
        for _ in 0..count {
            let (ghost, scene) = (self.ghost(), album.scene());
            self.recorded(&ghost).await.expect(201);
            let (id, mut photos) = (self.field.new_id(), Vec::new());
            for photo in self.scenes(&ghost, &scene) {
                let (bytes, mut changes) = spoil(&photo);
                changes["eradication"] = json!(id);
                photos.push(self.shown(&ghost, &photo, &bytes, &changes).await);
            }
            self.destroyed(&ghost, id, &json!({})).await;
            ghosts.push((ghost, id, photos));
        }
        self.field.settle().await;
        let asked = self.questions("questions").await;
        let (mut made, mut caught, mut uncounted) = (0, 0, 0);
        let mut grades = BTreeSet::new();
        for (ghost, id, photos) in &ghosts {
            let (codes, told) = self.reasons(*id).await;
            let found = Found {
                asked: &asked,
                codes,
            };
            made += photos.len();
            caught += photos
                .iter()
                .filter(|photo| is_caught(&found, photo))
                .count();
            grades.insert(told["grade"].as_str().unwrap().to_owned());
            uncounted += usize::from(self.told(ghost.id.0).await["state"] != "eradicated");
        }
        let how = format!(
            "asked about or capped (grades {grades:?}); {uncounted} of {count} plots do not count already"
        );
        self.table.forged(class, made, caught, how);
    }
}

/// What became of a plot's photos.
struct Found<'a> {
    asked: &'a [Value],
    codes: std::collections::BTreeMap<String, Vec<String>>,
}

impl Found<'_> {
    fn is_asked(&self, screen: &str, photo: Uuid) -> bool {
        self.asked
            .iter()
            .any(|own| own["photo"] == photo.to_string() && own["screen"] == screen)
    }

    fn has_code(&self, code: &str, photo: Uuid) -> bool {
        self.codes[&photo.to_string()].iter().any(|own| own == code)
    }
}

fn encoded(picture: &RgbImage, quality: f64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let quality = u8::try_from(super::claims::whole(quality)).unwrap();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(picture)
        .unwrap();
    bytes
}

fn recompressed(picture: &RgbImage, _: &[u8], chance: &mut Chance) -> Vec<u8> {
    encoded(picture, chance.between(25.0, 70.0))
}

fn cropped(picture: &RgbImage, _: &[u8], chance: &mut Chance) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    let share = chance.between(0.9, 0.98);
    let [wide, high] = [width, height].map(|side| super::claims::whole(f64::from(side) * share));
    let x = super::claims::whole(chance.between(0.0, f64::from(width - wide)));
    let y = super::claims::whole(chance.between(0.0, f64::from(height - high)));
    encoded(
        &imageops::crop_imm(picture, x, y, wide, high).to_image(),
        80.0,
    )
}

/// Turned about its middle, corners cut away.
fn turned(picture: &RgbImage, _: &[u8], chance: &mut Chance) -> Vec<u8> {
    let (sin, cos) = chance.between(-3.0, 3.0).to_radians().sin_cos();
    let (width, height) = picture.dimensions();
    let (wide, high) = (f64::from(width), f64::from(height));
    let room = 1.0 / (cos + sin.abs() * (wide / high).max(high / wide));
    let turned = RgbImage::from_fn(width, height, |x, y| {
        let (east, south) = (
            (f64::from(x) - wide / 2.0) * room,
            (f64::from(y) - high / 2.0) * room,
        );
        let from_x =
            super::claims::whole((east * cos - south * sin + wide / 2.0).max(0.0)).min(width - 1);
        let from_y =
            super::claims::whole((east * sin + south * cos + high / 2.0).max(0.0)).min(height - 1);
        *picture.get_pixel(from_x, from_y)
    });
    encoded(&turned, 80.0)
}

fn same(_: &RgbImage, bytes: &[u8], _: &mut Chance) -> Vec<u8> {
    bytes.to_vec()
}

/// The file as an editor leaves it: its EXIF gone, another in its place that names the program (tag 0x0131).
fn with_editor(bytes: &[u8]) -> Vec<u8> {
    let plain = encoded(&image::load_from_memory(bytes).unwrap().to_rgb8(), 85.0);
    let name = b"Adobe Photoshop 25.0\0";
    let mut tiff = b"Exif\0\0MM\0*\0\0\0\x08\0\x01".to_vec();
    tiff.extend([
        0x01,
        0x31,
        0,
        2,
        0,
        0,
        0,
        u8::try_from(name.len()).unwrap(),
        0,
        0,
        0,
        26,
        0,
        0,
        0,
        0,
    ]);
    tiff.extend(name);
    let length = u16::try_from(tiff.len() + 2).unwrap();
    [
        &plain[..2],
        &[0xFF, 0xE1],
        &length.to_be_bytes(),
        &tiff,
        &plain[2..],
    ]
    .concat()
}
