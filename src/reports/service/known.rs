//! What recordings do not know: it is no zero, so a form leaves it out and says of how many plots.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::base::ids::IncidentId;
use crate::ledger::PlotLine;
use crate::ledger::model::totals::Total;
use crate::reports::model::table::Table;

/// The plots of a row that its figures are made of.
pub(super) fn counted(lines: &[PlotLine]) -> impl Iterator<Item = &PlotLine> {
    let counted = lines.iter().filter(|line| line.is_counted);
    counted.filter(|line| line.disputed < 1.0)
}

/// The plots of a row whose work is in its figures of what was destroyed.
pub(super) fn worked(lines: &[PlotLine]) -> impl Iterator<Item = &PlotLine> {
    let counted = lines.iter().filter(|line| line.is_counted);
    counted.filter(|line| line.work_disputed < 1.0)
}

/// The incidents of the plots that count.
pub(super) fn incidents(lines: &[PlotLine]) -> BTreeSet<IncidentId> {
    counted(lines).filter_map(|line| line.incident).collect()
}

/// How many of some plots have no number under a name, and how many there are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Without {
    /// Plots whose recording does not know it.
    pub(super) plots: usize,
    all: usize,
}

impl Without {
    /// Among those of a row that count.
    pub(super) fn of(lines: &[PlotLine], name: &str) -> Self {
        counted(lines).fold(Self::default(), |sum, line| Self {
            plots: sum.plots + usize::from(!is_known(line, name)),
            all: sum.all + 1,
        })
    }

    /// A figure of these plots: nothing where none of them knows it.
    pub(super) fn or_nothing(self, figure: impl Into<Value>) -> Value {
        if self.all > 0 && self.plots == self.all {
            Value::Null
        } else {
            figure.into()
        }
    }
}

/// The area of what was destroyed: nothing where something was, and none of it measured.
pub(super) fn destroyed_area(done: &Total) -> Value {
    if done.plots > 0 && done.area_m2 <= 0.0 {
        Value::Null
    } else {
        done.area_m2.into()
    }
}

/// Whether a plot's recording knows a number.
pub(super) fn is_known(line: &PlotLine, name: &str) -> bool {
    line.record.get(name).is_some_and(Value::is_number)
}

/// Says of how many plots area or plants are not known.
pub(super) fn tell(table: &mut Table, area: usize, plants: usize) {
    if area > 0 {
        table.note(
            format!(
                "{area} điểm chưa đo diện tích: để trống, chưa có trong số cộng (không phải là bằng không)."
            ),
            format!(
                "Plots whose area was not measured: {area}. It is left empty and in no sum, which does not mean zero."
            ),
        );
    }
    if plants > 0 {
        table.note(
            format!(
                "{plants} điểm không rõ số cây: để trống, chưa có trong số cộng (không phải là bằng không)."
            ),
            format!(
                "Plots whose number of plants is not known: {plants}. It is left empty and in no sum, which does not mean zero."
            ),
        );
    }
}

/// In how many rows each incident is counted.
#[derive(Debug, Default)]
pub(super) struct InRows(BTreeMap<IncidentId, usize>);

impl InRows {
    /// Counts the incidents of a row.
    pub(super) fn add(&mut self, lines: &[PlotLine]) {
        for incident in incidents(lines) {
            *self.0.entry(incident).or_default() += 1;
        }
    }

    /// Says why the rows come to more incidents than there are, where they do.
    pub(super) fn tell(&self, table: &mut Table) {
        let shared = self.0.values().filter(|rows| **rows > 1).count();
        if shared == 0 {
            return;
        }
        let (sum, all) = (self.0.values().sum::<usize>(), self.0.len());
        table.note(
            format!(
                "{shared} vụ có điểm ở nhiều xã hoặc nhiều loại cây được tính ở mỗi dòng, nhưng chỉ một lần trong số cộng: cộng \
                 các dòng được {sum} vụ, thực có {all} vụ."
            ),
            format!(
                "Incidents with plots in several communes or of several crops: {shared}. Each row counts them, the total counts \
                 each once: the rows add up to {sum}, the incidents are {all}."
            ),
        );
    }
}
