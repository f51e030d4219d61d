//! What a case package is made of: the archive, its manifest, the printed pages. Pure.

pub mod archive;
pub mod course;
pub mod facts;
pub mod grades;
pub mod heading;
pub mod manifest;
pub mod pages;
mod shots;
mod sketch;
mod sketch_ground;
mod sketch_labels;
pub mod summary;
pub mod words;

#[cfg(test)]
mod tests;
