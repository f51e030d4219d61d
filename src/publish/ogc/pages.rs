//! Pages of features, written once for all who ask the same and may see the same.
//!
//! Invariants: a page is kept under its reader's reach, the whole request, and the numbers that change when its facts
//! do; those are read before the facts, so what is found under them is never older than they are. Where they are others, a
//! glance at what may change tells whether the page is still right. Memory is bounded.

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
use crate::publish::source::{Glance, Key, Publisher, Version};

/// Longer requests are answered without being remembered.
const MOST_ASKED: usize = 4096;

/// The share of memory for pages that several wait for, to be written once.
const SHARE_OF_MAKING: usize = 8;

/// Pages that are written at a time before they are asked for.
const MOST_AHEAD: usize = 2;

/// Writes pages and keeps them.
#[derive(Debug, Clone)]
pub struct Pages {
    ahead: Arc<Semaphore>,
    /// By what lasts of the version: the last page that was right.
    kept: Arc<Memory<PageKey, Arc<Written>>>,
    /// By the whole version.
    making: Arc<Memory<PageKey, Arc<Written>>>,
}

/// What a page was written for and from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct PageKey {
    collection: Collection,
    version: Version,
    asked: String,
}

/// One page, but for its end.
#[derive(Debug, Clone)]
pub(super) struct Written {
    /// The collection as JSON without what stands behind its last member.
    pub(super) body: Bytes,
    /// The page's name.
    pub(super) tag: String,
    /// Where the next page begins.
    next: Option<Key>,
    /// What it was right at; none where it is not kept.
    version: Option<Version>,
    glance: Option<Glance>,
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
        let making = most_bytes / SHARE_OF_MAKING;
        Self {
            ahead: Arc::new(Semaphore::new(MOST_AHEAD)),
            kept: Arc::new(Memory::new(most_bytes - making)),
            making: Arc::new(Memory::new(making)),
        }
    }

    /// The page that is asked for. Whoever follows links finds the next one being written.
    pub(super) async fn page(&self, wish: &Wish) -> Result<Arc<Written>, Problem> {
        let Some(key) = wish.key().await? else {
            return Ok(Arc::new(wish.written().await?));
        };
        let version = key.version.clone();
        let page = self.found(key, wish).await?;
        if let (Some(_), Some(next)) = (&wish.asked.after, &page.next) {
            self.write_ahead(wish, next, version);
        }
        Ok(page)
    }

    async fn found(&self, key: PageKey, wish: &Wish) -> Result<Arc<Written>, Problem> {
        let (version, place) = (Some(key.version.clone()), key.lasting());
        let before = self.kept.found(&place);
        if let Some(page) = before.as_ref().filter(|page| page.version == version) {
            return Ok(Arc::clone(page));
        }
        let own = 2 * (key.version.bytes() + key.asked.len());
        let size = move |page: &Arc<Written>| own + page.body.len() + page.tag.len();
        let making = Box::pin(async {
            let glance = wish.glance().await?;
            let same = before.filter(|page| glance.is_some() && page.glance == glance);
            let page = match same {
                Some(page) => (*page).clone(),
                None => wish.written().await?,
            };
            let page = Arc::new(Written {
                version,
                glance,
                ..page
            });
            self.kept.put(&place, Arc::clone(&page), size(&page));
            Ok(page)
        });
        self.making.get(key, size, making).await
    }

    fn write_ahead(&self, wish: &Wish, next: &Key, version: Version) {
        let mut wish = wish.clone();
        wish.asked.after = Some(next.clone());
        let key = wish.key_at(version);
        let kept = self.kept.found(&key.lasting());
        if kept.is_some_and(|page| page.version.as_ref() == Some(&key.version)) {
            return;
        }
        let Ok(turn) = Arc::clone(&self.ahead).try_acquire_owned() else {
            return;
        };
        let pages = self.clone();
        tokio::spawn(async move {
            // What goes wrong here is told to whoever asks for the page.
            if let Ok(Some(key)) = wish.key().await {
                drop(pages.found(key, &wish).await);
            }
            drop(turn);
        });
    }
}

impl PageKey {
    fn lasting(&self) -> Self {
        Self {
            version: self.version.lasting(),
            ..self.clone()
        }
    }
}

impl Wish {
    /// What the page is kept under; none where it is not kept.
    async fn key(&self) -> Result<Option<PageKey>, Problem> {
        if self.asked.text().len() > MOST_ASKED {
            return Ok(None);
        }
        let version = self.publisher.version(&self.actor, self.collection).await?;
        Ok(version.map(|version| self.key_at(version)))
    }

    fn key_at(&self, version: Version) -> PageKey {
        PageKey {
            collection: self.collection,
            version,
            asked: self.asked.text(),
        }
    }

    async fn glance(&self) -> Result<Option<Glance>, Problem> {
        let asked = &self.asked;
        let place = (asked.after.as_ref(), asked.limit);
        let glance = self
            .publisher
            .glance(&self.actor, self.collection, &asked.query, place);
        Ok(Box::pin(glance).await?)
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
            version: None,
            glance: None,
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
