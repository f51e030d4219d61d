//! What outsiders may see: cells with enough plots, and nothing from which the others can be worked out.
//!
//! A cell with few plots looks like a cell with none: both are left out. Were exactly one such cell left out of a
//! commune, whoever knows the commune's total (from a report, say) would know the cell by subtraction; so further
//! cells, smallest first, are left out until what is hidden is itself no small number (complementary suppression). Reports
//! count a plot in the commune in which it lies, so that is what counts here too: a cell on a border is a part of both
//! communes' totals, whichever its middle lies in. The same holds for the province. A commune in which nothing is left to
//! hide keeps the promise only as long as its own total is not told.

use std::collections::BTreeMap;

/// A cell that might be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its plots.
    pub plots: u32,
    /// The same by the commune in which each lies, by any number; none outside all of them.
    pub by_commune: &'a [(Option<usize>, u32)],
}

/// By which rule cells are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishRule {
    /// A cell needs so many plots, and so does everything that is hidden in one group.
    pub least_plots: u32,
    /// What is hidden in one group is spread over so many cells.
    pub least_hidden_cells: u32,
}

/// Which of the cells are shown, in the order given; equal cells are hidden in that order too.
#[must_use]
pub fn published(cells: &[Candidate<'_>], rule: PublishRule) -> Vec<bool> {
    let mut shown: Vec<bool> = cells
        .iter()
        .map(|cell| cell.plots >= rule.least_plots)
        .collect();
    let mut communes = BTreeMap::<Option<usize>, Vec<Part>>::new();
    for (at, cell) in cells.iter().enumerate() {
        for (commune, plots) in cell.by_commune {
            communes.entry(*commune).or_default().push((*plots, at));
        }
    }
    let province = (0..).zip(cells).map(|(at, cell)| (cell.plots, at));
    let groups: Vec<Vec<Part>> = communes.into_values().chain([province.collect()]).collect();
    // What is hidden for the province's sake may stand alone in its commune, so go round until nothing changes.
    loop {
        let before = shown.clone();
        for group in &groups {
            hide_more(group, rule, &mut shown);
        }
        if shown == before {
            return shown;
        }
    }
}

/// The plots of a cell that belong to a group, and its place among all.
type Part = (u32, usize);

/// Hides the smallest cells of a group until what is hidden there tells nothing of a single cell.
fn hide_more(group: &[Part], rule: PublishRule, shown: &mut [bool]) {
    let mut hidden = Hidden::default();
    let mut left = Vec::new();
    for &(plots, at) in group.iter().filter(|(plots, _)| *plots > 0) {
        if shown.get(at) == Some(&true) {
            left.push((plots, at));
        } else {
            hidden.add(plots);
        }
    }
    left.sort_unstable();
    for (plots, at) in left {
        if hidden.is_safe(rule) {
            return;
        }
        hidden.add(plots);
        if let Some(shown) = shown.get_mut(at) {
            *shown = false;
        }
    }
}

#[derive(Default)]
struct Hidden {
    plots: u32,
    cells: u32,
}

impl Hidden {
    fn add(&mut self, plots: u32) {
        self.plots += plots;
        self.cells += 1;
    }

    fn is_safe(&self, rule: PublishRule) -> bool {
        self.cells == 0 || (self.plots >= rule.least_plots && self.cells >= rule.least_hidden_cells)
    }
}
