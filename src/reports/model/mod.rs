//! Forms without I/O: periods, tables, their sheets and how these lie on paper.

pub mod paper;
pub mod period;
pub mod sheet;
pub mod table;

use crate::base::words::vocabulary;

vocabulary! {
    /// A form of the office.
    Form: "a form" {
        /// Tổng hợp phát hiện, triệt phá cây có chứa chất ma túy.
        B01 = "b01",
        /// Chi tiết điểm trồng (lưu hành nội bộ).
        B02 = "b02",
        /// Tuần tra và độ bao phủ khu vực nguy cơ.
        B03 = "b03",
    }
}

impl Form {
    /// The heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::B01 => "TỔNG HỢP PHÁT HIỆN, TRIỆT PHÁ CÂY CÓ CHỨA CHẤT MA TÚY",
            Self::B02 => "CHI TIẾT ĐIỂM TRỒNG CÂY CÓ CHỨA CHẤT MA TÚY",
            Self::B03 => "TUẦN TRA VÀ ĐỘ BAO PHỦ KHU VỰC NGUY CƠ",
        }
    }

    /// What stands under the heading: positions are for the office's own use.
    #[must_use]
    pub const fn is_internal(self) -> bool {
        matches!(self, Self::B02)
    }

    /// The form's number as papers write it.
    #[must_use]
    pub const fn number(self) -> &'static str {
        match self {
            Self::B01 => "B01",
            Self::B02 => "B02",
            Self::B03 => "B03",
        }
    }
}

vocabulary! {
    /// Whether a commune has told anything of a period: silence is not zero.
    Sent: "a state of sending" {
        /// It recorded plots.
        Sent = "sent",
        /// It confirmed that there is nothing to record (không phát sinh).
        Nothing = "nothing",
        /// It has done neither (chưa gửi).
        NotSent = "not_sent",
    }
}

impl Sent {
    /// What papers say.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sent => "Đã gửi",
            Self::Nothing => "Không phát sinh",
            Self::NotSent => "Chưa gửi",
        }
    }
}
