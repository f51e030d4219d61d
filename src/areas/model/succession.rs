//! Which boundaries of a file are new, unchanged, or take over from another one, and from which day.
//!
//! A boundary that is loaded is never replaced silently: other content needs a first day of its own, after the first
//! day of the boundary that it takes over from, which then ends the day before.

use std::collections::HashMap;

use super::map::Boundary;
use crate::base::ids::BoundaryId;
use crate::base::time::LocalDate;

/// Why a file may not take over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unlawful {
    /// Other content and no day given.
    #[error(
        "{count} of the boundaries are already loaded with other content ({codes}): \
         give the first day of the new ones, --valid-from DATE"
    )]
    NoDay {
        /// How many.
        count: usize,
        /// The first few codes.
        codes: String,
    },
    /// The day given is not after the first day of what is loaded.
    #[error(
        "code {code}: the loaded boundary is valid from {since}; another one must begin after that day"
    )]
    NotLater {
        /// The commune's code.
        code: String,
        /// First day of the loaded boundary.
        since: LocalDate,
    },
    /// A commune to be ended that is not valid then, or that the file describes.
    #[error(
        "code {code}: only a loaded commune that began earlier and is not in the file can be ended"
    )]
    NoEnd {
        /// The commune's code.
        code: String,
    },
}

/// What a file changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    /// First day of all that is new.
    pub valid_from: LocalDate,
    /// Places in the file of boundaries for codes without a valid one.
    pub added: Vec<usize>,
    /// Places in the file of boundaries that take over from a loaded one.
    pub replaced: Vec<usize>,
    /// Boundaries of the file that are loaded already.
    pub unchanged: usize,
    /// Loaded boundaries that end the day before `valid_from`.
    pub closed: Vec<BoundaryId>,
    /// How many of those have no successor.
    pub ended: usize,
    /// Loaded boundaries to which the file tells other former names, and their places in it.
    pub named: Vec<(BoundaryId, usize)>,
}

impl Succession {
    /// Does the file change anything?
    #[must_use]
    pub fn changes(&self) -> bool {
        !(self.added.is_empty()
            && self.replaced.is_empty()
            && self.closed.is_empty()
            && self.named.is_empty())
    }

    /// Compares a file with what is loaded. `day` is the first day asked for, `usual` the one for codes that were
    /// never loaded when none is asked for; `ended` are codes to be ended without successor.
    pub fn of(
        file: &[Boundary],
        loaded: &[Boundary],
        day: Option<LocalDate>,
        usual: LocalDate,
        ended: &[String],
    ) -> Result<Self, Unlawful> {
        let latest = latest(loaded);
        let mut found = Self {
            valid_from: day.unwrap_or(usual),
            added: Vec::new(),
            replaced: Vec::new(),
            unchanged: 0,
            closed: Vec::new(),
            ended: 0,
            named: Vec::new(),
        };
        let mut differing = Vec::new();
        for (at, boundary) in file.iter().enumerate() {
            match latest.get(boundary.code.as_str()) {
                None => found.added.push(at),
                Some(old) if old.valid_to.is_none() && has_same_content(old, boundary) => {
                    found.unchanged += 1;
                    found.name(old, boundary, at);
                }
                Some(old) => differing.push((at, *old)),
            }
        }
        found.take_over(&differing, day)?;
        for code in ended {
            found.end(code, file, &latest)?;
        }
        Ok(found)
    }

    /// A name of before says nothing about the ground of today: it may come later, without a day of its own.
    fn name(&mut self, old: &Boundary, boundary: &Boundary, at: usize) {
        let is_told = !boundary.former_names.is_empty();
        if is_told && old.former_names != boundary.former_names {
            self.named.push((old.id, at));
        }
    }

    fn take_over(
        &mut self,
        differing: &[(usize, &Boundary)],
        day: Option<LocalDate>,
    ) -> Result<(), Unlawful> {
        let Some(day) = day.or_else(|| differing.is_empty().then_some(self.valid_from)) else {
            return Err(no_day(differing));
        };
        for (at, old) in differing {
            let after = old.valid_to.unwrap_or(old.valid_from);
            if day <= after {
                return Err(Unlawful::NotLater {
                    code: old.code.clone(),
                    since: after,
                });
            }
            if old.valid_to.is_none() {
                self.closed.push(old.id);
                self.replaced.push(*at);
            } else {
                self.added.push(*at);
            }
        }
        Ok(())
    }

    fn end(
        &mut self,
        code: &str,
        file: &[Boundary],
        latest: &HashMap<&str, &Boundary>,
    ) -> Result<(), Unlawful> {
        let is_in_file = file.iter().any(|boundary| boundary.code == code);
        let old = latest.get(code).filter(|old| {
            !is_in_file && old.valid_to.is_none() && old.valid_from < self.valid_from
        });
        let old = old.ok_or_else(|| Unlawful::NoEnd {
            code: code.to_owned(),
        })?;
        if !self.closed.contains(&old.id) {
            self.closed.push(old.id);
            self.ended += 1;
        }
        Ok(())
    }
}

fn no_day(differing: &[(usize, &Boundary)]) -> Unlawful {
    const SHOWN: usize = 5;
    let mut codes: Vec<&str> = differing
        .iter()
        .take(SHOWN)
        .map(|(_, old)| old.code.as_str())
        .collect();
    if differing.len() > SHOWN {
        codes.push("…");
    }
    Unlawful::NoDay {
        count: differing.len(),
        codes: codes.join(", "),
    }
}

fn latest(loaded: &[Boundary]) -> HashMap<&str, &Boundary> {
    let mut latest: HashMap<&str, &Boundary> = HashMap::with_capacity(loaded.len());
    for boundary in loaded {
        let known = latest.entry(boundary.code.as_str()).or_insert(boundary);
        if known.valid_from < boundary.valid_from {
            *known = boundary;
        }
    }
    latest
}

fn has_same_content(a: &Boundary, b: &Boundary) -> bool {
    a.sha256 == b.sha256
        && a.name == b.name
        && a.kind == b.kind
        && a.province_code == b.province_code
        && a.province_name == b.province_name
        && a.is_border == b.is_border
}
