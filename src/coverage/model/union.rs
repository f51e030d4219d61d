//! What was seen over some days of a region, each position once.

use super::canvas::Canvas;
use super::region::Row;

/// What was seen over some days, once per position.
#[derive(Debug, Clone, Default)]
pub struct Union {
    rows: Box<[Row]>,
}

impl Union {
    /// What a canvas shows.
    #[must_use]
    pub fn of(canvas: &Canvas) -> Self {
        let mut rows = Vec::with_capacity(canvas.seen().count());
        rows.extend(canvas.seen().map(Row::of));
        Self { rows: rows.into() }
    }

    /// Adds it to a canvas.
    pub fn paint(&self, canvas: &mut Canvas) {
        canvas.add(&self.rows);
    }

    /// Memory in bytes, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.rows) + size_of::<Self>()
    }
}
