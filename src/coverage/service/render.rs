//! An answer as JSON: the communes of a country are written by all cores.

use super::answer::{Answer, CommuneAnswer};
use super::cores::on_all_cores;
use super::{Coverage, Error, aside};

/// Communes that a core writes at once; fewer than two such parts are not worth a second core.
const COMMUNES_AT_ONCE: usize = 256;
/// What stands between the head of an answer and its total when no communes are listed.
const NO_COMMUNES: &[u8] = br#""communes":[],"total":"#;

impl Coverage {
    /// The bytes of an answer.
    pub async fn rendered(&self, answer: Answer) -> Result<Vec<u8>, Error> {
        if answer.communes.len() <= COMMUNES_AT_ONCE {
            return serde_json::to_vec(&answer).map_err(Error::ended);
        }
        aside(move || by_all_cores(answer)).await?
    }
}

fn by_all_cores(mut answer: Answer) -> Result<Vec<u8>, Error> {
    let communes = std::mem::take(&mut answer.communes);
    let shell = serde_json::to_vec(&answer).map_err(Error::ended)?;
    // The total holds numbers only, so the last such place is where they belong.
    let at = shell
        .windows(NO_COMMUNES.len())
        .rposition(|own| own == NO_COMMUNES)
        .map(|at| at + br#""communes":["#.len());
    let (head, tail) = at
        .and_then(|at| shell.split_at_checked(at))
        .ok_or_else(|| Error::ended("an answer has no place for its communes"))?;
    let parts = written(&communes)?;
    let length: usize = parts.iter().map(|(_, own)| own.len() + 1).sum();
    let mut bytes = Vec::with_capacity(shell.len() + length);
    bytes.extend_from_slice(head);
    for (at, (_, part)) in parts.iter().enumerate() {
        if at > 0 {
            bytes.push(b',');
        }
        bytes.extend_from_slice(part);
    }
    bytes.extend_from_slice(tail);
    Ok(bytes)
}

/// The communes, written part by part, with a number that they are sorted by.
fn written(communes: &[CommuneAnswer]) -> Result<Vec<(usize, Vec<u8>)>, Error> {
    let parts: Vec<_> = communes.chunks(COMMUNES_AT_ONCE).enumerate().collect();
    let done = on_all_cores(&parts, 1, |pile| {
        let mut done = Vec::new();
        while let Some(parts) = pile.take() {
            for (number, part) in parts {
                done.push((*number, listed(part)?));
            }
        }
        Ok(done)
    })?;
    let mut done: Vec<_> = done.into_iter().flatten().collect();
    done.sort_unstable_by_key(|(number, _)| *number);
    Ok(done)
}

/// Some communes, one after the other.
fn listed(communes: &[CommuneAnswer]) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::with_capacity(communes.len() * 512);
    for (at, own) in communes.iter().enumerate() {
        if at > 0 {
            bytes.push(b',');
        }
        serde_json::to_writer(&mut bytes, own).map_err(Error::ended)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::LocalDate;
    use crate::coverage::service::answer::{CoverageView, DefinitionView, Figures, Note};
    use crate::coverage::service::season::Season;

    fn commune(number: usize) -> CommuneAnswer {
        CommuneAnswer {
            code: number.to_string(),
            name: format!("Xã \"{number}\""),
            resolution: 11,
            figures: Figures {
                patrols: number,
                ..Figures::default()
            },
        }
    }

    fn answer(communes: usize) -> Answer {
        let day = LocalDate::from_days(20_000);
        Answer {
            view: CoverageView::Full,
            from: day,
            to: day,
            definition: DefinitionView {
                version: 1,
                radius_m: 50.0,
                max_gap_s: 300,
                max_gap_m: 300.0,
                max_accuracy_m: 50.0,
                resolution: 11,
                visits: 1,
                boundaries_on: day,
            },
            indexed_through: Some(7),
            pending_patrols: Some(0),
            season: Season::default(),
            notes: vec![Note {
                code: "geometry_fault",
                text: r#""communes":[],"total":"#.to_owned(),
            }],
            communes: (0..communes).map(commune).collect(),
            total: Figures::default(),
        }
    }

    #[test]
    fn all_cores_write_what_one_would() {
        for communes in [0, 1, COMMUNES_AT_ONCE, 3 * COMMUNES_AT_ONCE + 5] {
            let answer = answer(communes);
            let by_one = serde_json::to_string(&answer).unwrap();
            let by_all = String::from_utf8(by_all_cores(answer).unwrap()).unwrap();
            assert_eq!(by_all, by_one);
        }
    }
}
