//! Communes as a file describes them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::io::Read;
use std::str::FromStr;

use super::faults::{ImportError, Reason};
use super::properties::{Properties, bad, region};
use super::reader::{Feature, FeatureReader, Limits};
use crate::geo::shape::Region;

/// What kind of lowest administrative unit a commune is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CommuneKind {
    /// Xã.
    Commune,
    /// Phường.
    Ward,
    /// Thị trấn (until the reform of July 2025).
    Township,
    /// Đặc khu.
    SpecialZone,
}

/// A text that names no kind of commune.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of commune: expected xã, phường, thị trấn or đặc khu")]
pub struct UnknownKind;

impl CommuneKind {
    const ALL: [Self; 4] = [Self::Commune, Self::Ward, Self::Township, Self::SpecialZone];

    /// The code, such as `ward`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commune => "commune",
            Self::Ward => "ward",
            Self::Township => "township",
            Self::SpecialZone => "special_zone",
        }
    }

    /// The Vietnamese word, such as `phường`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Commune => "xã",
            Self::Ward => "phường",
            Self::Township => "thị trấn",
            Self::SpecialZone => "đặc khu",
        }
    }
}

impl FromStr for CommuneKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let word = text.to_lowercase();
        Self::ALL
            .into_iter()
            .find(|kind| kind.label() == word || kind.as_str() == word)
            .ok_or(UnknownKind)
    }
}

impl fmt::Display for CommuneKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Under which names a file keeps a commune's properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommuneFields {
    /// Name of the code.
    pub code: String,
    /// Name of the name.
    pub name: String,
    /// Name of the kind; without it `type` and `kind` are tried.
    pub kind: Option<String>,
}

impl Default for CommuneFields {
    fn default() -> Self {
        Self {
            code: "code".to_owned(),
            name: "name".to_owned(),
            kind: None,
        }
    }
}

/// A commune as a file describes it, its boundary valid in itself.
#[derive(Debug, Clone, PartialEq)]
pub struct CommuneDraft {
    /// Its place in the file, from 1.
    pub feature: usize,
    /// The official code.
    pub code: String,
    /// The name without its kind.
    pub name: String,
    /// The kind of unit.
    pub kind: CommuneKind,
    /// The province's code, if the file has it.
    pub province_code: Option<String>,
    /// The province's name, if the file has it.
    pub province_name: Option<String>,
    /// Whether it lies on the national border, if the file says so.
    pub is_border: Option<bool>,
    /// Names that it, or what it was merged from, had before.
    pub former_names: Vec<String>,
    /// The ground.
    pub region: Region,
}

/// Something odd that does not stop an import.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// A name written with separate accents, which will not match the same name typed on a keyboard.
    #[error(
        "feature {feature} (code {code}): the name holds separate accent marks (not Unicode NFC)"
    )]
    NameNotComposed {
        /// The feature's place in the file.
        feature: usize,
        /// The commune's code.
        code: String,
    },
}

impl CommuneDraft {
    /// Parses one feature.
    pub fn parse(
        feature: &Feature,
        fields: &CommuneFields,
        max_vertices: usize,
    ) -> Result<Self, ImportError> {
        let properties = Properties(&feature.properties);
        let code = properties
            .code(&fields.code)
            .map_err(|reason| reason.at(feature.number, None))?;
        Self::with_code(code, feature, fields, max_vertices)
            .map_err(|reason| reason.at(feature.number, Some(code)))
    }

    fn with_code(
        code: &str,
        feature: &Feature,
        fields: &CommuneFields,
        max_vertices: usize,
    ) -> Result<Self, Reason> {
        let properties = Properties(&feature.properties);
        let owned = |field| Ok::<_, Reason>(properties.text(field)?.map(str::to_owned));
        Ok(Self {
            feature: feature.number,
            code: code.to_owned(),
            name: properties.required(&fields.name)?.to_owned(),
            kind: kind(properties, fields.kind.as_deref())?,
            province_code: owned("province_code")?,
            province_name: owned("province_name")?,
            is_border: properties.flag("is_border")?,
            former_names: properties.names("former_names")?,
            region: region(feature, max_vertices)?,
        })
    }

    /// What is odd about this draft.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let marks = '\u{0300}'..='\u{036F}';
        if self.name.chars().any(|c| marks.contains(&c)) {
            vec![Warning::NameNotComposed {
                feature: self.feature,
                code: self.code.clone(),
            }]
        } else {
            Vec::new()
        }
    }
}

fn kind(properties: Properties<'_>, field: Option<&str>) -> Result<CommuneKind, Reason> {
    let field = field.unwrap_or(if properties.value("type").is_some() {
        "type"
    } else {
        "kind"
    });
    let text = properties.required(field)?;
    text.parse()
        .or(Err(bad(field, "xã, phường, thị trấn or đặc khu")))
}

/// Reads every commune of a file; the first fault ends the reading and nothing is returned.
pub fn read_communes(
    input: impl Read,
    fields: &CommuneFields,
    limits: Limits,
) -> Result<Vec<CommuneDraft>, ImportError> {
    let mut drafts = Vec::new();
    let mut codes = Codes::default();
    for feature in FeatureReader::new(input, limits) {
        let feature = feature?;
        let draft = CommuneDraft::parse(&feature, fields, limits.vertices)?;
        codes.add(&draft.code, draft.feature)?;
        drafts.push(draft);
    }
    if drafts.is_empty() {
        return Err(Reason::NoFeatures.of_file());
    }
    Ok(drafts)
}

/// The codes seen so far and the features that had them.
#[derive(Debug, Default)]
pub(super) struct Codes(HashMap<String, usize>);

impl Codes {
    /// Notes a code; refuses one that an earlier feature had.
    pub fn add(&mut self, code: &str, feature: usize) -> Result<(), ImportError> {
        match self.0.entry(code.to_owned()) {
            Entry::Vacant(entry) => {
                entry.insert(feature);
                Ok(())
            }
            Entry::Occupied(entry) => Err(Reason::DuplicateCode {
                first: *entry.get(),
            }
            .at(feature, Some(code))),
        }
    }
}
