//! The made-up province's communes, risk areas and gates, sent in as files.

use std::io::Cursor;

use anyhow::Context;

use crate::app::App;
use crate::areas::CommuneImport;
use crate::base::actor::Actor;
use crate::base::time::LocalDate;
use crate::demo::{Demo, RiskArea};

use super::wire;

/// Everything that a demo has.
pub async fn load(app: &App, demo: &Demo) -> anyhow::Result<()> {
    let first_day = demo.risk_areas.iter().map(|area| area.valid_from).min();
    let since = first_day.or(LocalDate::from_ymd(2025, 7, 1));
    load_communes(app, demo, since.context("no first day")?).await?;
    load_risk_areas(app, &demo.risk_areas).await?;
    app.areas
        .import_gates(&Actor::console(), Cursor::new(wire::gates(demo)), false)
        .await
        .context("the demo's gates")?;
    Ok(())
}

/// The communes of a demo, from a day on.
pub(super) async fn load_communes(app: &App, demo: &Demo, since: LocalDate) -> anyhow::Result<()> {
    let import = CommuneImport {
        valid_from: Some(since),
        ..CommuneImport::default()
    };
    app.areas
        .import_communes(&Actor::console(), Cursor::new(wire::communes(demo)), import)
        .await
        .context("the demo's communes")?;
    Ok(())
}

/// Made-up risk areas.
pub(super) async fn load_risk_areas(app: &App, areas: &[RiskArea]) -> anyhow::Result<()> {
    let reason = "tỉnh mẫu: dữ liệu hư cấu";
    let file = Cursor::new(wire::risk_areas(areas));
    app.areas
        .import_risk_areas(&Actor::console(), file, reason, false)
        .await
        .context("the demo's risk areas")?;
    Ok(())
}
