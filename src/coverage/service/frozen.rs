//! Patrols whose fixes were erased: their rows can be made of nothing but one another.

use std::cmp::Reverse;
use std::sync::Arc;

use crate::base::ids::PatrolId;
use crate::coverage::model::definition::{Definition, Transport};
use crate::coverage::sql::{self, NewFacts};
use crate::patrols::model::vocabulary::Transport as PatrolTransport;
use crate::store::Tx;

use super::index::transport_of;
use super::{Error, footprint};

/// Gives a patrol, under definitions that it was never swept by, what it was last swept at, and what its present transport
/// earns where that is another than before.
pub(super) async fn keep_rows(
    tx: &mut Tx,
    facts: &NewFacts,
    transport: Transport,
    definitions: &[Arc<Definition>],
) -> Result<(), Error> {
    let before = transport_before(tx, facts.patrol).await?;
    if let Some(before) = before.filter(|own| *own != transport) {
        set_aside(tx, facts.patrol, before, definitions).await?;
    }
    for definition in definitions {
        carry_over(tx, facts.patrol, transport, definition).await?;
    }
    Ok(())
}

/// How a patrol moved when it was indexed last.
async fn transport_before(tx: &mut Tx, patrol: PatrolId) -> Result<Option<Transport>, Error> {
    let facts = sql::facts_of(tx, &[patrol]).await?;
    let before = facts
        .first()
        .map(|own| own.transport.parse::<PatrolTransport>());
    Ok(before.and_then(Result::ok).map(transport_of))
}

/// Sets the cells of a patrol aside by how far it really saw, so that another transport is given no more of them than it
/// earns, and a correction back finds them again.
async fn set_aside(
    tx: &mut Tx,
    patrol: PatrolId,
    before: Transport,
    definitions: &[Arc<Definition>],
) -> Result<(), Error> {
    if sql::footprints_aside(tx, patrol).await?.is_empty() {
        let mut kept = sql::kept_footprints(tx, patrol, i64::MAX).await?;
        // What the newest version has stands.
        kept.sort_unstable_by_key(|(version, _)| Reverse(*version));
        for own in kept {
            let seen = seen_at(own, before, definitions);
            sql::set_cells_aside(tx, patrol, own, seen).await?;
        }
    }
    Ok(sql::forget_cells_but_aside(tx, patrol).await?)
}

/// The footprint that a transport really saw at where it was kept under another one.
fn seen_at(
    (version, kept): (i64, i64),
    transport: Transport,
    definitions: &[Arc<Definition>],
) -> i64 {
    let class = transport.class();
    let mut all = definitions.iter();
    let definition = all.find(|own| i64::from(own.version()) == version);
    let swept = definition.map_or_else(Vec::new, |own| own.swept_cm(transport));
    let mut swept = swept.into_iter();
    let own = swept.find(|(asked_cm, _)| footprint(class, *asked_cm) == kept);
    own.map_or(kept, |(_, own_cm)| footprint(class, own_cm))
}

/// Gives a patrol, under a definition that it was never swept by, what it was last swept at: under each radius the widest
/// that is no wider, and where there is none the narrowest. After a correction of its transport it is given what it really
/// saw no farther than it earns, or nothing.
async fn carry_over(
    tx: &mut Tx,
    patrol: PatrolId,
    transport: Transport,
    definition: &Definition,
) -> Result<(), Error> {
    let version = i64::from(definition.version());
    let kept = sql::kept_footprints(tx, patrol, version).await?;
    let aside = sql::footprints_aside(tx, patrol).await?;
    for (asked_cm, own_cm) in definition.swept_cm(transport) {
        let wanted = footprint(transport.class(), asked_cm);
        if kept.contains(&(version, wanted)) {
            continue;
        }
        let from = if aside.is_empty() {
            nearest(&kept, wanted)
        } else {
            widest_within(&aside, footprint(transport.class(), own_cm))
        };
        if let Some(from) = from {
            sql::carry_cells_over(tx, patrol, from, (version, wanted)).await?;
        }
    }
    Ok(sql::carry_trips_over(tx, patrol, version).await?)
}

/// Of the footprints that are kept, all of one class with the wanted one, the widest that is no wider than it, else the
/// narrowest.
fn nearest(kept: &[(i64, i64)], wanted: i64) -> Option<(i64, i64)> {
    let narrowest = || {
        let own = kept.iter().filter(|own| own.1.signum() == wanted.signum());
        own.min_by_key(|own| own.1.abs()).copied()
    };
    widest_within(kept, wanted).or_else(narrowest)
}

/// The widest of some footprints that is of one class with another and no wider.
fn widest_within(some: &[(i64, i64)], most: i64) -> Option<(i64, i64)> {
    let within = some
        .iter()
        .filter(|own| own.1.signum() == most.signum() && own.1.abs() <= most.abs());
    within.max_by_key(|own| own.1.abs()).copied()
}
