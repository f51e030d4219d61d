//! `GET /api/v1/sync/pull`: what the caller may see and should know, from the numbered log alone.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::App;
use crate::base::actor::Actor;
use crate::base::ids::{PlotId, QuestionId};
use crate::base::time::Timestamp;
use crate::evidence::QuestionQuery;
use crate::evidence::model::screens::QuestionState;
use crate::http::paging::limit;
use crate::http::{Body, Params, Problem, ProblemKind};
use crate::identity::Caller;
use crate::ledger::DueQuery;
use crate::plots::{Filter, ListQuery};

use super::heads::{Heads, Restored, exchange, restored};
use super::mark::{Mark, Phase};
use super::sql;
use super::walk::{Item, Subject, Walk};

/// Numbers of the log that one look goes through.
const SPAN: i64 = 20_000;
/// Looks for one page: a caller that was away for long goes on in the next.
const LOOKS: usize = 10;
/// Rows of one look.
const ROWS: i64 = 500;
const DEFAULT_BYTES: usize = 256 * 1024;
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Which page is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PullParams {
    /// From the last page's `next`. Without one a caller begins with what it needs: plots to look at again, to be
    /// confirmed by a second member or sent back for completing, open questions, definitions; no history.
    cursor: Option<String>,
    /// Items in a page (50, at most 500).
    limit: Option<u32>,
    /// Bytes of the whole answer (262144, from 1024 to 4194304); one item comes whatever it weighs.
    max_bytes: Option<usize>,
    /// The last head that the caller keeps, as a signed note.
    head: Option<String>,
}

/// A page of what a caller should know.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Pulled {
    /// The things, in the order of the log.
    pub items: Vec<Item>,
    /// Where to go on, now or later.
    pub next: String,
    /// Whether more is there now.
    pub more: bool,
    /// Receipts whose entries have numbers up to this one are `secured`; null where no verified backup covers any.
    pub secured_through: Option<i64>,
    /// The restore after which the log goes on, if there was one.
    pub restored: Option<Restored>,
    /// The newest head, and what the caller's own came to.
    pub head: Heads,
    /// The server's time.
    pub now: Timestamp,
}

/// A page that is being filled.
struct Page {
    items: Vec<Item>,
    known: BTreeSet<Subject>,
    room: usize,
    most: usize,
}

impl Page {
    /// Takes items together or not at all; the first ones whatever they weigh.
    fn take(&mut self, items: Vec<Item>) -> Result<bool, Problem> {
        // The brackets stand for the commas between.
        let weight = weight_of(&items)?;
        let fits = self.items.len() + items.len() <= self.most && weight <= self.room;
        if !fits && !self.items.is_empty() {
            return Ok(false);
        }
        self.room = self.room.saturating_sub(weight);
        self.items.extend(items);
        Ok(true)
    }

    fn is_full(&self) -> bool {
        !self.items.is_empty() && (self.items.len() >= self.most || self.room == 0)
    }
}

/// What changed for the caller since its cursor: plots in its communes, questions and decisions for its team,
/// definitions, and what became of what it sent. Only numbered entries are told, so that nothing is skipped.
#[utoipa::path(get, path = "/api/v1/sync/pull", tag = "sync", params(PullParams), responses((status = 200, body = Pulled)))]
pub async fn pull(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(params): Params<PullParams>,
) -> Result<Body<Pulled>, Problem> {
    let restored = restored(&app.journal).await?;
    let bound = bound(&actor, restored.as_ref());
    let room = params.max_bytes.unwrap_or(DEFAULT_BYTES);
    if !(1024..=MAX_BYTES).contains(&room) {
        return Err(Problem::new(ProblemKind::InvalidParameter)
            .detail(format!("max_bytes: expected 1024 to {MAX_BYTES}")));
    }
    let mut tx = app.journal.store().read().await?;
    let last = sql::last_number(&mut tx).await?;
    let secured_through = sql::secured_through(&mut tx).await?;
    drop(tx);
    let mark = params.cursor.as_deref().map(|text| {
        Mark::decode(text, &bound).ok_or_else(|| {
            Problem::new(ProblemKind::InvalidParameter).detail(
                "cursor: not one of this caller's present rights and epoch of the log: start again without it",
            )
        })
    });
    let mark = mark.transpose()?;
    let walk = Walk {
        app: &app,
        actor: &actor,
        secured_through,
    };
    let mut pulled = Pulled {
        items: Vec::new(),
        next: Mark::LONGEST.encode(&bound),
        more: false,
        secured_through: (secured_through >= 0).then_some(secured_through),
        restored,
        head: exchange(&app.journal, &actor, params.head.as_deref()).await?,
        now: app.journal.now(),
    };
    let page = Page {
        items: Vec::new(),
        known: BTreeSet::new(),
        room: room.saturating_sub(weight_of(&pulled)?),
        most: limit(params.limit)? as usize,
    };
    let mut pulling = Pulling { walk, page, last };
    let end = pulling.fill(mark).await?;
    pulled.more = end.phase != Phase::Log || end.since < last;
    pulled.next = end.encode(&bound);
    pulled.items = pulling.page.items;
    Ok(Body(StatusCode::OK, pulled))
}

/// The bytes of a part of the answer.
fn weight_of(part: &impl Serialize) -> Result<usize, Problem> {
    let bytes = serde_json::to_vec(part)
        .map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))?;
    Ok(bytes.len())
}

/// What a cursor is bound to: its caller's rights, and the epoch of the log. Whoever gains or loses communes, and
/// whoever reads a restored log, starts again.
fn bound(actor: &Actor, restored: Option<&Restored>) -> String {
    let epoch = restored.map(|restored| restored.at);
    format!(
        "pull {} {:?} {:?} {:?}",
        actor.id, actor.team, actor.grants, epoch
    )
}

struct Pulling<'a> {
    walk: Walk<'a>,
    page: Page,
    last: i64,
}

impl Pulling<'_> {
    async fn fill(&mut self, mark: Option<Mark>) -> Result<Mark, Problem> {
        let mut mark = if let Some(mark) = mark {
            mark
        } else {
            let definitions = self.walk.item(Subject::Definitions, None).await?;
            self.page.take(definitions.into_iter().collect())?;
            Mark {
                phase: Phase::Due,
                since: self.last,
                after: None,
            }
        };
        while mark.phase != Phase::Log && !self.page.is_full() {
            let (after, is_done) = match mark.phase {
                Phase::Due => self.due(mark.after).await?,
                Phase::Unconfirmed => self.unconfirmed(mark.after).await?,
                Phase::Returned => self.returned(mark.after).await?,
                Phase::Questions => self.questions(mark.after, false).await?,
                Phase::TrackQuestions | Phase::Log => self.questions(mark.after, true).await?,
            };
            mark.after = after;
            if !is_done {
                return Ok(mark);
            }
            mark = Mark {
                phase: mark.phase.next(),
                after: None,
                ..mark
            };
        }
        if mark.phase == Phase::Log {
            mark.since = self.log(mark.since).await?;
        }
        Ok(mark)
    }

    fn rows(&self) -> u32 {
        u32::try_from(self.page.most - self.page.items.len().min(self.page.most))
            .unwrap_or(1)
            .max(1)
    }

    /// Plots that are to be looked at again, the longest due first.
    async fn due(
        &mut self,
        after: Option<(i64, Uuid)>,
    ) -> Result<(Option<(i64, Uuid)>, bool), Problem> {
        let query = DueQuery {
            after: after.map(|(due, plot)| (due, PlotId(plot))),
            limit: self.rows(),
            ..DueQuery::default()
        };
        let ledger = &self.walk.app.ledger;
        let Some(due) = refused(ledger.reinspections_due(self.walk.actor, &query).await)? else {
            return Ok((None, true));
        };
        let mut came = after;
        for row in &due.items {
            let item = self.walk.item(Subject::Plot(row.plot), None).await?;
            if !self.page.take(item.into_iter().collect())? {
                return Ok((came, false));
            }
            came = Some((row.due_on.as_days(), row.plot.0));
        }
        Ok((came, due.next.is_none()))
    }

    /// Plots whose eradication waits for a second member's word.
    async fn unconfirmed(
        &mut self,
        after: Option<(i64, Uuid)>,
    ) -> Result<(Option<(i64, Uuid)>, bool), Problem> {
        let last = after.map(|(_, plot)| PlotId(plot));
        let (ledger, actor) = (&self.walk.app.ledger, self.walk.actor);
        let told = ledger.unconfirmed(actor, last, self.rows()).await;
        let Some((plots, more)) = refused(told)? else {
            return Ok((None, true));
        };
        let mut came = after;
        for plot in plots {
            let item = self.walk.item(Subject::Plot(plot), None).await?;
            if !self.page.take(item.into_iter().collect())? {
                return Ok((came, false));
            }
            came = Some((0, plot.0));
        }
        Ok((came, !more))
    }

    /// Plots of which something was sent back for completing, the latest detected first.
    async fn returned(
        &mut self,
        after: Option<(i64, Uuid)>,
    ) -> Result<(Option<(i64, Uuid)>, bool), Problem> {
        let query = ListQuery {
            filter: Filter {
                returned: Some(true),
                ..Filter::default()
            },
            after: after.map(|(at, plot)| (Timestamp::from_millis(at), PlotId(plot))),
            limit: self.rows(),
            count: false,
        };
        let plots = &self.walk.app.plots;
        let Some(page) = refused(plots.list(self.walk.actor, &query).await)? else {
            return Ok((None, true));
        };
        let mut came = after;
        for row in &page.items {
            let item = self.walk.item(Subject::Plot(row.id), None).await?;
            if !self.page.take(item.into_iter().collect())? {
                return Ok((came, false));
            }
            came = Some((row.detected_at.as_millis(), row.id.0));
        }
        Ok((came, page.next.is_none()))
    }

    /// Questions that are open.
    async fn questions(
        &mut self,
        after: Option<(i64, Uuid)>,
        about_tracks: bool,
    ) -> Result<(Option<(i64, Uuid)>, bool), Problem> {
        let query = QuestionQuery {
            state: Some(QuestionState::Open),
            after: after.map(|(at, id)| (Timestamp::from_millis(at), QuestionId(id))),
            limit: self.rows(),
        };
        let (evidence, actor) = (&self.walk.app.evidence, self.walk.actor);
        let keys = if about_tracks {
            refused(evidence.track_questions(actor, query).await)?.map(|page| {
                (
                    keys(&page.items, |view| (view.asked_at, view.id)),
                    page.next,
                )
            })
        } else {
            refused(evidence.questions(actor, query).await)?.map(|page| {
                (
                    keys(&page.items, |view| (view.asked_at, view.id)),
                    page.next,
                )
            })
        };
        let Some((keys, next)) = keys else {
            return Ok((None, true));
        };
        let mut came = after;
        for (at, id) in keys {
            let item = self.walk.item(Subject::Question(id), None).await?;
            if !self.page.take(item.into_iter().collect())? {
                return Ok((came, false));
            }
            came = Some((at.as_millis(), id.0));
        }
        Ok((came, next.is_none()))
    }

    /// The log after a number; gives the number that was told last.
    async fn log(&mut self, mut since: i64) -> Result<i64, Problem> {
        for _ in 0..LOOKS {
            if since >= self.last || self.page.is_full() {
                break;
            }
            let upper = self.last.min(since.saturating_add(SPAN));
            let mut tx = self.walk.app.journal.store().read().await?;
            let rows = sql::changes(&mut tx, self.walk.actor.id, (since, upper), ROWS).await?;
            drop(tx);
            let is_all = rows.len() < usize::try_from(ROWS).unwrap_or(usize::MAX);
            for row in rows {
                let (items, subject) = self.walk.items(&row, &self.page.known).await?;
                if !self.page.take(items)? {
                    return Ok(since);
                }
                self.page.known.extend(subject);
                since = row.seq;
                if self.page.is_full() {
                    return Ok(since);
                }
            }
            if is_all {
                since = upper;
            }
        }
        Ok(since)
    }
}

/// A list; none for a caller who may not read it at all.
fn refused<T, E: Into<Problem>>(read: Result<T, E>) -> Result<Option<T>, Problem> {
    match read.map_err(Into::into) {
        Ok(value) => Ok(Some(value)),
        Err(problem) if problem.kind() == ProblemKind::Forbidden => Ok(None),
        Err(problem) => Err(problem),
    }
}

fn keys<V>(
    views: &[V],
    key: impl Fn(&V) -> (Timestamp, QuestionId),
) -> Vec<(Timestamp, QuestionId)> {
    views.iter().map(key).collect()
}
