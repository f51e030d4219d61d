//! Taking in record by record: each as its author by its native route, or kept aside for a person.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::body::Body as Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, Method};
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
use crate::identity::http::Admitted;
use crate::journal::{Entry, Kind, Receipt};
use crate::store;

use super::super::facts::{FactResult, FactWire};
use super::super::natives;
use super::super::sql::{self, NewBundle};
use super::format::{Foot, Head, Record};
use super::import::{BundleAnswer, BundleResult, Carrier, keep_aside, named_by};
use super::judge::{Judged, judge};

/// A bundle while it is taken in.
pub(super) struct Taking {
    app: App,
    router: Router,
    carrier: Carrier,
    maker: Judged,
    /// Who took the photos whose announcements were in this bundle.
    authors: HashMap<Uuid, Judged>,
}

impl Taking {
    /// Of a bundle whose maker was judged.
    pub fn of(app: &App, carrier: Carrier, maker: Judged) -> Self {
        let original = put(evidence::http::upload_original);
        Self {
            router: natives::router()
                .route("/api/v1/photos/{id}/original", original)
                .with_state(app.clone()),
            app: app.clone(),
            carrier,
            maker,
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
            Record::End(_) => Err(Problem::new(ProblemKind::Internal).internal("a second end")),
        }
    }

    async fn fact(&mut self, bytes: Vec<u8>) -> Result<BundleResult, Problem> {
        let maker = self.maker.again();
        let wire: FactWire = match parse_json(&bytes) {
            Ok(wire) => wire,
            Err(problem) => {
                let named = FactResult::default();
                return self.refused(named, maker, bytes, problem).await;
            }
        };
        let named = FactResult::of(&wire.kind, &wire.id);
        let is_photo = wire.kind == "photo";
        let body = wire.bytes().unwrap_or_default();
        let request = match wire.request(HeaderMap::new(), None) {
            Ok(request) => request,
            Err(problem) => return self.refused(named, maker, bytes, problem).await,
        };
        let (parts, content) = request.into_parts();
        let judged = match judge(&self.app, &self.maker, &parts, body.as_bytes()).await {
            Ok(judged) => judged,
            Err(problem) if problem.kind().status().is_client_error() => {
                return self.refused(named, maker, bytes, problem).await;
            }
            Err(problem) => return Ok(self.told(named, problem.into_response()).await),
        };
        if is_photo && let Some(photo) = named.id.as_deref().and_then(|id| id.parse().ok()) {
            self.authors.insert(photo, judged.again());
        }
        let request = Request::from_parts(parts, content);
        self.sent(named, judged, request, bytes).await
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
            return self.refused(named, judged, bytes, problem).await;
        }
        let mut request = Request::new(Bytes::from(bytes.clone()));
        *request.method_mut() = Method::PUT;
        *request.uri_mut() = format!("/api/v1/photos/{photo}/original")
            .parse()
            .map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))?;
        self.sent(named, judged, request, bytes).await
    }

    /// Sends a native request as its author, unless it waits for a person.
    async fn sent(
        &self,
        named: FactResult,
        judged: Judged,
        mut request: Request,
        bytes: Vec<u8>,
    ) -> Result<BundleResult, Problem> {
        if let Some(reason) = judged.reason {
            return self.aside(named, judged.author.id, bytes, reason).await;
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
        self.settled(told, judged, bytes).await
    }

    async fn told(&self, named: FactResult, response: Response) -> BundleResult {
        BundleResult {
            fact: named.told(response, self.carrier.request, false).await,
            review: None,
        }
    }

    async fn refused(
        &self,
        named: FactResult,
        judged: Judged,
        bytes: Vec<u8>,
        problem: Problem,
    ) -> Result<BundleResult, Problem> {
        let told = self.told(named, problem.into_response()).await;
        self.settled(told, judged, bytes).await
    }

    /// What its author could not bring in waits for a person, where its own door has not kept it.
    async fn settled(
        &self,
        mut told: BundleResult,
        judged: Judged,
        bytes: Vec<u8>,
    ) -> Result<BundleResult, Problem> {
        let reason = match told.fact.status {
            401 | 403 | 404 => "no_right",
            408 | 423 | 429 => return Ok(told),
            400..=499 => "refused",
            _ => return Ok(told),
        };
        let kept = told.fact.problem.as_ref().map(|own| own["receipt"].clone());
        if let Some(receipt) = kept.filter(serde_json::Value::is_object) {
            told.fact.receipt = Some(receipt);
            told.review = Some(reason);
            return Ok(told);
        }
        self.aside(told.fact, judged.author.id, bytes, reason).await
    }

    /// Keeps a record's bytes for a person; 202, and a receipt of that.
    async fn aside(
        &self,
        named: FactResult,
        author: Uuid,
        bytes: Vec<u8>,
        reason: &'static str,
    ) -> Result<BundleResult, Problem> {
        let fact = named.id.as_deref().and_then(|id| id.parse().ok());
        let fact = fact.unwrap_or(author);
        let Some(kept) = keep_aside(&self.app, author, fact, bytes, reason).await? else {
            let full = Problem::new(ProblemKind::TooManyRequests)
                .detail("this author's share of what is kept aside in a day is used up");
            return Ok(self.told(named, full.into_response()).await);
        };
        Ok(BundleResult {
            fact: FactResult {
                status: 202,
                receipt: serde_json::to_value(kept.receipt).ok(),
                ..named
            },
            review: Some(reason),
        })
    }

    /// The answer for the whole; it is entered once nothing must be sent again.
    pub async fn answer(
        self,
        head: &Head,
        foot: &Foot,
        results: Vec<BundleResult>,
    ) -> Result<BundleAnswer, Problem> {
        let count = |which: fn(&BundleResult) -> bool| {
            results.iter().filter(|own| which(own)).count() as u64
        };
        let review = count(|own| own.review.is_some());
        let taken = count(|own| own.review.is_none() && own.fact.status < 300);
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
        if taken + review == foot.count {
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
