//! What the ledger made of its facts, against the facts: states, flags and what is due are folded again as the server folds
//! them; whose unit a fact is of and by which right it came follow from the roles of that instant; on which plot it was
//! recorded follows from whatever names both.

use serde_json::Value;
use uuid::Uuid;

use crate::base::actor::Right;
use crate::base::ids::PlotId;
use crate::identity::{Roll, Then};
use crate::journal::audit::{RowPass, Rows, every_rules, signed_path, waits};
use crate::ledger::model::Definition;
use crate::ledger::model::words::{FactKind, LifeFlag};
use crate::ledger::sql::{self, FactRow, LifeRow, PlotRow};
use crate::plots::SETTLE_JOB;
use crate::store::{self, Store, Tx};

use super::definitions::SETTLE_ALL_JOB;
use super::lives::Teller;
use super::material;
use super::settle::life_row;

/// Holds states and what else follows from facts, and facts' plots, units and rights, against the log.
pub async fn verify_made(store: &Store) -> Result<Rows, store::Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    facts(&mut tx, &mut pass).await?;
    // Whatever a new definition changes is settled by this work.
    if !waits(&mut tx, SETTLE_ALL_JOB, None).await? {
        lives(&mut tx, &mut pass).await?;
    }
    Ok(pass.into_found())
}

async fn lives(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let rules: Vec<Definition> = every_rules(tx).await?;
    let rules = rules.last().cloned().unwrap_or_default();
    let mut after = PlotId(Uuid::nil());
    loop {
        let plots = sql::plots_after(tx, after).await?;
        let Some(last) = plots.last() else {
            return Ok(());
        };
        after = *last;
        for plot in plots {
            if !waits(tx, SETTLE_JOB, Some(plot.0)).await? {
                life(tx, pass, plot, &rules).await?;
            }
        }
    }
}

async fn life(
    tx: &mut Tx,
    pass: &mut RowPass,
    plot: PlotId,
    rules: &Definition,
) -> Result<(), store::Error> {
    let Some(row) = sql::settled(tx, plot).await? else {
        pass.columns("ledger_plots", plot.to_string(), [("the row", false)]);
        return Ok(());
    };
    let Some(material) = material::of_plot(tx, plot).await? else {
        return Ok(());
    };
    let told = Teller::at(row.settled_at)
        .life_of(tx, material, rules)
        .await?;
    let Some((material, life)) = told else {
        return Ok(());
    };
    // What came to a merged plot is told of this one once that is settled.
    for merged in &material.merged {
        if waits(tx, SETTLE_JOB, Some(merged.id.0)).await? {
            return Ok(());
        }
    }
    let made = life_row(&material, &life, rules)?;
    let stands = sql::plot_state(tx, plot).await?;
    let (state, returned) = stands.unzip();
    let columns = [
        ("state", state.as_ref() == Some(&made.state)),
        ("returned", returned == Some(i64::from(life.is_returned()))),
    ];
    pass.columns("plots", plot.to_string(), columns);
    pass.columns("ledger_plots", plot.to_string(), same(&row, &made));
    Ok(())
}

fn same(row: &LifeRow, made: &LifeRow) -> [(&'static str, bool); 8] {
    [
        ("definition", row.definition == made.definition),
        ("state", row.state == made.state),
        ("flags", is_flagged(&row.flags, &made.flags)),
        ("missing", row.missing == made.missing),
        ("handling_org", row.handling_org == made.handling_org),
        ("replanting_of", row.replanting_of == made.replanting_of),
        ("due_on", row.due_on == made.due_on),
        ("minutes_due_at", row.minutes_due_at == made.minutes_due_at),
    ]
}

/// What looks like a person's number is told by the rules of the program that settled it.
fn is_flagged(stands: &str, made: &str) -> bool {
    let told = |flags: &str| -> Option<Vec<String>> {
        let mut flags: Vec<String> = serde_json::from_str(flags).ok()?;
        flags.retain(|flag| flag != LifeFlag::TextLooksPersonal.as_str());
        Some(flags)
    };
    told(stands).is_some_and(|stands| Some(stands) == told(made))
}

async fn facts(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let roll = Roll::of(tx).await?;
    let mut after = Uuid::nil();
    loop {
        let rows: Vec<FactRow> = sql::facts_after(tx, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.id.0;
        for row in rows {
            let by = held_by(tx, &roll, &row).await?;
            let is_there = is_of_plot(tx, &row).await?;
            let columns = by.into_iter().chain([("plot", is_there)]);
            pass.columns("ledger_facts", row.id.to_string(), columns);
        }
    }
}

/// Whether unit and right are those that the author had when the fact came.
async fn held_by(
    tx: &mut Tx,
    roll: &Roll,
    row: &FactRow,
) -> Result<[(&'static str, bool); 2], store::Error> {
    let then = roll.then(tx, row.author, row.recorded_at, row.at).await?;
    let org = !then.is_known() || then.some(|author| author.org == row.org);
    let plot = sql::plot(tx, row.plot).await?;
    // A node's authors have rights at the node that this log does not know.
    let is_open = !then.is_known() || Roll::is_of_node(tx, row.author).await?;
    let officer = is_open || plot.is_some_and(|plot| is_officer(&then, row, &plot));
    Ok([("org", org), ("by_officer", officer)])
}

/// The commune of the fact's own day lies between those of detection and of today, unless the plot was moved meanwhile.
fn is_officer(then: &Then, row: &FactRow, plot: &PlotRow) -> bool {
    let right = Right::RevisePlots;
    let places = [plot.place.as_deref(), plot.commune.as_deref()];
    if row.by_officer == 1 {
        return then.some(|author| {
            let here = places.iter().any(|place| author.may(right, *place));
            here || (plot.version > 1 && author.may_somewhere(right))
        });
    }
    plot.version > 1 || !then.every(|author| places.iter().all(|place| author.may(right, *place)))
}

/// Whether what names both the fact and a plot names this one: the path that a device signed, the seal, and what was
/// approved, waived, sent back or answered, which the server took only on this plot.
async fn is_of_plot(tx: &mut Tx, row: &FactRow) -> Result<bool, store::Error> {
    if let Some(path) = signed_path(tx, row.entry).await? {
        let mut named = path
            .split('/')
            .filter_map(|part| part.parse::<PlotId>().ok());
        if named.next().is_some_and(|plot| plot != row.plot) {
            return Ok(false);
        }
    }
    match row.kind.parse() {
        Ok(FactKind::Eradication) => Ok(!sql::sealed_elsewhere(tx, row.id, row.plot).await?),
        Ok(FactKind::Approval | FactKind::Waiver | FactKind::Return | FactKind::Reply) => {
            let said: Value = serde_json::from_str(&row.record).unwrap_or_default();
            let named = said.get("eradication").or(said.get("returned"));
            let named = named.and_then(Value::as_str);
            let named = named.and_then(|id| id.parse().ok());
            let Some(named) = named else {
                return Ok(true);
            };
            let known = sql::fact(tx, named).await?;
            Ok(known.is_none_or(|known| known.plot == row.plot))
        }
        _ => Ok(true),
    }
}
