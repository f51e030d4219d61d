//! Joining photos to plots that came after them, and finding the communes of today for photos with a point of their own.

use uuid::Uuid;

use crate::base::ids::{PhotoId, PlotId};
use crate::evidence::sql::{self, PhotoRow};
use crate::geo::position::Position;
use crate::journal::JobRow;
use crate::plots::SETTLE_JOB;
use crate::store;

use super::{DERIVE_JOB, Error, Evidence};

impl Evidence {
    /// Does a job of linking: joins the photos that name the plot, if their author's right at receipt reaches it.
    pub async fn link_photos(&self, job: &JobRow) -> Result<(), Error> {
        self.journal
            .write((self.clone(), job.clone()), |tx, (evidence, job)| {
                Box::pin(async move {
                    let (plot, mut is_counted) = (PlotId(job.subject), false);
                    if let Some(known) = evidence.plots.place(tx, plot).await? {
                        for photo in sql::unlinked(tx, plot).await? {
                            let reaches = reaches(&photo, known.place.as_deref())?;
                            if reaches && sql::link(tx, photo.id).await? {
                                evidence.plots.add_photo(tx, plot).await?;
                                is_counted = true;
                                // Only what is joined to a plot is held against other plots' photos.
                                if photo.is_stored() {
                                    evidence.journal.queue(tx, DERIVE_JOB, photo.id.0).await?;
                                }
                            }
                        }
                        evidence.journal.queue(tx, SETTLE_JOB, plot.0).await?;
                    }
                    evidence.journal.finish_job(tx, job.id).await?;
                    if is_counted {
                        evidence.plots.photos_counted(tx).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// Finds the communes of today for all photos with a point of their own.
    pub async fn place_all(&self) -> Result<(), Error> {
        let mut after = PhotoId(Uuid::nil());
        loop {
            let mut tx = self.journal.store().read().await?;
            let rows = sql::placed_after(&mut tx, after).await?;
            drop(tx);
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.id;
            let mut moved = Vec::new();
            for row in rows {
                let Some((east, north)) = row.lon.zip(row.lat) else {
                    continue;
                };
                let position = Position::new(east, north).or(Err(row.corrupt("lat")))?;
                let place = self.plots.place_of(position).await?;
                if place != row.place {
                    moved.push((row.id, place));
                }
            }
            self.move_all(moved).await?;
        }
    }

    async fn move_all(&self, moved: Vec<(PhotoId, Option<String>)>) -> Result<(), Error> {
        if moved.is_empty() {
            return Ok(());
        }
        self.journal
            .write(moved, |tx, moved| {
                Box::pin(async move {
                    for (id, place) in moved {
                        sql::set_place(tx, *id, place.as_deref()).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await
    }
}

/// Whether the photo's author might record photos there when the photo came.
fn reaches(photo: &PhotoRow, place: Option<&str>) -> Result<bool, store::Error> {
    let reach: Option<Vec<String>> =
        serde_json::from_str(&photo.reach).or(Err(photo.corrupt("reach")))?;
    Ok(match (reach, place) {
        (None, _) => true,
        (Some(codes), Some(place)) => codes.iter().any(|code| code == place),
        (Some(_), None) => false,
    })
}
