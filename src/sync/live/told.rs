//! What listeners hear, and who may.

use serde::Serialize;
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{PatrolId, PlotId, TeamId};
use crate::base::time::Timestamp;

/// One event, with the number of the log up to which its listener then knows all.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The number: what a listener shows again as `Last-Event-ID`.
    pub seq: i64,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Where a patrol was last, by the time of the fix.
    Position(Position),
    /// A patrol is no longer under way, or no longer shown.
    Gone(PatrolId),
    /// A plot was recorded.
    Plot(Plot),
    /// Somebody called for help.
    Sos(Sos),
    /// A head from outside did not agree with the log.
    Alarm(Alarm),
}

/// Where a patrol was last.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Position {
    /// The patrol.
    pub patrol: PatrolId,
    /// What it is for.
    pub kind: String,
    /// How it moves.
    pub transport: String,
    /// The team that is out.
    pub team: TeamId,
    /// When it was there.
    pub at: Timestamp,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// Horizontal accuracy, m.
    pub accuracy_m: Option<f64>,
    /// Whether the phone says that another program made the position up.
    pub mock: bool,
    /// The commune in which that lies today.
    pub commune: Option<String>,
    /// By how many seconds positions of its kind are held back.
    pub delay_s: i64,
    /// When the patrol began; not told.
    #[serde(skip)]
    pub began_at: Timestamp,
}

/// A plot that was recorded; the rest is read by its own route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plot {
    /// The plot.
    #[serde(rename = "plot")]
    pub id: PlotId,
    /// The commune in which it lies today.
    pub commune: Option<String>,
    /// Its crop.
    pub crop: String,
    /// When it was found.
    pub detected_at: Timestamp,
}

/// A call for help; where it came from is read by its own route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sos {
    /// The call.
    #[serde(rename = "sos")]
    pub id: Uuid,
    /// The commune that it came from, where its place is known.
    pub commune: Option<String>,
    /// The communes that hear it although its place lies in none.
    pub near: Vec<String>,
    /// When, by the device.
    pub at: Timestamp,
}

/// An alarm of the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alarm {
    /// The alarm.
    pub id: Uuid,
    /// What it is about: `journal_head`.
    pub about: &'static str,
    /// When it was raised.
    pub raised_at: Timestamp,
}

impl What {
    /// The event's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Position(_) => "position",
            Self::Gone(_) => "gone",
            Self::Plot(_) => "plot",
            Self::Sos(_) => "sos",
            Self::Alarm(_) => "alarm",
        }
    }

    /// Whether somebody may hear of it. That a patrol is gone is for those who saw it.
    pub fn is_for(&self, actor: &Actor) -> bool {
        let at = |commune: &Option<String>, right| actor.may(right, commune.as_deref());
        match self {
            Self::Position(own) => at(&own.commune, Right::WatchLive),
            Self::Gone(_) => true,
            Self::Plot(own) => {
                at(&own.commune, Right::WatchLive) && at(&own.commune, Right::ReadPlots)
            }
            Self::Sos(own) => {
                let hears = |commune: Option<&str>| {
                    actor.may(Right::WatchLive, commune) && actor.may(Right::ReadSos, commune)
                };
                hears(own.commune.as_deref()) || own.near.iter().any(|code| hears(Some(code)))
            }
            Self::Alarm(_) => actor.may_in_province(Right::WatchLive),
        }
    }

    /// Its content as JSON.
    pub fn data(&self) -> serde_json::Value {
        match self {
            Self::Position(own) => serde_json::json!(own),
            Self::Gone(patrol) => serde_json::json!({ "patrol": patrol }),
            Self::Plot(own) => serde_json::json!(own),
            Self::Sos(own) => serde_json::json!(own),
            Self::Alarm(own) => serde_json::json!(own),
        }
    }
}
