//! What a photo claims and what its bytes show. Pure: bytes in, facts and pictures out.

pub mod checksum;
pub mod cross_check;
pub mod grade;
pub mod made;
pub mod picture;
pub mod redaction;
pub mod screens;
pub mod seal;
pub mod sidecar;

pub use cross_check::{Apart, ExifFlag, cross_check};
pub use made::made_of_text;
pub use picture::{DeriveFault, Derived, Format, Inspection, Limits, derive, inspect};
pub use sidecar::{Phase, Sidecar};
