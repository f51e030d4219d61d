//! Texts that can be read in several systems.

use super::*;

/// The system in which a text is read where a code was told, or why in none.
fn told(text: &str, epsg: Option<u32>) -> Result<String, Placed> {
    let map = CommuneMap::build(Vec::new());
    let ground = Ground {
        map: &map,
        commune: None,
        epsg,
    };
    match typed(text, ground, None) {
        Placed::Typed(own) => Ok(own.1.system.label()),
        other => Err(other),
    }
}

#[test]
fn squares_of_several_zones_are_told_by_their_datum() {
    for (square, zone) in [
        ("47Q QE 91000 77000", 47),
        ("48Q VK 28000 77000", 48),
        ("49Q BE 22000 77000", 49),
    ] {
        assert_eq!(told(square, Some(4326)), Ok(format!("WGS84 UTM {zone}N")));
    }
    for (square, epsg) in [("48Q VK 28000 77000", 3405), ("49Q BE 22000 77000", 3406)] {
        let own = Zone::from_epsg(epsg).map(Zone::label);
        for code in [3405, 3406, 9208, 4756] {
            assert_eq!(told(square, Some(code)).ok(), own, "{square}: {code}");
        }
        // Nothing told: two places 220 m apart.
        assert!(matches!(
            told(square, None),
            Err(Placed::AmbiguousNear(labels)) if labels.len() == 2
        ));
    }
    // Metres of a plane lie in the zone that is told.
    let metres = "2478000 453000";
    assert_eq!(
        told(metres, Some(9208)).ok(),
        Zone::from_epsg(9208).map(Zone::label)
    );
    assert!(matches!(told(metres, None), Err(Placed::Ambiguous(_))));
}
