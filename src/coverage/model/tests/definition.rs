use h3o::{LatLng, Resolution};

use crate::coverage::model::definition::{
    Definition, Draft, FootprintClass, InvalidDefinition, RadiusNotIndexed, Transport,
};
use crate::coverage::model::lattice::{InvalidLattice, Lattice, ParentCell};

#[test]
fn only_walkers_earn_by_default() {
    let current = Definition::current();
    assert_eq!(current.radii_cm(Transport::Foot), [5_000, 10_000]);
    for effort_only in [
        Transport::Motorbike,
        Transport::Car,
        Transport::Boat,
        Transport::Uav,
    ] {
        assert!(current.radii_cm(effort_only).is_empty());
    }
}

#[test]
fn every_transport_sees_as_far_as_its_own_radius_and_never_farther_than_asked() {
    let mut draft = Draft::current();
    for own in &mut draft.footprints {
        own.default_radius_cm = match own.transport {
            Transport::Motorbike => 2_000,
            Transport::Boat => 15_000,
            Transport::Uav => 3_000,
            _ => own.default_radius_cm,
        };
        if own.transport == Transport::Car {
            own.also_indexed_cm = vec![2_000];
        }
    }
    let definition = Definition::try_from(draft).unwrap();
    let swept = |transport| definition.swept_cm(transport);
    let at = |asked: u32, own: u32| (asked, own);
    assert_eq!(
        swept(Transport::Foot),
        [
            at(2_000, 2_000),
            at(5_000, 5_000),
            at(10_000, 10_000),
            at(15_000, 10_000)
        ]
    );
    assert_eq!(
        swept(Transport::Motorbike),
        [2_000, 5_000, 10_000, 15_000].map(|asked| at(asked, 2_000))
    );
    assert_eq!(
        swept(Transport::Boat),
        [
            at(2_000, 2_000),
            at(5_000, 15_000),
            at(10_000, 10_000),
            at(15_000, 15_000)
        ]
    );
    // Effort only unless its own radius is asked for.
    assert_eq!(swept(Transport::Car), [at(2_000, 2_000)]);
    assert_eq!(swept(Transport::Uav), [at(3_000, 3_000)]);
    assert_eq!(
        definition.radius_cm(FootprintClass::Ground, None),
        Ok(5_000)
    );
    assert_eq!(
        definition.radius_cm(FootprintClass::Aerial, None),
        Ok(3_000)
    );
}

#[test]
fn a_radius_that_is_not_indexed_is_refused_by_name() {
    let current = Definition::current();
    assert_eq!(current.radius_cm(FootprintClass::Ground, None), Ok(5_000));
    assert_eq!(
        current.radius_cm(FootprintClass::Ground, Some(10_000)),
        Ok(10_000)
    );
    let refused = RadiusNotIndexed {
        radius_cm: 7_500,
        indexed_cm: vec![5_000, 10_000],
    };
    assert_eq!(
        current.radius_cm(FootprintClass::Ground, Some(7_500)),
        Err(refused)
    );
    assert!(current.radius_cm(FootprintClass::Aerial, None).is_err());
    assert!(current.radius_cm(FootprintClass::Ground, Some(0)).is_err());
}

#[test]
fn the_current_definition_is_one_that_parses() {
    assert_eq!(
        Definition::try_from(Draft::current()),
        Ok(Definition::current())
    );
    let text = serde_json::to_string(&Definition::current()).unwrap();
    assert_eq!(
        serde_json::from_str::<Definition>(&text).unwrap(),
        Definition::current()
    );
}

#[test]
fn definitions_that_cannot_be_computed_are_refused() {
    let refusal = |change: fn(&mut Draft)| {
        let mut draft = Draft::current();
        change(&mut draft);
        Definition::try_from(draft).unwrap_err()
    };
    assert_eq!(
        refusal(|d| d.parent_resolution = 8),
        InvalidDefinition::Parent {
            parent: 8,
            mask: 11
        }
    );
    assert_eq!(
        refusal(|d| d.mask_resolution = 16),
        InvalidDefinition::Lattice(InvalidLattice { resolution: 16 })
    );
    assert_eq!(
        refusal(|d| d.footprints[1].transport = Transport::Foot),
        InvalidDefinition::Twice {
            transport: Transport::Foot
        }
    );
    assert_eq!(
        refusal(|d| d.footprints[0].also_indexed_cm.push(100_001)),
        InvalidDefinition::Radius { radius_cm: 100_001 }
    );
}

#[test]
fn a_cell_and_its_bit_name_each_other() {
    let lattice = Lattice::CURRENT;
    let parent = LatLng::new(22.4, 104.3).unwrap().to_cell(Resolution::Nine);
    let mut all = 0;
    for cell in parent.children(Resolution::Eleven) {
        let located = lattice.locate(cell).unwrap();
        assert_eq!(located.parent, ParentCell::of(parent));
        assert_eq!(lattice.cells(located).collect::<Vec<_>>(), [cell]);
        assert_eq!(all & located.mask, 0);
        all |= located.mask;
    }
    assert_eq!(all, (1 << 49) - 1);
    assert!(lattice.locate(parent).is_none());
}

#[test]
fn neighbours_are_the_same_under_other_hexagons_far_away() {
    let lattice = Lattice::CURRENT;
    let table = lattice.neighbours();
    for (lat, lon) in [
        (8.6, 104.7),
        (12.2, 109.2),
        (23.3, 105.3),
        (-33.9, 151.2),
        (59.9, 10.7),
    ] {
        let parent = LatLng::new(lat, lon).unwrap().to_cell(Resolution::Nine);
        for (row, child) in table.iter().zip(parent.children(Resolution::Eleven)) {
            for (position, other) in parent.children(Resolution::Eleven).enumerate() {
                let touch = child.is_neighbor_with(other).unwrap();
                assert_eq!(row >> position & 1 == 1, touch, "at {lat} {lon}");
            }
        }
    }
}

#[test]
fn a_stored_number_that_is_no_cell_is_harmless() {
    assert_eq!(ParentCell::from_bits(12345).cell(), None);
    assert_eq!(ParentCell::from_bits(12345).bits(), 12345);
}
