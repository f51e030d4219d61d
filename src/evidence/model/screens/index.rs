//! A search over many keys: multi-index hashing. A key that differs in few bits from another is nearly the same in at
//! least one quarter, so only keys that share a quarter nearly need to be looked at.

/// Quarters of a key.
const PARTS: usize = 4;
/// Values of a quarter.
const VALUES: usize = 1 << 16;
/// Keys that came since the tables were made may be so many before they are made anew, at least.
const FRESH: usize = 4_096;

/// Keys, each with what it belongs to, and tables by quarters.
#[derive(Debug, Clone)]
pub struct KeyIndex<T> {
    entries: Vec<(u64, T)>,
    tables: Vec<Table>,
    /// How many of the entries the tables know.
    tabled: usize,
}

/// For each value of a quarter the entries that have it.
#[derive(Debug, Clone)]
struct Table {
    starts: Vec<u32>,
    entries: Vec<u32>,
}

impl<T> Default for KeyIndex<T> {
    /// An index without keys.
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            tables: Vec::new(),
            tabled: 0,
        }
    }
}

impl<T: Copy> KeyIndex<T> {
    /// How many keys it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds keys; the tables are made anew when an eighth of the keys are new.
    pub fn extend(&mut self, more: impl IntoIterator<Item = (u64, T)>) {
        self.entries.extend(more);
        let fresh = self.entries.len() - self.tabled;
        if fresh > FRESH.max(self.tabled / 8) {
            self.tables = (0..PARTS).map(|part| self.table(part)).collect();
            self.tabled = self.entries.len();
        }
    }

    /// Every key that differs in at most `most` bits, in no particular order.
    #[must_use]
    pub fn within(&self, key: u64, most: u32) -> Vec<(u64, T)> {
        let fresh = self.entries.get(self.tabled..).unwrap_or_default();
        let mut found: Vec<(u64, T)> = fresh
            .iter()
            .filter(|(other, _)| (key ^ other).count_ones() <= most)
            .copied()
            .collect();
        // Of so many differing bits some quarter holds no more than a fourth.
        let each = most / 4;
        for (part, table) in self.tables.iter().enumerate() {
            for value in nearby(quarter(key, part), each) {
                for index in table.of(value) {
                    let Some((other, owner)) = self.entries.get(*index as usize) else {
                        continue;
                    };
                    let is_first = (0..part).all(|earlier| {
                        (quarter(key, earlier) ^ quarter(*other, earlier)).count_ones() > each
                    });
                    if is_first && (key ^ other).count_ones() <= most {
                        found.push((*other, *owner));
                    }
                }
            }
        }
        found
    }

    fn table(&self, part: usize) -> Table {
        let mut starts = vec![0_u32; VALUES + 1];
        for (key, _) in &self.entries {
            starts[usize::from(quarter(*key, part)) + 1] += 1;
        }
        for value in 0..VALUES {
            starts[value + 1] += starts[value];
        }
        let mut next = starts.clone();
        let mut entries = vec![0_u32; self.entries.len()];
        for (index, (key, _)) in self.entries.iter().enumerate() {
            let at = &mut next[usize::from(quarter(*key, part))];
            entries[*at as usize] = u32::try_from(index).unwrap_or(u32::MAX);
            *at += 1;
        }
        Table { starts, entries }
    }
}

impl Table {
    fn of(&self, value: u16) -> &[u32] {
        let value = usize::from(value);
        let (from, to) = (self.starts[value] as usize, self.starts[value + 1] as usize);
        self.entries.get(from..to).unwrap_or_default()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a quarter is what is kept")]
const fn quarter(key: u64, part: usize) -> u16 {
    (key >> (16 * part)) as u16
}

/// The values that differ in at most `most` bits, up to three.
fn nearby(value: u16, most: u32) -> Vec<u16> {
    let mut values = vec![value];
    for first in 0..16 {
        if most >= 1 {
            values.push(value ^ (1 << first));
        }
        for second in (0..first).filter(|_| most >= 2) {
            values.push(value ^ (1 << first) ^ (1 << second));
            for third in (0..second).filter(|_| most >= 3) {
                values.push(value ^ (1 << first) ^ (1 << second) ^ (1 << third));
            }
        }
    }
    values
}
