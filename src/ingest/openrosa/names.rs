//! Ids of what a form tells, derived from its instance: a replay names the same things.
//!
//! An id is a UUID of version 8 (RFC 9562 §5.8) over the first 16 bytes of SHA-256 over a fixed prefix, the id of what
//! it belongs to and a name. A submission belongs to its author, so that nobody's instanceID meets another's; a fact
//! belongs to the first submission of a chain of edits, so that an edit is a version of the same fact.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::base::ids::SubmissionId;

const PREFIX: &[u8] = b"tuantra-openrosa-v1\0";

/// The id of what is called `name` and belongs to `of`.
#[must_use]
pub fn derived(of: Uuid, name: &str) -> Uuid {
    let hash = Sha256::new()
        .chain_update(PREFIX)
        .chain_update(of.as_bytes())
        .chain_update(name.as_bytes())
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// The id of an author's submission of this instance.
#[must_use]
pub fn submission(author: Uuid, instance: &str) -> SubmissionId {
    SubmissionId(derived(author, instance))
}

/// Whom and what the facts of a submission belong to.
#[derive(Debug, Clone, Copy)]
pub struct Chain {
    /// The first submission of a chain of edits.
    pub root: SubmissionId,
    /// 1 for the first, and one more for each edit.
    pub revision: u32,
    /// The organisation that people are counted for.
    pub org: Option<crate::base::ids::OrgId>,
    /// What came of the submissions before it.
    pub before: Before,
}

/// What came of the earlier submissions of a chain. One of which nothing was recorded is corrected by no edit: the first
/// that is recorded writes the fact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Before {
    /// The version of its plot or patrol that the last of them wrote.
    pub version: Option<u32>,
    /// The revision whose work or inspection is the one to be corrected.
    pub corrected: Option<u32>,
    /// Whether the track was recorded.
    pub track: bool,
}

impl Before {
    /// As if each of them had been recorded and nobody else had written meanwhile: what an edit waits for that came
    /// before what it edits.
    #[must_use]
    pub fn whole(revision: u32) -> Self {
        let last = (revision > 1).then(|| revision - 1);
        Self {
            version: last,
            corrected: last,
            track: last.is_some(),
        }
    }
}

impl Chain {
    /// The id of a fact that has versions of its own.
    #[must_use]
    pub fn fact(&self, name: &str) -> Uuid {
        derived(self.root.0, name)
    }

    /// The id of this revision of a fact that another fact corrects, and of the one that it corrects. A correction stands
    /// by the order of ids: a later revision's is later, and one made by a phone or at a desk (version 7) later than all.
    #[must_use]
    pub fn correction(&self, name: &str) -> (Uuid, Option<Uuid>) {
        let shared = self.fact(name).into_bytes();
        let of = |revision: u32| {
            let mut bytes = self.fact(&format!("{name}/{revision}")).into_bytes();
            let [_, _, high, low] = revision.to_be_bytes();
            bytes[..4].fill(0);
            bytes[4..6].copy_from_slice(&shared[4..6]);
            (bytes[6], bytes[7]) = (high, low);
            Builder::from_custom_bytes(bytes).into_uuid()
        };
        (of(self.revision), self.before.corrected.map(of))
    }

    /// The version that an edit corrects.
    #[must_use]
    pub const fn revises(&self) -> Option<u32> {
        self.before.version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_instance_and_author_alone() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let instance = "uuid:0f0e0d0c-0b0a-4908-8706-050403020100";
        let id = submission(one, instance);
        // By Python's hashlib over the same bytes, with version 8 and the variant set.
        assert_eq!(id.to_string(), "d2ad8200-2063-80a5-b2b0-087689d77a69");
        assert_eq!(id, submission(one, instance));
        assert_ne!(id, submission(other, instance));
        assert_ne!(id, submission(one, "uuid:another"));
    }

    #[test]
    fn an_edit_corrects_the_revision_before_it() {
        let root = submission(Uuid::from_u128(1), "uuid:a");
        let chain = |revision| Chain {
            root,
            revision,
            org: None,
            before: Before::whole(revision),
        };
        let (first, none) = chain(1).correction("eradication");
        let (second, before) = chain(2).correction("eradication");
        assert_eq!((none, before), (None, Some(first)));
        assert!(
            first < second
                && chain(255).correction("eradication") < chain(256).correction("eradication")
        );
        let at_a_desk = Uuid::from_u128(0x0193_8f3a_7c2e_7b1a_9d43_6f0a_51b2_c3d4);
        assert!(second < at_a_desk);
        assert_eq!(second.get_version_num(), 8);
        assert_eq!(chain(1).fact("plot"), chain(2).fact("plot"));
        assert_eq!((chain(1).revises(), chain(3).revises()), (None, Some(2)));
    }

    #[test]
    fn an_edit_corrects_what_was_recorded_and_not_what_was_sent() {
        let chain = |corrected| Chain {
            root: submission(Uuid::from_u128(1), "uuid:a"),
            revision: 3,
            org: None,
            before: Before {
                version: Some(1),
                corrected,
                track: true,
            },
        };
        let first = Chain {
            revision: 1,
            ..chain(None)
        };
        let (own, of_first) = chain(Some(1)).correction("eradication");
        assert_eq!(of_first, Some(first.correction("eradication").0));
        assert_eq!((own, None), chain(None).correction("eradication"));
        assert_eq!(chain(None).revises(), Some(1));
    }
}
