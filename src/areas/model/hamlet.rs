//! Hamlets (thôn, bản, tổ dân phố) as a file describes them: points, with the names that they had before.

use std::io::Read;

use super::commune::Codes;
use super::faults::{ImportError, Reason};
use super::gate::{accuracy_m, basis, position};
use super::properties::{Properties, bad};
use super::reader::{Feature, FeatureReader, Limits};
use crate::base::unmarked::unmarked;
use crate::base::words::vocabulary;
use crate::geo::position::Position;

vocabulary! {
    /// What a hamlet is called.
    HamletKind: "a kind of hamlet" {
        /// Thôn.
        Hamlet = "hamlet",
        /// Bản.
        Village = "village",
        /// Tổ dân phố.
        ResidentialGroup = "residential_group",
        /// Khu, khu phố.
        Quarter = "quarter",
        /// Xóm, làng, ấp, buôn.
        Settlement = "settlement",
    }
}

/// What a kind is called in Vietnamese, without marks; the longest first.
const KINDS: [(&str, HamletKind); 11] = [
    ("to dan pho", HamletKind::ResidentialGroup),
    ("khu pho", HamletKind::Quarter),
    ("tdp", HamletKind::ResidentialGroup),
    ("thon", HamletKind::Hamlet),
    ("khu", HamletKind::Quarter),
    ("lang", HamletKind::Settlement),
    ("buon", HamletKind::Settlement),
    ("ban", HamletKind::Village),
    ("xom", HamletKind::Settlement),
    ("ap", HamletKind::Settlement),
    ("to", HamletKind::ResidentialGroup),
];

impl HamletKind {
    /// The Vietnamese word.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hamlet => "thôn",
            Self::Village => "bản",
            Self::ResidentialGroup => "tổ dân phố",
            Self::Quarter => "khu phố",
            Self::Settlement => "xóm",
        }
    }

    fn read(text: &str) -> Option<Self> {
        let word = unmarked(text);
        let known = KINDS.iter().find(|(own, _)| *own == word);
        known.map(|(_, kind)| *kind).or_else(|| text.parse().ok())
    }

    /// The kind that a name begins with: `Bản Vược` is a bản.
    fn of_name(name: &str) -> Option<Self> {
        let name = unmarked(name);
        let rest = |own: &str| {
            name.strip_prefix(own)
                .is_some_and(|rest| rest.starts_with(' '))
        };
        let known = KINDS.iter().find(|(own, _)| rest(own));
        known.map(|(_, kind)| *kind)
    }
}

/// A hamlet as a file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct HamletDraft {
    /// Its code; made of the commune's code and the name if the file gives none.
    pub code: String,
    /// The name.
    pub name: String,
    /// What it is called.
    pub kind: HamletKind,
    /// Names that it had before, such as before a merger.
    pub former_names: Vec<String>,
    /// The code of its commune, if the file says so.
    pub commune: Option<String>,
    /// Where it lies.
    pub position: Position,
    /// How well that is known: radius in metres.
    pub accuracy_m: Option<f64>,
    /// How the position was found.
    pub basis: Option<String>,
}

impl HamletDraft {
    /// Parses one feature.
    pub fn parse(feature: &Feature) -> Result<Self, ImportError> {
        Self::read(feature).map_err(|reason| reason.at(feature.number, None))
    }

    fn read(feature: &Feature) -> Result<Self, Reason> {
        let properties = Properties(&feature.properties);
        let name = properties.required("name")?.to_owned();
        let commune = match properties.value("commune") {
            Some(_) => Some(properties.code("commune")?.to_owned()),
            None => None,
        };
        let code = match properties.value("code") {
            Some(_) => properties.code("code")?.to_owned(),
            None => code_of(commune.as_deref(), &name)?,
        };
        Ok(Self {
            code,
            kind: kind(properties, &name)?,
            name,
            former_names: properties.names("former_names")?,
            commune,
            position: position(feature)?,
            accuracy_m: accuracy_m(properties)?,
            basis: basis(properties)?,
        })
    }
}

/// A code for a hamlet without one: names repeat from commune to commune.
fn code_of(commune: Option<&str>, name: &str) -> Result<String, Reason> {
    let commune = commune.ok_or(Reason::Missing {
        field: "code".to_owned(),
    })?;
    let code = format!("{commune}-{}", unmarked(name).replace(' ', "-"));
    Ok(code.chars().take(40).collect())
}

fn kind(properties: Properties<'_>, name: &str) -> Result<HamletKind, Reason> {
    let expected = "hamlet, village, residential_group, quarter or settlement (thôn, bản, tổ dân phố, khu phố, xóm)";
    match properties.text("kind")? {
        Some(text) => HamletKind::read(text).ok_or_else(|| bad("kind", expected)),
        None => Ok(HamletKind::of_name(name).unwrap_or(HamletKind::Hamlet)),
    }
}

/// Reads every hamlet of a file; the first fault ends the reading and nothing is returned.
pub fn read_hamlets(input: impl Read, limits: Limits) -> Result<Vec<HamletDraft>, ImportError> {
    let mut drafts = Vec::new();
    let mut codes = Codes::default();
    for feature in FeatureReader::new(input, limits) {
        let feature = feature?;
        let draft = HamletDraft::parse(&feature)?;
        codes.add(&draft.code, feature.number)?;
        drafts.push(draft);
    }
    if drafts.is_empty() {
        return Err(Reason::NoFeatures.of_file());
    }
    Ok(drafts)
}
