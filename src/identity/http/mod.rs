//! Who is calling, and the routes by which accounts, devices and secrets are kept.

mod caller;
mod devices;
mod enrol;
mod enrol_page;
mod held;
mod journal;
mod keys;
mod routes;
mod session;

pub use caller::{Admitted, Caller, Limits, OdkCaller, TrackerBasic, TrackerCaller, TrustedOrigin};
pub use devices::*;
pub use enrol::*;
pub use held::*;
pub use journal::*;
pub use keys::*;
pub use routes::*;
pub use session::*;

use crate::http::{Problem, ProblemKind};

use super::service::Error;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Forbidden => Self::new(ProblemKind::Forbidden),
            Error::NotFound => Self::new(ProblemKind::NotFound),
            Error::Refused(refusal) => refusal.into(),
            Error::Taken(what) => {
                Self::new(ProblemKind::WrongState).fault(format!("/{what}"), "is already taken")
            }
            Error::SignInFailed => Self::new(ProblemKind::Unauthenticated)
                .detail("login and password do not belong together"),
            Error::TooMany => Self::new(ProblemKind::TooManyRequests),
            Error::CodeSpent => {
                Self::new(ProblemKind::NotFound).detail("the code is unknown, spent or expired")
            }
            Error::DeviceRevoked => {
                Self::new(ProblemKind::WrongState).detail("the device was revoked")
            }
            Error::NumberDiffers => Self::new(ProblemKind::WrongState)
                .fault("/number", "matches no enrolment that waits"),
            Error::SecondAccount => Self::new(ProblemKind::WrongState).detail(
                "another account than the one that enrolled the device must confirm its key",
            ),
            Error::Hashing => Self::new(ProblemKind::Unavailable).internal("argon2"),
            Error::Busy => Self::new(ProblemKind::Unavailable).detail(
                "nhiều người đang đăng nhập, hãy thử lại sau ít giây / too many passwords wait to be checked: try again in a few seconds",
            ),
            Error::Store(error) => error.into(),
        }
    }
}
