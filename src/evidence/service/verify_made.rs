//! What a photo's row was made of at receipt and since: whose it is, by which kind of sender it came, whether a named
//! account was at the shutter, and whether it belongs to the plot that it names.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::areas::Ground;
use crate::base::actor::{Door, Principal, Right};
use crate::base::ids::PhotoId;
use crate::base::time::{LocalDate, Timestamp};
use crate::evidence::sql::{self, PhotoRow, PlotPlaces};
use crate::geo::position::Position;
use crate::identity::{Roll, Then};
use crate::journal::audit::{RowPass, Rows, signed_path, waits};
use crate::plots::LINK_JOB;
use crate::store::{self, Store, Tx};

/// Holds what every photo's row was made of against the log, as it is at `now`.
pub async fn verify_made(store: &Store, now: Timestamp) -> Result<Rows, store::Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    let mut ground = Ground::of(&mut tx).await?;
    let today = now.local_date();
    let roll = Roll::of(&mut tx).await?;
    let of_forms: BTreeSet<PhotoId> = sql::of_forms(&mut tx).await?.into_iter().collect();
    let mut after = PhotoId(Uuid::nil());
    loop {
        let rows = sql::all_after(&mut tx, after).await?;
        let Some(last) = rows.last() else {
            return Ok(pass.into_found());
        };
        after = last.id;
        for row in &rows {
            let is_of_form = of_forms.contains(&row.id);
            let made = (&roll, &mut ground, today);
            let mut columns = judge(&mut tx, made, row, is_of_form).await?;
            columns.push(("place", is_placed(&mut tx, &mut ground, row, today).await?));
            pass.columns("photos", row.id.to_string(), columns);
        }
    }
}

async fn judge(
    tx: &mut Tx,
    (roll, ground, today): (&Roll, &mut Ground, LocalDate),
    row: &PhotoRow,
    is_of_form: bool,
) -> Result<Vec<(&'static str, bool)>, store::Error> {
    let then = roll
        .then(tx, row.author, row.recorded_at, row.taken_at)
        .await?;
    if !then.is_known() {
        return Ok(Vec::new());
    }
    let is_signed = signed_path(tx, row.entry).await?.is_some();
    let is_of_node = Roll::is_of_node(tx, row.author).await?;
    let mut columns = vec![
        ("org", then.some(|own| own.org == row.org)),
        ("principal", is_sender(&then, row)),
        ("door", is_door(row, &then, is_signed, is_of_form)),
        ("named", is_of_node || is_named(roll, &then, row)),
        ("original_entry", row.is_stored() == (row.state == "stored")),
    ];
    if !is_of_node {
        let made = (&then, ground, today);
        columns.push(("linked", is_linked(tx, made, row).await?));
    }
    Ok(columns)
}

/// Whether the row names the commune of the photo's own point by the boundaries of today, or by those of before where
/// photos wait for being placed anew.
async fn is_placed(
    tx: &mut Tx,
    ground: &mut Ground,
    row: &PhotoRow,
    today: LocalDate,
) -> Result<bool, store::Error> {
    let Some((lon, lat)) = row.lon.zip(row.lat) else {
        return Ok(row.place.is_none());
    };
    let position = Position::new(lon, lat).or(Err(row.corrupt("lat")))?;
    for day in [today, ground.day_before_change(today)] {
        let found = ground.locate(tx, day, position).await?;
        let code = found.map(|(code, _)| code);
        // Before the first boundaries every ground is without a name, which excuses no photo.
        if code == row.place && (code.is_some() || day == today) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Photos of before doors were kept have neither door nor principal.
fn is_sender(then: &Then, row: &PhotoRow) -> bool {
    let said = row.principal.as_deref();
    said.is_none_or(|said| then.some(|own| own.principal.as_str() == said))
}

/// What a device signed did not come by a form, what a form brought came by no other door, and sessions are accounts'.
fn is_door(row: &PhotoRow, then: &Then, is_signed: bool, is_of_form: bool) -> bool {
    let Some(door) = row.door.as_deref() else {
        return true;
    };
    match door.parse() {
        Ok(Door::Odk) => !is_signed,
        Ok(Door::Api) => !is_of_form,
        Ok(Door::Session) => {
            !is_of_form && !is_signed && then.some(|own| own.principal == Principal::Account)
        }
        _ => false,
    }
}

fn is_named(roll: &Roll, then: &Then, row: &PhotoRow) -> bool {
    let was = match row.taken_by {
        Some(account) => roll.was_in_use(account.0, row.org, row.recorded_at),
        None => then.some(|own| own.principal == Principal::Account),
    };
    (row.named == 1) == was
}

/// Whether the photo is joined to its plot just when its author's rights reached there. A plot that was moved, or whose
/// commune's boundaries were, leaves it open.
async fn is_linked(
    tx: &mut Tx,
    (then, ground, today): (&Then, &mut Ground, LocalDate),
    row: &PhotoRow,
) -> Result<bool, store::Error> {
    let known = match row.plot {
        Some(plot) => sql::plot_places(tx, plot).await?,
        None => None,
    };
    let Some(known) = known else {
        return Ok(row.linked == 0);
    };
    let places: BTreeSet<Option<&str>> = [known.place.as_deref(), known.commune.as_deref()].into();
    let right = Right::RecordPhotos;
    if row.linked == 1 {
        let here = |place: Option<&str>| then.some(|own| own.may(right, place));
        let is_here = places.iter().any(|place| here(*place));
        return Ok(known.version > 1
            || is_here
            || has_ended(tx, (then, ground, today), row, &known).await?);
    }
    let reached = places
        .iter()
        .all(|place| then.every(|own| own.may(right, *place) && own.may(Right::ReadPlots, *place)));
    let is_open = known.version > 1
        || !reached
        || match row.plot {
            Some(plot) => waits(tx, LINK_JOB, Some(plot.0)).await?,
            None => false,
        };
    Ok(is_open)
}

/// Whether a commune in which the author recorded had ended when the photo came, or has since, before its plot came, and stood
/// for the ground of the plot: whoever held all of its ground stood for it.
async fn has_ended(
    tx: &mut Tx,
    (then, ground, today): (&Then, &mut Ground, LocalDate),
    row: &PhotoRow,
    plot: &PlotPlaces,
) -> Result<bool, store::Error> {
    let position = Position::new(plot.lon, plot.lat).or(Err(row.corrupt("plot")))?;
    for code in then.communes(Right::RecordPhotos) {
        for day in [row.recorded_at.local_date(), today] {
            if ground.stood_for(tx, (code.as_str(), day), position).await? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
