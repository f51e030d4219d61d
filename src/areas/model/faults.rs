//! Why a file, or a feature in it, is refused: in words that a person can act upon, without coordinates.

use std::io::ErrorKind;

use crate::geo::shape::ShapeError;

/// A fault of an imported file: where it is and why it is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}{reason}", place(*.feature, code.as_deref()))]
pub struct ImportError {
    /// The feature's place in the file, from 1; none if the file as a whole is at fault.
    pub feature: Option<usize>,
    /// The feature's code, as far as it could be read.
    pub code: Option<String>,
    /// What is wrong.
    pub reason: Reason,
}

/// Why a file or feature is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Reason {
    /// The file is not JSON text.
    #[error("the file is no JSON text")]
    NotJson,
    /// The file is compressed.
    #[error("the file is compressed: unpack it first")]
    Compressed,
    /// The file has no content.
    #[error("the file is empty")]
    EmptyFile,
    /// The file lists no feature.
    #[error("the file holds no features")]
    NoFeatures,
    /// The file is JSON, but no collection of features.
    #[error("expected a GeoJSON FeatureCollection, or one Feature per line; found {found}")]
    WrongRoot {
        /// The type that came.
        found: String,
    },
    /// The file ends in the middle.
    #[error("the file is truncated: it ends in the middle")]
    Truncated,
    /// Something follows the collection.
    #[error("something follows the end of the FeatureCollection")]
    TrailingData,
    /// Neither a comma nor the end of the list between features.
    #[error("expected a comma or the end of the list of features")]
    BrokenList,
    /// A feature that does not parse.
    #[error("not a valid GeoJSON Feature (line {line}, column {column} of the feature)")]
    BrokenFeature {
        /// Line within the feature, from 1.
        line: usize,
        /// Column within the line, from 1.
        column: usize,
    },
    /// The file is too large.
    #[error("the file is larger than {} MB", max_bytes >> 20)]
    FileTooLarge {
        /// The most bytes allowed.
        max_bytes: u64,
    },
    /// A feature is too large.
    #[error("the feature is larger than {} bytes", max_bytes)]
    FeatureTooLarge {
        /// The most bytes allowed.
        max_bytes: usize,
    },
    /// Too many features.
    #[error("the file has more than {max} features")]
    TooManyFeatures {
        /// The most features allowed.
        max: usize,
    },
    /// Too many vertices.
    #[error("the file has more than {max} vertices")]
    TooManyVertices {
        /// The most vertices allowed.
        max: usize,
    },
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(ErrorKind),
    /// The feature has no geometry.
    #[error("the feature has no geometry")]
    NoGeometry,
    /// The geometry is refused, or the file's reference system.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A property that must be there is not.
    #[error("property {field:?} is missing")]
    Missing {
        /// The property's name.
        field: String,
    },
    /// A property that cannot be used.
    #[error("property {field:?}: expected {expected}")]
    BadProperty {
        /// The property's name.
        field: String,
        /// What would do.
        expected: &'static str,
    },
    /// A code that an earlier feature already has.
    #[error("the code is the same as that of feature {first}")]
    DuplicateCode {
        /// The earlier feature's place in the file.
        first: usize,
    },
    /// A validity that ends before it begins.
    #[error("the validity ends before it begins")]
    EmptyValidity,
}

impl Reason {
    /// This reason for the file as a whole.
    #[must_use]
    pub fn of_file(self) -> ImportError {
        ImportError {
            feature: None,
            code: None,
            reason: self,
        }
    }

    /// This reason at a feature.
    #[must_use]
    pub fn at(self, feature: usize, code: Option<&str>) -> ImportError {
        ImportError {
            feature: Some(feature),
            code: code.map(str::to_owned),
            reason: self,
        }
    }
}

fn place(feature: Option<usize>, code: Option<&str>) -> String {
    match (feature, code) {
        (Some(number), Some(code)) => format!("feature {number} (code {code}): "),
        (Some(number), None) => format!("feature {number}: "),
        (None, _) => String::new(),
    }
}
