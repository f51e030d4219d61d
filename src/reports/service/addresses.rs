//! Where the facts under the figures of a form are listed: each address gives exactly what was counted.

use crate::base::words::Crop;
use crate::ledger::model::words::PlotFigure;

use super::Asked;

/// The addresses of the plots of a row.
pub(super) struct Addresses(String);

/// Which plots a row is of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rows<'a> {
    /// All of them.
    All,
    /// Those of a commune.
    Commune(&'a str),
    /// Those of a commune, or outside of all, of one crop.
    Crop(Option<&'a str>, Crop),
}

impl Addresses {
    /// Those of a row of a form.
    pub(super) fn of(asked: Asked, rows: Rows<'_>) -> Self {
        let (commune, crop, outside) = match rows {
            Rows::All => (None, None, None),
            Rows::Commune(code) => (Some(code), None, None),
            Rows::Crop(code, crop) => {
                let outside = code.is_none().then_some("true");
                (code, Some(crop.as_str()), outside)
            }
        };
        let as_of = asked.as_of.map(|entry| entry.to_string());
        let more = [
            ("commune", commune),
            ("outside", outside),
            ("crop", crop),
            ("as_of", as_of.as_deref()),
        ];
        let more = more.into_iter();
        let more = more.filter_map(|(name, value)| Some(format!("{name}={}", value?)));
        let days = [format!("from={}", asked.from), format!("to={}", asked.to)];
        let parts: Vec<String> = days.into_iter().chain(more).collect();
        Self(parts.join("&"))
    }

    /// The plots under a figure, each with the facts that it is made of.
    pub(super) fn plots(&self, figure: PlotFigure) -> String {
        format!("/api/v1/ledger?by=plot&of={figure}&{}", self.0)
    }

    /// The incidents of the plots that count.
    pub(super) fn incidents(&self) -> String {
        let figure = PlotFigure::InIncident;
        format!("/api/v1/ledger?by=incident&of={figure}&{}", self.0)
    }
}
