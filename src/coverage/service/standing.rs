//! How far the index has followed the facts.

use serde::Serialize;

use crate::coverage::sql;
use crate::patrols::{DERIVE_JOB, INDEX_JOB};
use crate::store::Tx;

use super::{Coverage, Error};

/// How far the index that an answer was made from has followed the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Standing {
    /// Every journal entry up to this number is in the figures; null while there is none.
    pub indexed_through: Option<i64>,
    /// Patrols whose latest facts are not in the figures yet.
    pub pending_patrols: i64,
}

impl Coverage {
    /// How far the index is.
    pub async fn standing(&self, tx: &mut Tx) -> Result<Standing, Error> {
        let pending = sql::pending(tx, [DERIVE_JOB, INDEX_JOB]).await?;
        let (pending_patrols, before, last) = pending;
        let indexed_through = match before {
            None => last,
            Some(before) => sql::last_seq_before(tx, before).await?,
        };
        Ok(Standing {
            indexed_through,
            pending_patrols,
        })
    }
}
