//! Where a request came from besides its secret: what the device signed, and what its clock said.

use std::sync::Arc;

use uuid::Uuid;

use super::ids::PaperId;
use super::time::Timestamp;
use super::words::vocabulary;

vocabulary! {
    /// How a device's signature stood when it was received.
    Standing: "a standing of a signature" {
        /// It is the device's own key's, over these bytes.
        Holds = "holds",
        /// It is not that key's, or is over other bytes.
        Fails = "fails",
        /// No device has that key.
        UnknownKey = "unknown_key",
        /// The key is another device's.
        OtherDevice = "other_device",
        /// The key was revoked before the fact was received.
        Revoked = "revoked",
    }
}

vocabulary! {
    /// What must be known of when and how a fact came.
    Doubt: "a doubt" {
        /// Its device's clock says that it was signed before the device or its key was revoked; it was received after.
        ReceivedAfterRevocation = "received_after_revocation",
        /// It says that it was signed before something that it names, or before its key was known.
        BackDated = "back_dated",
        /// It was kept aside when it came, and counts by a person's decision.
        AcceptedAfterReview = "accepted_after_review",
    }
}

/// The head of the log that a device had seen when it signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenHead {
    /// Entries under it.
    pub size: u64,
    /// Its root.
    pub root: [u8; 32],
}

/// What a device signed when a fact was captured: an HTTP message signature (RFC 9421) over the body's digest
/// (RFC 9530) and the device's own chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The key: its JWK thumbprint (RFC 7638).
    pub key_id: String,
    /// Its number in the device's chain; the key's own announcement is number 0.
    pub sequence: u64,
    /// SHA-256 of the signature base of the statement before; zeroes for number 0.
    pub previous: [u8; 32],
    /// The last head that the device had seen.
    pub head: Option<SeenHead>,
    /// A nonce that was issued to the device and burned before the shutter.
    pub nonce: Option<String>,
    /// When it was signed, by the device's clock.
    pub signed_at: Timestamp,
    /// SHA-256 of the body.
    pub digest: [u8; 32],
    /// The text that the signature is over (RFC 9421 §2.5).
    pub base: String,
    /// ECDSA over P-256 with SHA-256, r and s (RFC 9421 §3.3.4).
    pub signature: Vec<u8>,
    /// The key's point (uncompressed, SEC 1 §2.3.3), once it is known.
    pub public: Option<Vec<u8>>,
    /// How it stood.
    pub standing: Standing,
}

/// What a sender's clock said when the request left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sending {
    /// The sender's time.
    pub sent_at: Timestamp,
    /// The longest that an exchange with this server can have taken it, ms.
    pub round_trip_ms: Option<u32>,
}

/// What a post node says of a fact that it took before this server did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouching {
    /// The node's own device here, which wrote down those that it speaks for.
    pub node: Uuid,
    /// The fact's id there: here too that of a fact whose sender gave none.
    pub fact: Uuid,
    /// When the node received it, by the node's clock.
    pub received_at: Timestamp,
    /// SHA-256 of the request that brought it there, where the log keeps the request coded.
    pub request: Option<[u8; 32]>,
    /// Whether a named account of the node's was at a photo's shutter.
    pub named: bool,
    /// Whether its author answers at the node for the commune, as an officer does.
    pub by_officer: bool,
    /// Whether a person took it after it had waited.
    pub decided: bool,
}

impl Vouching {
    /// Whether a correction follows on what stands. `latest` is what the standing version itself corrected there, 0 for a
    /// first one; none when it is not the node's. Where corrections in between did not arrive, the node counts further
    /// than this server; what somebody corrected here since, the node has not seen, and only a person decides.
    #[must_use]
    pub const fn follows(&self, latest: Option<u32>, revises: u32) -> bool {
        match latest {
            Some(before) => revises > before,
            None => self.decided,
        }
    }
}

/// What came with a request besides its secret and body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// What the device signed.
    pub statement: Option<Arc<Statement>>,
    /// What its clock said.
    pub sending: Option<Sending>,
    /// The paper record from which the author types it in.
    pub paper: Option<PaperId>,
    /// Whether a newer secret took the place of the one that was shown: what was acknowledged under it is answered
    /// again, and nothing new is entered.
    pub retired: bool,
    /// What a post node says of it.
    pub vouched: Option<Arc<Vouching>>,
    /// What readers of the fact must know of when and how it came.
    pub doubt: Option<Doubt>,
}

/// By how much a sender's clock is behind the server's, ms: the truth lies between both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ClockOffset {
    /// The least that must be added to the sender's times, ms.
    pub least_ms: i64,
    /// The most, ms.
    pub most_ms: i64,
}

impl Sending {
    /// The offset's bounds: the request was sent no later than it was received, and no earlier than one round trip
    /// before. Without a bound on the round trip nothing is known from below.
    #[must_use]
    pub fn offset(self, received_at: Timestamp) -> Option<ClockOffset> {
        let most_ms = received_at.since(self.sent_at);
        let round_trip_ms = i64::from(self.round_trip_ms?);
        Some(ClockOffset {
            least_ms: most_ms - round_trip_ms,
            most_ms,
        })
    }
}
