//! Joining photos to plots that came after them, and finding the communes of today for photos with a point of their own.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::base::ids::{PhotoId, PlotId};
use crate::evidence::sql::{self, PhotoRow};
use crate::geo::position::Position;
use crate::journal::JobRow;
use crate::plots::SETTLE_JOB;
use crate::store::{self, Tx};

use super::{DERIVE_JOB, Error, Evidence};

/// For communes that have ended, by code: those of today that hold their ground.
type Heirs = BTreeMap<String, BTreeSet<String>>;

impl Evidence {
    /// Does jobs of linking, all in one act: joins the photos that name their plots, where their authors' right at receipt
    /// reaches them, whatever that ground is called by now.
    pub async fn link_photos(&self, jobs: &[JobRow]) -> Result<(), Error> {
        let plots: Vec<PlotId> = jobs.iter().map(|job| PlotId(job.subject)).collect();
        let heirs = self.heirs_of_authors(&plots).await?;
        let context = (self.clone(), jobs.to_vec(), plots, heirs);
        self.journal
            .write(context, |tx, (evidence, jobs, plots, heirs)| {
                Box::pin(async move {
                    let mut is_counted = false;
                    for photo in sql::unlinked(tx, plots).await? {
                        if let Some(plot) = photo.plot {
                            is_counted |= evidence.link(tx, &photo, plot, heirs).await?;
                        }
                    }
                    evidence.journal.finish_jobs(tx, jobs).await?;
                    if is_counted {
                        evidence.plots.photos_counted(tx).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// Who holds today the ground of the communes in which the authors of waiting photos recorded. Told before the act: grounds
    /// are compared on connections of their own.
    async fn heirs_of_authors(&self, plots: &[PlotId]) -> Result<Heirs, Error> {
        let mut tx = self.journal.store().read().await?;
        let photos = sql::unlinked(&mut tx, plots).await?;
        drop(tx);
        let mut codes = BTreeSet::new();
        for photo in &photos {
            codes.extend(reach_of(photo)?.into_iter().flatten());
        }
        if codes.is_empty() {
            return Ok(Heirs::new());
        }
        Ok(self.plots.heirs_of(codes).await?)
    }

    /// Joins a photo to its plot; tells whether that is one photo more.
    async fn link(
        &self,
        tx: &mut Tx,
        photo: &PhotoRow,
        plot: PlotId,
        heirs: &Heirs,
    ) -> Result<bool, Error> {
        let Some(known) = self.plots.place(tx, plot).await? else {
            return Ok(false);
        };
        let is_reached = reaches(photo, known.place.as_deref(), heirs)?;
        if !is_reached || !sql::link(tx, photo.id).await? {
            return Ok(false);
        }
        self.plots.add_photo(tx, plot).await?;
        // Only what is joined to a plot is held against other plots' photos.
        if photo.is_stored() {
            self.journal.queue(tx, DERIVE_JOB, photo.id.0).await?;
        }
        self.journal.queue(tx, SETTLE_JOB, plot.0).await?;
        Ok(true)
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

/// Whether the photo's author might record photos there when the photo came; where a commune of theirs has ended since, its
/// ground is meant.
fn reaches(photo: &PhotoRow, place: Option<&str>, heirs: &Heirs) -> Result<bool, store::Error> {
    Ok(match (reach_of(photo)?, place) {
        (None, _) => true,
        (Some(codes), Some(place)) => codes.iter().any(|code| {
            let holders = heirs.get(code);
            code == place || holders.is_some_and(|today| today.contains(place))
        }),
        (Some(_), None) => false,
    })
}

/// The communes in which the photo's author might record photos when it came; `None`: the whole province.
fn reach_of(photo: &PhotoRow) -> Result<Option<Vec<String>>, store::Error> {
    serde_json::from_str(&photo.reach).or(Err(photo.corrupt("reach")))
}
