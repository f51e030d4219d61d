//! Which communes of another day lie in a reach: rights hold where ground lies today, whatever its commune was called.

use std::collections::{BTreeMap, BTreeSet};

use crate::areas::model::map::{Boundary, Commune, CommuneMap};
use crate::base::actor::Scope;
use crate::base::time::LocalDate;
use crate::store::Error;

use super::Areas;
use super::maps::all_boundaries;

/// So much of a commune's ground may lie outside a reach that holds it, as a share: boundaries of two days never meet exactly.
pub(super) const BESIDE_SHARE: f64 = 0.01;
/// So much of it where the commune is held under the same code today: it was surveyed or drawn anew.
const REDRAWN_SHARE: f64 = 0.1;

/// Codes whose heirs are kept.
const MOST_KEPT: usize = 10_000;

/// The heirs of communes by code, as an epoch and a day have them: phones ask with every request.
#[derive(Debug, Default)]
pub(super) struct Heirs {
    of: Option<(i64, LocalDate)>,
    by_code: BTreeMap<String, BTreeSet<String>>,
}

impl Heirs {
    /// Forgets those of another epoch or day.
    fn turn_to(&mut self, epoch: i64, day: LocalDate) {
        if self.of != Some((epoch, day)) || self.by_code.len() >= MOST_KEPT {
            self.of = Some((epoch, day));
            self.by_code.clear();
        }
    }
}

/// Which communes of a map lie in a reach, by the boundaries of today.
#[derive(Debug)]
pub struct Reached {
    /// The share of each commune's ground, in the order of the map; none where all of them lie in the reach.
    shares: Option<Vec<f64>>,
}

impl Reached {
    /// Whether the commune at a place of the map lies in the reach, but for 1 % of its area.
    #[must_use]
    pub fn holds(&self, at: usize) -> bool {
        self.share(at) >= 1.0 - BESIDE_SHARE
    }

    /// Whether some of its ground lies there, and not enough.
    #[must_use]
    pub fn is_partly_held(&self, at: usize) -> bool {
        self.share(at) > BESIDE_SHARE && !self.holds(at)
    }

    fn share(&self, at: usize) -> f64 {
        let Some(shares) = &self.shares else {
            return 1.0;
        };
        shares.get(at).copied().unwrap_or(0.0)
    }
}

impl Areas {
    /// Which communes of a map of any day lie in a reach. A commune whose boundary holds today is told by its code; of any
    /// other its ground is held against that of the communes of the reach.
    pub async fn reached(&self, map: &CommuneMap, scope: &Scope) -> Result<Reached, Error> {
        let Scope::Communes(codes) = scope else {
            return Ok(Reached { shares: None });
        };
        let today = self.map(self.today()).await?;
        let held: Vec<&Commune> = codes
            .iter()
            .filter_map(|code| today.commune(code))
            .collect();
        let mut shares = Vec::with_capacity(map.communes().len());
        for commune in map.communes() {
            let code = commune.facts.code.as_str();
            let stands = today
                .commune(code)
                .is_some_and(|own| own.facts.id == commune.facts.id);
            shares.push(if stands {
                f64::from(u8::from(codes.contains(code)))
            } else {
                let share = self.share_held(commune, &held).await?;
                let is_redrawn = codes.contains(code) && share >= 1.0 - REDRAWN_SHARE;
                if is_redrawn { 1.0 } else { share }
            });
        }
        Ok(Reached {
            shares: Some(shares),
        })
    }

    /// A reach with the communes that have ended and whose ground it holds today, for what is told by the commune in which it
    /// lay when it came. A code that a commune of today has stands for that commune alone.
    pub async fn with_ended(&self, scope: &Scope) -> Result<Scope, Error> {
        let Scope::Communes(codes) = scope else {
            return Ok(Scope::Province);
        };
        let today = self.map(self.today()).await?;
        let mut wider = codes.clone();
        for day in self.last_days().await? {
            let map = self.map(day).await?;
            let reached = self.reached(&map, scope).await?;
            for (at, commune) in map.communes().iter().enumerate() {
                let code = commune.facts.code.as_str();
                if today.commune(code).is_none() && reached.holds(at) {
                    wider.insert(code.to_owned());
                }
            }
        }
        Ok(Scope::Communes(wider))
    }

    /// The communes of today in each of which an ended one lies as a whole, but for 1 % of its area; of a code that a commune
    /// of today has, that one alone.
    pub async fn heirs(&self, code: &str) -> Result<BTreeSet<String>, Error> {
        let all = self.boundaries().await?;
        self.heirs_among(&all, code).await
    }

    /// The heirs of those of some codes that no commune of today has, as far as they have any; none where boundaries cannot be
    /// read, which shuts nobody out.
    pub async fn heirs_of(
        &self,
        codes: BTreeSet<String>,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, Error> {
        let of = (self.epoch().await?, self.today());
        let mut all = BTreeMap::new();
        let mut asked = Vec::new();
        for code in codes {
            if let Some(heirs) = self.kept_heirs(of, &code) {
                all.insert(code, heirs);
            } else {
                asked.push(code);
            }
        }
        if !asked.is_empty() {
            let boundaries = readable(self.boundaries().await)?;
            for code in asked {
                let heirs = match &boundaries {
                    Some(known) => readable(self.heirs_among(known, &code).await)?,
                    None => None,
                };
                // Kept where they cannot be told as well: phones ask with every request, and would read the same map anew
                // each time.
                let heirs = heirs.unwrap_or_default();
                self.keep_heirs(of, &code, &heirs);
                all.insert(code, heirs);
            }
        }
        all.retain(|code, heirs| !heirs.is_empty() && !heirs.contains(code));
        Ok(all)
    }

    fn kept_heirs(&self, (epoch, day): (i64, LocalDate), code: &str) -> Option<BTreeSet<String>> {
        let mut kept = self.shared.heirs.lock().ok()?;
        kept.turn_to(epoch, day);
        kept.by_code.get(code).cloned()
    }

    fn keep_heirs(&self, (epoch, day): (i64, LocalDate), code: &str, heirs: &BTreeSet<String>) {
        if let Ok(mut kept) = self.shared.heirs.lock() {
            kept.turn_to(epoch, day);
            kept.by_code.insert(code.to_owned(), heirs.clone());
        }
    }

    /// The heirs of a code: dates tell whether it has ended, so that no map is needed for one that holds today.
    async fn heirs_among(&self, all: &[Boundary], code: &str) -> Result<BTreeSet<String>, Error> {
        let today = self.today();
        let own = all.iter().filter(|own| own.code == code);
        if own.clone().any(|own| own.is_valid_on(today)) {
            return Ok([code.to_owned()].into());
        }
        // Of a code whose ground was drawn anew before it ended, the last one is what it stood for.
        let lasts = own.filter_map(|own| own.valid_to);
        match lasts.filter(|last| *last < today).max() {
            Some(last) => self.heirs_of_ground(code, last).await,
            None => Ok(BTreeSet::new()),
        }
    }

    /// The communes of today in which the ground lies that a code had on its last day.
    async fn heirs_of_ground(
        &self,
        code: &str,
        last: LocalDate,
    ) -> Result<BTreeSet<String>, Error> {
        // All phones ask in the moment in which boundaries change: grounds are compared once.
        let _comparing = self.shared.comparing.lock().await;
        let (map, today) = (self.map(last).await?, self.map(self.today()).await?);
        let mut heirs = BTreeSet::new();
        if let Some(ended) = map.commune(code) {
            for own in today.communes() {
                if self.share_held(ended, &[own]).await? >= 1.0 - BESIDE_SHARE {
                    heirs.insert(own.facts.code.clone());
                }
            }
        }
        Ok(heirs)
    }

    /// The last days of the boundaries that hold no more.
    async fn last_days(&self) -> Result<BTreeSet<LocalDate>, Error> {
        let today = self.today();
        let all = self.boundaries().await?;
        let lasts = all.iter().filter_map(|boundary| boundary.valid_to);
        Ok(lasts.filter(|last| *last < today).collect())
    }

    async fn boundaries(&self) -> Result<Vec<Boundary>, Error> {
        let mut tx = self.journal.store().read().await?;
        all_boundaries(&mut tx).await
    }

    /// The share of a commune's ground that lies in others, which do not overlap.
    async fn share_held(&self, commune: &Commune, held: &[&Commune]) -> Result<f64, Error> {
        let mut share = 0.0;
        for own in held {
            if own.ground.meets(commune.region()) {
                let other = (own.facts.id, &own.ground);
                share += self.share_between(commune, other).await?;
            }
        }
        Ok(share)
    }
}

/// What boundaries tell; none where they cannot be read.
fn readable<T>(told: Result<T, Error>) -> Result<Option<T>, Error> {
    match told {
        Err(error @ Error::Corrupt { .. }) => {
            tracing::warn!(%error, "who holds the ground of ended communes cannot be told");
            Ok(None)
        }
        told => told.map(Some),
    }
}
