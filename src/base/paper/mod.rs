//! Printed pages: letters, marks on A4, the PDF made of them, and the offices that stand at their top.

pub mod letters;
pub mod offices;
pub mod paint;
