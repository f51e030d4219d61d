//! Every plot with its life and with what it shares with others: what figures are made of. Double claims are looked for
//! in the whole province whoever asks, so that each ground counts in one place only.

use std::collections::{BTreeMap, BTreeSet};

use geo::{Coord, LineString, Polygon};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{OrgId, PlotId};
use crate::base::time::Timestamp;
use crate::geo::position::Position;
use crate::ledger::model::pairs::{Claim, Pair, pairs};
use crate::ledger::model::totals::{Part, Ranked, in_dispute, perhaps_twice};
use crate::ledger::model::words::{PlotState, Sameness};
use crate::ledger::model::work::{Claims, Shares, work_in_dispute, work_perhaps_twice};
use crate::ledger::model::{Act, Definition, Life};
use crate::ledger::sql::{PlotFilter, Sight};
use crate::plots::model::Season;
use crate::plots::model::season::season_of;
use crate::store;

use super::lives::ranked;
use super::material::{self, Material};
use super::{Error, Ledger};

/// A pair of plots that was or may be decided, ordered.
pub(super) type Couple = (PlotId, PlotId);

/// All plots of a season, or of all, as figures take them.
pub(super) struct Books {
    pub(super) rules: Definition,
    pub(super) plots: Vec<(Material, Life)>,
    /// Where each stands among them.
    places: BTreeMap<PlotId, usize>,
    /// As of an entry: when that came.
    pub(super) then: Option<Timestamp>,
    disputed: Shares,
    perhaps_twice: Shares,
    work_disputed: Shares,
    work_twice: Shares,
    pub(super) pairs: Vec<Pair>,
    pub(super) decided: BTreeMap<Couple, Sameness>,
}

/// One side of a possible double claim.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Side {
    /// The plot.
    pub plot: PlotId,
    /// The claiming organisation.
    pub org: Option<OrgId>,
    /// The commune by the boundaries of its day.
    pub commune: Option<String>,
    /// When it was detected.
    pub detected_at: Timestamp,
    /// Its state.
    pub state: PlotState,
    /// Claimed plants.
    pub plants: Option<u64>,
    /// Claimed area, m².
    pub area_m2: Option<f64>,
    /// Share of its figures that sums leave out until it is decided, 0 to 1.
    pub left_out: f64,
    /// Share of its figures that sums count although another claim may be of the same ground, 0 to 1.
    pub perhaps_twice: f64,
    /// Share of what was destroyed on it that sums leave out until it is decided, 0 to 1: the work counts of whoever did it.
    pub work_left_out: f64,
}

/// Two claims that may be one ground, both sides alike.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DuplicateView {
    /// What is asked of whoever decides.
    pub question: &'static str,
    /// The one claim.
    pub a: Side,
    /// The other.
    pub b: Side,
    /// Between the points, m.
    pub distance_m: f64,
    /// Between the detections, days.
    pub days_apart: f64,
    /// Logarithm (base e) of how much likelier one ground is than two neighbours.
    pub weight: f64,
    /// Whether one ground is likelier, so that sums count it once until it is decided.
    pub is_likely: bool,
    /// What was decided.
    pub decided: Option<Sameness>,
}

const QUESTION: &str = "Cần đối chiếu: hai đơn vị có cùng ghi một chỗ không?";
/// The same of two claims of one unit.
const QUESTION_OF_ONE: &str =
    "Cần đối chiếu: hai điểm này của một đơn vị có phải là một chỗ không?";

impl Ledger {
    /// The books of a season (or of all) and of whatever may be of one ground with its plots, as they are or were: with the
    /// definition, the places and the seasons of then.
    pub(super) async fn books(&self, asked: &PlotFilter) -> Result<Books, Error> {
        let around = around(asked.season.as_deref());
        let mut tx = self.journal.store().read().await?;
        let Some(seq) = asked.as_of else {
            let filter = PlotFilter {
                from: around.map(|(from, _)| from),
                to: around.map(|(_, to)| to),
                ..PlotFilter::default()
            };
            let rules = self.rules(&mut tx).await?;
            let gathered = material::gather(&mut tx, &Sight::All, &filter).await?;
            let plots = self.lives(&mut tx, gathered, &rules, None).await?;
            drop(tx);
            return Books::of(rules, plots);
        };
        // When a plot was found is told by its record of then.
        let filter = PlotFilter {
            as_of: asked.as_of,
            ..PlotFilter::default()
        };
        let rules = self.journal.rules_as_of(&mut tx, seq).await?;
        let mut gathered = material::gather(&mut tx, &Sight::All, &filter).await?;
        drop(tx);
        gathered.retain(|own| {
            let at = own.row.detected_at;
            around.is_none_or(|(from, to)| (from..=to).contains(&at))
        });
        self.place_as_then(&mut gathered).await?;
        let mut tx = self.journal.store().read().await?;
        let plots = self.lives(&mut tx, gathered, &rules, asked.as_of).await?;
        drop(tx);
        Books::of(rules, plots)
    }

    /// Puts plots that lay elsewhere then into the communes in which they lay.
    async fn place_as_then(&self, gathered: &mut [Material]) -> Result<(), Error> {
        for material in gathered.iter_mut().filter(|own| own.is_elsewhere) {
            let row = &mut material.row;
            let position = Position::new(row.lon, row.lat).or(Err(row.corrupt("lat")))?;
            let commune = if material.plot.outside_vietnam {
                None
            } else {
                let day = row.detected_at.local_date();
                self.plots.commune_on(position, day).await?
            };
            (row.commune, row.commune_name) = commune.unzip();
        }
        Ok(())
    }

    /// The claims that may be one ground, as far as the caller may see both sides; the likeliest first.
    pub async fn duplicates(
        &self,
        actor: &Actor,
        season: Option<String>,
        undecided: bool,
    ) -> Result<Vec<DuplicateView>, Error> {
        let books = self.books_of_pairs(actor, season).await?;
        let seen = books
            .pairs
            .iter()
            .filter_map(|pair| books.shown(actor, pair));
        Ok(seen
            .filter(|view| !undecided || view.decided.is_none())
            .collect())
    }

    /// The books of a season, or of all, for whoever may read plots anywhere.
    pub(super) async fn books_of_pairs(
        &self,
        actor: &Actor,
        season: Option<String>,
    ) -> Result<Books, Error> {
        if !actor.may_somewhere(Right::ReadPlots) {
            return Err(Error::Forbidden);
        }
        self.plots.today().await?;
        let filter = PlotFilter {
            season,
            ..PlotFilter::default()
        };
        let mut books = self.books(&filter).await?;
        books.keep_pairs_of(filter.season.as_deref());
        Ok(books)
    }
}

/// The instants between which everything was found that may be of one ground with what a season has: two claims of one ground
/// stood in one season, and each may be written down under another, by the crop that it was first taken for. None for all, and
/// for what names no season, which nothing belongs to.
fn around(season: Option<&str>) -> Option<(Timestamp, Timestamp)> {
    let season: Season = season?.parse().ok()?;
    let (first, last) = season.days_around()?;
    Some((first.start(), last.end()))
}

impl Books {
    /// Leaves out the pairs of which neither side is of a season.
    fn keep_pairs_of(&mut self, season: Option<&str>) {
        let Some(season) = season else {
            return;
        };
        let own = self.plots.iter().map(|(material, _)| &material.row);
        let own = own.filter(|row| row.season == season);
        let own: BTreeSet<PlotId> = own.map(|row| row.id).collect();
        self.pairs
            .retain(|pair| own.contains(&pair.a) || own.contains(&pair.b));
    }

    /// The books of these plots.
    pub(super) fn of(rules: Definition, plots: Vec<(Material, Life)>) -> Result<Self, Error> {
        let counted = plots.iter().filter(|(_, life)| life.state.is_counted());
        let claims: Result<Vec<Claim>, store::Error> = counted
            .map(|(material, life)| claim(material, life))
            .collect();
        let pairs = pairs(&claims?, &rules);
        let decided = decisions(&plots);
        let distinct: BTreeSet<Couple> = decided
            .iter()
            .filter(|(_, sameness)| **sameness == Sameness::Distinct)
            .map(|(couple, _)| *couple)
            .collect();
        let ranked: Vec<Ranked> = plots
            .iter()
            .map(|(material, life)| ranked(material, life))
            .collect();
        let disputed = in_dispute(&ranked, &pairs, &distinct);
        let perhaps = perhaps_twice(&ranked, &pairs, &distinct, &disputed);
        let (work_disputed, work_twice) = {
            let lives = plots.iter().map(|(material, life)| (material.row.id, life));
            let lives: BTreeMap<PlotId, &Life> = lives.collect();
            let claims = Claims {
                ranked: &ranked,
                pairs: &pairs,
                distinct: &distinct,
                lives: &lives,
            };
            let out = work_in_dispute(&claims, &disputed);
            let twice = work_perhaps_twice(&claims, (&disputed, &perhaps), &out);
            (out, twice)
        };
        let places = plots.iter().enumerate();
        let places = places.map(|(place, (material, _))| (material.row.id, place));
        Ok(Self {
            places: places.collect(),
            perhaps_twice: perhaps,
            work_disputed,
            work_twice,
            disputed,
            rules,
            plots,
            then: None,
            pairs,
            decided,
        })
    }

    /// The plots as sums take them.
    pub(super) fn part<'a>(&self, (material, life): &'a (Material, Life)) -> Part<'a> {
        let share = |of: &Shares| of.get(&material.row.id).copied().unwrap_or(0.0);
        // The ground was found when the first of its records was.
        let merged = material.merged.iter().map(|row| row.detected_at);
        let found_at = merged.fold(material.plot.detected_at, Timestamp::min);
        Part {
            plot: material.row.id,
            detected_at: found_at,
            life,
            disputed: share(&self.disputed),
            perhaps_twice: share(&self.perhaps_twice),
            work_disputed: share(&self.work_disputed),
            work_twice: share(&self.work_twice),
        }
    }

    fn shown(&self, actor: &Actor, pair: &Pair) -> Option<DuplicateView> {
        let (a, b) = (self.side(actor, pair.a)?, self.side(actor, pair.b)?);
        Some(DuplicateView {
            question: if a.org == b.org {
                QUESTION_OF_ONE
            } else {
                QUESTION
            },
            a,
            b,
            distance_m: pair.distance_m,
            days_apart: pair.days_apart,
            weight: pair.weight,
            is_likely: pair.is_likely,
            decided: self.decided.get(&couple(pair.a, pair.b)).copied(),
        })
    }

    /// One side as the caller may see it; none beyond his reach.
    pub(super) fn side(&self, actor: &Actor, plot: PlotId) -> Option<Side> {
        let own = self.plots.get(*self.places.get(&plot)?)?;
        let (material, life) = own;
        let reached = actor.may(Right::ReadPlots, material.row.place.as_deref());
        let claimed = &life.quantities.claimed;
        let part = self.part(own);
        reached.then(|| Side {
            plot,
            org: material.row.org,
            commune: material.row.commune.clone(),
            detected_at: material.row.detected_at,
            state: life.state,
            plants: claimed.plants,
            area_m2: claimed.area_m2,
            left_out: part.disputed,
            perhaps_twice: part.perhaps_twice,
            work_left_out: part.work_disputed,
        })
    }
}

pub(super) fn couple(a: PlotId, b: PlotId) -> Couple {
    if a < b { (a, b) } else { (b, a) }
}

/// What was decided last about each couple.
fn decisions(plots: &[(Material, Life)]) -> BTreeMap<Couple, Sameness> {
    let facts = plots.iter().flat_map(|(material, life)| {
        let standing = material.facts.iter().filter(|fact| life.stands(fact.id));
        standing.map(|fact| (material.row.id, fact))
    });
    let mut said: Vec<_> = facts
        .filter_map(|(plot, fact)| match &fact.act {
            Act::Judgement(said) => {
                Some(((fact.at, fact.id), couple(plot, said.other), said.sameness))
            }
            _ => None,
        })
        .collect();
    said.sort_by_key(|(order, ..)| *order);
    said.into_iter()
        .map(|(_, couple, sameness)| (couple, sameness))
        .collect()
}

/// The season in which a plot stood: by its crop as verified, whatever it was taken for at first.
pub(super) fn season_stood(material: &Material, life: &Life) -> Season {
    season_of(life.crop, material.row.detected_at.local_date())
}

pub(super) fn claim(material: &Material, life: &Life) -> Result<Claim, store::Error> {
    let row = &material.row;
    let record: Value = serde_json::from_str(&row.record).or(Err(row.corrupt("record")))?;
    let patrol = record.get("patrol").and_then(Value::as_str);
    Ok(Claim {
        plot: row.id,
        org: row.org,
        author: row.author,
        patrol: patrol.and_then(|patrol| patrol.parse().ok()),
        crop: life.crop,
        season: season_stood(material, life).to_string(),
        detected_at: row.detected_at,
        position: Position::new(row.lon, row.lat).or(Err(row.corrupt("lat")))?,
        hacc_m: row.hacc_m,
        amount: material.plot.claimed,
        outline: outline(&record),
    })
}

/// The outline that a record keeps.
fn outline(record: &Value) -> Option<Polygon<f64>> {
    let rings = record.get("outline")?.get("coordinates")?;
    let rings = <Vec<Vec<[f64; 2]>>>::deserialize(rings).ok()?;
    let ring: Vec<Coord<f64>> = rings
        .first()?
        .iter()
        .map(|[x, y]| Coord { x: *x, y: *y })
        .collect();
    Some(Polygon::new(LineString::new(ring), Vec::new()))
}
