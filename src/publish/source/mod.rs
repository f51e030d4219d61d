//! The one place where features are read for publishing: with the caller's rights, at the caller's precision.
//!
//! Invariants: whoever lacks the right to a collection is answered as if there were none; a filter is held against
//! what its author sees; pages go by id, so nothing is repeated or left out while facts come in; a page looks at a
//! bounded number of rows, and may be short with a `next`.

mod areas;
mod cells;
mod count;
mod fields;
mod fixes;
mod frame;
mod gaps;
mod patrols;
mod photos;
mod plots;
mod push;
mod sieve;
mod version;

use geo::Rect;

use crate::areas::{Areas, Error as AreasError};
use crate::base::actor::{Actor, Right};
use crate::base::ids::CampaignId;
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::coverage::{Coverage, Error as CoverageError};
use crate::density::{Density, Error as DensityError};
use crate::geo::cells::Cell;
use crate::patrols::model::vocabulary::PatrolKind;
use crate::patrols::{Error as PatrolsError, Patrols};
use crate::plots::{Error as PlotsError, Plots};
use crate::store::{self, Store};

use super::feature::{Collection, Feature, Field, Shape};
use super::filter::{Expr, Interval};

pub use frame::Frame;
pub use version::{Glance, Version};

/// Which features are asked for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Within this rectangle of longitudes and latitudes (WGS84), or meeting it.
    pub bbox: Option<Rect<f64>>,
    /// Within this rectangle of a plane, or meeting it; `bbox` is then a rectangle around it.
    pub frame: Option<Frame>,
    /// Of this time. Collections of a day (communes, risk areas) are those of its last day; collections of figures
    /// (cells) are computed over its days.
    pub datetime: Option<Interval>,
    /// Meeting one of these cells; none: anywhere.
    pub cells: Vec<Cell>,
    /// Meeting this condition.
    pub filter: Option<Expr>,
    /// H3 resolution of cells with figures; none: the collection's own.
    pub resolution: Option<u8>,
    /// Cells of coverage and of density: by patrols of one campaign.
    pub campaign: Option<CampaignId>,
    /// Cells of coverage: by patrols of one kind.
    pub kind: Option<PatrolKind>,
    /// Cells of density: plots of one crop.
    pub crop: Option<Crop>,
}

/// Where a page ended: opaque to publishers, ordered as features are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(pub(super) String);

impl Key {
    /// The key of a text that [`Key::as_str`] gave.
    #[must_use]
    pub fn of(text: String) -> Self {
        Self(text)
    }

    /// The text that travels in a cursor.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// The features, by id.
    pub features: Vec<Feature>,
    /// Where the next page begins, when there may be more.
    pub next: Option<Key>,
}

/// Why features are not given.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// There is no such collection or feature, or it is not the caller's.
    #[error("no such thing")]
    NotFound,
    /// The feature was retracted.
    #[error("retracted")]
    Gone,
    /// A parameter cannot be answered.
    #[error("{name}: {reason}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What is wrong, and what would be answered.
        reason: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Reads features for every publisher.
#[derive(Debug, Clone)]
pub struct Publisher {
    store: Store,
    areas: Areas,
    patrols: Patrols,
    plots: Plots,
    coverage: Coverage,
    density: Density,
}

impl Publisher {
    /// A publisher over these services.
    #[must_use]
    pub fn new(
        (areas, patrols, plots): (Areas, Patrols, Plots),
        (coverage, density): (Coverage, Density),
    ) -> Self {
        Self {
            store: areas.journal().store().clone(),
            areas,
            patrols,
            plots,
            coverage,
            density,
        }
    }

    /// The collections that the caller may read, in the order in which they are listed.
    #[must_use]
    pub fn visible(&self, actor: &Actor) -> Vec<Collection> {
        let all = Collection::ALL.iter().copied();
        all.filter(|collection| may_read(*collection, actor))
            .collect()
    }

    /// The fields of a collection that the caller may see.
    #[must_use]
    pub fn fields(&self, collection: Collection, actor: &Actor) -> &'static [Field] {
        match collection {
            Collection::Communes => fields::COMMUNES,
            Collection::Hamlets => fields::HAMLETS,
            Collection::RiskAreas => fields::RISK_AREAS,
            Collection::BorderGates => fields::BORDER_GATES,
            Collection::Patrols => fields::PATROLS,
            Collection::Fixes => fields::FIXES,
            Collection::Plots => fields::PLOTS,
            Collection::Photos => fields::PHOTOS,
            Collection::CoverageCells => fields::COVERAGE_CELLS,
            Collection::DensityCells if actor.may_somewhere(Right::ReadDensity) => {
                fields::DENSITY_CELLS
            }
            Collection::DensityCells => fields::DENSITY_COARSE,
        }
    }

    /// What kinds of geometry a collection has.
    #[must_use]
    pub fn shape(&self, collection: Collection) -> Shape {
        match collection {
            Collection::Communes | Collection::RiskAreas => Shape::MultiPolygon,
            Collection::Patrols => Shape::MultiLineString,
            Collection::CoverageCells | Collection::DensityCells => Shape::Polygon,
            Collection::Hamlets
            | Collection::BorderGates
            | Collection::Fixes
            | Collection::Plots
            | Collection::Photos => Shape::Point,
        }
    }

    /// The features after a key, at most `limit`.
    pub async fn page(
        &self,
        actor: &Actor,
        collection: Collection,
        query: &Query,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Page, PublishError> {
        check(actor, collection)?;
        let of = PageOf {
            query,
            after: after.map(Key::as_str),
            limit: limit.max(1),
        };
        match collection {
            Collection::Communes => self.communes(actor, of).await,
            Collection::RiskAreas => self.risk_areas(actor, of).await,
            Collection::BorderGates => self.gates(actor, of).await,
            Collection::Hamlets => self.hamlets(actor, of).await,
            Collection::Patrols => self.patrols(actor, of).await,
            Collection::Fixes => self.fixes(actor, of).await,
            Collection::Plots => self.plots(actor, of).await,
            Collection::Photos => self.photos(actor, of).await,
            Collection::CoverageCells => self.coverage_cells(actor, of).await,
            Collection::DensityCells => self.density_cells(actor, of).await,
        }
    }

    /// The feature of an id.
    pub async fn one(
        &self,
        actor: &Actor,
        collection: Collection,
        id: &str,
    ) -> Result<Feature, PublishError> {
        check(actor, collection)?;
        let query = Query::default();
        let found = match collection {
            Collection::Communes => self.commune(actor, id).await?,
            Collection::RiskAreas => self.risk_area(actor, id).await?,
            Collection::BorderGates => self.gate(actor, id).await?,
            Collection::Hamlets => self.hamlet(actor, id).await?,
            Collection::Patrols => self.patrol(actor, id).await?,
            Collection::Fixes => self.fix(actor, id).await?,
            Collection::Plots => self.plot(actor, id).await?,
            Collection::Photos => self.photo(actor, id).await?,
            Collection::CoverageCells => self.coverage_cell(actor, id, &query).await?,
            Collection::DensityCells => self.density_cell(actor, id, &query).await?,
        };
        found.ok_or(PublishError::NotFound)
    }

    fn today(&self) -> LocalDate {
        self.areas.today()
    }
}

/// Which page of which features.
#[derive(Debug, Clone, Copy)]
struct PageOf<'a> {
    query: &'a Query,
    after: Option<&'a str>,
    limit: usize,
}

impl Query {
    /// The day of collections that have one map per day.
    fn day(&self, today: LocalDate) -> LocalDate {
        let asked = self.datetime.unwrap_or_default();
        match (asked.from, asked.to) {
            (_, Some(to)) => to.local_date(),
            (Some(from), None) => from.local_date().max(today),
            (None, None) => today,
        }
    }
}

/// Whoever may not read a collection is answered as if there were none.
fn check(actor: &Actor, collection: Collection) -> Result<(), PublishError> {
    if may_read(collection, actor) {
        Ok(())
    } else {
        Err(PublishError::NotFound)
    }
}

fn may_read(collection: Collection, actor: &Actor) -> bool {
    let any = |rights: &[Right]| rights.iter().any(|right| actor.may_somewhere(*right));
    match collection {
        Collection::Communes | Collection::Hamlets | Collection::BorderGates => {
            any(&[Right::ReadCommunes])
        }
        Collection::RiskAreas => any(&[Right::ReadRiskAreas]),
        Collection::Patrols | Collection::Fixes => any(&[Right::ReadPatrols]),
        Collection::Plots => any(&[Right::ReadPlots]),
        Collection::Photos => any(&[Right::ReadPhotos]),
        Collection::CoverageCells => any(&[Right::ReadGaps]),
        Collection::DensityCells => any(&[Right::ReadDensity, Right::ReadCoarseDensity]),
    }
}

impl From<AreasError> for PublishError {
    fn from(error: AreasError) -> Self {
        match error {
            AreasError::Store(error) => Self::Store(error),
            _ => Self::NotFound,
        }
    }
}

impl From<PatrolsError> for PublishError {
    fn from(error: PatrolsError) -> Self {
        match error {
            PatrolsError::Store(error) => Self::Store(error),
            _ => Self::NotFound,
        }
    }
}

impl From<PlotsError> for PublishError {
    fn from(error: PlotsError) -> Self {
        match error {
            PlotsError::Store(error) => Self::Store(error),
            _ => Self::NotFound,
        }
    }
}

impl From<CoverageError> for PublishError {
    fn from(error: CoverageError) -> Self {
        match error {
            CoverageError::Store(error) => Self::Store(error),
            CoverageError::Parameter { name, reason } => Self::window(name, reason),
            _ => Self::NotFound,
        }
    }
}

impl From<DensityError> for PublishError {
    fn from(error: DensityError) -> Self {
        match error {
            DensityError::Store(error) => Self::Store(error),
            DensityError::Parameter { name, reason } => Self::window(name, reason),
            _ => Self::NotFound,
        }
    }
}

impl PublishError {
    /// What a slice says of its own parameters, under the names they have here.
    fn window(name: &'static str, reason: String) -> Self {
        let name = match name {
            "from" | "to" | "season" => "datetime",
            name => name,
        };
        Self::Parameter { name, reason }
    }
}
