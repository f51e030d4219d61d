//! Borders that areas share, thinned as one: rings are taken apart where borders meet, and each piece is thinned from
//! end to end, so that both sides keep the same vertices and neither a gap nor an overlap opens between them.

use std::collections::HashMap;

use super::thin::{self, depths};
use super::world::World;

/// The vertices beside a vertex in all rings that pass it.
#[derive(Clone, Copy)]
struct Beside {
    pair: [World; 2],
    is_junction: bool,
}

/// Where borders meet.
pub struct Borders(HashMap<World, Beside>);

impl Borders {
    /// The borders of rings that are not closed by a repeated vertex.
    pub fn of<'a>(rings: impl Iterator<Item = &'a [World]>) -> Self {
        let mut known: HashMap<World, Beside> = HashMap::new();
        for ring in rings {
            for (at, place) in ring.iter().enumerate() {
                let before = ring[(at + ring.len() - 1) % ring.len()];
                let after = ring[(at + 1) % ring.len()];
                let own = [before.min(after), before.max(after)];
                known
                    .entry(*place)
                    .and_modify(|known| known.is_junction |= known.pair != own)
                    .or_insert(Beside {
                        pair: own,
                        is_junction: false,
                    });
            }
        }
        Self(known)
    }

    fn is_junction(&self, place: World) -> bool {
        self.0.get(&place).is_some_and(|own| own.is_junction)
    }

    /// The least zoom at which each vertex of a ring stands.
    pub fn depths(&self, ring: &[World]) -> Vec<u8> {
        let mut all = vec![thin::DEEPEST; ring.len()];
        let anchors = self.anchors(ring);
        for (number, from) in anchors.iter().enumerate() {
            let to = anchors[(number + 1) % anchors.len()];
            let length = (to + ring.len() - from - 1) % ring.len() + 1;
            let places = (0..=length).map(|step| (from + step) % ring.len());
            let piece: Vec<World> = places.clone().map(|at| ring[at]).collect();
            for (at, depth) in places.zip(depths(&piece)) {
                all[at] = depth;
            }
        }
        all
    }

    /// The vertices at which a ring is taken apart: junctions, and as many more as make two pieces, chosen by the
    /// ground alone so that a neighbour with the same vertices chooses the same.
    fn anchors(&self, ring: &[World]) -> Vec<usize> {
        let mut anchors: Vec<usize> = (0..ring.len())
            .filter(|at| self.is_junction(ring[*at]))
            .collect();
        if anchors.is_empty() {
            anchors.extend((0..ring.len()).min_by_key(|at| ring[*at]));
        }
        if let [only] = anchors[..] {
            let away = |at: usize| {
                let (a, b) = (ring[at].pair(), ring[only].pair());
                (a[0] - b[0]).hypot(a[1] - b[1])
            };
            let farthest = (0..ring.len()).max_by(|one, other| {
                away(*one)
                    .total_cmp(&away(*other))
                    .then(ring[*one].cmp(&ring[*other]))
            });
            anchors.extend(farthest.filter(|at| *at != only));
            anchors.sort_unstable();
        }
        anchors
    }
}
