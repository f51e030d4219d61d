//! What a plot's row was made of besides its versions and measures: whose it is, where it lay by the boundaries of its day
//! and of today, what its latest version names, and the warnings that follow.

use uuid::Uuid;

use crate::areas::Ground;
use crate::base::ids::PlotId;
use crate::base::time::{LocalDate, Timestamp};
use crate::geo::position::Position;
use crate::identity::Roll;
use crate::journal::audit::{RowPass, Rows, stored};
use crate::plots::model::warnings::warnings;
use crate::plots::model::words::PlotFlag;
use crate::plots::sql::{self, PlotRow};
use crate::store::{Store, Tx};

use super::Error;
use super::measures::standing_draft;
use super::verify::draft_of;

struct Pass {
    rows: RowPass,
    roll: Roll,
    ground: Ground,
    today: LocalDate,
}

/// Holds what every plot's row was made of against the log, as it is at `now`.
pub async fn verify_made(store: &Store, now: Timestamp) -> Result<Rows, Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = Pass {
        rows: RowPass::default(),
        roll: Roll::of(&mut tx).await?,
        ground: Ground::of(&mut tx).await?,
        today: now.local_date(),
    };
    let mut after = (Timestamp::from_millis(i64::MIN), PlotId(Uuid::nil()));
    loop {
        let rows = sql::placed_after(&mut tx, after.0, after.1).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = (last.detected_at, last.id);
        for row in &rows {
            let columns = pass.judge(&mut tx, row).await?;
            pass.rows.columns("plots", row.id.to_string(), columns);
        }
    }
    Ok(pass.rows.into_found())
}

impl Pass {
    async fn judge(
        &mut self,
        tx: &mut Tx,
        row: &PlotRow,
    ) -> Result<Vec<(&'static str, bool)>, Error> {
        let versions = sql::version_records(tx, row.id).await?;
        let Some((first, last)) = versions.first().zip(versions.last()) else {
            return Ok(vec![("version", false)]);
        };
        let began = stored(tx, first.entry).await?;
        let Some(kept) = stored(tx, last.entry).await? else {
            return Ok(vec![("entry", false)]);
        };
        let Some(draft) = draft_of(&kept) else {
            return Ok(vec![("entry", false)]);
        };
        let began_at = began.as_ref().map(|own| own.row.received_at);
        let then = self
            .roll
            .then(tx, row.author, row.recorded_at, row.detected_at)
            .await?;
        let measures = sql::measures(tx, row.id).await?;
        let draft = standing_draft(&draft, &measures, last.version)?;
        let mut columns = vec![
            ("author", first.author == row.author),
            ("recorded_at", began_at == Some(row.recorded_at)),
            (
                "org",
                !then.is_known() || then.some(|own| own.org == row.org),
            ),
            ("patrol", draft.patrol == row.patrol),
            ("incident", draft.incident == row.incident),
            ("altitude_m", draft.altitude_m == row.altitude_m),
            ("hacc_m", draft.hacc_m == row.hacc_m),
            ("flags", is_warned(row, &warnings(&draft))),
            (
                "photos",
                sql::joined_photos(tx, row.id).await? == row.photos,
            ),
        ];
        let position = Position::new(row.lon, row.lat).or(Err(row.corrupt("lat")))?;
        columns.extend(
            self.places(tx, row, position, draft.outside_vietnam)
                .await?,
        );
        Ok(columns)
    }

    async fn places(
        &mut self,
        tx: &mut Tx,
        row: &PlotRow,
        position: Position,
        outside_vietnam: bool,
    ) -> Result<[(&'static str, bool); 2], Error> {
        let day = row.detected_at.local_date();
        let then = self.ground.locate_then(tx, day, position).await?;
        let then = then.filter(|_| !outside_vietnam);
        let stands = row.commune.clone().zip(row.commune_name.clone());
        let code = |found: Option<(String, String)>| found.map(|(code, _)| code);
        let mut place = code(self.ground.locate(tx, self.today, position).await?) == row.place;
        if !place {
            // A server places plots anew when it is first asked after boundaries changed.
            let before = self.ground.day_before_change(self.today);
            place = code(self.ground.locate(tx, before, position).await?) == row.place;
        }
        Ok([("commune", then == stands), ("place", place)])
    }
}

/// Whether the row warns of what its latest version and its measures give. What looks like a person's number is told by
/// the rules of the program that recorded it; so is an accuracy of 0, which once counted as one.
fn is_warned(row: &PlotRow, made: &[PlotFlag]) -> bool {
    let stands: Option<Vec<PlotFlag>> = serde_json::from_str(&row.flags).ok();
    let is_of_its_day = |flag: &PlotFlag| match flag {
        PlotFlag::TextLooksPersonal => true,
        PlotFlag::AccuracyUnknown => row.hacc_m.is_some(),
        _ => false,
    };
    let told = |flags: &[PlotFlag]| -> Vec<PlotFlag> {
        let others = flags.iter().filter(|flag| !is_of_its_day(flag));
        others.copied().collect()
    };
    stands.is_some_and(|stands| told(&stands) == told(made))
}
