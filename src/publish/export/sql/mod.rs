//! The only place of exports that writes SQL: their own table, and the files that are `GeoPackages`.

mod exports;
pub mod geopackage;

pub use exports::*;
