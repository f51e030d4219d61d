//! What is asked, and how a question stands.

use crate::base::words::vocabulary;

vocabulary! {
    /// What a screen found.
    Screen: "a screen" {
        /// Two plots' photos are nearly one picture.
        NearlyOnePicture = "nearly_one_picture",
        /// Two photos of one plot, of different stages of the photo minimum, are one picture.
        OnePictureTwice = "one_picture_twice",
        /// One file was sent under two ids.
        SameFile = "same_file",
        /// One sender took two pictures in the same millisecond.
        SameInstant = "same_instant",
        /// A program that changes pictures wrote the file, or file and sidecar disagree.
        EditedFile = "edited_file",
        /// Another program made the position up.
        MockPosition = "mock_position",
    }
}

vocabulary! {
    /// How a question stands.
    QuestionState: "a state of a question" {
        /// Cần làm rõ: the team has not answered yet.
        Open = "open",
        /// Đã trả lời: a role has to decide.
        Answered = "answered",
        /// Đã làm rõ.
        Cleared = "cleared",
        /// Không chấp nhận.
        Upheld = "upheld",
    }
}

vocabulary! {
    /// What a role decides.
    Verdict: "a decision" {
        /// Đã làm rõ: nothing is held against the photo.
        Cleared = "cleared",
        /// Không chấp nhận: the photo stands for nothing.
        Upheld = "upheld",
    }
}

impl Screen {
    /// What the team is asked, in Vietnamese.
    #[must_use]
    pub const fn vi(self) -> &'static str {
        match self {
            Self::NearlyOnePicture => {
                "Cần làm rõ: hai ảnh của hai điểm trồng gần như là một, vì sao?"
            }
            Self::OnePictureTwice => {
                "Cần làm rõ: hai ảnh của một điểm, ghi là chụp ở hai bước khác nhau, là cùng một hình, vì sao?"
            }
            Self::SameFile => "Cần làm rõ: cùng một tệp ảnh được gửi dưới hai mã, vì sao?",
            Self::SameInstant => "Cần làm rõ: hai ảnh cùng một thời điểm chụp, vì sao?",
            Self::EditedFile => "Cần làm rõ: tệp ảnh có dấu hiệu đã chỉnh sửa, vì sao?",
            Self::MockPosition => "Cần làm rõ: tọa độ do phần mềm khác tạo ra, vì sao?",
        }
    }

    /// The same in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::NearlyOnePicture => {
                "To be cleared up: two plots' photos are nearly one picture; how does that come?"
            }
            Self::OnePictureTwice => {
                "To be cleared up: two photos of one plot, said to be of different steps of the work, are one picture; how does that come?"
            }
            Self::SameFile => {
                "To be cleared up: one file was sent under two ids; how does that come?"
            }
            Self::SameInstant => {
                "To be cleared up: two photos were taken at one instant; how does that come?"
            }
            Self::EditedFile => {
                "To be cleared up: the file looks as if it had been changed; how does that come?"
            }
            Self::MockPosition => {
                "To be cleared up: another program made the position up; how does that come?"
            }
        }
    }
}
