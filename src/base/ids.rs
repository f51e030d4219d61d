//! Ids of facts and things: newtypes over UUID, made where the thing happened (RFC 9562).
//!
//! Our own ids are version 7. A sender's id may be any version: forms made by other tools carry version 4.

use std::fmt;
use std::sync::Arc;

use uuid::{NoContext, Timestamp as UuidTimestamp, Uuid};

use super::time::{Clock, Timestamp};

/// A text that is no usable id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected a UUID such as 01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4")]
pub struct InvalidId;

/// Declares id newtypes that travel as UUID text outside and as the database's id type inside.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse(text).map(Self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                crate::base::schema::text(Some("uuid"), stringify!($name))
            }
        }

        impl utoipa::ToSchema for $name {}

        impl $name {
            /// The sixteen bytes, as they are hashed and stored.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }
    )+};
}

ids! {
    /// An organisation: a police office, a border post, a people's committee.
    OrgId,
    /// A patrol team of an organisation.
    TeamId,
    /// A person's named account.
    AccountId,
    /// A phone or handheld.
    DeviceId,
    /// One secret of a device or account.
    TokenId,
    /// A dated role with its scope.
    GrantId,
    /// A patrol.
    PatrolId,
    /// A dated version of a commune's boundary.
    BoundaryId,
    /// A risk area.
    RiskAreaId,
    /// An illicit-crop plot.
    PlotId,
    /// An incident (vụ) that groups plots.
    IncidentId,
    /// An evidence photo.
    PhotoId,
    /// A campaign (cao điểm).
    CampaignId,
    /// An eradication of a plot.
    EradicationId,
    /// A fact of the ledger; that of an eradication is the eradication's.
    FactId,
    /// A tip (tin báo).
    TipId,
    /// A question about a photo.
    QuestionId,
    /// What became of a tip.
    TipOutcomeId,
    /// A re-visit of a drawn plot.
    RevisitId,
    /// A journal entry.
    EntryId,
    /// One journal: a province's, or a post node's.
    LogId,
    /// One content kept aside because it could not be accepted.
    QuarantineId,
    /// A form's submission.
    SubmissionId,
    /// A paper record (biên bản) whose facts were typed in.
    PaperId,
    /// One HTTP request.
    RequestId,
    /// One job of the background worker.
    JobId,
}

fn parse(text: &str) -> Result<Uuid, InvalidId> {
    match Uuid::try_parse(text) {
        Ok(id) if !id.is_nil() && !id.is_max() => Ok(id),
        _ => Err(InvalidId),
    }
}

/// Makes ids from an injected clock; the only home of `Uuid::now_v7`'s kin.
#[derive(Clone)]
pub struct IdMaker {
    clock: Arc<dyn Clock>,
}

impl IdMaker {
    /// A maker of ids whose time part is the clock's.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }

    /// A fresh version 7 UUID.
    #[must_use]
    pub fn make(&self) -> Uuid {
        let now = self.clock.now().as_millis();
        let seconds = u64::try_from(now.div_euclid(1000)).unwrap_or(0);
        let nanos = u32::try_from(now.rem_euclid(1000)).unwrap_or(0) * 1_000_000;
        Uuid::new_v7(UuidTimestamp::from_unix(NoContext, seconds, nanos))
    }
}

/// How far ahead of the server's clock the time in a sender's id may be, ms: a day.
pub const AHEAD_MS: i64 = 86_400_000;

/// Whether the time in a version 7 id is more than a day ahead of `now`: whatever is ordered by such ids could be followed
/// by nothing. Ids of other versions tell no time.
#[must_use]
pub fn is_ahead(id: &Uuid, now: Timestamp) -> bool {
    let made_ms = i64::try_from(id.as_u128() >> 80).unwrap_or(i64::MAX);
    id.get_version_num() == 7 && Timestamp::from_millis(made_ms).since(now) > AHEAD_MS
}

/// What people call a thing by: the six digits that end its id, in capitals. Ids of one day begin alike.
#[must_use]
pub fn short(id: &Uuid) -> String {
    let digits = id.simple().to_string();
    digits
        .get(digits.len().saturating_sub(6)..)
        .unwrap_or_default()
        .to_ascii_uppercase()
}

impl fmt::Debug for IdMaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdMaker")
    }
}
