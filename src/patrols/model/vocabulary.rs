//! The closed words of a patrol, and the states it goes through.

use crate::base::words::vocabulary;

vocabulary! {
    /// What a patrol is for.
    PatrolKind: "a kind of patrol" {
        /// Kiểm tra, rà soát: a search for illicit crops.
        CropCheck = "crop_check",
        /// Along the border line.
        Border = "border",
        /// At night, against dealing.
        Night = "night",
        /// At a border gate.
        Gate = "gate",
        /// Liên ngành: several forces together.
        InterAgency = "inter_agency",
        /// Song phương: with the neighbour country's force.
        CrossBorder = "cross_border",
        /// A superior office's inspection.
        Inspection = "inspection",
    }
}

vocabulary! {
    /// How the team moves; the rules of speed and the radius seen depend on it.
    Transport: "a transport" {
        /// On foot.
        Foot = "foot",
        /// By motorbike.
        Motorbike = "motorbike",
        /// By car or truck.
        Car = "car",
        /// By boat.
        Boat = "boat",
        /// An unmanned aircraft's own track.
        Uav = "uav",
    }
}

vocabulary! {
    /// Where a patrol stands between plan and judgement.
    PatrolState: "a state of a patrol" {
        /// Ordered, not yet begun.
        Planned = "planned",
        /// The team is out.
        Open = "open",
        /// The team is back; fixes may still lie on its phones.
        Closed = "closed",
        /// Its phones have sent what they hold.
        Uploaded = "uploaded",
        /// An officer found it true.
        Validated = "validated",
        /// An officer found it not to count.
        Rejected = "rejected",
    }
}

impl PatrolState {
    /// The states that may follow this one.
    ///
    /// Field states may be skipped forward: a phone without a signal passes them before the server hears of any.
    /// A patrol of which no fix ever came can be found not to count, but not to be true.
    #[must_use]
    pub const fn successors(self) -> &'static [Self] {
        match self {
            Self::Planned => &[Self::Open, Self::Closed, Self::Uploaded],
            Self::Open => &[Self::Closed, Self::Uploaded],
            Self::Closed => &[Self::Uploaded, Self::Rejected],
            Self::Uploaded => &[Self::Validated, Self::Rejected],
            Self::Validated | Self::Rejected => &[],
        }
    }

    /// Whether `next` may follow this state.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self.successors().contains(&next)
    }
}
