//! The offices at the top of an official paper (Nghị định 30/2020/NĐ-CP, Phụ lục I): the one above, and the place by which
//! an office dates its papers. What nobody told is left to be filled in by hand.

use serde::{Deserialize, Serialize};

/// A dotted line to be filled in.
pub const BLANK: &str = "……………………………";

/// The office above the one that hands a paper out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Above {
    /// There is none that papers name.
    Nobody,
    /// This one.
    Named(String),
    /// Nobody told; to be filled in by hand.
    #[default]
    Unknown,
}

impl Above {
    /// What papers print; none where they print no line at all.
    #[must_use]
    pub fn line(&self) -> Option<&str> {
        match self {
            Self::Nobody => None,
            Self::Named(name) => Some(name),
            Self::Unknown => Some(BLANK),
        }
    }
}

/// What the office above an office of this kind is called: named by the kind itself, or the only one of its kind that is
/// written down here; else nobody knows.
#[must_use]
pub fn above(kind: Option<&str>, orgs: &[(String, String)]) -> Above {
    let only = |wanted: &str| {
        let mut own = orgs.iter().filter(|(kind, _)| kind == wanted);
        match (own.next(), own.next()) {
            (Some((_, name)), None) => Above::Named(name.clone()),
            _ => Above::Unknown,
        }
    };
    match kind {
        // Committees print no office above theirs.
        Some("ubnd_tinh" | "ubnd_xa") => Above::Nobody,
        Some("cong_an_tinh") => Above::Named("Bộ Công an".to_owned()),
        Some("cong_an_xa") => only("cong_an_tinh"),
        Some("don_bien_phong") => only("bch_bdbp"),
        Some("so") => only("ubnd_tinh"),
        _ => Above::Unknown,
    }
}

/// Where a paper of an office of this kind is dated: offices of the whole province date theirs by its name. Others by
/// their commune, which is not written down.
#[must_use]
pub fn dated_at(kind: Option<&str>, province: Option<&str>) -> Option<String> {
    let kind = kind?;
    let is_provincial = [
        "cong_an_tinh",
        "bch_bdbp",
        "bchqs",
        "ubnd_tinh",
        "so",
        "hai_quan",
    ]
    .contains(&kind);
    let name = province.filter(|_| is_provincial)?;
    let bare = ["Tỉnh ", "tỉnh ", "Thành phố ", "thành phố "]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix));
    Some(bare.unwrap_or(name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_office_above_is_what_is_known_and_else_left_to_be_filled_in() {
        let org = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
        let orgs = [
            org("cong_an_tinh", "Công an tỉnh Mẫu"),
            org("bch_bdbp", "Ban Chỉ huy Bộ đội Biên phòng"),
            org("bch_bdbp", "Ban Chỉ huy khu vực"),
            org("cong_an_xa", "Công an xã A"),
        ];
        let named = |name: &str| Above::Named(name.to_owned());
        let told = [
            "cong_an_tinh",
            "cong_an_xa",
            "don_bien_phong",
            "ubnd_xa",
            "to_antt",
        ];
        assert_eq!(
            told.map(|kind| above(Some(kind), &orgs)),
            [
                named("Bộ Công an"),
                named("Công an tỉnh Mẫu"),
                // Two of one kind: nobody says which.
                Above::Unknown,
                Above::Nobody,
                Above::Unknown,
            ]
        );
        assert_eq!(above(None, &orgs), Above::Unknown);
        let province = Some("Tỉnh Mẫu");
        assert_eq!(
            dated_at(Some("cong_an_tinh"), province).as_deref(),
            Some("Mẫu")
        );
        assert_eq!(dated_at(Some("cong_an_xa"), province), None);
        assert_eq!(dated_at(Some("cong_an_tinh"), None), None);
    }
}
