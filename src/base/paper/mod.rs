//! Printed pages: letters, marks on A4, and the PDF made of them.

pub mod letters;
pub mod paint;
