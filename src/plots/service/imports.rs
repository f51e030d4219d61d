//! Plots of an office's file: recorded like any other, all of a file in one transaction.

use serde_json::Value;

use crate::areas::Act;
use crate::base::actor::{Actor, Right};
use crate::base::ids::PlotId;
use crate::base::time::LocalDate;
use crate::geo::position::Position;
use crate::plots::model::draft::PlotDraft;
use crate::plots::model::erased::{MARK, OF_PLOTS};
use crate::plots::model::record::{REVISES, record};
use crate::plots::model::wire::PlotWire;
use crate::plots::sql::{self, PlotRow};
use crate::store::{self, Tx};

use super::record::{Outcome, Sent};
use super::{Error, Plots, screen};

/// A plot of a file, parsed and placed.
#[derive(Clone)]
pub struct Listed {
    wire: PlotWire,
    sent: Sent,
    /// Where the file names the plot by its id.
    over: Option<Over>,
}

/// What a row that names its plot was held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Over {
    /// The version.
    pub(super) version: i64,
    /// Whether the row changes anything of it.
    pub(super) is_changed: bool,
}

impl std::fmt::Debug for Listed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Listed({})", self.sent.id)
    }
}

/// What recording a plot of a file would do; none where the author may not.
pub type ListedAct = Option<Act>;

impl Plots {
    /// Parses and places a plot of a file.
    pub async fn listed(&self, actor: &Actor, id: PlotId, wire: PlotWire) -> Result<Listed, Error> {
        let (body, wire) = as_kept(&wire);
        let draft = PlotDraft::from_wire(&wire, self.journal.now())?;
        let sent = self.placed(actor, id, draft, body).await?;
        Ok(Listed {
            wire,
            sent,
            over: None,
        })
    }

    /// Whether a plot in the caller's reach lies on the same ground, of the same crop and season.
    pub async fn lies_on_known(&self, tx: &mut Tx, listed: &Listed) -> Result<bool, Error> {
        let seen = screen::sighting(listed.sent.id, &listed.sent.draft);
        let found = screen::candidates(tx, &seen).await?;
        Ok(!screen::visible(&listed.sent.actor, found).is_empty())
    }

    /// What recording these plots would do to each.
    pub async fn listed_acts(
        &self,
        tx: &mut Tx,
        all: &[Listed],
    ) -> Result<Vec<ListedAct>, store::Error> {
        let mut acts = Vec::with_capacity(all.len());
        for listed in all {
            let row = sql::plot(tx, listed.sent.id).await?;
            acts.push(act(listed, row.as_ref())?);
        }
        Ok(acts)
    }

    /// Records the plots in the caller's transaction: unknown ones are new, other content is a revision.
    pub async fn record_listed(&self, tx: &mut Tx, all: &[Listed]) -> Result<Vec<Act>, Error> {
        let mut acts = Vec::with_capacity(all.len());
        for listed in all {
            sql::lock_plot(tx, listed.sent.id).await?;
            let row = sql::plot(tx, listed.sent.id).await?;
            let act = act(listed, row.as_ref())?.ok_or(Error::Forbidden)?;
            let outcome = match (act, row) {
                (Act::Change, Some(row)) => self.revise(tx, &listed.revising(&row)?, row).await?,
                (Act::Leave, _) => {
                    acts.push(act);
                    continue;
                }
                _ => self.write_first(tx, &listed.sent).await?,
            };
            if !matches!(outcome, Outcome::Stands(..)) {
                return Err(Error::Forbidden);
            }
            acts.push(act);
        }
        if acts.iter().any(|act| !matches!(act, Act::Leave)) {
            sql::advance(tx).await?;
        }
        Ok(acts)
    }
}

impl Listed {
    /// The same, to be recorded over this version alone.
    pub(super) fn over(self, over: Over) -> Self {
        Self {
            over: Some(over),
            ..self
        }
    }

    /// Whether the file names the plot by its id.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.over.is_some()
    }

    /// The day of detection.
    #[must_use]
    pub fn day(&self) -> LocalDate {
        self.sent.draft.detected_at.local_date()
    }

    /// The same content as a revision of what stands.
    fn revising(&self, row: &PlotRow) -> Result<Sent, Error> {
        let version = u32::try_from(row.version).or(Err(Error::NotFound))?;
        let mut wire = self.wire.clone();
        wire.properties.revises = Some(f64::from(version));
        let (body, wire) = as_kept(&wire);
        let draft = PlotDraft::from_wire(&wire, self.sent.draft.detected_at)?;
        Ok(Sent {
            record: record(&draft).to_string(),
            draft,
            body,
            ..self.sent.clone()
        })
    }
}

/// The bytes of a plot and what is read out of them again: a number may differ in its last digit, and the log is held
/// against what its bytes say.
fn as_kept(wire: &PlotWire) -> (Vec<u8>, PlotWire) {
    let body = serde_json::to_vec(wire).unwrap_or_default();
    let read = serde_json::from_slice(&body).unwrap_or_else(|_| wire.clone());
    (body, read)
}

fn act(listed: &Listed, row: Option<&PlotRow>) -> Result<ListedAct, store::Error> {
    let sent = &listed.sent;
    let Some(row) = row else {
        let is_new = listed.over.is_none() && sent.is_in_scope();
        return Ok(is_new.then_some(Act::Create));
    };
    if let Some(over) = listed.over {
        if over.version != row.version {
            return Ok(None);
        }
        // What says nothing new needs no right to say it.
        if !over.is_changed {
            return Ok(Some(Act::Leave));
        }
    }
    let old = row.place.as_deref();
    let mine = sent.actor.id == row.author || sent.actor.may(Right::RevisePlots, old);
    if !mine || !sent.actor.may(Right::RecordPlots, old) || !sent.is_in_scope() {
        return Ok(None);
    }
    let same = says(row, &sent.draft)?;
    Ok(Act::of(Some(same)).into())
}

/// Words that an order erased are no difference: a list of an office still has them.
fn keep_erased(standing: &Value, told: &mut Value) {
    let texts = OF_PLOTS
        .iter()
        .map(|name| (*name, standing.get(name).and_then(Value::as_str)));
    for (name, text) in texts {
        if let Some(text) = text.filter(|text| text.starts_with(MARK)) {
            told[name] = text.into();
        }
    }
}

/// Whether a plot's latest version says what a draft does, its place to within what files round.
fn says(row: &PlotRow, draft: &PlotDraft) -> Result<bool, store::Error> {
    let corrupt = |_| row.corrupt("record");
    let mut standing: Value = serde_json::from_str(&row.record).map_err(corrupt)?;
    let mut draft = draft.clone();
    if let Ok(position) = Position::new(row.lon, row.lat) {
        draft.position = draft.position.settled(position);
    }
    draft.revises = None;
    let mut told = record(&draft);
    keep_erased(&standing, &mut told);
    for fields in [&mut standing, &mut told] {
        if let Some(fields) = fields.as_object_mut() {
            fields.remove(REVISES);
        }
    }
    // Numbers are compared as they are kept: as text.
    let (standing, told) = (standing.to_string(), told.to_string());
    Ok(standing == told)
}
