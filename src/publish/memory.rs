//! Things in memory under their keys, each made once for all who wait for it; those not used for longest go first.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

/// From so many slots on, those that nobody is filling go.
const MOST_SLOTS: usize = 100_000;

/// So much is kept.
pub struct Memory<K, V> {
    kept: Mutex<Kept<K, V>>,
    most_bytes: usize,
}

struct Kept<K, V> {
    slots: HashMap<K, Slot<V>>,
    bytes: usize,
    uses: u64,
}

struct Slot<V> {
    cell: Arc<OnceCell<V>>,
    /// 0 while the thing is being made.
    bytes: usize,
    used: u64,
}

impl<K, V> fmt::Debug for Memory<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory({} bytes)", self.most_bytes)
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Memory<K, V> {
    /// Nothing yet, and never much more than so many bytes.
    pub fn new(most_bytes: usize) -> Self {
        Self {
            kept: Mutex::new(Kept {
                slots: HashMap::new(),
                bytes: 0,
                uses: 0,
            }),
            most_bytes,
        }
    }

    /// The thing under a key, made if it is not there. What could not be made is tried again by the next who asks.
    pub async fn get<E>(
        &self,
        key: K,
        size: impl FnOnce(&V) -> usize,
        making: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        let cell = self.cell(&key);
        if let Some(found) = cell.get() {
            return Ok(found.clone());
        }
        let made = cell.get_or_try_init(|| making).await.cloned();
        let mut kept = self.kept();
        match &made {
            Ok(value) => kept.settle(&key, size(value).max(1), self.most_bytes),
            Err(_) => kept.forget(&key),
        }
        made
    }

    /// The thing under a key, if it is there.
    pub fn found(&self, key: &K) -> Option<V> {
        let mut kept = self.kept();
        kept.uses += 1;
        let used = kept.uses;
        let slot = kept.slots.get_mut(key)?;
        slot.used = used;
        slot.cell.get().cloned()
    }

    /// Puts a thing under a key, in place of what was there.
    pub fn put(&self, key: &K, value: V, bytes: usize) {
        let mut kept = self.kept();
        kept.forget(key);
        kept.uses += 1;
        let slot = Slot {
            cell: Arc::new(OnceCell::new_with(Some(value))),
            bytes: 0,
            used: kept.uses,
        };
        kept.slots.insert(key.clone(), slot);
        kept.settle(key, bytes.max(1), self.most_bytes);
    }

    fn cell(&self, key: &K) -> Arc<OnceCell<V>> {
        let mut kept = self.kept();
        kept.uses += 1;
        let used = kept.uses;
        if let Some(slot) = kept.slots.get_mut(key) {
            slot.used = used;
            return Arc::clone(&slot.cell);
        }
        if kept.slots.len() >= MOST_SLOTS {
            kept.forget_unmade();
        }
        let cell = Arc::new(OnceCell::new());
        let slot = Slot {
            cell: Arc::clone(&cell),
            bytes: 0,
            used,
        };
        kept.slots.insert(key.clone(), slot);
        cell
    }

    fn kept(&self) -> MutexGuard<'_, Kept<K, V>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash, V> Kept<K, V> {
    fn settle(&mut self, key: &K, bytes: usize, most: usize) {
        if let Some(slot) = self.slots.get_mut(key).filter(|slot| slot.bytes == 0) {
            slot.bytes = bytes;
            self.bytes += bytes;
        }
        if self.bytes <= most {
            return;
        }
        let made = self.slots.iter().filter(|(_, slot)| slot.bytes > 0);
        let mut by_use: Vec<(u64, K)> = made.map(|(key, slot)| (slot.used, key.clone())).collect();
        by_use.sort_unstable_by_key(|(used, _)| *used);
        for (_, key) in by_use {
            if self.bytes <= most / 4 * 3 {
                break;
            }
            self.forget(&key);
        }
    }

    /// Slots whose makers went away before they were done.
    fn forget_unmade(&mut self) {
        let is_wanted = |slot: &Slot<V>| slot.bytes > 0 || Arc::strong_count(&slot.cell) > 1;
        self.slots.retain(|_, slot| is_wanted(slot));
    }

    fn forget(&mut self, key: &K) {
        if let Some(slot) = self.slots.remove(key) {
            self.bytes -= slot.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    async fn put(memory: &Memory<u32, u32>, key: u32, made: &AtomicUsize) {
        let making = async {
            made.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Ok::<_, ()>(key)
        };
        assert_eq!(memory.get(key, |_| 10, making).await, Ok(key));
    }

    #[tokio::test]
    async fn a_thing_is_made_once_for_all_who_wait() {
        let (memory, made) = (Memory::new(100), AtomicUsize::new(0));
        let all = (0..20).map(|_| put(&memory, 7, &made));
        futures::future::join_all(all).await;
        assert_eq!(made.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn what_was_not_used_for_longest_goes_and_the_rest_stays_within_bounds() {
        let (memory, made) = (Memory::new(100), AtomicUsize::new(0));
        for key in 0..10 {
            put(&memory, key, &made).await;
        }
        put(&memory, 0, &made).await;
        put(&memory, 10, &made).await;
        assert!(memory.kept().bytes <= 100);
        assert_eq!(made.load(Ordering::SeqCst), 11);
        put(&memory, 0, &made).await;
        assert_eq!(made.load(Ordering::SeqCst), 11, "used lately");
        put(&memory, 1, &made).await;
        assert_eq!(made.load(Ordering::SeqCst), 12, "gone and made again");
    }

    #[test]
    fn what_is_put_takes_the_place_and_the_room_of_what_was_there() {
        let memory = Memory::<u32, u32>::new(100);
        for value in 0..50 {
            memory.put(&1, value, 40);
            assert_eq!(memory.found(&1), Some(value));
        }
        assert_eq!(memory.kept().bytes, 40);
        memory.put(&2, 7, 40);
        assert_eq!((memory.found(&1), memory.found(&2)), (Some(49), Some(7)));
        memory.put(&3, 8, 101);
        assert_eq!(memory.kept().bytes, 0);
    }

    #[tokio::test]
    async fn what_failed_is_tried_again() {
        let (memory, made) = (Memory::new(100), AtomicUsize::new(0));
        let failed = memory.get(1, |_| 10, async { Err::<u32, _>("no") });
        assert_eq!(failed.await, Err("no"));
        put(&memory, 1, &made).await;
        assert_eq!(made.load(Ordering::SeqCst), 1);
    }
}
