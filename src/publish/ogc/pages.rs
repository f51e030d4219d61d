//! Pages of features, written once for all who ask the same and may see the same.
//!
//! Invariants: a page is kept under its reader's reach, the whole request, and the numbers that change when its facts
//! do; those are read before the facts, so what is found under them is never older than they are. Memory is bounded.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::answer::tag;
use super::items::{MOST_BYTES, Writer};
use super::params::{Asked, projector};
use super::{GEOJSON, HTML, JSON, Site};
use crate::base::actor::Actor;
use crate::http::Problem;
use crate::publish::feature::{Collection, Feature};
use crate::publish::memory::Memory;
use crate::publish::source::{Key, Publisher, Version};

/// Longer requests are answered without being remembered.
const MOST_ASKED: usize = 4096;

/// Pages that are written at a time before they are asked for.
const MOST_AHEAD: usize = 2;

/// Writes pages and keeps them.
#[derive(Debug, Clone)]
pub struct Pages {
    ahead: Arc<Semaphore>,
    kept: Arc<Memory<PageKey, Arc<Written>>>,
}

/// What a page was written for and from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct PageKey {
    collection: Collection,
    version: Version,
    asked: String,
}

/// One page, but for its end.
#[derive(Debug)]
pub(super) struct Written {
    /// The collection as JSON without what stands behind its last member.
    pub(super) body: Bytes,
    /// The page's name.
    pub(super) tag: String,
    /// Where the next page begins.
    next: Option<Key>,
}

impl Written {
    /// The page as a document.
    pub(super) fn document(&self) -> Value {
        let whole = [&self.body[..], b"}"].concat();
        serde_json::from_slice(&whole).unwrap_or_default()
    }
}

/// One request for a page.
#[derive(Clone)]
pub(super) struct Wish {
    pub(super) publisher: Publisher,
    pub(super) actor: Actor,
    pub(super) collection: Collection,
    pub(super) asked: Asked,
    pub(super) site: Site,
}

impl Pages {
    /// No page yet, and never much more than so many bytes.
    #[must_use]
    pub fn new(most_bytes: usize) -> Self {
        Self {
            ahead: Arc::new(Semaphore::new(MOST_AHEAD)),
            kept: Arc::new(Memory::new(most_bytes)),
        }
    }

    /// The page that is asked for. Whoever follows links finds the next one being written.
    pub(super) async fn page(&self, wish: &Wish) -> Result<Arc<Written>, Problem> {
        let Some(key) = wish.key().await? else {
            return Ok(Arc::new(wish.written().await?));
        };
        let page = self.found(key, wish).await?;
        if let (Some(_), Some(next)) = (&wish.asked.after, &page.next) {
            self.write_ahead(wish, next);
        }
        Ok(page)
    }

    async fn found(&self, key: PageKey, wish: &Wish) -> Result<Arc<Written>, Problem> {
        let own = key.version.bytes() + key.asked.len();
        let size = |page: &Arc<Written>| own + page.body.len() + page.tag.len();
        let writing = Box::pin(async { Ok(Arc::new(wish.written().await?)) });
        self.kept.get(key, size, writing).await
    }

    fn write_ahead(&self, wish: &Wish, next: &Key) {
        let Ok(turn) = Arc::clone(&self.ahead).try_acquire_owned() else {
            return;
        };
        let (pages, mut wish) = (self.clone(), wish.clone());
        wish.asked.after = Some(next.clone());
        tokio::spawn(async move {
            // What goes wrong here is told to whoever asks for the page.
            if let Ok(Some(key)) = wish.key().await {
                drop(pages.found(key, &wish).await);
            }
            drop(turn);
        });
    }
}

impl Wish {
    /// What the page is kept under; none where it is not kept.
    async fn key(&self) -> Result<Option<PageKey>, Problem> {
        let asked = self.asked.text();
        if asked.len() > MOST_ASKED {
            return Ok(None);
        }
        let version = self.publisher.version(&self.actor, self.collection).await?;
        Ok(version.map(|version| PageKey {
            collection: self.collection,
            version,
            asked,
        }))
    }

    async fn written(&self) -> Result<Written, Problem> {
        let (actor, own, asked) = (&self.actor, self.collection, &self.asked);
        let after = asked.after.as_ref();
        let page = self
            .publisher
            .page(actor, own, &asked.query, after, asked.limit);
        let page = Box::pin(page).await?;
        let count = match after {
            None => Box::pin(self.publisher.count(actor, own, &asked.query)).await?,
            Some(_) => None,
        };
        let projector = projector(asked.crs)?;
        let fields = self.publisher.fields(own, actor);
        let writer = Writer::new(&self.site, fields, &projector);
        let (mut body, returned) = listed(&writer, &page.features);
        let last = page.features.get(..returned).and_then(<[_]>::last);
        let next = match last {
            Some(last) if returned < page.features.len() => Some(Key::of(last.id.clone())),
            _ => page.next,
        };
        let links = self.links(next.as_ref());
        let mut told = json!({ "links": links, "numberReturned": returned });
        if let Some(count) = count {
            told["numberMatched"] = count.into();
        }
        if let Some(unsealed) = self.publisher.unsealed_fixes(actor, own).await? {
            told["unsealed_fixes"] = unsealed.into();
        }
        body.extend_from_slice(b"],");
        body.extend_from_slice(
            told.to_string()
                .trim_start_matches('{')
                .trim_end_matches('}')
                .as_bytes(),
        );
        Ok(Written {
            tag: tag(&body),
            body: body.into(),
            next,
        })
    }

    fn links(&self, next: Option<&Key>) -> Vec<Value> {
        let (own, asked) = (self.collection, &self.asked);
        let items = |query: &str| {
            let mark = if query.is_empty() { "" } else { "?" };
            format!("/collections/{own}/items{mark}{query}")
        };
        let link = |rel, kind, title, path: &str| self.site.link(rel, kind, title, path);
        let (this, html) = (asked.with_format(None), asked.with_format(Some("html")));
        let mut links = vec![
            link("self", GEOJSON, "This page", &items(&this)),
            link("alternate", HTML, "This page for people", &items(&html)),
            link(
                "collection",
                JSON,
                "The collection",
                &format!("/collections/{own}"),
            ),
        ];
        if let Some(key) = next {
            links.push(link("next", GEOJSON, "Next page", &items(&asked.next(key))));
        }
        links
    }
}

/// The head of a collection with as many of the features as fit, and how many those are.
fn listed(writer: &Writer<'_>, features: &[Feature]) -> (Vec<u8>, usize) {
    let mut body = br#"{"type":"FeatureCollection","features":["#.to_vec();
    for (at, feature) in features.iter().enumerate() {
        if body.len() > MOST_BYTES {
            return (body, at);
        }
        if at > 0 {
            body.push(b',');
        }
        writer.open(&mut body, feature);
        body.push(b'}');
    }
    (body, features.len())
}
