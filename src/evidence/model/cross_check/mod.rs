//! Compares what the sidecar says with what the file says. EXIF is a witness, never the record.

use geo::{Distance, Geodesic};

use super::picture::{Format, Inspection};
use super::sidecar::Sidecar;
use crate::base::words::vocabulary;

/// How far sidecar and file may be apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Apart {
    /// A phone's own fix and the camera's may differ by this much, m.
    pub metres: f64,
    /// The camera's clock and the phone's may differ by this much, ms.
    pub ms: u64,
}

vocabulary! {
    /// Where sidecar and file disagree.
    ExifFlag: "a cross-check flag" {
        /// The file tells nothing about time or place.
        ExifMissing = "exif_missing",
        /// Further apart in place than the rules allow.
        ExifPositionDiffers = "exif_position_differs",
        /// Further apart in time than the rules allow.
        ExifTimeDiffers = "exif_time_differs",
        /// The bytes are of another type than the sidecar says.
        MediaTypeDiffers = "media_type_differs",
        /// Written by a program that changes pictures, or changed after it was taken.
        ExifEdited = "exif_edited",
    }
}

/// The disagreements between a sidecar and its file.
#[must_use]
pub fn cross_check(sidecar: &Sidecar, picture: &Inspection, apart: Apart) -> Vec<ExifFlag> {
    let missing = picture
        .exif
        .as_ref()
        .is_none_or(|exif| exif.position.is_none() && exif.time().is_none());
    [
        (missing, ExifFlag::ExifMissing),
        (
            position_differs(sidecar, picture, apart.metres),
            ExifFlag::ExifPositionDiffers,
        ),
        (
            time_differs(sidecar, picture, apart.ms),
            ExifFlag::ExifTimeDiffers,
        ),
        (
            media_type_differs(sidecar, picture.format),
            ExifFlag::MediaTypeDiffers,
        ),
        (is_edited(picture), ExifFlag::ExifEdited),
    ]
    .into_iter()
    .filter_map(|(holds, flag)| holds.then_some(flag))
    .collect()
}

fn position_differs(sidecar: &Sidecar, picture: &Inspection, most_m: f64) -> bool {
    let camera = picture.exif.as_ref().and_then(|exif| exif.position);
    sidecar.position.zip(camera).is_some_and(|(phone, camera)| {
        Geodesic.distance(phone.to_point(), camera.to_point()) > most_m
    })
}

fn time_differs(sidecar: &Sidecar, picture: &Inspection, most_ms: u64) -> bool {
    let camera = picture
        .exif
        .as_ref()
        .and_then(super::picture::ExifFacts::time);
    camera.is_some_and(|camera| sidecar.taken_at.since(camera).unsigned_abs() > most_ms)
}

/// Programs that write their name into pictures that they changed; a sign to ask about, never a proof.
const EDITORS: [&str; 10] = [
    "photoshop",
    "lightroom",
    "snapseed",
    "gimp",
    "picsart",
    "exiftool",
    "facetune",
    "pixelmator",
    "affinity",
    "paint.net",
];
/// A camera writes a file within this time after the shutter, ms.
const WRITTEN_WITHIN_MS: i64 = 60_000;

fn is_edited(picture: &Inspection) -> bool {
    let Some(exif) = &picture.exif else {
        return false;
    };
    let named = exif.software.as_ref().is_some_and(|software| {
        let software = software.to_lowercase();
        EDITORS.iter().any(|editor| software.contains(editor))
    });
    // Both are local times as the camera wrote them.
    let changed = exif.changed_local.zip(exif.shutter_local);
    named || changed.is_some_and(|(changed, shutter)| changed.since(shutter) > WRITTEN_WITHIN_MS)
}

fn media_type_differs(sidecar: &Sidecar, format: Format) -> bool {
    let said = sidecar.media_type.as_deref().map(str::to_ascii_lowercase);
    said.is_some_and(|said| !format.media_types().contains(&said.as_str()))
}

#[cfg(test)]
mod tests;
