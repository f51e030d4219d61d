//! Hamlets: set under their code, with former names, and read by all who may read communes.

use serde_json::{Value, json};
use tuantra::areas::model::hamlet::HamletDraft;
use tuantra::areas::model::reader::Feature;
use tuantra::areas::{Act, Error};
use tuantra::base::actor::{Actor, Role};

use crate::field::Field;

fn draft(properties: &Value, lon: f64) -> HamletDraft {
    let geometry = json!({ "type": "Point", "coordinates": [lon, 22.05] });
    let feature = Feature {
        number: 1,
        properties: properties.as_object().cloned().unwrap(),
        geometry: Some(serde_json::from_value(geometry).unwrap()),
        vertices: 1,
    };
    HamletDraft::parse(&feature).unwrap()
}

async fn set(field: &Field, actor: Actor, drafts: Vec<HamletDraft>) -> Result<Vec<Act>, Error> {
    let context = (field.app.areas.clone(), actor, drafts);
    field
        .app
        .journal
        .write(context, |tx, (areas, actor, drafts)| {
            Box::pin(areas.set_hamlets(tx, actor, drafts))
        })
        .await
}

on_both! {
    async fn a_hamlet_is_set_under_its_code_and_keeps_its_former_names(field: Field) {
        let console = Actor::console();
        let named = |name: &str, former: &str| draft(&json!({
            "code": "99001-07", "name": name, "former_names": former, "commune": "99001",
        }), 104.05);
        let uncoded = draft(&json!({ "name": "Bản Nậm Đeng", "commune": "99002" }), 104.15);
        assert_eq!((uncoded.code.as_str(), uncoded.kind.as_str()), ("99002-ban-nam-deng", "village"));
        let first = set(&field, console.clone(), vec![named("Thôn Sín Chải", ""), uncoded]).await;
        assert_eq!(first.unwrap(), [Act::Create, Act::Create]);
        let merged = || named("Thôn Séo Chải", "Thôn Sín Chải; Thôn Lao Chải");
        assert_eq!(set(&field, console.clone(), vec![merged()]).await.unwrap(), [Act::Change]);
        assert_eq!(set(&field, console, vec![merged()]).await.unwrap(), [Act::Leave]);

        let reader = field.account("ban-do", Role::Reader, &["99001"]).await;
        let list = reader.get("/api/v1/hamlets?limit=1&count=true").await.expect(200).json();
        assert_eq!(list["count"], 2);
        let told = &list["features"][0]["properties"];
        assert_eq!(told["former_names"], json!(["Thôn Sín Chải", "Thôn Lao Chải"]));
        assert_eq!((&told["name"], &told["version"], &told["label"]), (&json!("Thôn Séo Chải"), &json!(2), &json!("thôn")));
        let next = list["next"].as_str().unwrap().to_owned();
        let rest = reader.get(&next).await.expect(200).json();
        assert_eq!(rest["features"][0]["id"], "99002-ban-nam-deng");
        assert_eq!(rest["features"][0]["geometry"]["coordinates"], json!([104.15, 22.05]));
        assert_eq!(rest["next"], Value::Null);
        let west = reader.get("/api/v1/hamlets?commune=99001").await.expect(200).json();
        assert_eq!(west["features"].as_array().unwrap().len(), 1);
        let anon = field.anon();
        anon.get("/api/v1/hamlets").await.expect(401);
    }

    async fn hamlets_are_published_with_their_former_names(field: Field) {
        let hamlet = draft(&json!({ "code": "H-1", "name": "Bản Vược", "former_names": ["Bản Vược Cũ"] }), 104.05);
        set(&field, Actor::console(), vec![hamlet]).await.unwrap();
        let reader = field.account("ban-do", Role::Reader, &[]).await;
        let items = "/ogc/collections/hamlets/items";
        let filter = "filter=former_names%20LIKE%20%27%25C%C5%A9%27";
        let told = reader.get(&format!("{items}?{filter}")).await.expect(200).json();
        assert_eq!(told["features"][0]["properties"]["name"], "Bản Vược");
        let one = reader.get(&format!("{items}/H-1")).await.expect(200).json();
        assert_eq!(one["geometry"]["coordinates"], json!([104.05, 22.05]));
        reader.get(&format!("{items}/H-2")).await.expect(404);
        let away = reader.get(&format!("{items}?bbox=105,22,106,23")).await.expect(200).json();
        assert_eq!(away["features"], json!([]));
        let file = reader.get("/export/hamlets.csv").await.expect(200);
        assert!(String::from_utf8(file.bytes).unwrap().contains("Bản Vược Cũ"));
    }

    async fn only_the_province_sets_hamlets(field: Field) {
        let hamlet = || draft(&json!({ "code": "H-1", "name": "Bản Vược" }), 104.05);
        let mut actor = Actor::console();
        actor.grants.retain(|grant| grant.role == Role::Auditor);
        let refused = set(&field, actor, vec![hamlet()]).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
        assert!(field.app.areas.hamlets().await.unwrap().is_empty());
    }
}
