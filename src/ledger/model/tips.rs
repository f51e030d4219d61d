//! Tips (tin báo): a cell of about 0.7 km² and a day, never who told, where exactly or at what hour. There is no field
//! for an informant, unknown fields are refused, and a text that looks like a person's number is turned back unkept.

use serde::{Deserialize, Serialize};

use super::words::{Channel, TipState};
use crate::base::fields::Fields;
use crate::base::ids::{PlotId, TipOutcomeId};
use crate::base::personal::{looks_like_place, looks_personal};
use crate::base::refusal::Refusal;
use crate::base::time::{LocalDate, Timestamp};
use crate::base::words::Crop;
use crate::geo::cells::Cell;

/// The H3 resolution of a tip's place.
pub const RESOLUTION: u8 = 8;
const MOST_CHARS: usize = 1_000;

/// What the sender is told whose text looks like a person's number.
const ADVICE: &str = "Nội dung có vẻ chứa số điện thoại hoặc số giấy tờ: hãy bỏ số đó rồi gửi lại; hệ thống không ghi ai là \
     người báo tin. Looks like a telephone or identity number: leave it out and send again; who told is never recorded";

/// What the sender is told whose text looks like an exact place.
const TOO_FINE: &str = "Nội dung có vẻ ghi tọa độ hoặc vị trí chính xác: hãy bỏ tọa độ, mã hoặc liên kết bản đồ rồi gửi lại; tin \
     báo chỉ giữ ô làm tròn. Looks like an exact place: leave coordinates, codes and links of maps out and send again; a tip \
     keeps its rounded cell alone";

/// A tip as it is sent.
#[derive(Debug, Clone, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TipWire {
    /// The local day on which it came; the hour is not asked for.
    pub received_on: Option<String>,
    /// The H3 cell of resolution 8 that it is about: the sender rounds, so that no finer place is ever sent.
    pub cell: Option<String>,
    /// How it came.
    pub channel: Option<String>,
    /// The crop, if it was named.
    pub crop: Option<String>,
    /// What was told, without names and numbers of people.
    pub text: Option<String>,
}

/// What became of a tip, as it is sent.
#[derive(Debug, Clone, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TipOutcomeWire {
    /// Its id, if the sender made one; without it the same content counts once.
    pub id: Option<String>,
    /// Where the tip stands now.
    pub state: Option<String>,
    /// The plot, when one was found.
    pub plot: Option<String>,
    /// Free text, without names and numbers of people.
    pub note: Option<String>,
}

/// What a tip says besides its place and day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// How it came.
    pub channel: Channel,
    /// The crop, if it was named.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub crop: Option<Crop>,
    /// What was told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
}

/// A tip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// The cell that it is about.
    pub cell: Cell,
    /// The local day on which it came.
    pub received_on: LocalDate,
    /// The rest.
    pub told: Told,
}

/// What became of a tip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TipOutcome {
    /// Its id, if the sender made one.
    pub id: Option<TipOutcomeId>,
    /// Where the tip stands now.
    pub state: TipState,
    /// The plot that was found.
    pub plot: Option<PlotId>,
    /// Free text.
    pub note: Option<String>,
}

impl TipWire {
    /// Parses a tip that is to be kept: besides [`Self::read`], its text names no person's number and no exact place.
    pub fn parsed(&self, received_at: Timestamp) -> Result<Tip, Refusal> {
        refused_for(self.read(received_at), "/text", self.text.as_deref())
    }

    /// Parses a tip, also one that was kept before; every fault is told at once.
    pub fn read(&self, received_at: Timestamp) -> Result<Tip, Refusal> {
        let mut fields = Fields::default();
        let day: Option<LocalDate> =
            fields.required_word("/received_on", self.received_on.as_deref());
        if day.is_some_and(|day| day > received_at.local_date().plus_days(1)) {
            fields.refuse("/received_on", "expected a day that has begun");
        }
        let cell = self.cell.as_deref().and_then(cell);
        if cell.is_none() {
            fields.refuse(
                "/cell",
                "expected an H3 cell of resolution 8, such as 8841594443fffff: round the place before it is sent",
            );
        }
        let channel = fields.required_word("/channel", self.channel.as_deref());
        let crop = fields.word("/crop", self.crop.as_deref());
        let text = plain_text(&mut fields, "/text", self.text.as_deref());
        let tip = day.zip(cell).zip(channel);
        let tip = tip.map(|((received_on, cell), channel)| Tip {
            cell,
            received_on,
            told: Told {
                channel,
                crop,
                text,
            },
        });
        fields.finish(tip)
    }
}

impl TipOutcomeWire {
    /// Parses an outcome that is to be kept: besides [`Self::read`], its note names no person's number and no exact place.
    pub fn parsed(&self) -> Result<TipOutcome, Refusal> {
        refused_for(self.read(), "/note", self.note.as_deref())
    }

    /// Parses an outcome, also one that was kept before; every fault is told at once.
    pub fn read(&self) -> Result<TipOutcome, Refusal> {
        let mut fields = Fields::default();
        let id = fields.word("/id", self.id.as_deref());
        let state: Option<TipState> = fields.required_word("/state", self.state.as_deref());
        let plot: Option<PlotId> = fields.word("/plot", self.plot.as_deref());
        if state == Some(TipState::Received) {
            fields.refuse("/state", "a tip is received once: expected what came after");
        }
        if state.is_some() && (state == Some(TipState::Plot)) != self.plot.is_some() {
            fields.refuse(
                "/plot",
                "expected a plot's id with the state plot, and with no other",
            );
        }
        let note = plain_text(&mut fields, "/note", self.note.as_deref());
        let outcome = state.map(|state| TipOutcome {
            id,
            state,
            plot,
            note,
        });
        fields.finish(outcome)
    }
}

fn cell(text: &str) -> Option<Cell> {
    let number = i64::from_str_radix(text, 16).ok()?;
    let cell = Cell::from_db(number).ok()?;
    (cell.resolution() == RESOLUTION).then_some(cell)
}

/// What was read, unless its text must not be kept; every fault is told at once.
fn refused_for<T>(
    read: Result<T, Refusal>,
    pointer: &str,
    text: Option<&str>,
) -> Result<T, Refusal> {
    let Some(advice) = fault_of(text) else {
        return read;
    };
    let mut refusal = read.err().unwrap_or_default();
    refusal.add(pointer, advice);
    Err(refusal)
}

fn plain_text(fields: &mut Fields, pointer: &str, text: Option<&str>) -> Option<String> {
    fields.text(pointer, text, MOST_CHARS)
}

/// Why a text cannot be kept with a tip: a person's number, or a place finer than the tip's cell.
fn fault_of(text: Option<&str>) -> Option<&'static str> {
    let text = text?;
    if looks_personal(text) {
        return Some(ADVICE);
    }
    looks_like_place(text).then_some(TOO_FINE)
}
