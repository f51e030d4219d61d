//! What was seen over some days of a region, each position once.

use super::canvas::Canvas;

/// What was seen over some days, once per position.
#[derive(Debug, Clone, Default)]
pub struct Union {
    positions: Box<[u16]>,
    masks: Box<[u64]>,
}

impl Union {
    /// What a canvas shows.
    #[must_use]
    pub fn of(canvas: &Canvas) -> Self {
        let (positions, masks): (Vec<u16>, Vec<u64>) =
            canvas.seen().map(|seen| (seen.position, seen.mask)).unzip();
        Self {
            positions: positions.into(),
            masks: masks.into(),
        }
    }

    /// Adds it to a canvas.
    pub fn paint(&self, canvas: &mut Canvas) {
        canvas.add(&self.positions, &self.masks);
    }

    /// Memory in bytes, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.positions) + size_of_val(&*self.masks) + size_of::<Self>()
    }
}
