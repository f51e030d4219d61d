//! What whoever reads a patrol must know of its figures.

use crate::patrols::model::walked::WalkedTrack;
use crate::patrols::model::window::Window;
use crate::patrols::sql::PatrolRow;

use super::read::PatrolPlace;

impl PatrolPlace {
    /// The same with how many fixes came after it was validated, and whether some lie beyond its time.
    pub(super) fn marked(mut self, late_fixes: Option<i64>, beyond_its_time: bool) -> Self {
        self.view.late_fixes = late_fixes;
        self.view.beyond_its_time = beyond_its_time;
        self
    }
}

/// Whether fixes of a patrol that ended lie beyond the time in which it takes fixes that name none: it was corrected to be
/// shorter, or its phone recorded on.
pub(super) fn lies_beyond(row: &PatrolRow, tracks: &[WalkedTrack]) -> bool {
    let Some(ended_at) = row.ended_at else {
        return false;
    };
    let window = Window::of(row.started_at, Some(ended_at), None);
    let spans = tracks.iter().filter_map(|track| track.span);
    let mut ends = spans.flat_map(|(first, last)| [first, last]);
    ends.any(|end| !window.contains(end))
}
