//! A map that is bounded in bytes: what was used least recently goes first.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use super::time::Timestamp;

/// Values that weigh at most so many bytes together.
#[derive(Debug)]
pub struct Bounded<K, V> {
    most_bytes: usize,
    bytes: usize,
    uses: u64,
    kept: HashMap<K, Kept<V>>,
    /// The keys by their latest use.
    by_use: BTreeMap<u64, K>,
}

#[derive(Debug)]
struct Kept<V> {
    value: V,
    bytes: usize,
    used: u64,
    used_at: Timestamp,
}

impl<K: Copy + Eq + Hash, V> Bounded<K, V> {
    /// An empty map for at most so many bytes.
    #[must_use]
    pub fn new(most_bytes: usize) -> Self {
        Self {
            most_bytes,
            bytes: 0,
            uses: 0,
            kept: HashMap::new(),
            by_use: BTreeMap::new(),
        }
    }

    /// The value under a key, used now.
    pub fn find(&mut self, key: K, now: Timestamp) -> Option<&V> {
        let kept = self.kept.get_mut(&key)?;
        self.by_use.remove(&kept.used);
        self.uses += 1;
        (kept.used, kept.used_at) = (self.uses, now);
        self.by_use.insert(self.uses, key);
        Some(&kept.value)
    }

    /// Keeps a value that weighs so many bytes, in place of the one before it; one that is too heavy alone is not kept.
    pub fn keep(&mut self, key: K, value: V, bytes: usize, now: Timestamp) {
        self.forget(key);
        if bytes > self.most_bytes {
            return;
        }
        self.uses += 1;
        self.bytes += bytes;
        self.by_use.insert(self.uses, key);
        let kept = Kept {
            value,
            bytes,
            used: self.uses,
            used_at: now,
        };
        self.kept.insert(key, kept);
        while self.bytes > self.most_bytes
            && let Some((_, oldest)) = self.by_use.pop_first()
        {
            self.forget(oldest);
        }
    }

    /// Lets go of the value under a key.
    pub fn forget(&mut self, key: K) {
        if let Some(gone) = self.kept.remove(&key) {
            self.by_use.remove(&gone.used);
            self.bytes -= gone.bytes;
        }
    }

    /// Lets go of every value that was not used since an instant.
    pub fn forget_unused_since(&mut self, since: Timestamp) {
        while let Some((_, oldest)) = self.by_use.first_key_value()
            && let Some(kept) = self.kept.get(oldest)
            && kept.used_at < since
        {
            self.forget(*oldest);
        }
    }

    /// How many values are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// What the kept values weigh together.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn kept(map: &Bounded<u8, &str>) -> Vec<u8> {
        let mut keys: Vec<u8> = map.kept.keys().copied().collect();
        keys.sort_unstable();
        assert_eq!(map.by_use.len(), keys.len());
        assert_eq!(
            map.bytes,
            map.kept.values().map(|kept| kept.bytes).sum::<usize>()
        );
        keys
    }

    #[test]
    fn what_was_used_least_recently_goes_first() {
        let mut map = Bounded::new(10);
        for key in [1, 2, 3] {
            map.keep(key, "value", 3, at(0));
        }
        assert_eq!(map.find(1, at(1)), Some(&"value"));
        map.keep(4, "value", 3, at(2));
        assert_eq!(kept(&map), [1, 3, 4]);
        assert_eq!((map.len(), map.bytes()), (3, 9));
    }

    #[test]
    fn a_value_takes_the_place_of_the_one_before_it() {
        let mut map = Bounded::new(10);
        map.keep(1, "old", 8, at(0));
        map.keep(1, "new", 5, at(0));
        map.keep(2, "other", 5, at(0));
        assert_eq!(map.find(1, at(0)), Some(&"new"));
        assert_eq!(kept(&map), [1, 2]);
    }

    #[test]
    fn what_is_too_heavy_alone_is_not_kept_and_drives_nothing_out() {
        let mut map = Bounded::new(10);
        map.keep(1, "light", 4, at(0));
        map.keep(2, "heavy", 11, at(0));
        assert_eq!(kept(&map), [1]);
        map.keep(1, "heavier than before", 11, at(0));
        assert!(kept(&map).is_empty() && map.is_empty());
    }

    #[test]
    fn what_is_not_used_for_long_goes() {
        let mut map = Bounded::new(10);
        for key in [1, 2, 3] {
            map.keep(key, "value", 1, at(10));
        }
        map.find(1, at(20));
        map.forget(3);
        map.forget_unused_since(at(10));
        assert_eq!(kept(&map), [1, 2]);
        map.forget_unused_since(at(11));
        assert_eq!(kept(&map), [1]);
    }
}
