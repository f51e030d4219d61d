//! What a patrol, a fix and a track are, and how figures follow from them. Pure: no I/O, no clock.

pub mod batch;
pub mod bits;
pub mod bounds;
pub mod chunk;
pub mod codec;
pub mod derived;
pub mod fix;
pub mod gpx;
pub mod ground;
pub mod legs;
pub mod patrol;
pub mod quality;
pub mod rules;
pub mod screens;
pub mod signs;
pub mod spans;
pub mod text;
pub mod track;
pub mod vocabulary;
pub mod walked;
pub mod window;

#[cfg(test)]
mod tests;
