//! Drafts of identity: what may be a name, a login, a password, a scope.

pub mod codes;
pub mod makers;
pub mod qr;
pub mod roll;
pub mod setup;
pub mod sheet;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use self::makers::Maker;
use crate::base::actor::{Actor, Door, Principal, Role, Scope};
use crate::base::ids::{OrgId, TeamId};
use crate::base::refusal::Refusal;
use crate::base::time::LocalDate;
use crate::base::words::vocabulary;

vocabulary! {
    /// Kinds of organisation (domain: the actors that the plans name).
    OrgKind: "a kind of organisation" {
        /// Công an tỉnh.
        ProvincialPolice = "cong_an_tinh",
        /// Công an xã, phường.
        CommunePolice = "cong_an_xa",
        /// Đồn biên phòng.
        BorderPost = "don_bien_phong",
        /// Trạm biên phòng.
        Station = "tram",
        /// Ban (Bộ) chỉ huy bộ đội biên phòng.
        BorderCommand = "bch_bdbp",
        /// Bộ chỉ huy quân sự.
        MilitaryCommand = "bchqs",
        /// Dân quân tự vệ.
        Militia = "dan_quan",
        /// Hải quan.
        Customs = "hai_quan",
        /// Ủy ban nhân dân xã.
        CommuneCommittee = "ubnd_xa",
        /// Ủy ban nhân dân tỉnh.
        ProvincialCommittee = "ubnd_tinh",
        /// Sở, ngành.
        Department = "so",
        /// Đoàn thể.
        Association = "doan_the",
        /// Tổ bảo vệ an ninh trật tự.
        SecurityTeam = "to_antt",
        /// Kiểm lâm.
        ForestRangers = "kiem_lam",
        /// Thôn, bản.
        Hamlet = "thon_ban",
    }
}

/// Longest name, in characters.
pub const MAX_NAME: usize = 120;
/// Shortest password, in characters (NIST SP 800-63B §5.1.1 asks for at least 8).
pub const MIN_PASSWORD: usize = 10;
/// Longest password that is hashed.
pub const MAX_PASSWORD: usize = 256;
/// The doors that phones go through.
pub const PHONE_DOORS: [Door; 3] = [Door::Api, Door::Odk, Door::Tracker];
/// Longest life of a read-only token.
pub const MAX_TOKEN_DAYS: u32 = 366;

/// An organisation to be written.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrgDraft {
    /// Its name as on its seal.
    pub name: String,
    /// Its kind.
    pub kind: OrgKind,
}

/// A team to be written.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamDraft {
    /// Its name within its organisation.
    pub name: String,
    /// Its organisation.
    pub org: OrgId,
}

/// An account to be written.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountDraft {
    /// The name it signs in with.
    pub login: String,
    /// Its organisation.
    #[serde(default)]
    pub org: Option<OrgId>,
    /// Its role.
    pub role: Role,
    /// The communes that the role reaches, by code; none: the whole province.
    #[serde(default)]
    pub communes: Vec<String>,
    /// A first password; without one the account signs in by link or token only.
    #[serde(default)]
    pub password: Option<String>,
}

/// A device to be written.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceDraft {
    /// Its pseudonym; never a person's name.
    pub name: String,
    /// Its team; without one it joins the province's reserve team.
    #[serde(default)]
    pub team: Option<TeamId>,
    /// The communes that it may record in, by code; none: the whole province.
    #[serde(default)]
    pub communes: Vec<String>,
    /// Whose phone it is.
    #[serde(default)]
    pub maker: Option<Maker>,
}

/// Which secrets an enrolment makes.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentDraft {
    /// The doors that get a new secret, which takes the place of the old one once the number is matched; none: all
    /// three of `api`, `odk` and `tracker`.
    #[serde(default)]
    pub doors: Vec<Door>,
}

impl EnrolmentDraft {
    /// The doors, each once. Refuses those that no phone goes through.
    pub fn check(self) -> Result<Vec<Door>, Refusal> {
        let mut refusal = Refusal::default();
        for (index, door) in self.doors.iter().enumerate() {
            if !PHONE_DOORS.contains(door) {
                refusal.add(format!("/doors/{index}"), "expected api, odk or tracker");
            }
        }
        let asked = |door: &Door| self.doors.is_empty() || self.doors.contains(door);
        refusal.or(PHONE_DOORS.into_iter().filter(asked).collect())
    }
}

/// A role to be given to an account or device.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantDraft {
    /// The role.
    pub role: Role,
    /// The communes that it reaches, by code; none: the whole province.
    #[serde(default)]
    pub communes: Vec<String>,
    /// The last local day (UTC+7) on which it is held; none: until it is taken back.
    #[serde(default)]
    pub until: Option<LocalDate>,
}

/// The organisation that an account works for.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrgChange {
    /// The organisation; none: it works for none of them.
    pub org: Option<OrgId>,
}

impl GrantDraft {
    /// Adds what is wrong with it: codes that name no commune, an end that has passed.
    pub fn check(&self, pointer: &str, today: LocalDate, refusal: &mut Refusal) {
        check_communes(&self.communes, pointer, refusal);
        if self.until.is_some_and(|day| day < today) {
            refusal.add(format!("{pointer}/until"), "expected today or a later day");
        }
    }
}

impl OrgDraft {
    /// Refuses a name that cannot be shown.
    pub fn check(self) -> Result<Self, Refusal> {
        let mut refusal = Refusal::default();
        check_name(&self.name, "/name", &mut refusal);
        refusal.or(self)
    }
}

impl TeamDraft {
    /// Refuses a name that cannot be shown.
    pub fn check(self) -> Result<Self, Refusal> {
        let mut refusal = Refusal::default();
        check_name(&self.name, "/name", &mut refusal);
        refusal.or(self)
    }
}

impl AccountDraft {
    /// Refuses logins, passwords and scopes that cannot be used.
    pub fn check(self) -> Result<Self, Refusal> {
        let mut refusal = Refusal::default();
        check_name(&self.login, "/login", &mut refusal);
        check_communes(&self.communes, "", &mut refusal);
        if let Some(password) = &self.password {
            check_password(password, "/password", &mut refusal);
        }
        refusal.or(self)
    }
}

impl DeviceDraft {
    /// Refuses names and scopes that cannot be used.
    pub fn check(self) -> Result<Self, Refusal> {
        let mut refusal = Refusal::default();
        check_name(&self.name, "/name", &mut refusal);
        check_communes(&self.communes, "", &mut refusal);
        refusal.or(self)
    }
}

/// The scope that a list of commune codes means: none is the whole province.
#[must_use]
pub fn scope_of(communes: &[String]) -> Scope {
    if communes.is_empty() {
        Scope::Province
    } else {
        Scope::Communes(communes.iter().cloned().collect::<BTreeSet<_>>())
    }
}

/// Checks a password's length; any characters are welcome.
pub fn check_password(password: &str, pointer: &str, refusal: &mut Refusal) {
    let length = password.chars().count();
    if !(MIN_PASSWORD..=MAX_PASSWORD).contains(&length) {
        refusal.add(
            pointer,
            format!("expected {MIN_PASSWORD} to {MAX_PASSWORD} characters"),
        );
    }
}

/// Whether an account can have this login and this password at all. What is longer is neither looked up nor hashed, and not
/// remembered as a failed attempt: each might have as much as a request.
#[must_use]
pub fn may_sign_in(login: &str, password: &str) -> bool {
    login.chars().count() <= MAX_NAME && password.chars().count() <= MAX_PASSWORD
}

fn check_name(name: &str, pointer: &str, refusal: &mut Refusal) {
    let length = name.chars().count();
    if name.trim().is_empty() || length > MAX_NAME || name.chars().any(char::is_control) {
        refusal.add(
            pointer,
            format!("expected 1 to {MAX_NAME} printable characters"),
        );
    }
}

fn check_communes(codes: &[String], pointer: &str, refusal: &mut Refusal) {
    for (index, code) in codes.iter().enumerate() {
        if code.is_empty() || code.len() > 10 || !code.chars().all(|c| c.is_ascii_alphanumeric()) {
            refusal.add(
                format!("{pointer}/communes/{index}"),
                "expected a commune code such as 02647",
            );
        }
    }
}

/// The number that a phone shows and an officer matches: two digits.
#[must_use]
pub fn matching_number(random: [u8; 2]) -> i64 {
    i64::from(u16::from_be_bytes(random) % 90 + 10)
}

/// A device's public key as browsers export it (JWK, RFC 7517): what else they say beside it is not looked at.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct KeyWire {
    /// `EC`.
    pub kty: String,
    /// `P-256`.
    pub crv: String,
    /// The point's first coordinate, base64url of 32 bytes.
    pub x: String,
    /// Its second.
    pub y: String,
}

impl KeyWire {
    /// The point, uncompressed (SEC 1 §2.3.3). Whether it lies on the curve is seen when it verifies a signature.
    pub fn point(&self) -> Result<Vec<u8>, Refusal> {
        let mut refusal = Refusal::default();
        for (field, own, expected) in [("/kty", &self.kty, "EC"), ("/crv", &self.crv, "P-256")] {
            if own != expected {
                refusal.add(field, format!("expected {expected}"));
            }
        }
        let mut point = vec![4];
        for (field, half) in [("/x", &self.x), ("/y", &self.y)] {
            match BASE64_URL.decode(half) {
                Ok(half) if half.len() == 32 => point.extend(half),
                _ => refusal.add(field, "expected base64url of 32 bytes"),
            }
        }
        refusal.or(point)
    }
}

/// Twelve digits by which two people see that they mean the same key, out of the first eight bytes of SHA-256 over its
/// point: more than can be found by trying keys while somebody waits.
#[must_use]
pub fn spoken_code(public: &[u8]) -> String {
    let hash = Sha256::digest(public);
    let first = hash
        .iter()
        .take(8)
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    format!("{:012}", first % 1_000_000_000_000)
}

/// The id of the team that devices without a team of their own belong to.
pub const RESERVE_TEAM: TeamId = TeamId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0003));
/// The organisation of the reserve team.
pub const RESERVE_ORG: OrgId = OrgId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002));

/// The unit that a caller reads for. Phones without a team are none together, wherever in the province they are.
#[must_use]
pub fn unit_of(actor: &Actor) -> Option<OrgId> {
    let is_without = actor.principal == Principal::Device && actor.org == Some(RESERVE_ORG);
    actor.org.filter(|_| !is_without)
}

/// What the reserve organisation is called.
pub const RESERVE_ORG_NAME: &str = "Đơn vị dự bị";

/// What the reserve team is called.
pub const RESERVE_TEAM_NAME: &str = "Tổ dự bị";
