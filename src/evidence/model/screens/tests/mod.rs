//! The screens against seasons that nobody tuned them on.

mod season;
