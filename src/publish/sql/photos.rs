//! Photos in the order of their ids.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{OrgId, PhotoId, PlotId};
use crate::base::time::Timestamp;
use crate::evidence::Sight;
use crate::on;
use crate::store::{Error, Tx};

use super::{Clause, narrow};

pub const PHOTOS: &str = "SELECT p.id, p.author, p.org, p.plot, p.linked, p.lon, p.lat, p.taken_at, p.contains_person, \
     p.sha256, p.bytes, p.record, p.state, p.stored_at, p.derived, p.recorded_at, p.redacted_at \
     FROM photos p LEFT JOIN plots q ON q.id = p.plot AND p.linked = 1 WHERE 1 = 1";
pub const COUNT_PHOTOS: &str =
    "SELECT COUNT(*) FROM photos p LEFT JOIN plots q ON q.id = p.plot AND p.linked = 1 WHERE 1 = 1";

/// A photo as it is published.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PhotoRow {
    pub id: PhotoId,
    pub author: Uuid,
    pub org: Option<OrgId>,
    pub plot: Option<PlotId>,
    pub linked: i64,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub taken_at: Timestamp,
    pub contains_person: i64,
    pub sha256: Vec<u8>,
    pub bytes: i64,
    pub record: String,
    pub state: String,
    pub stored_at: Option<Timestamp>,
    pub derived: String,
    pub recorded_at: Timestamp,
    /// When an order erased it: what is known of it stays, its images are gone.
    pub redacted_at: Option<Timestamp>,
}

macro_rules! seen {
    ($query:ident, $sight:expr) => {
        if let Sight::Some {
            author,
            org,
            communes,
        } = $sight
        {
            $query.push(" AND (CASE WHEN p.linked = 1 THEN q.place ELSE p.place END IN (");
            let mut list = $query.separated(", ");
            for code in communes {
                list.push_bind(code.as_str());
            }
            $query.push(") OR (p.linked = 0 AND p.lon IS NULL AND (p.author = ");
            $query.push_bind(*author);
            if let Some(org) = org {
                $query.push(" OR p.org = ").push_bind(*org);
            }
            $query.push(")))");
        }
    };
}

/// A page of photos.
pub async fn photos(
    tx: &mut Tx,
    sight: &Sight,
    clauses: &[Clause],
    limit: i64,
) -> Result<Vec<PhotoRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(PHOTOS);
        seen!(query, sight);
        narrow!(query, clauses);
        query.push(" ORDER BY p.id LIMIT ").push_bind(limit);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// How many photos there are.
pub async fn count_photos(tx: &mut Tx, sight: &Sight, clauses: &[Clause]) -> Result<i64, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(COUNT_PHOTOS);
        seen!(query, sight);
        narrow!(query, clauses);
        async move { query.build_query_scalar().fetch_one(c).await }
    })
}
