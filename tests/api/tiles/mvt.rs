//! A reader of Mapbox Vector Tiles that knows nothing of the writer: protobuf by hand, as the specification has it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A layer as it was read.
#[derive(Debug)]
pub struct Layer {
    pub version: u64,
    pub extent: u64,
    pub features: Vec<Feature>,
}

/// A feature as it was read.
#[derive(Debug)]
pub struct Feature {
    /// 1 points, 2 lines, 3 areas.
    pub kind: u64,
    /// Parts or rings.
    pub parts: Vec<Vec<(i64, i64)>>,
    pub tags: BTreeMap<String, Value>,
}

impl Feature {
    pub fn id(&self) -> &str {
        self.tags["id"].as_str().unwrap()
    }
}

enum Field<'a> {
    Number(u64),
    Fixed([u8; 8]),
    Bytes(&'a [u8]),
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let (mut number, mut shift) = (0, 0);
    loop {
        let (first, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return number;
        }
        shift += 7;
    }
}

fn fields(mut bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let field = match key & 7 {
            0 => Field::Number(varint(&mut bytes)),
            1 => {
                let (fixed, rest) = bytes.split_at(8);
                bytes = rest;
                Field::Fixed(fixed.try_into().unwrap())
            }
            2 => {
                let length = usize::try_from(varint(&mut bytes)).unwrap();
                let (own, rest) = bytes.split_at(length);
                bytes = rest;
                Field::Bytes(own)
            }
            other => panic!("wire type {other}"),
        };
        all.push((key >> 3, field));
    }
    all
}

fn numbers(mut bytes: &[u8]) -> Vec<u64> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        all.push(varint(&mut bytes));
    }
    all
}

fn signed(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// The layers of a tile by name.
pub fn read(tile: &[u8]) -> BTreeMap<String, Layer> {
    let layers = fields(tile).into_iter().map(|(number, field)| match field {
        Field::Bytes(bytes) if number == 3 => layer(bytes),
        _ => panic!("field {number} of a tile"),
    });
    let mut all = BTreeMap::new();
    for (name, layer) in layers {
        assert!(!layer.features.is_empty(), "{name} is empty");
        assert!(all.insert(name, layer).is_none(), "a layer stands twice");
    }
    all
}

fn layer(bytes: &[u8]) -> (String, Layer) {
    let (mut name, mut version, mut extent) = (None, 1, 4096);
    let (mut keys, mut values, mut features) = (Vec::new(), Vec::new(), Vec::new());
    for (number, field) in fields(bytes) {
        match (number, field) {
            (15, Field::Number(own)) => version = own,
            (1, Field::Bytes(own)) => name = Some(text(own)),
            (2, Field::Bytes(own)) => features.push(own),
            (3, Field::Bytes(own)) => keys.push(text(own)),
            (4, Field::Bytes(own)) => values.push(value(own)),
            (5, Field::Number(own)) => extent = own,
            (other, _) => panic!("field {other} of a layer"),
        }
    }
    let mut unique = keys.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), keys.len(), "a key stands twice");
    let features = features.into_iter().map(|own| feature(own, &keys, &values));
    let layer = Layer {
        version,
        extent,
        features: features.collect(),
    };
    (name.unwrap(), layer)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn value(bytes: &[u8]) -> Value {
    let mut all = fields(bytes).into_iter();
    let one = all.next().unwrap();
    assert!(all.next().is_none(), "a value has one kind");
    match one {
        (1, Field::Bytes(own)) => json!(text(own)),
        (3, Field::Fixed(own)) => json!(f64::from_le_bytes(own)),
        (5, Field::Number(own)) => json!(own),
        (6, Field::Number(own)) => json!(signed(own)),
        (7, Field::Number(own)) => json!(own == 1),
        (other, _) => panic!("field {other} of a value"),
    }
}

fn feature(bytes: &[u8], keys: &[String], values: &[Value]) -> Feature {
    let (mut kind, mut tags, mut parts) = (0, BTreeMap::new(), Vec::new());
    for (number, field) in fields(bytes) {
        match (number, field) {
            (2, Field::Bytes(own)) => {
                for pair in numbers(own).chunks_exact(2) {
                    let at = |number: u64| usize::try_from(number).unwrap();
                    tags.insert(keys[at(pair[0])].clone(), values[at(pair[1])].clone());
                }
            }
            (3, Field::Number(own)) => kind = own,
            (4, Field::Bytes(own)) => parts = ways(&numbers(own)),
            (other, _) => panic!("field {other} of a feature"),
        }
    }
    Feature { kind, parts, tags }
}

fn ways(commands: &[u64]) -> Vec<Vec<(i64, i64)>> {
    let (mut parts, mut at, mut next) = (Vec::new(), (0, 0), 0);
    while next < commands.len() {
        let (command, count) = (commands[next] & 7, commands[next] >> 3);
        next += 1;
        for _ in 0..count {
            if command == 7 {
                continue;
            }
            at = (
                at.0 + signed(commands[next]),
                at.1 + signed(commands[next + 1]),
            );
            next += 2;
            if command == 1 {
                parts.push(Vec::new());
            }
            parts.last_mut().unwrap().push(at);
        }
    }
    parts
}
