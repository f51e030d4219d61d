//! Typed coordinates held against the communes.

use crate::areas::model::map::CommuneMap;
use crate::base::actor::Actor;
use crate::base::refusal::Refusal;
use crate::geo::position::Position;
use crate::geo::vn2000::{self, Reading};

use super::{Areas, Error};

/// So far beyond its commune's boundary a typed place may lie, m: boundaries and receivers are no better.
const BESIDE_M: f64 = 500.0;
const M_PER_DEG: f64 = 111_320.0;

/// A reading with where it lies.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadPlace {
    /// The reading.
    pub reading: Reading,
    /// The commune in which it lies today.
    pub commune: Option<String>,
    /// Whether it lies in or beside the declared commune, where one was declared.
    pub fits: Option<bool>,
}

impl Areas {
    /// Every reading of typed coordinates, those that fit the declared commune first.
    pub async fn read_places(
        &self,
        actor: &Actor,
        text: &str,
        declared: Option<&str>,
    ) -> Result<Vec<ReadPlace>, Error> {
        let map = self.map_for(actor, self.today()).await?;
        if let Some(code) = declared
            && map.commune(code).is_none()
        {
            return Err(Refusal::at("/commune", "expected the code of a commune of today").into());
        }
        let place = |reading: Reading| {
            let commune = map.locate(reading.position).map(str::to_owned);
            let fits = declared.map(|code| beside(&map, reading.position, code));
            ReadPlace {
                reading,
                commune,
                fits,
            }
        };
        let mut places: Vec<ReadPlace> = vn2000::read(text).into_iter().map(place).collect();
        places.sort_by_key(|place| place.fits == Some(false));
        Ok(places)
    }
}

/// Whether a position lies in a commune, or one of eight places 500 m around it does: boundaries and receivers are no
/// better.
#[must_use]
pub fn beside(map: &CommuneMap, position: Position, code: &str) -> bool {
    let stretch = position.lat().to_radians().cos().max(0.1);
    let around = (0..8).filter_map(|eighth| {
        let angle = f64::from(eighth) * std::f64::consts::FRAC_PI_4;
        let (north, east) = (BESIDE_M * angle.cos(), BESIDE_M * angle.sin());
        let lat = position.lat() + north / M_PER_DEG;
        let lon = position.lon() + east / (M_PER_DEG * stretch);
        Position::new(lon, lat).ok()
    });
    std::iter::once(position)
        .chain(around)
        .any(|place| map.locate(place) == Some(code))
}
