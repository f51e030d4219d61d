//! Compares what the sidecar says with what the file says. EXIF is a witness, never the record.

use geo::{Distance, Geodesic};

use super::picture::{Format, Inspection};
use super::sidecar::Sidecar;
use crate::base::words::vocabulary;

/// A phone's own fix and the camera's may differ by this much, m.
const POSITION_APART_M: f64 = 200.0;
/// The camera's clock and the phone's may differ by this much, ms.
const TIME_APART_MS: u64 = 600_000;

vocabulary! {
    /// Where sidecar and file disagree.
    ExifFlag: "a cross-check flag" {
        /// The file tells nothing about time or place.
        ExifMissing = "exif_missing",
        /// More than 200 m apart.
        ExifPositionDiffers = "exif_position_differs",
        /// More than 10 minutes apart.
        ExifTimeDiffers = "exif_time_differs",
        /// The bytes are of another type than the sidecar says.
        MediaTypeDiffers = "media_type_differs",
    }
}

/// The disagreements between a sidecar and its file.
#[must_use]
pub fn cross_check(sidecar: &Sidecar, picture: &Inspection) -> Vec<ExifFlag> {
    let missing = picture
        .exif
        .as_ref()
        .is_none_or(|exif| exif.position.is_none() && exif.time().is_none());
    [
        (missing, ExifFlag::ExifMissing),
        (
            position_differs(sidecar, picture),
            ExifFlag::ExifPositionDiffers,
        ),
        (time_differs(sidecar, picture), ExifFlag::ExifTimeDiffers),
        (
            media_type_differs(sidecar, picture.format),
            ExifFlag::MediaTypeDiffers,
        ),
    ]
    .into_iter()
    .filter_map(|(holds, flag)| holds.then_some(flag))
    .collect()
}

fn position_differs(sidecar: &Sidecar, picture: &Inspection) -> bool {
    let camera = picture.exif.as_ref().and_then(|exif| exif.position);
    sidecar.position.zip(camera).is_some_and(|(phone, camera)| {
        Geodesic.distance(phone.to_point(), camera.to_point()) > POSITION_APART_M
    })
}

fn time_differs(sidecar: &Sidecar, picture: &Inspection) -> bool {
    let camera = picture
        .exif
        .as_ref()
        .and_then(super::picture::ExifFacts::time);
    camera.is_some_and(|camera| sidecar.taken_at.since(camera).unsigned_abs() > TIME_APART_MS)
}

fn media_type_differs(sidecar: &Sidecar, format: Format) -> bool {
    let said = sidecar.media_type.as_deref().map(str::to_ascii_lowercase);
    said.is_some_and(|said| !format.media_types().contains(&said.as_str()))
}

#[cfg(test)]
mod tests;
