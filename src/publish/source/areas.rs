//! Communes, hamlets, risk areas and gates: small sets that stand in memory.

use geo::Geometry;

use super::sieve::{page_of, point, real, text};
use super::{Page, PageOf, PublishError, Publisher};
use crate::areas::model::map::Commune;
use crate::areas::model::risk::{ALL_YEAR, CheckWindow};
use crate::areas::{Gate, Hamlet, RiskAreaView};
use crate::base::actor::Actor;
use crate::geo::shape::Region;
use crate::publish::feature::{Feature, Value};

impl Publisher {
    pub(super) async fn communes(
        &self,
        actor: &Actor,
        of: PageOf<'_>,
    ) -> Result<Page, PublishError> {
        let map = self
            .areas
            .map_for(actor, of.query.day(self.today()))
            .await?;
        let communes = map.communes().iter();
        let communes = communes
            .filter(|own| of.after.is_none_or(|after| own.facts.code.as_str() > after))
            .filter(|own| of.query.is_near(own.ground.bounds()));
        Ok(page_of(of, communes.map(commune)).await)
    }

    pub(super) async fn commune(
        &self,
        actor: &Actor,
        code: &str,
    ) -> Result<Option<Feature>, PublishError> {
        let map = self.areas.map_for(actor, self.today()).await?;
        Ok(map.commune(code).map(commune))
    }

    pub(super) async fn risk_areas(
        &self,
        actor: &Actor,
        of: PageOf<'_>,
    ) -> Result<Page, PublishError> {
        let day = of.query.day(self.today());
        let mut areas = self.areas.risk_areas_for(actor, day, None, None).await?;
        areas.retain(|area| of.after.is_none_or(|after| area.code.as_str() > after));
        areas.retain(|area| of.query.is_near(area.region.bounds()));
        Ok(page_of(of, areas.iter().map(risk_area)).await)
    }

    pub(super) async fn risk_area(
        &self,
        actor: &Actor,
        code: &str,
    ) -> Result<Option<Feature>, PublishError> {
        let found = self.areas.risk_area_for(actor, code, None).await?;
        Ok(Some(risk_area(&found)))
    }

    pub(super) async fn gates(&self, actor: &Actor, of: PageOf<'_>) -> Result<Page, PublishError> {
        let mut gates = self.areas.gates_for(actor).await?;
        gates.sort_by_key(|gate| gate.id);
        let features = gates.iter().map(gate);
        let features = features.filter(|own| of.after.is_none_or(|after| own.id.as_str() > after));
        Ok(page_of(of, features).await)
    }

    pub(super) async fn gate(
        &self,
        actor: &Actor,
        id: &str,
    ) -> Result<Option<Feature>, PublishError> {
        let gates = self.areas.gates_for(actor).await?;
        Ok(gates.iter().map(gate).find(|gate| gate.id == id))
    }

    pub(super) async fn hamlets(
        &self,
        actor: &Actor,
        of: PageOf<'_>,
    ) -> Result<Page, PublishError> {
        let hamlets = self.areas.hamlets_for(actor).await?;
        let features = hamlets.iter();
        let features = features
            .filter(|own| of.after.is_none_or(|after| own.facts.code.as_str() > after))
            .map(hamlet);
        Ok(page_of(of, features).await)
    }

    pub(super) async fn hamlet(
        &self,
        actor: &Actor,
        code: &str,
    ) -> Result<Option<Feature>, PublishError> {
        let hamlets = self.areas.hamlets_for(actor).await?;
        let found = hamlets.iter().find(|own| own.facts.code == code);
        Ok(found.map(hamlet))
    }
}

fn area(region: &Region) -> Geometry<f64> {
    Geometry::MultiPolygon(region.as_polygons().clone())
}

fn commune(commune: &Commune) -> Feature {
    let facts = &commune.facts;
    Feature {
        id: facts.code.clone(),
        geometry: Some(area(commune.region())),
        values: vec![
            text(Some(&facts.code)),
            text(Some(&facts.name)),
            text(Some(facts.kind.as_str())),
            text(facts.province_code.as_ref()),
            text(facts.province_name.as_ref()),
            facts.is_border.map_or(Value::Null, Value::Flag),
            real(Some(facts.area_m2 / 1e6)),
            Value::Date(facts.valid_from),
            facts.valid_to.map_or(Value::Null, Value::Date),
        ],
    }
}

fn risk_area(own: &RiskAreaView) -> Feature {
    let windows = if own.windows.is_empty() {
        ALL_YEAR.to_owned()
    } else {
        let all: Vec<String> = own.windows.iter().map(window).collect();
        all.join("; ")
    };
    Feature {
        id: own.code.clone(),
        geometry: Some(area(&own.region)),
        values: vec![
            text(Some(&own.code)),
            text(Some(&own.name)),
            text(Some(own.level.as_str())),
            text(Some(own.basis.as_str())),
            text(Some(own.crop)),
            text(Some(windows)),
            Value::Integer(own.required_visits.into()),
            real(Some(own.area_m2 / 1e4)),
            Value::Date(own.valid_from),
            own.valid_to.map_or(Value::Null, Value::Date),
            Value::Integer(own.version),
            text(Some(&own.reason)),
        ],
    }
}

fn window(window: &CheckWindow) -> String {
    format!("{} {}/{}", window.name, window.from, window.to)
}

fn gate(gate: &Gate) -> Feature {
    let facts = &gate.facts;
    Feature {
        id: gate.id.to_string(),
        geometry: Some(point(facts.position.lon(), facts.position.lat())),
        values: vec![
            text(Some(&facts.code)),
            text(Some(&facts.name)),
            text(Some(facts.kind)),
            text(facts.commune.as_ref()),
            real(facts.accuracy_m),
            text(facts.basis.as_ref()),
        ],
    }
}

fn hamlet(own: &Hamlet) -> Feature {
    let facts = &own.facts;
    Feature {
        id: facts.code.clone(),
        geometry: Some(point(facts.position.lon(), facts.position.lat())),
        values: vec![
            text(Some(&facts.code)),
            text(Some(&facts.name)),
            text(Some(facts.kind)),
            text((!facts.former_names.is_empty()).then(|| facts.former_names.join("; "))),
            text(facts.commune.as_ref()),
            real(facts.accuracy_m),
            text(facts.basis.as_ref()),
            Value::Integer(own.version),
        ],
    }
}
