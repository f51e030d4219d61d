//! Claims held against the unit's own tracks, once tracks had time to come.

use crate::base::ids::PlotId;
use crate::base::time::Timestamp;
use crate::evidence::PlotClaim;
use crate::geo::position::Position;
use crate::journal::JobRow;
use crate::ledger::model::words::PlotState;
use crate::ledger::model::{Act, Fact, Life};
use crate::patrols::model::screens::claims::{Place, Presence};
use crate::plots::is_astray;
use crate::store::{self, Tx};

use super::material::{self, Material};
use super::{Error, Ledger};

/// The kind of job that screens the claims of a plot.
pub const CLAIMS_JOB: &str = "screen_claims";

/// Phones come home with their tracks days later, ms (7 days).
const TRACKS_WITHIN_MS: i64 = 7 * 86_400_000;

impl Ledger {
    /// From when on a plot's claims are to be screened, each when its tracks should have come: now for those whose time has
    /// come, else for the next; none when nothing is claimed.
    pub(super) fn screened_from(
        &self,
        material: &Material,
        life: &Life,
    ) -> Result<Option<Timestamp>, store::Error> {
        let now = self.journal.now();
        let first = claims_of(material, life)?.iter().map(due).min();
        Ok(first.map(|first| first.max(now)))
    }

    /// The jobs of plots whose claims may be screened, all in one act; those whose tracks may still come wait for theirs.
    pub async fn screen_claims(&self, jobs: &[JobRow]) -> Result<(), Error> {
        let plots: Vec<PlotId> = jobs.iter().map(|job| PlotId(job.subject)).collect();
        let now = self.journal.now();
        let mut tx = self.journal.store().read().await?;
        let rules = self.rules(&mut tx).await?;
        let (mut claims, mut later) = (Vec::new(), Vec::new());
        for material in material::of_plots(&mut tx, &plots).await? {
            let Some((material, life)) = self.life_of(&mut tx, material, &rules).await? else {
                continue;
            };
            let made = claims_of(&material, &life)?;
            let next = made.iter().map(due).filter(|due| *due > now).min();
            later.extend(next.map(|next| (CLAIMS_JOB, material.row.id.0, next)));
            claims.extend(made.into_iter().filter(|claim| due(claim) <= now));
        }
        let presences = self.evidence.presences_at(&mut tx, &claims).await?;
        drop(tx);
        let found: Vec<(PlotClaim, Presence)> = claims.into_iter().zip(presences).collect();
        let context = (self.clone(), jobs.to_vec(), (found, later));
        self.journal
            .write(context, |tx, (ledger, jobs, (found, later))| {
                Box::pin(async move {
                    for (claim, presence) in found {
                        ledger.ask_claim(tx, claim, *presence).await?;
                    }
                    ledger.journal.finish_jobs(tx, jobs).await?;
                    ledger.journal.queue_all(tx, later).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// Asks where a plot is that counts and lies outside the province though nobody said so: it stands in no commune's sums.
    pub(super) async fn ask_where(
        &self,
        tx: &mut Tx,
        material: &Material,
        life: &Life,
    ) -> Result<(), store::Error> {
        let row = &material.row;
        let position = Position::new(row.lon, row.lat).or(Err(row.corrupt("lat")))?;
        let is_placed = row.place.is_some() || row.commune.is_some();
        let outside_vietnam = material.plot.outside_vietnam;
        let is_ground_known = self.plots.is_ground_known();
        if !life.state.is_counted()
            || !is_astray(position, is_placed, outside_vietnam, is_ground_known)
        {
            return Ok(());
        }
        self.evidence
            .ask_about_place(tx, row.id, row.org, row.detected_at)
            .await
    }

    async fn ask_claim(
        &self,
        tx: &mut Tx,
        claim: &PlotClaim,
        presence: Presence,
    ) -> Result<(), Error> {
        let asked = self.evidence.ask_about_claim(tx, claim, presence).await;
        asked.map_err(|error| match error {
            crate::evidence::Error::Store(error) => Error::Store(error),
            error => Error::Store(store::Error::Unavailable(error.to_string())),
        })
    }
}

/// When the tracks that would show a claim should have come.
fn due(claim: &PlotClaim) -> Timestamp {
    claim.place.at.plus_millis(TRACKS_WITHIN_MS)
}

/// What units claim of a plot that stands: that they saw it, and that they destroyed it.
fn claims_of(material: &Material, life: &Life) -> Result<Vec<PlotClaim>, store::Error> {
    let row = &material.row;
    let position = Position::new(row.lon, row.lat).or(Err(row.corrupt("lat")))?;
    let claim = |claim, org, author, at| PlotClaim {
        plot: row.id,
        claim,
        org,
        author,
        place: Place {
            at,
            position,
            accuracy_m: row.hacc_m,
        },
    };
    let mut claims = Vec::new();
    if life.state == PlotState::Retracted {
        return Ok(claims);
    }
    // Of a tip nobody says that he was there.
    if let Some(org) = material.plot.org.filter(|_| material.plot.is_seen) {
        claims.push(claim(row.id.0, org, row.author, row.detected_at));
    }
    for done in &life.eradications {
        let fact = material.facts.iter().find(|fact| fact.id == done.fact);
        // What was recorded on a merged plot is asked about there.
        let is_own = |fact: &&Fact| fact.from.is_none() && matches!(fact.act, Act::Eradication(_));
        let fact = fact.filter(is_own);
        if let Some((fact, org)) = fact.and_then(|fact| Some((fact, fact.org?))) {
            claims.push(claim(fact.id.0, org, fact.author, fact.at));
        }
    }
    Ok(claims)
}
