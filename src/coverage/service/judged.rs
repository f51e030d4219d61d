//! Definitions with rules of their own for gaps and accuracy: a patrol's tracks are derived anew under them.

use std::sync::Arc;

use crate::coverage::model::definition::Definition;
use crate::patrols::model::rules::Rules;
use crate::patrols::model::walked::{Walked, WalkedTrack};
use crate::store::Tx;

use super::{Coverage, Error};

/// A definition, with the tracks of a patrol as it judges and joins fixes where it does so in its own way.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) definition: Arc<Definition>,
    pub(super) tracks: Option<Vec<WalkedTrack>>,
}

impl Judged {
    /// The tracks are those that the patrol is shown with.
    pub(super) fn by_usual_rules(definition: &Arc<Definition>) -> Self {
        Self {
            definition: Arc::clone(definition),
            tracks: None,
        }
    }
}

/// How a definition judges fixes and joins them.
pub(super) fn rules_of(definition: &Definition) -> Rules {
    Rules::within(
        definition.max_gap_ms(),
        definition.max_gap_m(),
        definition.max_accuracy_m(),
    )
}

impl Coverage {
    /// What a patrol walked by each of some definitions.
    pub(super) async fn judged(
        &self,
        tx: &mut Tx,
        walked: &Walked,
        definitions: &[Arc<Definition>],
    ) -> Result<Vec<Judged>, Error> {
        let mut judged = Vec::with_capacity(definitions.len());
        for definition in definitions {
            let rules = rules_of(definition);
            let mut own = Judged::by_usual_rules(definition);
            if rules != Rules::current() && walked.tracks.is_some() {
                own.tracks = Some(self.patrols.tracks_under(tx, walked, &rules).await?);
            }
            judged.push(own);
        }
        Ok(judged)
    }
}
