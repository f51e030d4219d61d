//! The closed vocabularies of plots.

use crate::base::words::vocabulary;
pub use crate::base::words::{AreaMethod, PlantsMethod, Stage};

vocabulary! {
    /// How a plot came to notice.
    DetectedBy: "a source of detection" {
        /// Seen by a patrol.
        Patrol = "patrol",
        /// Reported by people (tin báo, tố giác).
        Tip = "tip",
        /// Found by a crop check or survey.
        Check = "check",
        /// Seen on imagery.
        Imagery = "imagery",
        /// Declared by the grower (tự nguyện).
        Voluntary = "voluntary",
    }
}

vocabulary! {
    /// How the plot's point was placed.
    PositionMethod: "a way to place a point" {
        /// One fix of the phone.
        GnssSingle = "gnss_single",
        /// Fixes averaged while standing (60 s).
        GnssAveraged = "gnss_averaged",
        /// Typed in from another receiver.
        Typed = "typed",
        /// Tapped on a map.
        MapTap = "map_tap",
        /// Read from imagery.
        Imagery = "imagery",
    }
}

vocabulary! {
    /// Where a record comes from, if it was not made for this server.
    Source: "a source" {
        /// A file of an office: an old list, whose making nobody here saw.
        Import = "import",
    }
}

vocabulary! {
    /// What the plot's ground is.
    Land: "a kind of land" {
        /// Rừng.
        Forest = "forest",
        /// Nương rẫy.
        Swidden = "swidden",
        /// Vườn.
        Garden = "garden",
        /// Ruộng, thửa.
        Field = "field",
        /// Anything else.
        Other = "other",
    }
}

vocabulary! {
    /// What is known about the grower, never who it is.
    GrowerStatus: "a grower status" {
        /// Nobody is known.
        Unknown = "unknown",
        /// The handling unit is verifying.
        UnderVerification = "under_verification",
        /// The handling unit knows.
        Identified = "identified",
    }
}

vocabulary! {
    /// What a reader of the plot must know; none of these refuses it.
    PlotFlag: "a plot flag" {
        /// Another plot of the same crop and season stands within reach.
        PossibleDuplicate = "possible_duplicate",
        /// Fewer than 0.2 or more than 60 plants per m².
        DensityUnusual = "density_unusual",
        /// More than 5,000 m².
        AreaLarge = "area_large",
        /// The outline and the measured area differ by more than both methods err.
        OutlineDisagrees = "outline_disagrees",
        /// The outline lies off the plot's point.
        OutlineOffPoint = "outline_off_point",
        /// A walked edge of less than 2,000 m².
        OutlineSmall = "outline_small",
        /// Within 10 % of a figure that the law names, or not told apart from it.
        NearThreshold = "near_threshold",
        /// At 450 plants or more: keep the scene, call the duty officer.
        Stop450 = "stop_450",
        /// The point's accuracy is worse than 50 m.
        PositionWeak = "position_weak",
        /// No accuracy came with the point.
        AccuracyUnknown = "accuracy_unknown",
        /// The point was placed by hand on a map or image.
        PositionHandPlaced = "position_hand_placed",
        /// The phone says that another program made the point up.
        PositionMock = "position_mock",
        /// It lies in no commune of the province, though nobody said that it lies beyond the border.
        OutsideArea = "outside_area",
        /// A paper record on which something of it rests was retracted.
        PaperRetracted = "paper_retracted",
        /// Its device's clock says that it was signed before the device or its key was revoked; it was received after.
        ReceivedAfterRevocation = "received_after_revocation",
        /// It says that it was signed before something that it names, or before its key was known.
        BackDated = "back_dated",
        /// It was kept aside when it came, and counts by a person's decision.
        AcceptedAfterReview = "accepted_after_review",
        /// It was taken from an office's file: nothing of it was recorded on the ground by this server's means.
        Imported = "imported",
        /// A text holds what looks like a telephone or identity number.
        TextLooksPersonal = "text_looks_personal",
    }
}
