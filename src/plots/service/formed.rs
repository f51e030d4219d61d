//! A plot's measures as forms tell them. A form tells what figures count: of ground that another unit claims as well that
//! is less than what was recorded, down to nothing, and it is what was recorded though somebody measured again later.

use serde_json::Value;

use crate::plots::model::draft::PlotDraft;
use crate::plots::sql::PlotRow;

use super::returned::Returned;

/// Forms write areas to a tenth of a square metre.
pub(super) const FORM_AREA_M2: f64 = 0.051;
/// Shares of plants are told to the nearest whole one.
const FORM_PLANTS: f64 = 0.51;

/// How many plants, and on how much ground.
#[derive(Debug, Clone, Copy)]
struct Measures {
    plants: Option<f64>,
    area_m2: Option<f64>,
}

/// Whether a row of a form tells the plot's measures, or as much of them as figures count.
pub(super) fn is_formed(own: &Returned, row: &PlotRow, draft: &PlotDraft) -> bool {
    let number = |field: &str| own.told.get(field).map(Value::as_f64);
    let (None, Some(plants), Some(area_m2)) = (own.version, number("plants"), number("area_m2"))
    else {
        return false;
    };
    let recorded = Measures {
        plants: draft.plants.map(|own| f64::from(own.number)),
        area_m2: draft.area.map(|own| own.area_m2),
    };
    let plants_now = row.plants.and_then(|own| u32::try_from(own).ok());
    let stands = Measures {
        plants: plants_now.map(f64::from),
        area_m2: row.area_m2,
    };
    let told = Measures { plants, area_m2 };
    told.is_share_of(recorded) || told.is_share_of(stands)
}

/// Whether a form that tells the plot's measures says this of them.
pub(super) fn says(field: &str, told: &Value, draft: &PlotDraft) -> bool {
    match field {
        "plants" | "area_m2" => true,
        "area_method" => {
            let recorded = draft.area.map(|own| own.method.as_str());
            recorded.is_some() && told.as_str() == recorded
        }
        _ => false,
    }
}

impl Measures {
    /// Whether these may be what figures count of others: the same share of both, from nothing to all. Another share of
    /// one measure alone may as well be a correction.
    fn is_share_of(self, whole: Self) -> bool {
        let has_same = self.plants.is_some() == whole.plants.is_some()
            && self.area_m2.is_some() == whole.area_m2.is_some();
        let none_or_all = |part: f64, all: f64, rounding: f64| {
            part.abs() < rounding || (part - all).abs() < rounding
        };
        let (plants, area) = (
            self.plants.zip(whole.plants),
            self.area_m2.zip(whole.area_m2),
        );
        has_same
            && match (plants, area) {
                (None, None) => true,
                (Some((part, all)), None) => none_or_all(part, all, FORM_PLANTS),
                (None, Some((part, all))) => none_or_all(part, all, FORM_AREA_M2),
                (Some((plants, all)), Some((part_m2, all_m2))) => {
                    let rounding = FORM_PLANTS + all * FORM_AREA_M2 / all_m2;
                    part_m2 < all_m2 + FORM_AREA_M2
                        && (plants - all * part_m2 / all_m2).abs() < rounding
                }
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_tells_the_same_share_of_both_measures() {
        let whole = |plants, area_m2| Measures { plants, area_m2 };
        let stands = whole(Some(320.0), Some(64.0));
        for (plants, area_m2) in [(320.0, 64.0), (0.0, 0.0), (160.0, 32.0), (211.0, 42.2)] {
            let told = whole(Some(plants), Some(area_m2));
            assert!(told.is_share_of(stands), "{plants} {area_m2}");
        }
        for (plants, area_m2) in [(320.0, 32.0), (0.0, 64.0), (160.0, 40.0), (640.0, 128.0)] {
            let told = whole(Some(plants), Some(area_m2));
            assert!(!told.is_share_of(stands), "{plants} {area_m2}");
        }
        assert!(!whole(None, Some(64.0)).is_share_of(stands));
        let area_alone = whole(None, Some(64.0));
        assert!(whole(None, Some(0.0)).is_share_of(area_alone));
        assert!(whole(None, Some(64.0)).is_share_of(area_alone));
        assert!(!whole(None, Some(32.0)).is_share_of(area_alone));
        assert!(whole(Some(0.0), None).is_share_of(whole(Some(320.0), None)));
        assert!(!whole(Some(300.0), None).is_share_of(whole(Some(320.0), None)));
    }
}
