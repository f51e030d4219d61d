//! Where patrols' tracks are broken: straight ways that nobody recorded, drawn apart from the legs.

use std::collections::HashMap;

use geo::{Coord, LineString, MultiLineString};

use super::{PublishError, Publisher};
use crate::base::ids::PatrolId;
use crate::patrols::model::walked::lines_of;
use crate::publish::sql;
use crate::store::Error as StoreError;

const CHUNK: usize = 500;

impl Publisher {
    /// The breaks between the legs of each track of patrols that their reader was given.
    pub async fn breaks(
        &self,
        patrols: &[PatrolId],
    ) -> Result<HashMap<PatrolId, MultiLineString<f64>>, PublishError> {
        let mut tx = self.store.read().await?;
        let mut all: HashMap<PatrolId, MultiLineString<f64>> = HashMap::new();
        for some in patrols.chunks(CHUNK) {
            for row in sql::tracks(&mut tx, some).await? {
                let Some(line) = &row.line else { continue };
                let kept: Vec<Vec<i64>> =
                    serde_json::from_str(line).or(Err(StoreError::Corrupt {
                        table: "tracks",
                        column: "line",
                        id: row.patrol.to_string(),
                    }))?;
                let legs = lines_of(&kept);
                let ends = legs.windows(2).filter_map(|pair| match pair {
                    [leg, next] => Some((*leg.last()?, *next.first()?)),
                    _ => None,
                });
                let ways =
                    ends.map(|(from, to)| LineString(vec![Coord::from(from), Coord::from(to)]));
                let own = all
                    .entry(row.patrol)
                    .or_insert_with(|| MultiLineString(Vec::new()));
                own.0.extend(ways);
            }
        }
        all.retain(|_, ways| !ways.0.is_empty());
        Ok(all)
    }
}
