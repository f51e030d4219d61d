//! Mapbox Vector Tiles 2.1: layers of features with keys and values that are written once each.

use std::collections::HashMap;

use super::areas::Area;
use super::world::EXTENT;

const VARINT: u32 = 0;
const BYTES: u32 = 2;

/// The value of a tag, as it stands in a tile.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tag(Box<[u8]>);

impl Tag {
    /// A text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        let mut bytes = Vec::with_capacity(text.len() + 4);
        put_bytes(&mut bytes, 1, text.as_bytes());
        Self(bytes.into())
    }

    /// A whole number.
    #[must_use]
    pub fn integer(number: i64) -> Self {
        let mut bytes = Vec::with_capacity(11);
        if let Ok(number) = u64::try_from(number) {
            put_number(&mut bytes, 5, number);
        } else {
            put_number(&mut bytes, 6, zigzag(number));
        }
        Self(bytes.into())
    }

    /// A number.
    #[must_use]
    pub fn real(number: f64) -> Self {
        const FIXED64: u32 = 1;
        let mut bytes = Vec::with_capacity(9);
        put_varint(&mut bytes, u64::from(3 << 3 | FIXED64));
        bytes.extend_from_slice(&number.to_le_bytes());
        Self(bytes.into())
    }

    /// True or false.
    #[must_use]
    pub fn flag(is_so: bool) -> Self {
        let mut bytes = Vec::with_capacity(2);
        put_number(&mut bytes, 7, u64::from(is_so));
        Self(bytes.into())
    }

    /// How many bytes it takes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Never: every value says its kind.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A layer that is being written.
#[derive(Debug)]
pub struct Layer<'a> {
    name: &'static str,
    keys: Vec<&'static str>,
    values: HashMap<&'a Tag, u64>,
    order: Vec<&'a Tag>,
    features: Vec<u8>,
    count: usize,
}

impl<'a> Layer<'a> {
    /// An empty layer.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            keys: Vec::new(),
            values: HashMap::new(),
            order: Vec::new(),
            features: Vec::new(),
            count: 0,
        }
    }

    /// How many features it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds a point.
    pub fn point(&mut self, at: [i32; 2], tags: &'a [(&'static str, Tag)]) {
        let mut way = Way::default();
        way.go(1, &[at]);
        self.add(1, &way.commands, tags);
    }

    /// Adds a line of several parts, of which each has two places or more; none is no feature.
    pub fn line(&mut self, parts: &[Vec<[i32; 2]>], tags: &'a [(&'static str, Tag)]) {
        let mut way = Way::default();
        for part in parts {
            if let [first, rest @ ..] = part.as_slice()
                && !rest.is_empty()
            {
                way.go(1, &[*first]);
                way.go(2, rest);
            }
        }
        self.add(2, &way.commands, tags);
    }

    /// Adds an area of several parts; none is no feature.
    pub fn area(&mut self, parts: &[Area], tags: &'a [(&'static str, Tag)]) {
        let mut way = Way::default();
        for ring in parts.iter().flatten() {
            if let [first, rest @ ..] = ring.as_slice()
                && rest.len() >= 2
            {
                way.go(1, &[*first]);
                way.go(2, rest);
                way.commands.push(1 << 3 | 7);
            }
        }
        self.add(3, &way.commands, tags);
    }

    fn add(&mut self, kind: u64, commands: &[u32], tags: &'a [(&'static str, Tag)]) {
        if commands.is_empty() {
            return;
        }
        let mut numbers = Vec::with_capacity(tags.len() * 2);
        for (key, value) in tags {
            put_varint(&mut numbers, self.key(key));
            put_varint(&mut numbers, self.value(value));
        }
        let mut geometry = Vec::with_capacity(commands.len() * 2);
        for command in commands {
            put_varint(&mut geometry, u64::from(*command));
        }
        let mut feature = Vec::with_capacity(numbers.len() + geometry.len() + 12);
        if !numbers.is_empty() {
            put_bytes(&mut feature, 2, &numbers);
        }
        put_number(&mut feature, 3, kind);
        put_bytes(&mut feature, 4, &geometry);
        put_bytes(&mut self.features, 2, &feature);
        self.count += 1;
    }

    fn key(&mut self, key: &'static str) -> u64 {
        let known = self.keys.iter().position(|known| *known == key);
        let at = known.unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        });
        at as u64
    }

    fn value(&mut self, value: &'a Tag) -> u64 {
        let next = self.order.len() as u64;
        let at = *self.values.entry(value).or_insert(next);
        if at == next {
            self.order.push(value);
        }
        at
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.features.len() + 256);
        put_number(&mut bytes, 15, 2);
        put_bytes(&mut bytes, 1, self.name.as_bytes());
        bytes.extend_from_slice(&self.features);
        for key in &self.keys {
            put_bytes(&mut bytes, 3, key.as_bytes());
        }
        for value in &self.order {
            put_bytes(&mut bytes, 4, &value.0);
        }
        put_number(&mut bytes, 5, u64::from(EXTENT.unsigned_abs()));
        bytes
    }
}

/// A tile of layers; those without features are left out, and a tile of none has no bytes.
#[must_use]
pub fn tile_of(layers: &[Layer<'_>]) -> Vec<u8> {
    let mut tile = Vec::new();
    for layer in layers.iter().filter(|layer| !layer.is_empty()) {
        put_bytes(&mut tile, 3, &layer.bytes());
    }
    tile
}

/// Commands from place to place.
#[derive(Default)]
struct Way {
    at: [i32; 2],
    commands: Vec<u32>,
}

impl Way {
    fn go(&mut self, command: u32, places: &[[i32; 2]]) {
        let count = u32::try_from(places.len()).unwrap_or(u32::MAX);
        self.commands.push(count << 3 | command);
        for place in places {
            let steps = place.iter().zip(self.at);
            let steps = steps.map(|(to, from)| to.wrapping_sub(from));
            self.commands
                .extend(steps.map(|step| ((step << 1) ^ (step >> 31)).cast_unsigned()));
            self.at = *place;
        }
    }
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
fn put_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn put_number(bytes: &mut Vec<u8>, field: u32, number: u64) {
    put_varint(bytes, u64::from(field << 3 | VARINT));
    put_varint(bytes, number);
}

fn put_bytes(bytes: &mut Vec<u8>, field: u32, value: &[u8]) {
    put_varint(bytes, u64::from(field << 3 | BYTES));
    put_varint(bytes, value.len() as u64);
    bytes.extend_from_slice(value);
}
