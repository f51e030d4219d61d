//! Which facts of a plot stand: repeated ones once, and of all that correct one another a single one.

use std::collections::{BTreeMap, BTreeSet};

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

/// What stands of a fact and all that corrects it. Rivals are compared field by field: an officer's word goes before the
/// author's, then the latest id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Latest {
    by_officer: bool,
    last: FactId,
    stands: FactId,
}

/// Corrections resolved. A correction takes effect when it is an officer's, or the author's of what it corrects and that
/// has effect itself, and is of the same kind. It is later than what it names, whatever their ids say: a phone whose clock
/// ran ahead makes no fact that cannot be corrected. Only rivals, which correct the same fact, are compared: those that an
/// officer corrected first, then those with the latest id among what goes back to them.
pub(super) fn standing(facts: &[Fact]) -> Standing<'_> {
    let known: BTreeMap<FactId, &Fact> = facts.iter().map(|fact| (fact.id, fact)).collect();
    let named = named(&known);
    let mut rivals: BTreeMap<FactId, Vec<FactId>> = BTreeMap::new();
    for (id, of) in &named {
        rivals.entry(*of).or_default().push(*id);
    }
    let order = from_the_roots(&known, &named, &rivals);
    let rooted = rooted(&order, &known, &named);
    let effective = |id: &FactId| (*rooted.get(id)?).filter(|own| own.has_effect);
    let mut latest: BTreeMap<FactId, Latest> = BTreeMap::new();
    for id in order.iter().rev() {
        let own = effective(id).map(|_| Latest {
            by_officer: named.contains_key(id) && known.get(id).is_some_and(|fact| fact.by_officer),
            last: *id,
            stands: *id,
        });
        let of_it = rivals.get(id).into_iter().flatten();
        let over = of_it.filter_map(|rival| latest.get(rival)).max().copied();
        if let Some(told) = later(own, over) {
            latest.insert(*id, told);
        }
    }
    let stands_for = |id: &FactId| Some(latest.get(&effective(id)?.root)?.stands);
    let instead = known
        .keys()
        .filter_map(|id| Some((*id, stands_for(id)?)))
        .filter(|(id, stands)| id != stands);
    let instead: BTreeMap<FactId, FactId> = instead.collect();
    let ignored = known.keys().filter(|id| effective(id).is_none());
    let ignored: Vec<FactId> = ignored.copied().collect();
    let corrected_twice = |own: &Vec<FactId>| own.iter().filter_map(effective).count() > 1;
    let twice = rivals.values().any(corrected_twice);
    let mut facts: Vec<&Fact> = known
        .iter()
        .filter(|(id, _)| stands_for(id) == Some(**id))
        .map(|(_, fact)| *fact)
        .collect();
    facts.sort_by_key(|fact| (fact.at, fact.act.kind(), fact.id));
    Standing {
        facts,
        instead,
        ignored,
        twice,
    }
}

/// What each fact names as corrected. Of facts that name one another in a circle, which nobody can rule out since a
/// correction may come before what it corrects, the earliest id corrects nothing.
fn named(known: &BTreeMap<FactId, &Fact>) -> BTreeMap<FactId, FactId> {
    let of = |fact: &Fact| fact.corrects.filter(|of| known.contains_key(of));
    let mut named: BTreeMap<FactId, FactId> = known
        .iter()
        .filter_map(|(id, fact)| Some((*id, of(fact)?)))
        .collect();
    let mut settled: BTreeSet<FactId> = BTreeSet::new();
    for start in known.keys() {
        let (mut path, mut on_path) = (Vec::new(), BTreeSet::new());
        let mut next = Some(*start);
        while let Some(id) = next.filter(|id| !settled.contains(id)) {
            if !on_path.insert(id) {
                let circle = path.iter().skip_while(|own: &&FactId| **own != id);
                if let Some(first) = circle.min() {
                    named.remove(first);
                }
                break;
            }
            path.push(id);
            next = named.get(&id).copied();
        }
        settled.extend(path);
    }
    named
}

/// Every fact after the one that it names.
fn from_the_roots(
    known: &BTreeMap<FactId, &Fact>,
    named: &BTreeMap<FactId, FactId>,
    rivals: &BTreeMap<FactId, Vec<FactId>>,
) -> Vec<FactId> {
    let roots = known.keys().filter(|id| !named.contains_key(*id));
    let mut order: Vec<FactId> = roots.copied().collect();
    let mut at = 0;
    while let Some(id) = order.get(at).copied() {
        order.extend(rivals.get(&id).into_iter().flatten().copied());
        at += 1;
    }
    order
}

/// What each fact goes back to; `order` tells what is named before what names it.
fn rooted(
    order: &[FactId],
    known: &BTreeMap<FactId, &Fact>,
    named: &BTreeMap<FactId, FactId>,
) -> BTreeMap<FactId, Option<Rooted>> {
    let mut rooted = BTreeMap::new();
    for fact in order.iter().filter_map(|id| known.get(id)) {
        let of = named.get(&fact.id).and_then(|of| known.get(of));
        let own = match of {
            Some(of) => correction(fact, of, &rooted),
            None => Some(Rooted {
                root: fact.id,
                has_effect: true,
            }),
        };
        rooted.insert(fact.id, own);
    }
    rooted
}

/// What a correction goes back to; none when it cannot be one, as it is of another kind.
fn correction(fact: &Fact, of: &Fact, rooted: &BTreeMap<FactId, Option<Rooted>>) -> Option<Rooted> {
    if fact.act.kind() != of.act.kind() {
        return None;
    }
    let before = (*rooted.get(&of.id)?)?;
    Some(Rooted {
        root: before.root,
        has_effect: fact.by_officer || (before.has_effect && fact.author == of.author),
    })
}

/// A fact and the strongest of what corrects it.
fn later(own: Option<Latest>, over: Option<Latest>) -> Option<Latest> {
    let (Some(own), Some(over)) = (own, over) else {
        return over.or(own);
    };
    Some(Latest {
        by_officer: own.by_officer || over.by_officer,
        last: own.last.max(over.last),
        stands: over.stands,
    })
}
