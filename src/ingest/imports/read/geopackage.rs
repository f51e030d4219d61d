//! `GeoPackage` (OGC 12-128r17): one layer of features with its reference system.

use super::sqlite::{Cell, Database, Stored, values};
use super::wkb;
use crate::ingest::imports::table::{Asked, Budget, Place, Read, Row, Table, Told, Unreadable};

const DAMAGED: Unreadable = Unreadable::Damaged("GeoPackage");

/// A layer as the package tells of it.
struct Layer {
    name: String,
    column: String,
    system: i64,
}

/// Reads the layer that was named, or the only one.
pub fn read(bytes: &[u8], asked: &Asked, budget: &mut Budget) -> Read<Table> {
    let database = Database::open(bytes)?;
    let tables = database.tables(budget)?;
    let table = |name: &str| {
        tables
            .iter()
            .find(|own| own.name.eq_ignore_ascii_case(name))
    };
    let listed =
        table("gpkg_geometry_columns").ok_or(Unreadable::NoPart("gpkg_geometry_columns"))?;
    let mut layers = layers(&database, listed)?;
    layers.retain(|layer| table(&layer.name).is_some());
    let names: Vec<String> = layers.iter().map(|layer| layer.name.clone()).collect();
    if let Some(name) = &asked.layer {
        layers.retain(|layer| layer.name == *name);
    }
    let layer = match (layers.pop(), layers.is_empty()) {
        (Some(only), true) => only,
        (Some(_), false) => return Err(Unreadable::WhichLayer(names)),
        (None, _) => return Err(Unreadable::NoLayer(names)),
    };
    let told = match table("gpkg_spatial_ref_sys") {
        Some(systems) => told(&database, systems, layer.system)?,
        None => Told::Nothing,
    };
    let own = table(&layer.name).ok_or(DAMAGED)?;
    let mut rows = Vec::new();
    let mut heads = Vec::new();
    database.each(own, |cells| {
        if heads.is_empty() {
            let names = cells.iter().map(|(name, _)| name.clone());
            heads = names.filter(|name| *name != layer.column).collect();
        }
        let geometry = cells.iter().find(|(name, _)| *name == layer.column);
        let place = match geometry.map(|(_, cell)| cell) {
            Some(Cell::Bytes(bytes)) => place(bytes, budget)?,
            _ => Place::None,
        };
        rows.push(Row {
            number: budget.row()?,
            values: values(&cells, &layer.column),
            place,
        });
        Ok(())
    })?;
    Ok(Table {
        layer: Some(layer.name),
        heads,
        rows,
        told,
        ..Table::default()
    })
}

fn layers(database: &Database<'_>, listed: &Stored) -> Read<Vec<Layer>> {
    let mut layers = Vec::new();
    database.each(listed, |cells| {
        let cell = |name: &str| {
            cells
                .iter()
                .find(|(own, _)| own == name)
                .map(|(_, cell)| cell)
        };
        if let (Some(Cell::Text(name)), Some(Cell::Text(column)), Some(Cell::Whole(system))) =
            (cell("table_name"), cell("column_name"), cell("srs_id"))
        {
            layers.push(Layer {
                name: name.clone(),
                column: column.clone(),
                system: *system,
            });
        }
        Ok(())
    })?;
    Ok(layers)
}

/// What the package says of a reference system: by its code, else by its definition.
fn told(database: &Database<'_>, systems: &Stored, wanted: i64) -> Read<Told> {
    let mut told = Told::Nothing;
    // -1 and 0 are systems that nobody named.
    if wanted <= 0 {
        return Ok(told);
    }
    database.each(systems, |cells| {
        let cell = |name: &str| {
            cells
                .iter()
                .find(|(own, _)| own == name)
                .map(|(_, cell)| cell)
        };
        if cell("srs_id") != Some(&Cell::Whole(wanted)) {
            return Ok(());
        }
        let by_code = match (cell("organization"), cell("organization_coordsys_id")) {
            (Some(Cell::Text(who)), Some(Cell::Whole(code)))
                if who.eq_ignore_ascii_case("EPSG") =>
            {
                u32::try_from(*code).ok().map(Told::of_epsg)
            }
            _ => None,
        };
        let by_text = match cell("definition") {
            Some(Cell::Text(wkt)) => Some(Told::of_wkt(wkt)),
            _ => None,
        };
        told = match (by_code, by_text) {
            (Some(Told::Known(system)), _) | (_, Some(Told::Known(system))) => Told::Known(system),
            (Some(other), _) | (None, Some(other)) => other,
            (None, None) => Told::Nothing,
        };
        Ok(())
    })?;
    Ok(told)
}

/// The geometry of a cell: a head with an envelope of one of five sizes, then WKB.
fn place(bytes: &[u8], budget: &mut Budget) -> Read<Place> {
    let flags = match bytes {
        [b'G', b'P', _, flags, ..] => *flags,
        _ => return Err(DAMAGED),
    };
    let envelope = match flags >> 1 & 0b111 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err(DAMAGED),
    };
    let is_empty = flags & 0b1_0000 != 0;
    if is_empty {
        return Ok(Place::None);
    }
    let wkb = bytes.get(8 + envelope..).ok_or(DAMAGED)?;
    Ok(Place::Shape(wkb::read(wkb, budget)?))
}
