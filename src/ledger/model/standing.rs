//! Which facts of a plot stand: repeated ones once, and of all that correct one another a single one.

use std::collections::BTreeMap;

use super::facts::Fact;
use crate::base::ids::FactId;

/// The facts that stand, in the order in which they happened, and what stands in the place of the others.
pub(super) struct Standing<'a> {
    pub(super) facts: Vec<&'a Fact>,
    /// What stands in the place of each corrected fact.
    pub(super) instead: BTreeMap<FactId, FactId>,
    /// Corrections without effect.
    pub(super) ignored: Vec<FactId>,
    /// One fact is corrected by two.
    pub(super) twice: bool,
}

impl Standing<'_> {
    /// What stands in the place of a fact: itself, or what corrects it.
    pub(super) fn instead_of(&self, id: FactId) -> FactId {
        self.instead.get(&id).copied().unwrap_or(id)
    }
}

/// Where a fact's corrections begin.
#[derive(Clone, Copy)]
struct Rooted {
    /// The first fact that it corrects, by way of others; itself when it corrects none.
    root: FactId,
    /// Whether it may stand in the root's place.
    has_effect: bool,
}

/// Corrections resolved. A correction takes effect when it is an officer's, or the author's of what it corrects and that
/// has effect itself, is of the same kind, and its id is later. However they fork, the latest id of all that go back to
/// one fact stands for all of them.
pub(super) fn standing(facts: &[Fact]) -> Standing<'_> {
    let known: BTreeMap<FactId, &Fact> = facts.iter().map(|fact| (fact.id, fact)).collect();
    let mut rooted: BTreeMap<FactId, Option<Rooted>> = BTreeMap::new();
    let mut corrected: BTreeMap<FactId, u32> = BTreeMap::new();
    // Earlier ids come first, so what a fact may correct is judged before it.
    for fact in known.values() {
        let of = fact.corrects.and_then(|id| known.get(&id));
        let own = of.map_or(
            Some(Rooted {
                root: fact.id,
                has_effect: true,
            }),
            |of| correction(fact, of, &rooted),
        );
        if let (Some(own), Some(of)) = (own, of)
            && own.has_effect
        {
            *corrected.entry(of.id).or_default() += 1;
        }
        rooted.insert(fact.id, own);
    }
    let effective = |id: &FactId| (*rooted.get(id)?).filter(|own| own.has_effect);
    let mut latest: BTreeMap<FactId, FactId> = BTreeMap::new();
    for id in known.keys() {
        if let Some(own) = effective(id) {
            latest.insert(own.root, *id);
        }
    }
    let stands_for = |id: &FactId| latest.get(&effective(id)?.root).copied();
    let instead = known
        .keys()
        .filter_map(|id| Some((*id, stands_for(id)?)))
        .filter(|(id, stands)| id != stands);
    let instead: BTreeMap<FactId, FactId> = instead.collect();
    let ignored = known.keys().filter(|id| effective(id).is_none());
    let ignored: Vec<FactId> = ignored.copied().collect();
    let mut facts: Vec<&Fact> = known
        .into_iter()
        .filter(|(id, _)| stands_for(id) == Some(*id))
        .map(|(_, fact)| fact)
        .collect();
    facts.sort_by_key(|fact| (fact.at, fact.act.kind(), fact.id));
    Standing {
        facts,
        instead,
        ignored,
        twice: corrected.values().any(|times| *times > 1),
    }
}

/// What a correction goes back to; none when it cannot be one, as it is of another kind or earlier.
fn correction(fact: &Fact, of: &Fact, rooted: &BTreeMap<FactId, Option<Rooted>>) -> Option<Rooted> {
    if fact.act.kind() != of.act.kind() || fact.id <= of.id {
        return None;
    }
    let before = (*rooted.get(&of.id)?)?;
    Some(Rooted {
        root: before.root,
        has_effect: fact.by_officer || (before.has_effect && fact.author == of.author),
    })
}
