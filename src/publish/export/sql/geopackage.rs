//! The statements of a `GeoPackage` (OGC 12-128r17): they run in a SQLite file of the export's own, never in the database.
//!
//! Names of tables and columns are those of collections and fields: constants of this program, in quotes.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::publish::export::layer::Layer;
use crate::publish::feature::{Feature, Kind, Shape, Value};

/// What every `GeoPackage` holds before its layers.
const BEGIN: [&str; 8] = [
    // "GPKG" in ASCII, and version 1.3.0.
    "PRAGMA application_id = 1196444487",
    "PRAGMA user_version = 10300",
    "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, \
     organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)",
    "CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, \
     description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), \
     min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER, \
     CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))",
    "CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, \
     geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, \
     CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name), \
     CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name), \
     CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))",
    "CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, \
     definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))",
    "CREATE TABLE gpkg_ogr_contents (table_name TEXT NOT NULL PRIMARY KEY, feature_count INTEGER DEFAULT NULL)",
    "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256), \
     f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, \
     styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), \
     update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))",
];

/// WGS 84, and the two undefined systems that the standard asks for.
const SYSTEMS: &str = "INSERT INTO gpkg_spatial_ref_sys (srs_name, srs_id, organization, organization_coordsys_id, \
     definition, description) VALUES \
     ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined cartesian coordinate reference system'), \
     ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'), \
     ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563,AUTHORITY[\"EPSG\",\"7030\"]],AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\",\"8901\"]],UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]],AXIS[\"Latitude\",NORTH],AXIS[\"Longitude\",EAST],AUTHORITY[\"EPSG\",\"4326\"]]', \
     'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid')";
const STYLES_LISTED: &str = "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) \
     VALUES ('layer_styles', 'attributes', 'layer_styles', $1)";
const CONTENTS: &str = "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) \
     VALUES ($1, 'features', $1, $2, $3, 4326)";
const GEOMETRY: &str = "INSERT INTO gpkg_geometry_columns (table_name, column_name, geometry_type_name, srs_id, z, m) \
     VALUES ($1, 'geom', $2, 4326, 0, 0)";
const INDEXED: &str = "INSERT INTO gpkg_extensions (table_name, column_name, extension_name, definition, scope) \
     VALUES ($1, 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')";
const STYLE: &str = "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, \
     styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time) \
     VALUES ('', '', $1, 'geom', $1, $2, $3, 1, $4, '', $5)";
const COUNTED: &str = "INSERT INTO gpkg_ogr_contents (table_name, feature_count) VALUES ($1, $2)";
const EXTENT: &str =
    "UPDATE gpkg_contents SET min_x = $2, min_y = $3, max_x = $4, max_y = $5 WHERE table_name = $1";

/// Keeps the index and the count true while somebody edits the file, as the standard and GDAL have them; `{t}` is the
/// table. Readers bring the `ST_` functions.
const TRIGGERS: [&str; 9] = [
    "CREATE TRIGGER \"rtree_{t}_geom_insert\" AFTER INSERT ON \"{t}\" WHEN (new.\"geom\" NOT NULL AND NOT ST_IsEmpty(NEW.\"geom\")) \
     BEGIN INSERT OR REPLACE INTO \"rtree_{t}_geom\" VALUES (NEW.\"fid\", ST_MinX(NEW.\"geom\"), ST_MaxX(NEW.\"geom\"), \
     ST_MinY(NEW.\"geom\"), ST_MaxY(NEW.\"geom\")); END",
    "CREATE TRIGGER \"rtree_{t}_geom_update1\" AFTER UPDATE OF \"geom\" ON \"{t}\" WHEN OLD.\"fid\" = NEW.\"fid\" AND \
     (NEW.\"geom\" NOTNULL AND NOT ST_IsEmpty(NEW.\"geom\")) BEGIN INSERT OR REPLACE INTO \"rtree_{t}_geom\" VALUES \
     (NEW.\"fid\", ST_MinX(NEW.\"geom\"), ST_MaxX(NEW.\"geom\"), ST_MinY(NEW.\"geom\"), ST_MaxY(NEW.\"geom\")); END",
    "CREATE TRIGGER \"rtree_{t}_geom_update2\" AFTER UPDATE OF \"geom\" ON \"{t}\" WHEN OLD.\"fid\" = NEW.\"fid\" AND \
     (NEW.\"geom\" ISNULL OR ST_IsEmpty(NEW.\"geom\")) BEGIN DELETE FROM \"rtree_{t}_geom\" WHERE id = OLD.\"fid\"; END",
    "CREATE TRIGGER \"rtree_{t}_geom_update3\" AFTER UPDATE ON \"{t}\" WHEN OLD.\"fid\" != NEW.\"fid\" AND \
     (NEW.\"geom\" NOTNULL AND NOT ST_IsEmpty(NEW.\"geom\")) BEGIN DELETE FROM \"rtree_{t}_geom\" WHERE id = OLD.\"fid\"; \
     INSERT OR REPLACE INTO \"rtree_{t}_geom\" VALUES (NEW.\"fid\", ST_MinX(NEW.\"geom\"), ST_MaxX(NEW.\"geom\"), \
     ST_MinY(NEW.\"geom\"), ST_MaxY(NEW.\"geom\")); END",
    "CREATE TRIGGER \"rtree_{t}_geom_update4\" AFTER UPDATE ON \"{t}\" WHEN OLD.\"fid\" != NEW.\"fid\" AND \
     (NEW.\"geom\" ISNULL OR ST_IsEmpty(NEW.\"geom\")) BEGIN DELETE FROM \"rtree_{t}_geom\" WHERE id IN (OLD.\"fid\", NEW.\"fid\"); END",
    "CREATE TRIGGER \"rtree_{t}_geom_delete\" AFTER DELETE ON \"{t}\" WHEN old.\"geom\" NOT NULL \
     BEGIN DELETE FROM \"rtree_{t}_geom\" WHERE id = OLD.\"fid\"; END",
    "CREATE TRIGGER \"trigger_insert_feature_count_{t}\" AFTER INSERT ON \"{t}\" \
     BEGIN UPDATE gpkg_ogr_contents SET feature_count = feature_count + 1 WHERE lower(table_name) = lower('{t}'); END",
    "CREATE TRIGGER \"trigger_delete_feature_count_{t}\" AFTER DELETE ON \"{t}\" \
     BEGIN UPDATE gpkg_ogr_contents SET feature_count = feature_count - 1 WHERE lower(table_name) = lower('{t}'); END",
    "CREATE UNIQUE INDEX \"{t}_id\" ON \"{t}\" (\"id\")",
];

/// Prepares an empty file.
pub async fn begin(file: &mut SqliteConnection, now: &str) -> sqlx::Result<()> {
    for text in BEGIN {
        sqlx::query(text).execute(&mut *file).await?;
    }
    sqlx::query(SYSTEMS).execute(&mut *file).await?;
    sqlx::query(STYLES_LISTED).bind(now).execute(file).await?;
    Ok(())
}

/// How a layer is told: what it looks like and what it is called.
#[derive(Debug)]
pub struct Told<'a> {
    pub now: &'a str,
    pub qml: &'a str,
    pub sld: &'a str,
}

/// Adds an empty layer.
pub async fn add_layer(
    file: &mut SqliteConnection,
    layer: &Layer,
    told: &Told<'_>,
) -> sqlx::Result<()> {
    let name = layer.name();
    let mut table = QueryBuilder::<Sqlite>::new("CREATE TABLE \"");
    table
        .push(name)
        .push("\" (\"fid\" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, \"geom\" ");
    table
        .push(geometry_type(layer.shape))
        .push(", \"id\" TEXT NOT NULL");
    for field in layer.fields {
        table.push(", \"").push(field.name).push("\" ");
        table.push(column_type(field.kind));
    }
    table.push(")").build().execute(&mut *file).await?;
    let mut index = QueryBuilder::<Sqlite>::new("CREATE VIRTUAL TABLE \"rtree_");
    index
        .push(name)
        .push("_geom\" USING rtree(id, minx, maxx, miny, maxy)");
    index.build().execute(&mut *file).await?;
    let contents = sqlx::query(CONTENTS)
        .bind(name)
        .bind(layer.title)
        .bind(told.now);
    contents.execute(&mut *file).await?;
    let geometry = sqlx::query(GEOMETRY)
        .bind(name)
        .bind(geometry_type(layer.shape));
    geometry.execute(&mut *file).await?;
    sqlx::query(INDEXED).bind(name).execute(&mut *file).await?;
    let style = sqlx::query(STYLE).bind(name).bind(told.qml).bind(told.sld);
    let style = style.bind(layer.title).bind(told.now);
    style.execute(file).await?;
    Ok(())
}

/// A feature's row: its number, its geometry's bytes and bounds, and the feature itself.
#[derive(Debug)]
pub struct Row<'a> {
    pub fid: i64,
    pub geometry: Option<(Vec<u8>, [f64; 4])>,
    pub feature: &'a Feature,
}

/// Adds features and their places in the index.
pub async fn add_rows(
    file: &mut SqliteConnection,
    layer: &Layer,
    rows: &[Row<'_>],
) -> sqlx::Result<()> {
    let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO \"");
    insert.push(layer.name()).push("\" ");
    insert.push_values(rows, |mut row, own| {
        let bytes = own.geometry.as_ref().map(|(bytes, _)| bytes.as_slice());
        row.push_bind(own.fid).push_bind(bytes.map(<[u8]>::to_vec));
        row.push_bind(own.feature.id.clone());
        for (field, value) in layer.fields.iter().zip(&own.feature.values) {
            match value {
                Value::Null => row.push_bind(None::<String>),
                Value::Text(text) => row.push_bind(text.clone()),
                Value::Integer(number) => row.push_bind(*number),
                Value::Real(number) => row.push_bind(*number),
                Value::Flag(is) => row.push_bind(i64::from(*is)),
                Value::Time(_) | Value::Date(_) => row.push_bind(stamp(field.kind, value)),
            };
        }
    });
    insert.build().execute(&mut *file).await?;
    let placed: Vec<(i64, [f64; 4])> = rows
        .iter()
        .filter_map(|row| Some((row.fid, row.geometry.as_ref()?.1)))
        .collect();
    if placed.is_empty() {
        return Ok(());
    }
    let mut index = QueryBuilder::<Sqlite>::new("INSERT INTO \"rtree_");
    index.push(layer.name()).push("_geom\" ");
    index.push_values(placed, |mut row, (fid, [west, south, east, north])| {
        row.push_bind(fid).push_bind(west).push_bind(east);
        row.push_bind(south).push_bind(north);
    });
    index.build().execute(file).await?;
    Ok(())
}

/// Times with three decimals of the second, as the standard has them.
fn stamp(kind: Kind, value: &Value) -> Option<String> {
    match (kind, value) {
        (_, Value::Time(at)) => {
            let text = at.to_string();
            let whole = text.strip_suffix('Z').filter(|text| !text.contains('.'));
            Some(whole.map_or(text.clone(), |whole| format!("{whole}.000Z")))
        }
        (_, Value::Date(day)) => Some(day.to_string()),
        _ => None,
    }
}

/// Ends a layer: its count, its extent, and what keeps both true.
pub async fn end_layer(
    file: &mut SqliteConnection,
    layer: &Layer,
    count: i64,
    extent: Option<[f64; 4]>,
) -> sqlx::Result<()> {
    let name = layer.name();
    sqlx::query(COUNTED)
        .bind(name)
        .bind(count)
        .execute(&mut *file)
        .await?;
    if let Some([west, south, east, north]) = extent {
        let query = sqlx::query(EXTENT).bind(name).bind(west).bind(south);
        query.bind(east).bind(north).execute(&mut *file).await?;
    }
    for trigger in TRIGGERS {
        let mut text = QueryBuilder::<Sqlite>::new(trigger.replace("{t}", name));
        text.build().execute(&mut *file).await?;
    }
    Ok(())
}

const fn geometry_type(shape: Shape) -> &'static str {
    match shape {
        Shape::Point => "POINT",
        Shape::MultiLineString => "MULTILINESTRING",
        Shape::MultiPolygon => "MULTIPOLYGON",
        Shape::Polygon => "POLYGON",
    }
}

const fn column_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "TEXT",
        Kind::Integer => "INTEGER",
        Kind::Real => "REAL",
        Kind::Flag => "BOOLEAN",
        Kind::Time => "DATETIME",
        Kind::Date => "DATE",
    }
}

/// Begins the one transaction of a file.
pub async fn start(file: &mut SqliteConnection) -> sqlx::Result<()> {
    sqlx::query("BEGIN").execute(file).await.map(drop)
}

/// Ends it.
pub async fn end(file: &mut SqliteConnection) -> sqlx::Result<()> {
    sqlx::query("COMMIT").execute(file).await.map(drop)
}
