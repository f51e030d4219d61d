//! Plots by what people call them: the last six digits of the id.

use uuid::Uuid;

use crate::base::actor::Actor;
use crate::base::ids::PlotId;
use crate::plots::sql::{self, CodeRange, CodedPlot};

use super::{Error, Plots, sight};

/// Fewer digits would name too many plots.
const LEAST_DIGITS: usize = 3;
const CODE_DIGITS: usize = 6;
const ID_DIGITS: usize = 32;

impl Plots {
    /// The plots in the caller's reach whose code, or whose whole id, begins with these digits; by code and id. None
    /// for a text that is no such digits, and for whoever may read no plots.
    pub async fn by_code(
        &self,
        actor: &Actor,
        text: &str,
        limit: u32,
    ) -> Result<Vec<CodedPlot>, Error> {
        let (Some(range), Some(sight)) = (range(text), sight(actor)) else {
            return Ok(Vec::new());
        };
        self.today().await?;
        let mut tx = self.journal.store().read().await?;
        Ok(sql::coded(&mut tx, &sight, &range, i64::from(limit)).await?)
    }
}

fn range(text: &str) -> Option<CodeRange> {
    let digits: String = text.chars().filter(|letter| *letter != '-').collect();
    let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hexadecimal || !(LEAST_DIGITS..=ID_DIGITS).contains(&digits.len()) {
        return None;
    }
    let filled = |with: char, to: usize| {
        let rest = std::iter::repeat_n(with, to - digits.len());
        digits.chars().chain(rest).collect::<String>()
    };
    if digits.len() <= CODE_DIGITS {
        let code = |with| filled(with, CODE_DIGITS).to_ascii_uppercase();
        return Some(CodeRange::Codes(code('0'), code('F')));
    }
    let id = |with| Uuid::try_parse(&filled(with, ID_DIGITS)).ok().map(PlotId);
    Some(CodeRange::Ids(id('0')?, id('f')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_name_the_end_of_an_id_and_more_of_them_its_beginning() {
        let codes =
            |first: &str, last: &str| Some(CodeRange::Codes(first.to_owned(), last.to_owned()));
        assert_eq!(range("a1b"), codes("A1B000", "A1BFFF"));
        assert_eq!(range("A1B2C3"), codes("A1B2C3", "A1B2C3"));
        let id: Uuid = "01a0c1d2-e3f4-7000-8000-0000000a1b2c".parse().unwrap();
        let whole = Some(CodeRange::Ids(PlotId(id), PlotId(id)));
        assert_eq!(range(&id.to_string()), whole);
        let begun = CodeRange::Ids(
            PlotId("01a0c1d0-0000-0000-0000-000000000000".parse().unwrap()),
            PlotId("01a0c1df-ffff-ffff-ffff-ffffffffffff".parse().unwrap()),
        );
        assert_eq!(range("01a0c1d"), Some(begun));
        for other in ["ab", "xyz1", "", "lao cai", &"0".repeat(33)] {
            assert_eq!(range(other), None, "{other}");
        }
    }
}
