//! The closed vocabularies of the ledger.

use crate::base::words::vocabulary;

vocabulary! {
    /// What a fact of the ledger tells.
    FactKind: "a kind of fact" {
        /// Xác minh: what the crop is, by another organisation.
        Verification = "verification",
        /// Xác nhận tại chỗ: a second member confirms on the spot.
        Confirmation = "confirmation",
        /// Phá nhổ, triệt phá.
        Eradication = "eradication",
        /// Biên bản: its number came.
        Minutes = "minutes",
        /// Phê duyệt: the desk accepts an eradication.
        Approval = "approval",
        /// Kiểm tra lại.
        Reinspection = "reinspection",
        /// Bàn giao: another organisation handles the plot from now on.
        Transfer = "transfer",
        /// Chuyển cho bên ngoài: a plot beyond the border is told to others.
        Referral = "referral",
        /// Ghi nhầm – thu hồi.
        Retraction = "retraction",
        /// Mở lại: a closed plot is opened again.
        Reopening = "reopening",
        /// Kết luận trùng hay không trùng of two plots.
        Judgement = "judgement",
        /// Cho phép thiếu ảnh: a role lets an eradication count without its photos.
        Waiver = "waiver",
        /// Trả lại – cần bổ sung: a desk asks the author of what waits for it to complete that.
        Return = "return",
        /// Trả lời: what the author's side says to a return.
        Reply = "reply",
    }
}

vocabulary! {
    /// Where a plot's life stands.
    PlotState: "a plot state" {
        /// Tin báo, or read from imagery: told of, not seen on the ground yet.
        Reported = "reported",
        /// Phát hiện: seen and placed.
        Detected = "detected",
        /// Xác minh: the crop is confirmed.
        Verified = "verified",
        /// Bàn giao: confirmed, and another organisation handles it.
        Transferred = "transferred",
        /// Đang phá nhổ: begun, or done with something still missing.
        Eradicating = "eradicating",
        /// Đã phá nhổ.
        Eradicated = "eradicated",
        /// Mọc lại.
        Resprout = "resprout",
        /// Sạch: every re-inspection that was due found nothing.
        Clear = "clear",
        /// Không tìm thấy.
        NotFound = "not_found",
        /// Loại: another plant.
        Rejected = "rejected",
        /// Trùng: the same ground as another plot.
        Merged = "merged",
        /// Đã thu hoạch hoặc đã mất: counts as not eradicated in time.
        Gone = "gone",
        /// Đã chuyển ra ngoài: beyond the border.
        Referred = "referred",
        /// Ghi nhầm, đã thu hồi.
        Retracted = "retracted",
    }
}

impl PlotState {
    /// Whether only a re-opening leads out of it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Clear
                | Self::NotFound
                | Self::Rejected
                | Self::Merged
                | Self::Gone
                | Self::Referred
                | Self::Retracted
        )
    }

    /// Whether figures count a plot in this state.
    #[must_use]
    pub const fn is_counted(self) -> bool {
        !matches!(
            self,
            Self::NotFound | Self::Rejected | Self::Merged | Self::Referred | Self::Retracted
        )
    }
}

vocabulary! {
    /// What a verification found.
    Finding: "a finding" {
        /// The crop stands there (or stood, and its remains are recognised).
        Confirmed = "confirmed",
        /// Không phải: a look-alike such as fibre hemp (cây lanh).
        LookAlike = "look_alike",
        /// Another plant altogether.
        OtherCrop = "other_crop",
        /// Nothing is or was there.
        NotFound = "not_found",
        /// It was there and is harvested or removed.
        Gone = "gone",
    }
}

vocabulary! {
    /// How a plot was destroyed.
    Method: "a way to destroy" {
        /// Nhổ.
        PullUp = "pull_up",
        /// Chặt, cắt.
        Cut = "cut",
        /// Phun thuốc.
        Spray = "spray",
        /// Đốt.
        Burn = "burn",
        /// Cày.
        Plough = "plough",
    }
}

vocabulary! {
    /// How much of what stood was destroyed.
    Completeness: "a completeness" {
        /// All of it.
        Full = "full",
        /// Part of it.
        Partial = "partial",
    }
}

vocabulary! {
    /// What a re-inspection found.
    Inspected: "a result of a re-inspection" {
        /// Sạch: nothing stands.
        Clear = "clear",
        /// Mọc lại: plants came up again.
        Resprout = "resprout",
        /// Còn sót: plants were never destroyed.
        Standing = "standing",
        /// Tái trồng: sown anew; the new sowing is a plot of its own.
        Replanted = "replanted",
        /// Chưa đến được.
        NotReached = "not_reached",
    }
}

vocabulary! {
    /// What was decided about two plots.
    Sameness: "a judgement" {
        /// One ground: this plot is the other's duplicate.
        Same = "same",
        /// Two grounds.
        Distinct = "distinct",
    }
}

vocabulary! {
    /// What still keeps a plot from being `eradicated`.
    Missing: "something missing" {
        /// Nobody confirmed: no second member, no desk, and not alone.
        Confirmation = "confirmation",
        /// Cannabis that no other organisation has verified.
        Verification = "verification",
        /// Neither a number of the minutes nor "chờ biên bản".
        Minutes = "minutes",
        /// At the stop rule's number of plants: no sample under seal and no named release.
        Samples = "samples",
        /// No photo from before the work that was taken before it.
        PhotosBefore = "photos_before",
        /// No close-up by which the crop is recognised.
        PhotosCloseUp = "photos_close_up",
        /// No photo from after the work that was taken after it.
        PhotosAfter = "photos_after",
        /// Too few photos near the plot and around the time of the work.
        PhotosAtTheWork = "photos_at_the_work",
        /// It begins before the plot was detected, or ends after it was received.
        TimeOrder = "time_order",
    }
}

vocabulary! {
    /// What a reader of a plot's life must know; none of these loses a fact.
    LifeFlag: "a life flag" {
        /// Destroyed and remaining do not make up what was measured.
        Conflict = "conflict",
        /// Claimed as destroyed again while nothing was found standing.
        ClaimedTwice = "claimed_twice",
        /// Something came to a plot that is closed.
        AfterFinal = "after_final",
        /// Two verifications disagree.
        VerificationConflict = "verification_conflict",
        /// A verification from before the work that came when the work was known and another stood: it changes no figure.
        LateVerification = "late_verification",
        /// Detected later than its recording came, by more than clocks disagree.
        DetectedAhead = "detected_ahead",
        /// Re-inspected although nothing had been destroyed.
        InspectedTooSoon = "inspected_too_soon",
        /// Re-inspected as a paper says: no phone was on the spot.
        InspectedFromPaper = "inspected_from_paper",
        /// A closing that does not hold: a later re-opening undid it, or it would close a circle of duplicates.
        Undone = "undone",
        /// A decision that had nothing to decide in the state that it met.
        OutOfPlace = "out_of_place",
        /// Destroyed before it was verified, although the crop may not be.
        DestroyedUnverified = "destroyed_unverified",
        /// Done by one person alone, and no desk has verified it.
        SingleParty = "single_party",
        /// The number of the minutes is still to come (chờ biên bản).
        MinutesPending = "minutes_pending",
        /// It did not come in time.
        MinutesLate = "minutes_late",
        /// Counted without its photos, by a role's decision and for its reason.
        PhotosWaived = "photos_waived",
        /// Sent back for completing, and its author's side has not answered.
        Returned = "returned",
        /// Destroyed after the harvest.
        AfterHarvest = "after_harvest",
        /// Found sown anew: a new plot is expected.
        Replanted = "replanted",
        /// One fact is corrected by two.
        CorrectedTwice = "corrected_twice",
        /// A correction that cannot take effect: neither its author's nor an officer's, or of another kind.
        CorrectionIgnored = "correction_ignored",
        /// A text holds what looks like a telephone or identity number.
        TextLooksPersonal = "text_looks_personal",
    }
}

vocabulary! {
    /// What ended a return.
    ReturnEnd: "an end of a return" {
        /// What was read was corrected.
        Corrected = "corrected",
        /// The author's side answered in words.
        Reply = "reply",
        /// A photo of the author's side came.
        Photo = "photo",
        /// A desk accepted or verified it after all.
        Accepted = "accepted",
        /// The plot counts no more.
        Closed = "closed",
    }
}

vocabulary! {
    /// By what figures are put together.
    Grouping: "a grouping" {
        /// Each plot by itself, with the facts under its figures.
        Plot = "plot",
        /// By incident (vụ).
        Incident = "incident",
        /// By commune, by the boundaries of the day of detection.
        Commune = "commune",
        /// By the detecting organisation.
        Org = "org",
        /// By season (niên vụ).
        Season = "season",
        /// By statistical year (15/12–14/12).
        Period = "period",
        /// By crop.
        Crop = "crop",
    }
}

vocabulary! {
    /// How a tip came.
    Channel: "a channel of tips" {
        /// Đường dây nóng.
        Hotline = "hotline",
        /// Hòm thư tố giác.
        TipBox = "tip_box",
        /// Told face to face.
        InPerson = "in_person",
        /// By radio.
        Radio = "radio",
        /// Over the internet.
        Online = "online",
        /// Any other way.
        Other = "other",
    }
}

vocabulary! {
    /// Where a tip stands.
    TipState: "a state of a tip" {
        /// Nobody has looked yet.
        Received = "received",
        /// A unit was told to look.
        Assigned = "assigned",
        /// Somebody looked; what it came to is still open.
        Checked = "checked",
        /// A plot was found.
        Plot = "plot",
        /// Nothing was found.
        NotFound = "not_found",
        /// It was about something else.
        NotRelated = "not_related",
        /// It was passed on to others.
        Referred = "referred",
    }
}

vocabulary! {
    /// What makes a claim more likely to be drawn for a second visit; never a finding.
    RiskSign: "a sign of risk" {
        /// Nobody else confirmed on the spot.
        SingleParty = "single_party",
        /// The destroyed area was judged by eye only.
        EstimatedArea = "estimated_area",
        /// Destroyed and remaining do not make up what was verified.
        Conflict = "conflict",
        /// Another claim is of the same ground.
        InDispute = "in_dispute",
        /// Destroyed after the harvest.
        AfterHarvest = "after_harvest",
    }
}

vocabulary! {
    /// A figure of plots whose plots are asked for.
    PlotFigure: "a figure of plots" {
        /// Those that figures count.
        Counted = "counted",
        /// Of them, those that belong to an incident (vụ).
        InIncident = "in_incident",
        /// Of them, those that are neither destroyed nor gone.
        Open = "open",
        /// Of them, those of which something was destroyed with nothing missing.
        Destroyed = "destroyed",
        /// Of those, the ones that their growers gave up (tự nguyện phá bỏ).
        Voluntary = "voluntary",
    }
}

vocabulary! {
    /// A figure of the rates whose plots are asked for.
    RateFigure: "a figure of the rates" {
        /// Verified in the window.
        Cohort = "cohort",
        /// Of them, destroyed in full.
        CohortFull = "cohort_full",
        /// Of them, gone before anybody destroyed them.
        CohortGone = "cohort_gone",
        /// Of them, those that keep the target from being met.
        CohortOpen = "cohort_open",
        /// Destroyed in the window.
        Flow = "flow",
        /// Detected in the window and eradicated, with the hours that it took.
        Lag = "lag",
        /// Detected in the window and still open, with their age in hours.
        LagOpen = "lag_open",
        /// Eradicated in the window, and due for a re-inspection or reached by one.
        Due = "due",
        /// Of them, reached.
        Reinspected = "reinspected",
        /// Of those, with plants that came up or had been left.
        Resprout = "resprout",
        /// Eradicated in the season before the one that is asked about.
        Replanting = "replanting",
        /// Of them, visited in it.
        ReplantingVisited = "replanting_visited",
        /// Of those, with a new verified plot within reach.
        Replanted = "replanted",
        /// Eradicated in the season before, and an accepted patrol saw the place in the one that is asked about.
        ReplantingPassed = "replanting_passed",
    }
}
