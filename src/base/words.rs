//! Closed vocabularies: words of the field that travel as fixed codes.

/// A word outside its vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not {what}: expected one of {expected}")]
pub struct UnknownWord {
    /// What was asked for, with its article.
    pub what: &'static str,
    /// The accepted codes, comma-separated.
    pub expected: String,
}

/// Declares an enum whose variants travel as fixed codes (text, JSON, database).
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident: $what:literal { $($(#[$vdoc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every word of the vocabulary.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code that travels.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::base::words::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($code => Ok(Self::$variant),)+
                    _ => Err($crate::base::words::UnknownWord {
                        what: $what,
                        expected: [$($code),+].join(", "),
                    }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                $crate::base::schema::one_of(&[$($code),+], $what)
            }
        }

        impl utoipa::ToSchema for $name {}

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use vocabulary;

vocabulary! {
    /// Plants that the law names (Luật 120/2025/QH15 Điều 2 khoản 5).
    Crop: "a crop" {
        /// Cây thuốc phiện, anh túc (Papaver somniferum).
        OpiumPoppy = "opium_poppy",
        /// Cây cần sa (Cannabis sativa).
        Cannabis = "cannabis",
        /// Cây côca (Erythroxylum).
        Coca = "coca",
        /// Lá khát (Catha edulis).
        Khat = "khat",
        /// Another plant with narcotic substances.
        Other = "other",
    }
}

vocabulary! {
    /// Growth stage of the standing plants.
    Stage: "a growth stage" {
        /// Mọc mầm, cây non.
        Seedling = "seedling",
        /// Sinh trưởng.
        Vegetative = "vegetative",
        /// Ra hoa.
        Flowering = "flowering",
        /// Ra quả.
        Capsule = "capsule",
        /// Đã khía, chích nhựa.
        Lanced = "lanced",
        /// Đã thu hoạch.
        Harvested = "harvested",
    }
}

vocabulary! {
    /// How the plants were numbered.
    PlantsMethod: "a way to number plants" {
        /// Every plant counted.
        Counted = "counted",
        /// Counted on samples and scaled up.
        Sampled = "sampled",
        /// Judged by eye; also what a number without a method is taken for.
        Estimated = "estimated",
    }
}

vocabulary! {
    /// How an area was measured.
    AreaMethod: "a way to measure an area" {
        /// Tape measure.
        Tape = "tape",
        /// Counted paces.
        Paced = "paced",
        /// Edge walked with a satellite receiver.
        GnssPolygon = "gnss_polygon",
        /// Drawn on a drone's orthophoto.
        Uav = "uav",
        /// Judged by eye; also what an area without a method is taken for.
        Estimated = "estimated",
    }
}
