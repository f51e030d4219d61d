//! How well a name or a code fits what was typed.

use crate::areas::model::names::{FormerName, KnownPlace, Name};
use crate::base::unmarked::unmarked;
use crate::plots::CodedPlot;

/// Fewer letters without the spaces between words would fit everywhere.
const LEAST_RUN: usize = 4;

/// What was typed.
#[derive(Debug, Clone)]
pub(super) struct Sought {
    /// In small letters, marks as typed.
    written: String,
    /// In small letters without marks.
    plain: String,
    /// That without spaces.
    run: String,
}

/// How well something fits: the smaller the better.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    closeness: Closeness,
    is_former: bool,
    /// Whether its marks differ from those typed.
    is_marked_otherwise: bool,
    is_plot: bool,
    plain: String,
    code: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    /// The whole name or code.
    Whole,
    /// Its beginning.
    Beginning,
    /// Words within it, the last one begun.
    Within,
    /// The beginnings of words in any order.
    Words,
    /// Letters typed without spaces.
    Run,
}

impl Sought {
    /// What a text looks for; none where it holds no letter and no digit.
    pub(super) fn of(text: &str) -> Option<Self> {
        let plain = unmarked(text);
        if plain.is_empty() {
            return None;
        }
        Some(Self {
            written: text.trim().to_lowercase(),
            run: plain.split(' ').collect(),
            plain,
        })
    }

    /// How a place fits, and which of its former names does so better than its own.
    pub(super) fn place<'a>(&self, place: &'a KnownPlace) -> Option<(Fit, Option<&'a FormerName>)> {
        let code = self.code(&place.code);
        let own = self
            .name(&place.name, Some(place.label))
            .into_iter()
            .chain(code)
            .min();
        let own = own.map(|closeness| (self.fit(closeness, false, &place.name, place), None));
        let former = place.former.iter().filter_map(|former| {
            let closeness = self.name(&former.name, former.label)?;
            Some((self.fit(closeness, true, &former.name, place), Some(former)))
        });
        let codes = place.former_codes.iter().filter_map(|(code, former)| {
            let closeness = self.code(code)?;
            Some((self.fit(closeness, true, &former.name, place), Some(former)))
        });
        let all = own.into_iter().chain(former).chain(codes);
        // The first of equals wins.
        all.reduce(|best, own| if own.0 < best.0 { own } else { best })
    }

    fn fit(&self, closeness: Closeness, is_former: bool, name: &Name, place: &KnownPlace) -> Fit {
        Fit {
            closeness,
            is_former,
            is_marked_otherwise: !name.written.to_lowercase().contains(&self.written),
            is_plot: false,
            plain: name.plain.clone(),
            code: place.code.clone(),
        }
    }

    /// How a plot fits that its code found.
    pub(super) fn plot(&self, plot: &CodedPlot) -> Fit {
        let is_whole =
            plot.code.eq_ignore_ascii_case(&self.run) || plot.id.0.simple().to_string() == self.run;
        Fit {
            closeness: if is_whole {
                Closeness::Whole
            } else {
                Closeness::Beginning
            },
            is_former: false,
            is_marked_otherwise: false,
            is_plot: true,
            plain: plot.code.to_ascii_lowercase(),
            code: plot.id.to_string(),
        }
    }

    fn code(&self, code: &str) -> Option<Closeness> {
        let has_digit = self.run.bytes().any(|byte| byte.is_ascii_digit());
        let code = unmarked(code);
        match code.strip_prefix(self.plain.as_str()) {
            Some("") => Some(Closeness::Whole),
            Some(_) if has_digit => Some(Closeness::Beginning),
            _ => None,
        }
    }

    /// How a name fits, with what the unit is called before it or without.
    fn name(&self, name: &Name, label: Option<&str>) -> Option<Closeness> {
        let full = label.map(|label| format!("{} {}", unmarked(label), name.plain));
        let full = full.and_then(|full| self.words(&full));
        self.words(&name.plain).into_iter().chain(full).min()
    }

    fn words(&self, name: &str) -> Option<Closeness> {
        let sought = self.plain.as_str();
        match name.strip_prefix(sought) {
            Some("") => return Some(Closeness::Whole),
            Some(_) => return Some(Closeness::Beginning),
            None => {}
        }
        if name
            .match_indices(sought)
            .any(|(at, _)| name[..at].ends_with(' '))
        {
            return Some(Closeness::Within);
        }
        let mut words = sought.split(' ');
        if words.all(|word| name.split(' ').any(|own| own.starts_with(word))) {
            return Some(Closeness::Words);
        }
        let own: Vec<&str> = name.split(' ').collect();
        let mut runs = (0..own.len())
            .filter_map(|at| own.get(at..))
            .map(<[&str]>::concat);
        let is_run = self.run.len() >= LEAST_RUN && runs.any(|run| run.starts_with(&self.run));
        is_run.then_some(Closeness::Run)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn closeness(typed: &str, name: &str, label: &str) -> Option<Closeness> {
        Sought::of(typed)?.name(&Name::of(name), Some(label))
    }

    #[test]
    fn marks_are_not_needed_and_the_unit_may_be_named() {
        for typed in [
            "Lào Cai",
            "lao cai",
            "LAO  CAI",
            "phường Lào Cai",
            "phuong lao cai",
        ] {
            let found = closeness(typed, "Lào Cai", "phường");
            assert_eq!(found, Some(Closeness::Whole), "{typed}");
        }
        assert_eq!(
            closeness("dong van", "Đồng Văn", "xã"),
            Some(Closeness::Whole)
        );
        assert_eq!(closeness("đồ", "Đông", "xã"), Some(Closeness::Beginning));
        assert_eq!(
            closeness("khuong", "Mường Khương", "xã"),
            Some(Closeness::Within)
        );
        assert_eq!(
            closeness("khuong muong", "Mường Khương", "xã"),
            Some(Closeness::Words)
        );
        assert_eq!(closeness("laocai", "Lào Cai", "xã"), Some(Closeness::Run));
        assert_eq!(closeness("hương", "Mường Khương", "xã"), None);
        assert_eq!(closeness("xã Lào Cai", "Lào Cai", "phường"), None);
    }

    #[test]
    fn nothing_but_signs_looks_for_nothing() {
        for typed in ["", "  ", "-", "%_"] {
            assert!(Sought::of(typed).is_none(), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_found_by_itself_and_by_its_beginning(name in "[a-zđàếưỹ]{1,8}( [a-zđàếưỹ]{1,8}){0,3}") {
            prop_assert_eq!(closeness(&name, &name, "xã"), Some(Closeness::Whole));
            let first: String = name.chars().take(2).collect();
            prop_assert!(closeness(&first, &name, "xã").is_some());
        }

        #[test]
        fn marks_and_case_of_any_text_change_nothing(typed in ".{0,60}", name in ".{0,60}") {
            let found = closeness(&typed, &name, "xã");
            prop_assert_eq!(closeness(&unmarked(&typed), &name, "xã"), found);
            prop_assert_eq!(closeness(&typed, &unmarked(&name), "xã"), found);
        }
    }
}
