//! A plot's first recording as the server writes it: neighbours looked for, flags, versions, jobs, and its entry. What it would
//! cost without its entry is told by one that writes a second entry of the same content.

use serde_json::json;
use tuantra::areas::Areas;
use tuantra::base::actor::Actor;
use tuantra::base::ids::PlotId;
use tuantra::journal::{Journal, Written};
use tuantra::plots::model::wire::PlotWire;
use tuantra::plots::{Error, First, Plots};
use tuantra::store::Tx;
use uuid::Uuid;

/// Text that makes the content as long as what phones send.
const NOTE_BYTES: usize = 200;

/// Plots of a country without communes.
pub fn plots(journal: &Journal) -> Plots {
    Plots::new(journal.clone(), Areas::new(journal.clone()))
}

/// Records a plot in an act of its own; gives the second entry.
pub async fn recorded(plots: &Plots, id: Uuid, is_twice: bool) -> anyhow::Result<Option<Written>> {
    let body = body(id);
    let wire: PlotWire = serde_json::from_slice(&body)?;
    let first = plots
        .first(&Actor::console(), PlotId(id), &wire, &body)
        .await?;
    let written = plots
        .journal()
        .write((plots.clone(), first), move |tx, (plots, first)| {
            Box::pin(write(tx, plots, first, is_twice))
        })
        .await?;
    Ok(written)
}

async fn write(
    tx: &mut Tx,
    plots: &Plots,
    first: &First,
    is_twice: bool,
) -> Result<Option<Written>, Error> {
    if !plots.is_first(tx, first).await? {
        return Err(Error::Forbidden);
    }
    let nearby = plots.nearby(tx, first).await?;
    let second = if is_twice {
        Some(plots.journal().enter(tx, first.entry()).await?)
    } else {
        None
    };
    plots.write(tx, first, nearby).await?;
    Ok(second)
}

/// A plot of poppy somewhere in two degrees by two, away from the rows of the other side, whose text is none that can be read.
fn body(id: Uuid) -> Vec<u8> {
    let [.., a, b, c, d] = *id.as_bytes();
    let somewhere = |high, low| 2.0 * f64::from(u16::from_be_bytes([high, low])) / 65_536.0;
    let plot = json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [105.0 + somewhere(a, b), 21.0 + somewhere(c, d)] },
        "properties": {
            "crop": "opium_poppy",
            "detected_at": "2026-02-25T10:15:00+07:00",
            "detected_by": "patrol",
            "plants": 120,
            "plants_method": "counted",
            "area_m2": 35.5,
            "area_method": "tape",
            "hacc_m": 4.5,
            "notes": "x".repeat(NOTE_BYTES)
        }
    });
    plot.to_string().into_bytes()
}
