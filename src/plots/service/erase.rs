//! Words that go by order: what somebody wrote in free text of a plot, its measures or an incident. Figures stay, and so does
//! what the order leaves of each content, by which rows are held against the log. Digests of measures stay too: by them the
//! same measure, sent once more, is known.

use uuid::Uuid;

use crate::base::ids::{IncidentId, PlotId};
use crate::journal::{Left, Stored};
use crate::plots::model::draft::PlotDraft;
use crate::plots::model::erased;
use crate::plots::model::incident::{IncidentDraft, IncidentWire};
use crate::plots::model::wire::PlotWire;
use crate::plots::model::words::PlotFlag;
use crate::plots::sql::{self, PlotRow};
use crate::store::{self, Tx};

use super::{Error, Plots, flags_text};

impl Plots {
    /// Puts `marker` into the place of the free text of a plot with its measures, or of an incident, in every version. Gives
    /// the contents that go with it; none where there is no such plot or incident. The caller erases them in the same act,
    /// of which [`Plots::move_on`] is the last step.
    pub async fn erase_words(
        &self,
        tx: &mut Tx,
        fact: Uuid,
        marker: &str,
    ) -> Result<Option<Vec<Left>>, Error> {
        if sql::lock_plot(tx, PlotId(fact)).await? {
            return self.erase_of_plot(tx, PlotId(fact), marker).await.map(Some);
        }
        if sql::lock_incident(tx, IncidentId(fact)).await? {
            let gone = self.erase_of_incident(tx, IncidentId(fact), marker).await;
            return gone.map(Some);
        }
        Ok(None)
    }

    /// Says that plots changed, as the last step of an act.
    pub async fn move_on(&self, tx: &mut Tx) -> Result<(), store::Error> {
        sql::advance(tx).await
    }

    async fn erase_of_plot(
        &self,
        tx: &mut Tx,
        id: PlotId,
        marker: &str,
    ) -> Result<Vec<Left>, Error> {
        let row = sql::plot(tx, id).await?.ok_or(Error::NotFound)?;
        let mut gone = self.erase_measures(tx, &row, marker).await?;
        for version in sql::version_records(tx, id).await? {
            let stored = self.journal.entry(tx, version.entry).await?;
            let Some(left) = left_of(stored.as_ref(), |body| erased::recording(body, marker))
            else {
                continue;
            };
            let record = erased::record(&version.record, &erased::OF_PLOTS, marker);
            sql::set_version_record(tx, (id, version.version), &record).await?;
            if version.version == row.version {
                sql::set_record(tx, id, &record).await?;
                self.warn_anew(tx, &row, (&left, stored.as_ref())).await?;
            }
            gone.push(Left {
                entry: version.entry,
                body: Some(left),
            });
        }
        Ok(gone)
    }

    async fn erase_measures(
        &self,
        tx: &mut Tx,
        row: &PlotRow,
        marker: &str,
    ) -> Result<Vec<Left>, Error> {
        let mut gone = Vec::new();
        let measures = sql::measures(tx, row.id).await?;
        for measure in measures.iter().filter(|own| own.version.is_none()) {
            let stored = self.journal.entry(tx, measure.entry).await?;
            let Some(left) = left_of(stored.as_ref(), |body| erased::measure(body, marker)) else {
                continue;
            };
            let record = erased::record(&measure.record, &erased::OF_MEASURES, marker);
            sql::set_measure_record(tx, (row.id, measure.entry), &record).await?;
            gone.push(Left {
                entry: measure.entry,
                body: Some(left),
            });
        }
        Ok(gone)
    }

    /// The warnings of a plot follow from what is left of its latest version.
    async fn warn_anew(
        &self,
        tx: &mut Tx,
        row: &PlotRow,
        (left, stored): (&str, Option<&Stored>),
    ) -> Result<(), Error> {
        let stored = stored.ok_or(row.corrupt("entry"))?;
        let wire: PlotWire = serde_json::from_str(left).or(Err(row.corrupt("entry")))?;
        let draft = PlotDraft::from_wire(&wire, stored.row.received_at)?;
        self.settle_measures(tx, row.id, row.version, &draft).await
    }

    async fn erase_of_incident(
        &self,
        tx: &mut Tx,
        id: IncidentId,
        marker: &str,
    ) -> Result<Vec<Left>, Error> {
        let row = sql::incident(tx, id).await?.ok_or(Error::NotFound)?;
        let mut gone = Vec::new();
        for version in sql::kept_incident_versions(tx, id).await? {
            let stored = self.journal.entry(tx, version.entry).await?;
            let names = &erased::OF_INCIDENTS;
            let exchange = |body: &[u8]| crate::base::members::exchanged(body, names, marker);
            let Some(left) = left_of(stored.as_ref(), exchange) else {
                continue;
            };
            let record = erased::record(&version.record, names, marker);
            sql::set_incident_record(tx, (id, version.version), &record).await?;
            if version.version == row.version {
                let stands = draft_of(&left, stored.as_ref()).ok_or(store::Error::Corrupt {
                    table: "incidents",
                    column: "entry",
                    id: id.to_string(),
                })?;
                let flags: &[PlotFlag] = if stands.text_looks_personal() {
                    &[PlotFlag::TextLooksPersonal]
                } else {
                    &[]
                };
                let texts = (stands.title.as_str(), stands.notes.as_deref());
                sql::set_incident_words(tx, id, texts, &flags_text(flags)).await?;
            }
            gone.push(Left {
                entry: version.entry,
                body: Some(left),
            });
        }
        Ok(gone)
    }
}

/// What is left of a content that stands whole; none of one that was erased before, or that holds no words.
fn left_of(stored: Option<&Stored>, exchange: impl Fn(&[u8]) -> Option<String>) -> Option<String> {
    let stored = stored.filter(|own| own.row.redacted_by.is_none())?;
    exchange(stored.body.as_deref()?)
}

fn draft_of(left: &str, stored: Option<&Stored>) -> Option<IncidentDraft> {
    let wire: IncidentWire = serde_json::from_str(left).ok()?;
    IncidentDraft::from_wire(&wire, stored?.row.received_at).ok()
}
