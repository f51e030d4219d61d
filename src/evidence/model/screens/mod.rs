//! Screens: what in a season's photos looks as if one picture, place or time were told twice. A hit is a question to the
//! team, never a verdict.

#[cfg(test)]
mod tests;
