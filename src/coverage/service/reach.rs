//! Who may see which communes of a window: rights hold where ground lies today, and a window has the communes of its last day.

use std::sync::Arc;

use crate::areas::Reached;
use crate::areas::model::map::CommuneMap;
use crate::base::actor::{Actor, Right, Scope};
use crate::base::time::LocalDate;

use super::answer::{Asked, Note};
use super::{Coverage, Error};

/// Communes that a note names.
const MOST_NAMED: usize = 10;

/// The communes of a map that are shown.
pub(super) struct Shown {
    /// Whether each is, in the order of the map.
    pub(super) communes: Arc<[bool]>,
    /// Why some are not, or none.
    pub(super) note: Option<Note>,
}

impl Coverage {
    /// Which communes of a map are shown: those whose ground lies in reach today. Refuses one that is not there or not in
    /// reach.
    pub(super) async fn shown(
        &self,
        map: &CommuneMap,
        asked: &Asked,
        scope: &Scope,
    ) -> Result<Shown, Error> {
        let reached = self.areas.reached(map, scope).await?;
        let places = 0..map.communes().len();
        if let Some(code) = &asked.commune {
            let own = map.place(code).filter(|at| reached.holds(*at));
            let own = own.ok_or(Error::NotFound)?;
            return Ok(Shown {
                communes: places.map(|at| at == own).collect(),
                note: None,
            });
        }
        Ok(Shown {
            communes: places.map(|at| reached.holds(at)).collect(),
            note: left_out(map, &reached, asked.to),
        })
    }

    /// Whether the caller may read the patrols of every commune that is asked about.
    pub(super) async fn reads_patrols(
        &self,
        actor: &Actor,
        asked: &Asked,
        scope: &Scope,
    ) -> Result<bool, Error> {
        let Some(own) = actor.reach(Right::ReadPatrols) else {
            return Ok(false);
        };
        Ok(match (&asked.commune, scope) {
            (Some(code), _) => self.is_in_reach(asked.to, code, &own).await?,
            (None, Scope::Province) => own == Scope::Province,
            (None, Scope::Communes(codes)) => codes.iter().all(|code| own.holds(Some(code))),
        })
    }

    /// Whether a commune of a day lies in a reach; what is no commune on that day is told by its code.
    pub(super) async fn is_in_reach(
        &self,
        on: LocalDate,
        code: &str,
        scope: &Scope,
    ) -> Result<bool, Error> {
        let map = self.areas.map(on).await?;
        let Some(at) = map.place(code) else {
            return Ok(scope.holds(Some(code)));
        };
        Ok(self.areas.reached(&map, scope).await?.holds(at))
    }
}

/// Says so when communes lie only partly in reach, or none does.
fn left_out(map: &CommuneMap, reached: &Reached, on: LocalDate) -> Option<Note> {
    let communes = map.communes().iter().enumerate();
    let partly = communes.filter(|(at, _)| reached.is_partly_held(*at));
    let partly: Vec<&str> = partly.map(|(_, own)| own.facts.code.as_str()).collect();
    if !partly.is_empty() {
        let named = partly.iter().take(MOST_NAMED).copied();
        let named = named.collect::<Vec<_>>().join(", ");
        let more = if partly.len() > MOST_NAMED {
            ", …"
        } else {
            ""
        };
        return Some(Note {
            code: "partly_in_reach",
            text: format!(
                "left out: {named}{more}: only a part of their ground by the boundaries of {on} lies in yours today"
            ),
        });
    }
    let is_none =
        !map.communes().is_empty() && (0..map.communes().len()).all(|at| !reached.holds(at));
    is_none.then(|| Note {
        code: "none_in_reach",
        text: format!("no commune of {on} lies in yours as they are today"),
    })
}
