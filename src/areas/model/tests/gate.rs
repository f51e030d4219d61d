use serde_json::{Value, json};

use crate::areas::model::faults::ImportError;
use crate::areas::model::gate::{GateDraft, GateKind, read_gates};
use crate::areas::model::reader::Limits;

fn read(properties: &Value, coordinates: &Value) -> Result<Vec<GateDraft>, ImportError> {
    let geometry = json!({ "type": "Point", "coordinates": coordinates });
    let feature = json!({ "type": "Feature", "properties": properties, "geometry": geometry });
    read_gates(feature.to_string().as_bytes(), Limits::default())
}

#[test]
fn a_gate_is_read_in_the_words_of_the_field() {
    let properties = json!({
        "name": "Cửa khẩu Mẫu", "type": "Quốc tế", "commune_code": "99001", "accuracy_m": 400, "basis": "ước lượng",
    });
    let gates = read(&properties, &json!([104.05, 22.1])).unwrap();
    assert_eq!(gates[0].code, "Cửa khẩu Mẫu");
    assert_eq!(gates[0].kind, GateKind::International);
    assert_eq!(gates[0].commune.as_deref(), Some("99001"));
    assert_eq!(gates[0].accuracy_m, Some(400.0));
    let coded = json!({ "code": "G-1", "name": "Lối mở", "kind": "opening" });
    assert_eq!(
        read(&coded, &json!([104.05, 22.1, 300.0])).unwrap()[0].code,
        "G-1"
    );
}

#[test]
fn coordinates_that_are_no_place_are_refused_in_words() {
    let at = |coordinates: Value| {
        let properties = json!({ "name": "Cửa khẩu Mẫu", "kind": "phụ" });
        read(&properties, &coordinates).unwrap_err().to_string()
    };
    assert!(at(json!([22.1, 104.05])).contains("axes are swapped"));
    assert!(at(json!([423_000.0, 2_500_000.0])).contains("metres"));
    assert!(at(json!([204.05, 22.1])).contains("no longitude and latitude"));
}

#[test]
fn texts_and_figures_out_of_bounds_are_refused() {
    for (field, value) in [
        ("accuracy_m", json!(-1)),
        ("kind", json!("cổng làng")),
        ("basis", json!(7)),
        ("name", json!(null)),
    ] {
        let mut properties = json!({ "name": "Cửa khẩu Mẫu", "kind": "phụ" });
        properties[field] = value;
        assert!(
            read(&properties, &json!([104.05, 22.1])).is_err(),
            "{field}"
        );
    }
}
