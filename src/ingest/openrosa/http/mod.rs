//! The routes of the door, and how its refusals are told.

mod answers;
mod forms;
mod review;
mod submission;

pub use answers::speak;
pub use forms::*;
pub use review::*;
pub use submission::*;

use crate::http::{Problem, ProblemKind};

use super::service::Error;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Forbidden => Self::new(ProblemKind::Forbidden),
            Error::NotFound => Self::new(ProblemKind::NotFound),
            Error::UnknownForm => Self::new(ProblemKind::NotFound).detail(
                "không có biểu mẫu hoặc phiên bản này: tải lại biểu mẫu / no such form or version: get the blank forms again",
            ),
            Error::NoSubmission => Self::new(ProblemKind::MalformedBody).detail(
                "thiếu phần xml_submission_file / the part xml_submission_file is missing",
            ),
            Error::Unreadable(refusal) => Self::new(ProblemKind::MalformedBody)
                .detail(format!("không đọc được bài gửi / {refusal}")),
            Error::Encrypted => Self::new(ProblemKind::InvalidContent).detail(
                "biểu mẫu đã mã hóa nên máy chủ không đọc được: dùng biểu mẫu không mã hóa / encrypted forms cannot be read here",
            ),
            Error::Differs(kept) => Self::new(ProblemKind::ContentDiffers)
                .detail("bài này đã được gửi với nội dung khác; cả hai được giữ lại / this instance came before with other content; both are kept")
                .with("quarantine_id", kept.quarantine)
                .with("receipt", &kept.receipt),
            Error::TooMuchAside => Self::new(ProblemKind::TooManyRequests).detail(
                "hôm nay máy này đã có quá nhiều nội dung phải để riêng / too much of this device was set apart today",
            ),
            Error::Refused(refusal) => refusal.into(),
            Error::WrongState(why) => Self::new(ProblemKind::WrongState).detail(why),
            Error::Blobs(cause) => Self::new(ProblemKind::Unavailable).internal(cause),
            Error::Store(error) => error.into(),
        }
    }
}
