//! Returns, and what is said to them.

use super::needed;
use crate::base::fields::Fields;
use crate::ledger::model::facts::{Reply, Return};
use crate::ledger::model::wire::{ReplyWire, ReturnWire};

/// What is to be completed is said in so many characters: phones show it on a plot's card.
const MOST_REASON: usize = 500;
const MOST_REPLY: usize = 1_000;

pub(super) fn returned(fields: &mut Fields, wire: &ReturnWire) -> Option<Return> {
    let eradication = fields.word("/eradication", wire.eradication.as_deref());
    let version = fields.whole("/version", wire.version, u32::MAX);
    if wire.eradication.is_some() == wire.version.is_some() {
        fields.refuse(
            "",
            "expected either the eradication or the version of the recording that was read",
        );
    }
    let reason = needed(fields, "/reason", wire.reason.as_deref(), MOST_REASON);
    Some(Return {
        eradication,
        version,
        reason: reason?,
    })
}

pub(super) fn reply(fields: &mut Fields, wire: &ReplyWire) -> Option<Reply> {
    let returned = fields.required_word("/returned", wire.returned.as_deref());
    let text = needed(fields, "/text", wire.text.as_deref(), MOST_REPLY);
    let (returned, text) = returned.zip(text)?;
    Some(Reply { returned, text })
}
