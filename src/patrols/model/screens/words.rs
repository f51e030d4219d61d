//! What is asked.

use crate::base::words::vocabulary;

vocabulary! {
    /// What a screen of tracks or claims found.
    TrackScreen: "a screen of tracks" {
        /// The walk is an earlier one again.
        CopiedTrack = "copied_track",
        /// A jump that nobody makes.
        Teleport = "teleport",
        /// Many places at one time.
        OneInstant = "one_instant",
        /// Steps more even than any receiver's.
        EvenSteps = "even_steps",
        /// The phone says that another program made positions up.
        MockFixes = "mock_fixes",
        /// No track of the claiming unit came near the plot that day.
        NoTrackNear = "no_track_near",
        /// The plot lies in no commune of the province, though nobody said that it lies beyond the border.
        OutsideArea = "outside_area",
    }
}

impl TrackScreen {
    /// What the unit is asked, in Vietnamese.
    #[must_use]
    pub const fn vi(self) -> &'static str {
        match self {
            Self::CopiedTrack => "Cần làm rõ: vết đi gần như trùng một vết đi trước đó, vì sao?",
            Self::Teleport => "Cần làm rõ: vết đi nhảy xa trong thời gian quá ngắn, vì sao?",
            Self::OneInstant => "Cần làm rõ: nhiều vị trí khác nhau cùng một thời điểm, vì sao?",
            Self::EvenSteps => "Cần làm rõ: các bước đi đều nhau khác thường, vì sao?",
            Self::MockFixes => "Cần làm rõ: một số vị trí do phần mềm khác tạo ra, vì sao?",
            Self::NoTrackNear => {
                "Cần làm rõ: trong ngày không có vết đi nào của đơn vị gần điểm trồng, vì sao?"
            }
            Self::OutsideArea => {
                "Cần làm rõ: toạ độ của điểm nằm ngoài địa bàn tỉnh (hoặc là 0, 0), vị trí đúng ở đâu?"
            }
        }
    }

    /// The same in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::CopiedTrack => {
                "To be cleared up: the track is nearly an earlier one; how does that come?"
            }
            Self::Teleport => {
                "To be cleared up: the track jumps far in too short a time; how does that come?"
            }
            Self::OneInstant => {
                "To be cleared up: several places have one and the same time; how does that come?"
            }
            Self::EvenSteps => {
                "To be cleared up: the steps are unusually even; how does that come?"
            }
            Self::MockFixes => {
                "To be cleared up: another program made some positions up; how does that come?"
            }
            Self::NoTrackNear => {
                "To be cleared up: no track of the unit came near the plot that day; how does that come?"
            }
            Self::OutsideArea => {
                "To be cleared up: the plot's point lies outside the province (or at 0, 0); where is it?"
            }
        }
    }
}
