//! Orders to erase, as they are asked for, decided and shown.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::ids::{EntryId, PhotoId};
use crate::base::time::Timestamp;
use crate::base::words::vocabulary;

vocabulary! {
    /// What can be erased by order.
    RedactionTarget: "a thing that can be erased" {
        /// A photo: its original, what was made of it, and the contents of its entries.
        Photo = "photo",
        /// The raw fixes of a patrol.
        Track = "track",
        /// What somebody wrote in free text of a plot, an incident, a patrol, a fact of the ledger, a second visit, a tip or
        /// the replies to a question.
        Notes = "notes",
    }
}

vocabulary! {
    /// How far an order to erase has come.
    RedactionState: "a state of an order to erase" {
        /// It waits for a second account.
        Asked = "asked",
        /// What was asked for is erased.
        Done = "done",
        /// The second account refused it.
        Refused = "refused",
    }
}

/// Why nothing is erased.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedactionFault {
    /// A legal hold keeps it.
    #[error("a legal hold keeps it")]
    Held,
    /// Nothing of the picture has come yet.
    #[error("neither original nor preview has come")]
    NotStored,
    /// There is nothing to erase, or nothing any more.
    #[error("there is nothing to erase")]
    Nothing,
    /// Fixes are still on their way.
    #[error("fixes are still coming in")]
    Arriving,
    /// Another order about it waits.
    #[error("another order waits")]
    Waiting,
    /// The order was decided before.
    #[error("the order was decided")]
    Decided,
    /// A form that tells of it is not decided.
    #[error("a form that tells of it waits")]
    FormWaiting,
    /// It was typed in from a paper record, whose scan says the same.
    #[error("it stands on a paper's scan")]
    OnPaper,
    /// This post node has not forwarded it.
    #[error("it is to be forwarded first")]
    NotForwarded,
    /// The asker cannot approve, nor whoever may be the same person.
    #[error("a second account is needed")]
    SecondAccount,
}

/// What is to be erased, and by which order.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedactionDraft {
    /// A photo, a patrol's track, or the notes of a fact.
    pub target: RedactionTarget,
    /// The photo, the patrol, or the fact.
    pub id: Uuid,
    /// The number of the document that orders it, 1 to 100 characters.
    pub document: String,
    /// Why, 1 to 500 characters.
    pub reason: String,
}

/// What a second account says.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedactionDecision {
    /// Whether it is erased, now and for good.
    pub approve: bool,
    /// Why not; needed for a refusal.
    pub reason: Option<String>,
}

/// An order to erase.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RedactionView {
    /// Its id.
    pub id: Uuid,
    /// A photo, a patrol's track, or the notes of a fact.
    pub target: RedactionTarget,
    /// The photo, the patrol, or the fact.
    pub subject: Uuid,
    /// The number of the document.
    pub document: String,
    /// Why.
    pub reason: String,
    /// How far it has come.
    pub state: RedactionState,
    /// Who asked.
    pub asked_by: Uuid,
    /// What that account is called.
    pub asked_by_name: Option<String>,
    /// When.
    pub asked_at: Timestamp,
    /// The second account.
    pub decided_by: Option<Uuid>,
    /// When it decided; what was erased is gone since then.
    pub decided_at: Option<Timestamp>,
    /// What it said.
    pub decided_why: Option<String>,
    /// The entry by which the contents were erased, or the refusal's.
    pub entry_id: Option<EntryId>,
    /// The photos that were erased: the one that was named, and those that were the same file.
    pub photos: Vec<PhotoId>,
}

/// That an order erased a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PhotoErased {
    /// When.
    pub at: Timestamp,
    /// The number of the document that ordered it.
    pub document: String,
}
