//! What a track says against itself, as finds.

use serde_json::{Value, json};
use uuid::Uuid;

use super::TrackFind;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::legs::{GapRule, Waypoint};
use crate::patrols::model::quality::{Basis, QualityRule};
use crate::patrols::model::screens::own::{at_one_instant, evenness, jumps, made_up};
use crate::patrols::model::screens::{TrackRules, TrackScreen};
use crate::patrols::model::track::Track;
use crate::patrols::model::vocabulary::Transport;

/// What a question tells of jumps.
const MOST_JUMPS: usize = 5;

/// What a track says against itself.
pub(super) fn own(
    device: Uuid,
    fixes: &[Fix],
    transport: Transport,
    rules: &TrackRules,
) -> Vec<TrackFind> {
    let points = credible(fixes, transport);
    let jumps = jumps(&points, rules);
    let instant = at_one_instant(fixes, rules);
    let (even, mock) = (evenness(&points), made_up(fixes));
    let told: Vec<Value> = jumps
        .iter()
        .take(MOST_JUMPS)
        .map(|jump| json!({ "from": jump.from, "to": jump.to, "metres": jump.metres.round() }))
        .collect();
    let finds = [
        (
            !jumps.is_empty(),
            TrackScreen::Teleport,
            json!({ "jumps": jumps.len(), "first": told }),
        ),
        (
            instant.is_at_least(rules.instant_fixes, 0.0),
            TrackScreen::OneInstant,
            json!(instant),
        ),
        (even.asks(rules), TrackScreen::EvenSteps, json!(even)),
        (
            mock.is_at_least(rules.mock_fixes, rules.mock_share),
            TrackScreen::MockFixes,
            json!(mock),
        ),
    ];
    let asked = finds.into_iter().filter(|(asks, ..)| *asks);
    asked
        .map(|(_, screen, found)| TrackFind {
            device,
            screen,
            other: None,
            found,
        })
        .collect()
}

fn credible(fixes: &[Fix], transport: Transport) -> Vec<Waypoint> {
    let Some(last) = fixes.last() else {
        return Vec::new();
    };
    let basis = Basis {
        transport,
        rule: QualityRule::current(),
        received_until: last.t,
    };
    Track::derive(fixes, basis, GapRule::current())
        .summary()
        .credible()
}
