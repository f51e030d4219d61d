//! Outside time-stamps (RFC 3161) of the heads that hold a case's entries: put beside the case, and checked when it comes
//! back.

use bytes::Bytes;

use crate::journal::Between;
use crate::journal::history::KeyRing;
use crate::journal::proofs::{self, Checked, ConsistencyProof, EntryProof, SignedHead};
use crate::journal::stamps::stamped_text;

use super::check::{Fault, Files, file, json, note};
use super::gather::{Gathered, text};
use super::{Cases, Error};

const FOLDER: &str = "heads/stamps/";
const REPLY: &str = ".tsr";

impl Cases {
    /// Adds, for every entry, the first stamp over a head that holds it, and the newest one; each with the text that was
    /// stamped and the proof that the package's head begins with it.
    pub(super) async fn add_stamps(
        &self,
        gathered: &mut Gathered,
        proofs: &[EntryProof],
        head: &SignedHead,
    ) -> Result<(), Error> {
        let numbers: Vec<u64> = proofs.iter().map(|proof| proof.index).collect();
        for own in self.journal.stamps_over(&numbers, head.size).await? {
            let between = Between {
                from: own.stamp.size,
                to: Some(head.size),
            };
            let proof = self.journal.prove_consistency(between).await?;
            let proof = proof.ok_or(Error::NotYet)?;
            let stem = format!("{FOLDER}{}", own.stamp.size);
            let files = [
                (".txt", Bytes::from(own.checkpoint)),
                (REPLY, Bytes::from(own.reply)),
                (".json", text(&proof)?),
            ];
            for (end, bytes) in files {
                gathered.files.insert(format!("{stem}{end}"), bytes);
            }
            gathered.printed.stamps.push(own.stamp);
        }
        Ok(())
    }
}

/// Each stamp is over the head beside it, with which the package's own head begins.
pub(super) fn check(
    files: &Files<'_>,
    head: &str,
    ring: &KeyRing,
    checked: &mut Checked,
) -> Result<(), Fault> {
    let names = files.keys().filter(|name| name.starts_with(FOLDER));
    for (name, stem) in names.filter_map(|name| Some((name, name.strip_suffix(REPLY)?))) {
        let stamped = format!("{stem}.txt");
        let note_text = file(files, &stamped)?;
        let at = stamped_text(note_text, file(files, name)?).map_err(|fault| Fault::Stamp {
            file: name.clone(),
            fault,
        })?;
        let proof: ConsistencyProof = json(files, &format!("{stem}.json"))?;
        let older = String::from_utf8_lossy(note_text);
        note(
            checked,
            &stamped,
            proofs::heads(&older, head, Some(&proof), ring),
        )?;
        checked.steps.push(format!(
            "{name}: by the clock of an outside authority this head existed at {at}; whether the stamp is that authority's: \
             openssl ts -verify -data {stamped} -in {name} -CAfile CA.pem"
        ));
    }
    Ok(())
}
