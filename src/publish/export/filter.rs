//! Which features of a collection go into a file: the filters of the lists, over what the reader sees.

use std::str::FromStr;

use geo::{Coord, Rect};
use serde::{Deserialize, Serialize};

use crate::base::ids::CampaignId;
use crate::base::time::LocalDate;
use crate::geo::cells::Cell;
use crate::publish::feature::{Collection, Field, Value};
use crate::publish::filter::{Expr, Interval, Property, Scalar};
use crate::publish::source::Query;

/// Cells that one filter may name.
const MOST_CELLS: usize = 1_000;

/// Which features are asked for.
#[derive(
    Debug,
    Clone,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    utoipa::IntoParams,
)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[schema(as = ExportFilter)]
pub struct Filter {
    /// Of one commune, by code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commune: Option<String>,
    /// From this local day (UTC+7) on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<LocalDate>,
    /// Up to this local day, included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<LocalDate>,
    /// In this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Of this campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// Meeting this rectangle: west,south,east,north in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bbox: Option<String>,
    /// Meeting one of these H3 cells, separated by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cells: Option<String>,
}

/// A filter that cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct FilterFault {
    /// The filter.
    pub name: &'static str,
    /// What is wrong, and what would be answered.
    pub reason: String,
}

fn fault(name: &'static str, reason: impl Into<String>) -> FilterFault {
    let reason = reason.into();
    FilterFault { name, reason }
}

impl Filter {
    /// What the publisher is asked for a collection with these fields.
    pub fn query(&self, collection: Collection, fields: &[Field]) -> Result<Query, FilterFault> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to < from
        {
            return Err(fault("to", "lies before from"));
        }
        let is_dated = self.from.is_some() || self.to.is_some();
        let datetime = is_dated.then(|| Interval {
            from: self.from.map(LocalDate::start),
            to: self.to.map(LocalDate::end),
        });
        let mut conditions = Vec::new();
        if let Some(code) = &self.commune {
            conditions.push(of_commune(collection, fields, code)?);
        }
        if let Some(state) = &self.state {
            conditions.push(is(collection, fields, "state", state)?);
        }
        if let Some(campaign) = self.campaign {
            conditions.push(is(collection, fields, "campaign", &campaign.to_string())?);
        }
        let filter = match conditions.len() {
            0 => None,
            1 => conditions.pop(),
            _ => Some(Expr::And(conditions)),
        };
        Ok(Query {
            bbox: self.bbox.as_deref().map(bbox).transpose()?,
            datetime,
            cells: self.cells.as_deref().map_or(Ok(Vec::new()), cells)?,
            filter,
            resolution: None,
            ..Query::default()
        })
    }

    /// The filter as entries tell it: without places.
    #[must_use]
    pub fn told(&self) -> serde_json::Value {
        let mut told = serde_json::to_value(self).unwrap_or_default();
        if let Some(told) = told.as_object_mut() {
            for place in ["bbox", "cells"] {
                if told.contains_key(place) {
                    told.insert(place.into(), "given".into());
                }
            }
        }
        told
    }
}

fn place(
    collection: Collection,
    fields: &[Field],
    filter: &'static str,
    names: &[&str],
) -> Result<(usize, &'static str), FilterFault> {
    let found = names.iter().find_map(|name| {
        let at = fields.iter().position(|field| field.name == *name)?;
        Some((at, fields[at].name))
    });
    found.ok_or_else(|| fault(filter, format!("{collection} cannot be told apart by it")))
}

fn is(
    collection: Collection,
    fields: &[Field],
    name: &'static str,
    value: &str,
) -> Result<Expr, FilterFault> {
    let (at, _) = place(collection, fields, name, &[name])?;
    Ok(Expr::field_is(at, Value::Text(value.to_owned())))
}

/// Patrols touch several communes, and a commune is its own.
fn of_commune(collection: Collection, fields: &[Field], code: &str) -> Result<Expr, FilterFault> {
    let is_code = !code.is_empty() && code.chars().all(char::is_alphanumeric);
    if !is_code {
        return Err(fault("commune", "expected a commune's code"));
    }
    let names: &[&str] = match collection {
        Collection::Communes => &["code"],
        _ => &["commune", "communes"],
    };
    let (at, name) = place(collection, fields, "commune", names)?;
    Ok(if name == "communes" {
        let pattern = Value::Text(format!("%{code}%"));
        let own = Scalar::Property(Property::Field(at));
        Expr::Like(own, Scalar::Literal(pattern))
    } else {
        Expr::field_is(at, Value::Text(code.to_owned()))
    })
}

fn bbox(text: &str) -> Result<Rect<f64>, FilterFault> {
    let refused = || fault("bbox", "expected west,south,east,north in degrees");
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| f64::from_str(part.trim()))
        .collect::<Result<_, _>>()
        .or(Err(refused()))?;
    let [west, south, east, north] = numbers[..] else {
        return Err(refused());
    };
    let on_globe = [west, east].iter().all(|lon| lon.abs() <= 180.0)
        && [south, north].iter().all(|lat| lat.abs() <= 90.0);
    if !on_globe || west > east || south > north {
        return Err(refused());
    }
    let corner = |x, y| Coord { x, y };
    Ok(Rect::new(corner(west, south), corner(east, north)))
}

fn cells(text: &str) -> Result<Vec<Cell>, FilterFault> {
    let refused = || {
        fault(
            "cells",
            "expected H3 cells such as 8741ac4dbffffff, separated by commas",
        )
    };
    let cells: Vec<Cell> = text
        .split(',')
        .map(|part| {
            let number = u64::from_str_radix(part.trim(), 16).ok()?;
            Cell::from_db(i64::try_from(number).ok()?).ok()
        })
        .collect::<Option<_>>()
        .ok_or_else(refused)?;
    if cells.len() > MOST_CELLS {
        return Err(fault("cells", format!("at most {MOST_CELLS} at once")));
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_a_collection_does_not_have_is_refused_by_name() {
        let filter = Filter {
            state: Some("verified".into()),
            ..Filter::default()
        };
        let refused = filter.query(Collection::Communes, &[]).unwrap_err();
        assert_eq!(refused.name, "state");
        for bad in ["", "1,2,3", "a,b,c,d", "10,0,5,1", "0,0,200,1"] {
            let filter = Filter {
                bbox: Some(bad.into()),
                ..Filter::default()
            };
            let refused = filter.query(Collection::Plots, &[]).unwrap_err();
            assert_eq!(refused.name, "bbox", "{bad}");
        }
    }

    #[test]
    fn an_entry_tells_that_a_place_was_given_and_not_which() {
        let filter = Filter {
            bbox: Some("104.1,22.1,104.2,22.2".into()),
            commune: Some("03019".into()),
            ..Filter::default()
        };
        let told = filter.told().to_string();
        assert!(told.contains("03019") && told.contains("given"), "{told}");
        assert!(!told.contains("104"), "{told}");
    }
}
