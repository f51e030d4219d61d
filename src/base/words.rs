//! Words that several slices share, as the codes that databases and JSON carry.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A crop that contains narcotic substances (cây có chứa chất ma túy).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Crop {
    /// Cây thuốc phiện (anh túc), Papaver somniferum.
    OpiumPoppy,
    /// Cây cần sa.
    Cannabis,
    /// Cây côca.
    Coca,
    /// Cây khát.
    Khat,
    /// Any other plant that a rule names.
    Other,
}

/// A text that names no crop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a crop: expected opium_poppy, cannabis, coca, khat or other")]
pub struct UnknownCrop;

impl Crop {
    /// Every crop, in the order of reports.
    pub const ALL: [Self; 5] = [
        Self::OpiumPoppy,
        Self::Cannabis,
        Self::Coca,
        Self::Khat,
        Self::Other,
    ];

    /// The code, such as `opium_poppy`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpiumPoppy => "opium_poppy",
            Self::Cannabis => "cannabis",
            Self::Coca => "coca",
            Self::Khat => "khat",
            Self::Other => "other",
        }
    }
}

impl FromStr for Crop {
    type Err = UnknownCrop;

    fn from_str(text: &str) -> Result<Self, UnknownCrop> {
        Self::ALL
            .into_iter()
            .find(|crop| crop.as_str() == text)
            .ok_or(UnknownCrop)
    }
}

impl fmt::Display for Crop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Crop {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Crop {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
