//! What whoever decides is shown of something that waits: whose it is, what it says in short and where, and why it was not
//! taken.

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::areas::model::map::CommuneMap;
use crate::base::actor::{Actor, Right};
use crate::base::ids::PlotId;
use crate::base::time::Timestamp;
use crate::geo::position::Position;
use crate::http::Problem;
use crate::patrols::model::chunk;
use crate::store::{self, Tx};

use super::super::facts::FactWire;
use super::super::natives::Native;
use super::super::sql::Review;
use super::aside::RecordKind;
use super::vouched::{ORIGINAL, Vouched};

/// So much is told of one value.
const MOST_CHARS: usize = 200;
/// What is told of a fact, in this order: figures, words of vocabularies and times; no free text but a reason.
const SAID: [&str; 25] = [
    "crop",
    "stage",
    "plants",
    "plants_method",
    "area_m2",
    "area_method",
    "land",
    "detected_by",
    "kind",
    "transport",
    "started_at",
    "ended_at",
    "fixes",
    "methods",
    "plants_destroyed",
    "area_m2_destroyed",
    "completeness",
    "result",
    "phase",
    "number",
    "date",
    "agency",
    "document",
    "reason",
    "revises",
];
/// Which member tells when something was.
const TIMES: [&str; 10] = [
    "detected_at",
    "started_at",
    "taken_at",
    "measured_at",
    "inspected_at",
    "confirmed_at",
    "referred_at",
    "transferred_at",
    "retracted_at",
    "occurred_at",
];

/// Something of a bundle that waits for a person, or waited for one, with what a decision needs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReviewTold {
    /// What is kept.
    #[serde(flatten)]
    pub review: Review,
    /// What `actor` is called here: the device's or account's name.
    pub name: Option<String>,
    /// The kind of the fact, as in a batch, or `original`; null of what cannot be read.
    pub kind: Option<String>,
    /// What its own route said when it was kept aside: `type`, `title`, `detail` and `fields` of the problem (RFC 9457);
    /// null where no route was asked.
    #[schema(value_type = Option<Object>)]
    pub refusal: Option<Value>,
    /// What it says; null for who may not read the whole province's plots.
    pub said: Option<ReviewSaid>,
}

/// What a record says, in short.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReviewSaid {
    /// When it was, by the device's clock.
    pub at: Option<Timestamp>,
    /// The code of the commune in which it lies today; null where it names no place.
    pub commune: Option<String>,
    /// Its name.
    pub commune_name: Option<String>,
    /// The plot that it is about, where this server knows that one.
    pub plot: Option<PlotId>,
    /// Figures, words and times, under the names that the body has for them.
    pub values: Vec<ReviewValue>,
}

/// One value of a record.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReviewValue {
    /// Its name in the body.
    pub name: String,
    /// The value, up to 200 characters of it; several with spaces between them.
    pub text: String,
}

/// What waits, as this reader may see it.
pub(super) async fn shown(
    app: &App,
    actor: &Actor,
    reviews: Vec<Review>,
) -> Result<Vec<ReviewTold>, Problem> {
    let authors = reviews.iter().map(|own| own.actor).collect();
    let names = app.identity.named(&authors).await?;
    let is_reader = actor.may_in_province(Right::ReadPlots);
    let map = app.areas.map(app.areas.today()).await?;
    let mut tx = app.journal.store().read().await?;
    let mut told = Vec::new();
    for review in reviews {
        let content = content_of(app, &mut tx, &review).await?;
        let said = match &content {
            Some(content) if is_reader => Some(content.said(app, &mut tx, &map).await?),
            _ => None,
        };
        let refusal = review.refusal.as_deref();
        told.push(ReviewTold {
            name: names.get(&review.actor).map(|own| own.name.clone()),
            kind: content.map(|own| own.kind),
            refusal: refusal.and_then(|own| serde_json::from_str(own).ok()),
            said,
            review,
        });
    }
    Ok(told)
}

/// A record that could be read.
struct Content {
    kind: String,
    id: Option<Uuid>,
    body: Value,
    spot: Option<Position>,
}

async fn content_of(
    app: &App,
    tx: &mut Tx,
    review: &Review,
) -> Result<Option<Content>, store::Error> {
    let record = review.record.as_deref();
    let Some(record) = record.and_then(|own| own.parse::<RecordKind>().ok()) else {
        return Ok(None);
    };
    let is_vouched = match record {
        RecordKind::Bundle => return Ok(None),
        RecordKind::Original | RecordKind::VouchedOriginal => {
            return Ok(Some(Content::of(ORIGINAL, review.fact, Value::Null)));
        }
        RecordKind::Fact => false,
        RecordKind::Vouched => true,
    };
    // Of a large one the entry names the bytes alone: it is told as what it is, without its content.
    let stored = app.journal.entry(tx, review.entry).await?;
    let bytes = stored.and_then(|stored| stored.body).unwrap_or_default();
    Ok(if is_vouched {
        vouched(&bytes)
    } else {
        fact(&bytes)
    })
}

fn vouched(bytes: &[u8]) -> Option<Content> {
    let wire: Vouched = serde_json::from_slice(bytes).ok()?;
    let body = wire.bytes();
    if wire.kind != "fixes" {
        let body = serde_json::from_slice(&body).unwrap_or_default();
        return Some(Content::of(&wire.kind, Some(wire.id), body));
    }
    let fixes = chunk::fixes(&body).unwrap_or_default();
    let (first, end) = fixes.first().zip(fixes.last())?;
    let told = json!({ "fixes": fixes.len(), "started_at": first.t, "ended_at": end.t });
    let (lon, lat) = (f64::from(first.lon_e7) / 1e7, f64::from(first.lat_e7) / 1e7);
    Some(Content {
        spot: Position::new(lon, lat).ok(),
        ..Content::of(&wire.kind, Some(wire.id), told)
    })
}

fn fact(bytes: &[u8]) -> Option<Content> {
    let wire: FactWire = serde_json::from_slice(bytes).ok()?;
    let body: Value = serde_json::from_str(&wire.bytes().ok()?).unwrap_or_default();
    let id = wire.id.parse().ok();
    if wire.kind != "fixes" {
        return Some(Content::of(&wire.kind, id, body));
    }
    let fixes = body.get("fixes").and_then(Value::as_array)?;
    let (first, last) = fixes.first().zip(fixes.last())?;
    let told =
        json!({ "fixes": fixes.len(), "started_at": first.get("t"), "ended_at": last.get("t") });
    let at = |name: &str| first.get(name).and_then(Value::as_f64);
    let spot = at("lon").zip(at("lat"));
    Some(Content {
        spot: spot.and_then(|(lon, lat)| Position::new(lon, lat).ok()),
        ..Content::of(&wire.kind, id, told)
    })
}

impl Content {
    fn of(kind: &str, id: Option<Uuid>, body: Value) -> Self {
        Self {
            kind: kind.to_owned(),
            id,
            spot: spot_in(&body),
            body,
        }
    }

    async fn said(
        &self,
        app: &App,
        tx: &mut Tx,
        map: &CommuneMap,
    ) -> Result<ReviewSaid, store::Error> {
        let plot = self.plot();
        let known = match plot {
            Some(plot) => app.plots.place(tx, plot).await?,
            None => None,
        };
        let plot = plot.filter(|_| known.is_some());
        let commune = match self.spot {
            Some(spot) => map.locate(spot).map(str::to_owned),
            None => known.and_then(|own| own.place),
        };
        let name = commune.as_deref().and_then(|code| map.commune(code));
        Ok(ReviewSaid {
            at: self.at(),
            commune_name: name.map(|own| own.facts.name.clone()),
            commune,
            plot,
            values: self.values(),
        })
    }

    /// The plot that it is about.
    fn plot(&self) -> Option<PlotId> {
        if self.kind == "photo" {
            return self.body.get("plot")?.as_str()?.parse().ok();
        }
        let path = Native::of(&self.kind)?.path("");
        let is_of_plot = path.starts_with("/api/v1/plots/");
        self.id.filter(|_| is_of_plot).map(PlotId)
    }

    fn members(&self) -> &Value {
        self.body.get("properties").unwrap_or(&self.body)
    }

    fn at(&self) -> Option<Timestamp> {
        let members = self.members();
        let told = TIMES.iter().find_map(|name| members.get(*name)?.as_str());
        told?.parse().ok()
    }

    fn values(&self) -> Vec<ReviewValue> {
        let members = self.members();
        let told = SAID.iter().filter_map(|name| {
            let text = text_of(members.get(*name)?)?;
            let name = (*name).to_owned();
            Some(ReviewValue { name, text })
        });
        told.collect()
    }
}

/// The first position of a geometry.
fn spot_in(body: &Value) -> Option<Position> {
    let mut at = body.get("geometry")?.get("coordinates")?;
    while at.get(0)?.is_array() {
        at = at.get(0)?;
    }
    Position::new(at.get(0)?.as_f64()?, at.get(1)?.as_f64()?).ok()
}

fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(text_of).collect();
            items.join(" ")
        }
        Value::Null | Value::Object(_) => return None,
    };
    (!text.is_empty()).then(|| text.chars().take(MOST_CHARS).collect())
}
