//! Files that are made while somebody waits: up to a size, without a reason. That it was taken out is an entry before
//! the first byte leaves.

use std::io;
use std::path::Path;

use bytes::Bytes;
use futures::Stream;
use futures::stream::try_unfold;
use serde_json::json;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use crate::base::actor::Actor;
use crate::base::hex;

use super::make::{AtMost, Made, Wanted};
use super::run::Scratch;
use super::{Error, Exports};

/// A file that is ready to be sent; it goes when it was.
#[derive(Debug)]
pub struct Direct {
    scratch: Scratch,
    /// What is in it.
    pub made: Made,
}

const BLOCK: usize = 1 << 16;

impl Exports {
    /// Makes a file of at most the configured number of features and journals that it is taken out.
    pub async fn direct(&self, actor: &Actor, wanted: &Wanted) -> Result<Direct, Error> {
        let scratch = self.scratch(wanted.format).await?;
        let most = AtMost(u64::from(self.limits.features));
        let made = self.make(actor, wanted, &scratch.0, &most).await?;
        self.enter_taken(actor, wanted, &made, None).await?;
        Ok(Direct { scratch, made })
    }

    /// Makes a file of any size at the command line, beside a running server.
    pub async fn write_out(
        &self,
        actor: &Actor,
        wanted: &Wanted,
        path: &Path,
        reason: Option<&str>,
    ) -> Result<Made, Error> {
        let made = self.make(actor, wanted, path, &AtMost(u64::MAX)).await?;
        self.enter_taken(actor, wanted, &made, reason).await?;
        Ok(made)
    }

    async fn enter_taken(
        &self,
        actor: &Actor,
        wanted: &Wanted,
        made: &Made,
        reason: Option<&str>,
    ) -> Result<(), Error> {
        let told = json!({
            "format": wanted.format, "filter": wanted.filter.told(), "features": made.counts, "as_of": made.as_of,
            "is_settled": made.is_settled, "bytes": made.bytes, "sha256": hex(&made.sha256), "reason": reason,
        });
        let context = (self.clone(), actor.id, self.journal.ids().make(), told);
        self.journal
            .write(context, |tx, (exports, actor, id, told)| {
                Box::pin(async move {
                    exports.step(tx, *actor, *id, "taken", told.clone()).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }
}

impl Direct {
    /// The file's bytes.
    pub async fn stream(self) -> Result<impl Stream<Item = io::Result<Bytes>>, Error> {
        let file = File::open(&self.scratch.0).await?;
        let sending = (file, self.scratch);
        Ok(try_unfold(sending, |(mut file, scratch)| async move {
            let mut block = vec![0; BLOCK];
            let read = file.read(&mut block).await?;
            block.truncate(read);
            Ok((read > 0).then(|| (Bytes::from(block), (file, scratch))))
        }))
    }
}
