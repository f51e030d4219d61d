//! What a fact says, whatever its kind, and the text under which that is kept.

use super::facts::{
    Approval, Confirmation, Eradication, Judgement, Minutes, Reason, Referral, Reinspection, Reply,
    Return, Transfer, Verification, Waiver,
};
use super::words::{FactKind, Finding, Inspected, Sameness};

/// What a fact says.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each kind is told at its word")]
pub enum Act {
    Verification(Verification),
    Confirmation(Confirmation),
    Eradication(Box<Eradication>),
    Minutes(Minutes),
    Approval(Approval),
    Reinspection(Reinspection),
    Transfer(Transfer),
    Referral(Referral),
    Retraction(Reason),
    Reopening(Reason),
    Judgement(Judgement),
    Waiver(Waiver),
    Return(Return),
    Reply(Reply),
}

impl Act {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> FactKind {
        match self {
            Self::Verification(_) => FactKind::Verification,
            Self::Confirmation(_) => FactKind::Confirmation,
            Self::Eradication(_) => FactKind::Eradication,
            Self::Minutes(_) => FactKind::Minutes,
            Self::Approval(_) => FactKind::Approval,
            Self::Reinspection(_) => FactKind::Reinspection,
            Self::Transfer(_) => FactKind::Transfer,
            Self::Referral(_) => FactKind::Referral,
            Self::Retraction(_) => FactKind::Retraction,
            Self::Reopening(_) => FactKind::Reopening,
            Self::Judgement(_) => FactKind::Judgement,
            Self::Waiver(_) => FactKind::Waiver,
            Self::Return(_) => FactKind::Return,
            Self::Reply(_) => FactKind::Reply,
        }
    }

    /// Whether it says something of the ground, or of the work done there, and not of the record alone: it holds as well
    /// for another record of the same ground.
    #[must_use]
    pub const fn is_of_ground(&self) -> bool {
        matches!(
            self,
            Self::Verification(_)
                | Self::Confirmation(_)
                | Self::Eradication(_)
                | Self::Minutes(_)
                | Self::Approval(_)
                | Self::Reinspection(_)
                | Self::Waiver(_)
        )
    }

    /// Whether it may close a plot.
    #[must_use]
    pub const fn may_close(&self) -> bool {
        match self {
            Self::Retraction(_) | Self::Referral(_) => true,
            Self::Verification(said) => !matches!(said.finding, Finding::Confirmed),
            Self::Judgement(said) => matches!(said.sameness, Sameness::Same),
            Self::Reinspection(said) => {
                matches!(said.result, Inspected::Clear | Inspected::Replanted)
            }
            _ => false,
        }
    }

    /// Its free text, which may hold what it should not.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Verification(said) => said.notes.as_deref(),
            Self::Confirmation(said) => said.notes.as_deref(),
            Self::Eradication(said) => said.notes.as_deref(),
            Self::Approval(said) => said.notes.as_deref(),
            Self::Reinspection(said) => said.notes.as_deref(),
            Self::Transfer(said) => said.notes.as_deref(),
            Self::Retraction(said) | Self::Reopening(said) => Some(&said.reason),
            Self::Judgement(said) => Some(&said.reason),
            Self::Waiver(said) => Some(&said.reason),
            Self::Return(said) => Some(&said.reason),
            Self::Reply(said) => Some(&said.text),
            Self::Minutes(_) | Self::Referral(_) => None,
        }
    }

    /// The text under which it is kept; equal acts give equal texts.
    pub fn record(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Verification(said) => serde_json::to_string(said),
            Self::Confirmation(said) => serde_json::to_string(said),
            Self::Eradication(said) => serde_json::to_string(said),
            Self::Minutes(said) => serde_json::to_string(said),
            Self::Approval(said) => serde_json::to_string(said),
            Self::Reinspection(said) => serde_json::to_string(said),
            Self::Transfer(said) => serde_json::to_string(said),
            Self::Referral(said) => serde_json::to_string(said),
            Self::Retraction(said) | Self::Reopening(said) => serde_json::to_string(said),
            Self::Judgement(said) => serde_json::to_string(said),
            Self::Waiver(said) => serde_json::to_string(said),
            Self::Return(said) => serde_json::to_string(said),
            Self::Reply(said) => serde_json::to_string(said),
        }
    }

    /// The act that was kept as this text.
    pub fn from_record(kind: FactKind, record: &str) -> Result<Self, serde_json::Error> {
        Ok(match kind {
            FactKind::Verification => Self::Verification(serde_json::from_str(record)?),
            FactKind::Confirmation => Self::Confirmation(serde_json::from_str(record)?),
            FactKind::Eradication => Self::Eradication(serde_json::from_str(record)?),
            FactKind::Minutes => Self::Minutes(serde_json::from_str(record)?),
            FactKind::Approval => Self::Approval(serde_json::from_str(record)?),
            FactKind::Reinspection => Self::Reinspection(serde_json::from_str(record)?),
            FactKind::Transfer => Self::Transfer(serde_json::from_str(record)?),
            FactKind::Referral => Self::Referral(serde_json::from_str(record)?),
            FactKind::Retraction => Self::Retraction(serde_json::from_str(record)?),
            FactKind::Reopening => Self::Reopening(serde_json::from_str(record)?),
            FactKind::Judgement => Self::Judgement(serde_json::from_str(record)?),
            FactKind::Waiver => Self::Waiver(serde_json::from_str(record)?),
            FactKind::Return => Self::Return(serde_json::from_str(record)?),
            FactKind::Reply => Self::Reply(serde_json::from_str(record)?),
        })
    }
}
