//! `tuantra key`: what to keep outside of the log, and the change of its signing key.

use clap::Subcommand;

use super::{Opening, print_line, tell};

/// The log's signing key and its newest head.
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Print the present key as a verifier key: keep it outside, it is what `tuantra verify --trust` reads.
    Show(Opening),
    /// Print the newest signed head: keep it outside, it is what `tuantra verify log --head` reads.
    Head(Opening),
    /// Change the signing key. The entry that says so is signed by the old and the new one; a running server follows.
    Rotate(Opening),
}

impl Key {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let (Self::Show(opening) | Self::Head(opening) | Self::Rotate(opening)) = &self;
        let journal = opening.open().await?.journal.clone();
        match self {
            Self::Show(_) => {}
            Self::Head(_) => {
                journal.sequence_all().await?;
                let head = journal.head().await?;
                let head = head.ok_or_else(|| anyhow::anyhow!("the log has no head yet"))?;
                print_line(head.checkpoint.trim_end());
            }
            Self::Rotate(_) => {
                let rotation = journal.rotate_key().await?;
                journal.sequence_all().await?;
                tell(&format!(
                    "the key was changed at {}; the old private key is gone, what it signed can still be checked",
                    rotation.at
                ));
            }
        }
        if !matches!(self, Self::Head(_)) {
            let keys = journal.keys().await?;
            let present = keys.first();
            let present = present.ok_or_else(|| anyhow::anyhow!("the log has no key"))?;
            print_line(&present.verifier_key);
        }
        journal.store().close().await;
        Ok(())
    }
}
