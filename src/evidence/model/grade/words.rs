//! Grades and the reasons that cap them, each with its text.

use crate::base::words::vocabulary;

vocabulary! {
    /// How far a set of photos can be relied on, the best first.
    Grade: "a grade" {
        /// Signed, named, placed, timed and walked: every check that there is agrees.
        A = "A",
        /// Something that would make it certain is not there.
        B = "B",
        /// Something that matters is missing or does not agree.
        C = "C",
        /// It cannot stand for the work by itself.
        D = "D",
    }
}

vocabulary! {
    /// Why a set or a photo has no better grade.
    Reason: "a reason" {
        /// No photo from before the work.
        NoBefore = "no_before",
        /// No close-up of the plants.
        NoCloseUp = "no_close_up",
        /// No photo from after the work.
        NoAfter = "no_after",
        /// A role let it count without its photos.
        Waived = "waived",
        /// It names another eradication, or none.
        NotBound = "not_bound",
        /// The phone did not know where it was, or only so roughly that it is as good as unknown.
        NoPosition = "no_position",
        /// Further from the plot than the accuracies explain.
        FarFromPlot = "far_from_plot",
        /// The position was not accurate enough to tell.
        RoughPosition = "rough_position",
        /// The position was old when the shutter closed.
        OldPosition = "old_position",
        /// How old the position was is not told.
        AgeUntold = "position_age_untold",
        /// Another program made the position up.
        MockPosition = "mock_position",
        /// The camera pointed away from the plot.
        PointsAway = "points_away",
        /// Taken outside the time around the work.
        OutsideTime = "outside_time",
        /// From before, but taken after the work began.
        BeforeTooLate = "before_too_late",
        /// From after, but taken before the work ended.
        AfterTooEarly = "after_too_early",
        /// The device's own track is not there for that time.
        NoTrack = "no_track",
        /// The device's own track was somewhere else.
        TrackElsewhere = "track_elsewhere",
        /// The file tells nothing of time or place.
        ExifMissing = "exif_missing",
        /// The file and the sidecar disagree about the place.
        ExifPlaceDiffers = "exif_place_differs",
        /// The file and the sidecar disagree about the time.
        ExifTimeDiffers = "exif_time_differs",
        /// A program that changes pictures wrote the file.
        ExifEdited = "exif_edited",
        /// The satellites' time and the sidecar's disagree.
        GnssTimeDiffers = "gnss_time_differs",
        /// The satellites' time was not told.
        NoGnssTime = "no_gnss_time",
        /// No device signature.
        Unsigned = "unsigned",
        /// A device signature that does not hold.
        BadSignature = "bad_signature",
        /// A device signature by a key that no second account has confirmed.
        KeyUnconfirmed = "key_unconfirmed",
        /// The device signed two things under one number, or names a head that this log never had.
        ChainBroken = "chain_broken",
        /// Signed long after the shutter, by the device's own clock.
        SignedLate = "signed_late",
        /// The sidecar names a number that served another photo.
        NonceReused = "nonce_reused",
        /// The sidecar names a number that this device was never given.
        NonceUnknown = "nonce_unknown",
        /// The sidecar names no number that was given beforehand.
        NoNonce = "no_nonce",
        /// Said to be taken before something that the sidecar already names, or after it came.
        TimeImpossible = "time_impossible",
        /// No named account at the shutter.
        NoAccount = "no_account",
        /// It came through a door that takes no signatures.
        UnsignedDoor = "unsigned_door",
        /// Chosen from the gallery.
        FromGallery = "from_gallery",
        /// Photographed or scanned from paper, or typed in later.
        FromPaper = "from_paper",
        /// The sender did not say whether the camera took it then.
        SourceUntold = "source_untold",
        /// It came long after it was taken.
        Late = "late",
        /// Signed, by its own clock, before its device or key was revoked, and received after.
        ReceivedAfterRevocation = "received_after_revocation",
        /// Signed, by its own clock, before something that it names or before its key was known.
        BackDated = "back_dated",
        /// Kept aside when it came; it counts by a person's decision.
        AcceptedAfterReview = "accepted_after_review",
        /// The file is no picture that can be shown.
        NotAPicture = "not_a_picture",
        /// A question about it is not answered yet.
        UnderReview = "under_review",
        /// A question about it was decided against it.
        Rejected = "rejected",
    }
}

impl Reason {
    /// What is told in Vietnamese.
    #[must_use]
    pub const fn vi(self) -> &'static str {
        match self {
            Self::NoBefore => "Chưa có ảnh trước khi phá nhổ",
            Self::NoCloseUp => "Chưa có ảnh cận cảnh nhận rõ loại cây",
            Self::NoAfter => "Chưa có ảnh sau khi phá nhổ",
            Self::Waived => "Được cho phép thiếu ảnh, có lý do",
            Self::NotBound => "Ảnh không gắn với lần phá nhổ này",
            Self::NoPosition => "Ảnh không có tọa độ dùng được",
            Self::FarFromPlot => "Vị trí chụp xa điểm trồng hơn mức sai số cho phép",
            Self::RoughPosition => "Vị trí chụp có sai số lớn",
            Self::OldPosition => "Tọa độ đã cũ khi bấm máy",
            Self::AgeUntold => "Không rõ tọa độ có từ lúc nào",
            Self::MockPosition => "Tọa độ do phần mềm khác tạo ra",
            Self::PointsAway => "Máy ảnh hướng ra ngoài điểm trồng",
            Self::OutsideTime => "Chụp ngoài khoảng thời gian của lần phá nhổ",
            Self::BeforeTooLate => "Ảnh \"trước\" được chụp sau khi đã bắt đầu phá nhổ",
            Self::AfterTooEarly => "Ảnh \"sau\" được chụp trước khi phá nhổ xong",
            Self::NoTrack => "Không có vết đi của chính thiết bị vào lúc chụp",
            Self::TrackElsewhere => "Vết đi của chính thiết bị ở nơi khác vào lúc chụp",
            Self::ExifMissing => "Tệp ảnh không ghi thời gian, tọa độ",
            Self::ExifPlaceDiffers => "Tọa độ trong tệp ảnh khác tọa độ đã báo",
            Self::ExifTimeDiffers => "Thời gian trong tệp ảnh khác thời gian đã báo",
            Self::ExifEdited => "Tệp ảnh đã qua phần mềm chỉnh sửa",
            Self::GnssTimeDiffers => "Giờ vệ tinh khác giờ đã báo",
            Self::NoGnssTime => "Không có giờ vệ tinh",
            Self::Unsigned => "Không có chữ ký của thiết bị",
            Self::BadSignature => "Chữ ký của thiết bị không đúng",
            Self::KeyUnconfirmed => "Khóa ký của máy chưa được người thứ hai xác nhận",
            Self::ChainBroken => "Chuỗi bản ghi do máy ký không khớp",
            Self::SignedLate => "Máy ký khá lâu sau khi chụp",
            Self::NonceReused => "Mã dùng một lần đã dùng cho ảnh khác",
            Self::NonceUnknown => "Mã dùng một lần không phải mã đã cấp cho máy này",
            Self::NoNonce => "Không có mã dùng một lần lấy trước khi chụp",
            Self::TimeImpossible => {
                "Giờ chụp sớm hơn mốc đã có trong bản ghi, hoặc muộn hơn lúc nhận"
            }
            Self::NoAccount => "Không rõ tài khoản người bấm máy",
            Self::UnsignedDoor => "Gửi qua đường không có chữ ký",
            Self::FromGallery => "Chọn từ thư viện ảnh",
            Self::FromPaper => "Chụp lại hoặc nhập từ giấy",
            Self::SourceUntold => "Không rõ ảnh chụp trực tiếp hay chọn từ thư viện",
            Self::Late => "Gửi về muộn so với lúc chụp",
            Self::ReceivedAfterRevocation => {
                "Ghi là ký trước khi máy hoặc khóa bị thu hồi, nhưng nhận được sau đó"
            }
            Self::BackDated => "Giờ ký sớm hơn mốc mà chính bản ghi đã nêu",
            Self::AcceptedAfterReview => "Được cán bộ xem xét và chấp nhận sau khi nhận",
            Self::NotAPicture => "Tệp không phải ảnh xem được",
            Self::UnderReview => "Đang có điểm cần làm rõ",
            Self::Rejected => "Đã kết luận không chấp nhận",
        }
    }

    /// What is told in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::NoBefore => "No photo from before the work",
            Self::NoCloseUp => "No close-up that shows which crop it is",
            Self::NoAfter => "No photo from after the work",
            Self::Waived => "Counted without its photos, by a role and for a reason",
            Self::NotBound => "The photo does not name this eradication",
            Self::NoPosition => "The photo has no position that can be used",
            Self::FarFromPlot => "Taken further from the plot than the accuracies explain",
            Self::RoughPosition => "The position is not accurate enough",
            Self::OldPosition => "The position was old when the shutter closed",
            Self::AgeUntold => "Not told how old the position was",
            Self::MockPosition => "The position was made up by another program",
            Self::PointsAway => "The camera pointed away from the plot",
            Self::OutsideTime => "Taken outside the time around the work",
            Self::BeforeTooLate => "The photo from before was taken after the work began",
            Self::AfterTooEarly => "The photo from after was taken before the work ended",
            Self::NoTrack => "The device's own track is not there for that time",
            Self::TrackElsewhere => "The device's own track was somewhere else at that time",
            Self::ExifMissing => "The file tells nothing of time or place",
            Self::ExifPlaceDiffers => "The file's position and the one told differ",
            Self::ExifTimeDiffers => "The file's time and the one told differ",
            Self::ExifEdited => "A program that changes pictures wrote the file",
            Self::GnssTimeDiffers => "The satellites' time and the one told differ",
            Self::NoGnssTime => "The satellites' time was not told",
            Self::Unsigned => "No device signature",
            Self::BadSignature => "The device signature does not hold",
            Self::KeyUnconfirmed => "The device's key is not confirmed by a second account",
            Self::ChainBroken => "The device's chain of signed records does not fit",
            Self::SignedLate => "The device signed long after the shutter",
            Self::NonceReused => "The one-time number served another photo before",
            Self::NonceUnknown => "The one-time number was never given to this device",
            Self::NoNonce => "No one-time number was fetched before the shutter",
            Self::TimeImpossible => {
                "Taken before something that its own record names, or after it came"
            }
            Self::NoAccount => "No named account at the shutter",
            Self::UnsignedDoor => "It came through a door that takes no signatures",
            Self::FromGallery => "Chosen from the gallery",
            Self::FromPaper => "Taken from paper or typed in later",
            Self::SourceUntold => "Not told whether the camera took it then or it was chosen",
            Self::Late => "It came long after it was taken",
            Self::ReceivedAfterRevocation => {
                "Said to be signed before its device or key was revoked, and received after"
            }
            Self::BackDated => "Said to be signed before something that its own record names",
            Self::AcceptedAfterReview => "Kept aside when it came and accepted by an officer",
            Self::NotAPicture => "The file is no picture that can be shown",
            Self::UnderReview => "A question about it is not answered yet",
            Self::Rejected => "A question about it was decided against it",
        }
    }
}
