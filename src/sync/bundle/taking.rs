//! Taking in record by record: each as its author by its native route, or kept aside for a person.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use futures::FutureExt;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use tower::ServiceExt;
use uuid::Uuid;

use crate::app::App;
use crate::evidence;
use crate::http::extract::parse_json;
use crate::http::{Problem, ProblemKind};
use crate::identity::NodeHolder;
use crate::identity::http::Admitted;
use crate::journal::{Entry, Kind, Receipt};
use crate::store;

use super::super::facts::{FactResult, FactWire};
use super::super::natives;
use super::super::sql::{self, NewBundle, NewForwarded};
use super::aside::{Kept, RecordKind, keep_aside};
use super::format::{Foot, Head, Record};
use super::import::{BundleAnswer, BundleResult, Carrier, Maker, named_by};
use super::judge::{Judged, judge};
use super::vouched::original_request;

/// The status of an original whose photo an order erased.
const ERASED: u16 = 410;

/// A bundle while it is taken in.
pub(super) struct Taking {
    pub(super) app: App,
    router: Router,
    carrier: Carrier,
    pub(super) maker: Judged,
    /// The maker, when it is a post node.
    pub(super) node: Option<NodeHolder>,
    /// What it vouched for.
    pub(super) forwarded: Vec<NewForwarded>,
    /// Whether everything was tried once: what refers to something unknown is then no more waited with.
    pub(super) is_last: bool,
    /// Who took the photos whose announcements were in this bundle.
    authors: HashMap<Uuid, Judged>,
}

/// The routes that records go by.
pub(super) fn own_routes(app: &App) -> Router {
    let original = put(evidence::http::upload_original);
    natives::router()
        .route("/api/v1/photos/{id}/original", original)
        .with_state(app.clone())
}

impl Taking {
    /// Of a bundle whose maker was judged.
    pub fn of(app: &App, carrier: Carrier, maker: Maker) -> Self {
        Self {
            router: own_routes(app),
            app: app.clone(),
            carrier,
            maker: maker.judged,
            node: maker.node,
            forwarded: Vec::new(),
            is_last: false,
            authors: HashMap::new(),
        }
    }

    /// What becomes of one record.
    pub async fn take(&mut self, record: Record) -> Result<BundleResult, Problem> {
        if self
            .carrier
            .until
            .is_some_and(|until| Instant::now() >= until)
        {
            let late = Problem::new(ProblemKind::Unavailable)
                .detail("not begun in the time of one request: send the bundle again");
            return Ok(self.told(FactResult::default(), late.into_response()).await);
        }
        match record {
            Record::Fact(bytes) => self.fact(bytes).await,
            Record::Original {
                photo,
                sha256,
                bytes,
            } => self.original(photo, sha256, bytes).await,
            Record::Vouched(bytes) => self.vouched(bytes, None).await,
            Record::VouchedOriginal { vouched, bytes } => self.vouched(vouched, Some(bytes)).await,
            Record::End(_) => Err(Problem::new(ProblemKind::Internal).internal("a second end")),
        }
    }

    async fn fact(&mut self, bytes: Vec<u8>) -> Result<BundleResult, Problem> {
        let maker = self.maker.again();
        let wire: FactWire = match parse_json(&bytes) {
            Ok(wire) => wire,
            Err(problem) => {
                let (named, kept) = (FactResult::default(), Kept::of(RecordKind::Fact, bytes));
                return self.refused(named, maker, kept, problem).await;
            }
        };
        let kept = Kept::of(RecordKind::Fact, bytes);
        let named = FactResult::of(&wire.kind, &wire.id);
        let is_photo = wire.kind == "photo";
        let body = wire.bytes().unwrap_or_default();
        let request = match wire.request(HeaderMap::new(), None) {
            Ok(request) => request,
            Err(problem) => return self.refused(named, maker, kept, problem).await,
        };
        let (parts, content) = request.into_parts();
        let judged = match judge(&self.app, &self.maker, &parts, body.as_bytes()).await {
            Ok(judged) => judged,
            Err(problem) if problem.kind().status().is_client_error() => {
                return self.refused(named, maker, kept, problem).await;
            }
            Err(problem) => return Ok(self.told(named, problem.into_response()).await),
        };
        if is_photo && let Some(photo) = named.id.as_deref().and_then(|id| id.parse().ok()) {
            self.authors.insert(photo, judged.again());
        }
        let request = Request::from_parts(parts, content);
        self.sent(named, judged, request, kept).await
    }

    async fn original(
        &mut self,
        photo: Uuid,
        sha256: [u8; 32],
        bytes: Vec<u8>,
    ) -> Result<BundleResult, Problem> {
        let named = FactResult::of("original", &photo.to_string());
        let judged = self.authors.get(&photo).unwrap_or(&self.maker).again();
        let own: [u8; 32] = Sha256::digest(&bytes).into();
        if own != sha256 {
            let problem = Problem::new(ProblemKind::HashMismatch);
            let kept = Kept::of(RecordKind::Original, bytes);
            return self.refused(named, judged, kept, problem).await;
        }
        let request = original_request(photo, bytes.clone())?;
        let kept = Kept::of(RecordKind::Original, bytes);
        self.sent(named, judged, request, kept).await
    }

    /// Sends a native request as its author, unless it waits for a person.
    pub(super) async fn sent(
        &self,
        named: FactResult,
        judged: Judged,
        mut request: Request,
        kept: Kept,
    ) -> Result<BundleResult, Problem> {
        if let Some(reason) = judged.reason {
            return self.aside(named, &judged, kept, reason).await;
        }
        let extensions = request.extensions_mut();
        extensions.insert(Admitted(judged.author.clone()));
        if let Some(id) = self.carrier.request {
            extensions.insert(id);
        }
        let answered = AssertUnwindSafe(self.router.clone().oneshot(request)).catch_unwind();
        let response = match answered.await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(panic) => crate::http::layers::panicked(panic),
        };
        let told = self.told(named, response).await;
        self.settled(told, judged, kept).await
    }

    /// A problem as a result.
    pub(super) async fn answered(&self, named: FactResult, problem: Problem) -> BundleResult {
        self.told(named, problem.into_response()).await
    }

    async fn told(&self, named: FactResult, response: Response) -> BundleResult {
        BundleResult {
            fact: named.told(response, self.carrier.request, false).await,
            review: None,
            decision: None,
        }
    }

    pub(super) async fn refused(
        &self,
        named: FactResult,
        judged: Judged,
        kept: Kept,
        problem: Problem,
    ) -> Result<BundleResult, Problem> {
        let told = self.told(named, problem.into_response()).await;
        self.settled(told, judged, kept).await
    }

    /// Whether a record is tried again once all others were: it may refer to one that stands behind it.
    pub fn waits(&self, told: &BundleResult) -> bool {
        !self.is_last && told.is_open()
    }

    /// What its author could not bring in waits for a person. Its own door may have kept it too; whoever decides needs
    /// the whole record, with what signs or vouches for it, and finds all of them in one list.
    async fn settled(
        &self,
        told: BundleResult,
        judged: Judged,
        record: Kept,
    ) -> Result<BundleResult, Problem> {
        if self.waits(&told) {
            return Ok(told);
        }
        let reason = match told.fact.status {
            401 | 403 | 404 => "no_right",
            // What an order erased would lie here again.
            408 | ERASED | 423 | 429 => return Ok(told),
            400..=499 => "refused",
            _ => return Ok(told),
        };
        self.aside(told.fact, &judged, record, reason).await
    }

    /// Keeps a record's bytes for a person; 202, and a receipt of that.
    async fn aside(
        &self,
        named: FactResult,
        judged: &Judged,
        record: Kept,
        reason: &'static str,
    ) -> Result<BundleResult, Problem> {
        let fact = named.id.as_deref().and_then(|id| id.parse().ok());
        let fact = fact.unwrap_or(judged.author.id);
        let record = record.refused_by(named.problem.as_ref());
        let Some(kept) = keep_aside(&self.app, judged, fact, record, reason).await? else {
            let full = Problem::new(ProblemKind::TooManyRequests)
                .detail("this author's share of what is kept aside in a day is used up");
            return Ok(self.told(named, full.into_response()).await);
        };
        let mut tx = self.app.journal.store().read().await?;
        let decision = sql::decision(&mut tx, kept.quarantine).await?;
        Ok(BundleResult {
            fact: FactResult {
                status: 202,
                receipt: serde_json::to_value(kept.receipt).ok(),
                ..named
            },
            review: Some(reason),
            decision,
        })
    }

    /// The answer for the whole; it is entered once nothing must be sent again.
    pub async fn answer(
        mut self,
        head: &Head,
        foot: &Foot,
        results: Vec<BundleResult>,
    ) -> Result<BundleAnswer, Problem> {
        self.keep_forwarded().await?;
        let count = |which: fn(&BundleResult) -> bool| {
            results.iter().filter(|own| which(own)).count() as u64
        };
        let review = count(|own| own.review.is_some());
        let taken = count(|own| own.review.is_none() && own.fact.status < 300);
        // What an order erased is wanted no more.
        let erased = count(|own| own.review.is_none() && own.fact.status == ERASED);
        let mut answer = BundleAnswer {
            id: named_by(&foot.sha256),
            device: self.maker.author.id,
            number: head.number,
            made_at: head.made_at,
            taken,
            review,
            receipt: None,
            now: self.app.journal.now(),
            results,
        };
        if taken + review + erased == foot.count {
            answer.receipt = Some(self.entered(&answer, foot).await?);
        }
        Ok(answer)
    }

    /// Writes down that the bundle came, once.
    async fn entered(&self, answer: &BundleAnswer, foot: &Foot) -> Result<Receipt, Problem> {
        let body = json!({
            "sha256": crate::base::hex(&foot.sha256),
            "device": answer.device,
            "number": answer.number,
            "made_at": answer.made_at,
            "facts": foot.count,
            "taken": answer.taken,
            "review": answer.review,
        });
        let row = NewBundle {
            id: answer.id,
            entry: crate::base::ids::EntryId(Uuid::nil()),
            device: answer.device,
            carrier: self.carrier.actor.id,
            number: i64::try_from(answer.number).unwrap_or(i64::MAX),
            made_at: answer.made_at,
            facts: i64::try_from(foot.count).unwrap_or(i64::MAX),
            taken: i64::try_from(answer.taken).unwrap_or(i64::MAX),
            review: i64::try_from(answer.review).unwrap_or(i64::MAX),
            received_at: answer.now,
        };
        let context = (self.app.journal.clone(), row, body.to_string());
        let receipt = self.app.journal.write(context, |tx, (journal, row, body)| {
            Box::pin(async move {
                if let Some(entry) = sql::known_bundle(tx, row.id).await? {
                    return journal.receipt_again(tx, entry).await;
                }
                let entry = Entry {
                    kind: Kind::Bundle,
                    fact: row.id,
                    actor: row.carrier,
                    device: Some(row.device),
                    origin: None,
                    body: body.as_bytes(),
                };
                let written = journal.enter(tx, entry).await?;
                let row = NewBundle {
                    entry: written.entry,
                    ..row.clone()
                };
                sql::insert_bundle(tx, &row).await?;
                Ok::<_, store::Error>(journal.receipt(&written))
            })
        });
        Ok(receipt.await?)
    }
}
