//! `tuantra redact`: asks in the console's name that something is erased; an account of the province decides.

use clap::Args;
use uuid::Uuid;

use crate::base::actor::Actor;
use crate::evidence::{RedactionDraft, RedactionTarget};
use crate::http::Problem;

use super::{Opening, print_line, tell};

/// Ask that a photo, the raw track of a patrol or the notes of a fact are erased by an order. Nothing is erased before an
/// account of the province that the console did not make approves it (`POST /api/v1/redactions/ID/decision`); the order's id
/// is the only line on standard output.
#[derive(Debug, Args)]
pub struct Redact {
    #[command(flatten)]
    opening: Opening,
    /// photo, track or notes.
    target: RedactionTarget,
    /// The photo's id, the patrol's, or that of the fact in whose free text something is written.
    id: Uuid,
    /// The number of the document that orders it.
    #[arg(long)]
    document: String,
    /// Why.
    #[arg(long)]
    reason: String,
}

impl Redact {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let app = self.opening.open().await?;
        let draft = RedactionDraft {
            target: self.target,
            id: self.id,
            document: self.document,
            reason: self.reason,
        };
        let asked = app.evidence.ask_redaction(&Actor::console(), &draft).await;
        let (order, _) = asked.map_err(|error| super::told(&Problem::from(error)))?;
        print_line(&order.id.to_string());
        tell("it waits for an account of the province: nothing is erased yet");
        app.journal.store().close().await;
        Ok(())
    }
}
