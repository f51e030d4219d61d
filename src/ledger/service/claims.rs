//! Claims held against the unit's own tracks, once tracks had time to come.

use crate::base::ids::PlotId;
use crate::base::time::Timestamp;
use crate::evidence::PlotClaim;
use crate::geo::position::Position;
use crate::journal::JobRow;
use crate::ledger::model::words::PlotState;
use crate::ledger::model::{Act, Life};
use crate::patrols::model::screens::claims::{Place, Presence};
use crate::store::{self, Tx};

use super::material::{self, Material};
use super::{Error, Ledger};

/// The kind of job that screens the claims of a plot.
pub const CLAIMS_JOB: &str = "screen_claims";

/// Phones come home with their tracks days later, ms (7 days).
const TRACKS_WITHIN_MS: i64 = 7 * 86_400_000;

impl Ledger {
    /// Asks for a plot's claims to be screened, each when its tracks should have come: now for those whose time has come,
    /// else for the next.
    pub(super) async fn ask_to_screen(
        &self,
        tx: &mut Tx,
        material: &Material,
        life: &Life,
    ) -> Result<(), store::Error> {
        let now = self.journal.now();
        match claims_of(material, life)?.iter().map(due).min() {
            Some(first) => {
                let plot = material.row.id.0;
                self.journal
                    .queue_at(tx, CLAIMS_JOB, plot, first.max(now))
                    .await
            }
            None => Ok(()),
        }
    }

    /// The job of a plot whose claims may be screened; those whose tracks may still come wait for theirs.
    pub async fn screen_claims(&self, job: &JobRow) -> Result<(), Error> {
        let plot = PlotId(job.subject);
        let now = self.journal.now();
        let mut tx = self.journal.store().read().await?;
        let (mut found, mut next) = (Vec::new(), None);
        if let Some(material) = material::of_plot(&mut tx, plot).await? {
            let rules = self.rules(&mut tx).await?;
            if let Some((material, life)) = self.life_of(&mut tx, material, &rules).await? {
                let claims = claims_of(&material, &life)?;
                next = claims.iter().map(due).filter(|due| *due > now).min();
                for claim in claims.into_iter().filter(|claim| due(claim) <= now) {
                    found.push((claim, self.evidence.presence_at(&mut tx, &claim).await?));
                }
            }
        }
        drop(tx);
        let context = (self.clone(), job.clone(), (found, next));
        self.journal
            .write(context, |tx, (ledger, job, (found, next))| {
                Box::pin(async move {
                    for (claim, presence) in found {
                        ledger.ask_claim(tx, claim, *presence).await?;
                    }
                    ledger.journal.finish_job(tx, job.id).await?;
                    if let Some(next) = next {
                        ledger
                            .journal
                            .queue_at(tx, CLAIMS_JOB, job.subject, *next)
                            .await?;
                    }
                    Ok::<_, Error>(())
                })
            })
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
        let fact = fact.filter(|fact| matches!(fact.act, Act::Eradication(_)));
        if let Some((fact, org)) = fact.and_then(|fact| Some((fact, fact.org?))) {
            claims.push(claim(fact.id.0, org, fact.author, fact.at));
        }
    }
    Ok(claims)
}
