//! What earlier submissions of a chain of edits brought about: an edit corrects what was recorded of them, not what was
//! sent, and what an officer wrote since is not its to overwrite.

use crate::base::ids::FactId;
use crate::ledger;

use super::super::OpenRosa;
use super::super::names::Before;
use super::super::reading::{self, Part, PartKind, Reading};
use super::super::sql::{self, EarlierRow, SubmissionRow, VersionRow};
use super::super::xml::Element;
use super::Error;
use super::accept::{chain_of, form_of};

/// Parts whose facts have versions.
const VERSIONED: [&str; 2] = ["plot", "patrol"];
/// Parts whose facts are corrected by others.
const CORRECTED: [&str; 2] = ["eradication", "reinspection"];
const TRACK: &str = "track";

impl OpenRosa {
    /// What a submission says, as one of its chain as that stands now. An edit that came before what it edits waits.
    pub(super) async fn read_as_it_stands(
        &self,
        row: &SubmissionRow,
        root: &Element,
    ) -> Result<Reading, Error> {
        self.read_after(row, root, |revision, earlier, written| {
            if earlier.iter().any(|own| own.revision == 1) {
                so_far(earlier, last_of_chain(earlier, written, row))
            } else {
                Before::whole(revision)
            }
        })
        .await
    }

    /// The same for whoever looked at what stands and decides that the submission is to take its place.
    pub(super) async fn read_over_what_stands(
        &self,
        row: &SubmissionRow,
        root: &Element,
    ) -> Result<Reading, Error> {
        let read = self.read_after(row, root, |_, earlier, written| {
            so_far(earlier, written.last())
        });
        let mut reading = read.await?;
        for part in &mut reading.parts {
            self.let_stand_elsewhere(part).await?;
        }
        Ok(reading)
    }

    /// An edit that names another plot than what it edits corrects nothing there: it is a fact of its own. Whoever takes it
    /// has seen both, and corrects what was recorded on the first plot.
    async fn let_stand_elsewhere(&self, part: &mut Part) -> Result<(), Error> {
        let (PartKind::Eradication(plot) | PartKind::Reinspection(plot)) = part.kind else {
            return Ok(());
        };
        let corrects = part.document["corrects"].as_str();
        let Some(of) = corrects.and_then(|id| id.parse::<FactId>().ok()) else {
            return Ok(());
        };
        let is_there = match self.slices.ledger.is_of_ground(of, plot).await {
            Ok(is_there) => is_there,
            Err(ledger::Error::Store(error)) => return Err(error.into()),
            // Its own route says why.
            Err(_) => true,
        };
        if !is_there && let Some(document) = part.document.as_object_mut() {
            document.remove("corrects");
        }
        Ok(())
    }

    /// What a submission says after what came of the earlier ones of its chain.
    async fn read_after(
        &self,
        row: &SubmissionRow,
        root: &Element,
        before: impl FnOnce(u32, &[EarlierRow], &[VersionRow]) -> Before,
    ) -> Result<Reading, Error> {
        let form = form_of(root).ok_or(Error::UnknownForm)?;
        let mut chain = chain_of(row);
        if chain.revision > 1 {
            let mut tx = self.journal.store().read().await?;
            let earlier = sql::earlier(&mut tx, row.root, row.revision).await?;
            let written = sql::versions(&mut tx, chain.fact(versioned(row))).await?;
            chain.before = before(chain.revision, &earlier, &written);
        }
        Ok(reading::read(form, root, &chain))
    }
}

/// The part of a form that has versions.
fn versioned(row: &SubmissionRow) -> &'static str {
    let [plot, patrol] = VERSIONED;
    if row.form == "patrol_report" {
        patrol
    } else {
        plot
    }
}

fn so_far(earlier: &[EarlierRow], revised: Option<&VersionRow>) -> Before {
    // Of what was refused the photos tell nevertheless that came with it: they name the first.
    let corrected = taken(earlier, &CORRECTED).last();
    let corrected = corrected.map_or(1, |own| own.revision);
    Before {
        version: revised.and_then(|own| u32::try_from(own.version).ok()),
        corrected: u32::try_from(corrected).ok(),
        track: taken(earlier, &[TRACK]).next().is_some(),
    }
}

/// The version that the chain wrote last. The phone may have written others by its own app, later than as many as were
/// taken of the chain: the form knows nothing of these.
fn last_of_chain<'a>(
    earlier: &[EarlierRow],
    written: &'a [VersionRow],
    row: &SubmissionRow,
) -> Option<&'a VersionRow> {
    let number = taken(earlier, &VERSIONED).count();
    let by_author = written.iter().filter(|own| own.author == row.author);
    by_author.take(number).last()
}

/// What was recorded of the parts of these names, in the chain's order.
fn taken<'a>(
    earlier: &'a [EarlierRow],
    names: &'a [&'static str],
) -> impl Iterator<Item = &'a EarlierRow> {
    earlier.iter().filter(move |own| {
        let part = own.part.as_deref();
        part.is_some_and(|part| names.contains(&part))
    })
}
