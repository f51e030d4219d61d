//! Pages of features, written once for all who ask the same and may see the same.
//!
//! Invariants: a page is kept under its reader's reach, the whole request, and the numbers that change when its facts
//! do; those are read before the facts, so what is found under them is never older than they are. Memory is bounded.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

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

/// Writes pages and keeps them.
#[derive(Debug, Clone)]
pub struct Pages {
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
}

impl Written {
    /// The page as a document.
    pub(super) fn document(&self) -> Value {
        let whole = [&self.body[..], b"}"].concat();
        serde_json::from_slice(&whole).unwrap_or_default()
    }
}

/// One request for a page.
struct Wish<'a> {
    publisher: &'a Publisher,
    actor: &'a Actor,
    collection: Collection,
    asked: &'a Asked,
    site: &'a Site,
}

impl Pages {
    /// No page yet, and never much more than so many bytes.
    #[must_use]
    pub fn new(most_bytes: usize) -> Self {
        Self {
            kept: Arc::new(Memory::new(most_bytes)),
        }
    }

    /// The page that is asked for.
    pub(super) async fn page(
        &self,
        (publisher, actor): (&Publisher, &Actor),
        collection: Collection,
        (asked, site): (&Asked, &Site),
    ) -> Result<Arc<Written>, Problem> {
        let wish = Wish {
            publisher,
            actor,
            collection,
            asked,
            site,
        };
        let text = asked.text();
        let version = publisher.version(actor, collection).await?;
        let Some(version) = version.filter(|_| text.len() <= MOST_ASKED) else {
            return Ok(Arc::new(wish.written().await?));
        };
        let own = version.bytes() + text.len();
        let key = PageKey {
            collection,
            version,
            asked: text,
        };
        let writing = Box::pin(async { Ok(Arc::new(wish.written().await?)) });
        let size = |page: &Arc<Written>| own + page.body.len() + page.tag.len();
        self.kept.get(key, size, writing).await
    }
}

impl Wish<'_> {
    async fn written(&self) -> Result<Written, Problem> {
        let (actor, own, asked) = (self.actor, self.collection, self.asked);
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
        let writer = Writer {
            site: self.site,
            fields: self.publisher.fields(own, actor),
            projector: &projector,
        };
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
        })
    }

    fn links(&self, next: Option<&Key>) -> Vec<Value> {
        let (own, asked) = (self.collection, self.asked);
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
