//! Weights of the cells on the border of a risk area.

/// Weights in dm², in the order of parents and bits; in half the memory where every one of them fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Border {
    /// Cells of resolution 12 and finer are smaller than 655 m².
    Narrow(Box<[u16]>),
    /// Cells of any size.
    Wide(Vec<u32>),
}

impl Border {
    /// No cells yet.
    pub(super) const fn empty() -> Self {
        Self::Wide(Vec::new())
    }

    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Narrow(all) => all.len(),
            Self::Wide(all) => all.len(),
        }
    }

    /// Adds cells while the weights are not yet packed.
    pub(super) fn extend(&mut self, weights_dm2: &[u32]) {
        if let Self::Wide(all) = self {
            all.extend(weights_dm2);
        }
    }

    /// The same in as little memory as they need.
    pub(super) fn packed(self) -> Self {
        let Self::Wide(mut all) = self else {
            return self;
        };
        let narrow = all.iter().map(|own| u16::try_from(*own));
        if let Ok(narrow) = narrow.collect::<Result<Box<[u16]>, _>>() {
            return Self::Narrow(narrow);
        }
        all.shrink_to_fit();
        Self::Wide(all)
    }

    /// The weight of the cells of one parent within each of some masks: its first cell has that number, and its cells
    /// are the bits of the border.
    pub(super) fn sums<const N: usize>(
        &self,
        first: usize,
        border: u64,
        masks: [u64; N],
    ) -> [u64; N] {
        if masks.iter().all(|mask| mask & border == 0) {
            return [0; N];
        }
        match self {
            Self::Narrow(all) => sums(all.get(first..), border, masks),
            Self::Wide(all) => sums(all.get(first..), border, masks),
        }
    }
}

/// Only cells of some mask are looked at: a weight stands as far on as its parent has border cells below it. Which of the masks
/// a cell lies in is chance to the machine: its weight is multiplied by that instead of asking.
fn sums<W: Copy + Into<u64>, const N: usize>(
    weights_dm2: Option<&[W]>,
    border: u64,
    masks: [u64; N],
) -> [u64; N] {
    let weights_dm2 = weights_dm2.unwrap_or_default();
    let mut left = border & masks.iter().fold(0_u64, |all, mask| all | mask);
    let mut sums = [0; N];
    while left != 0 {
        let cell = left & left.wrapping_neg();
        left ^= cell;
        let at = (border & (cell - 1)).count_ones() as usize;
        let own_dm2: u64 = weights_dm2.get(at).map_or(0, |own| (*own).into());
        for (sum, mask) in sums.iter_mut().zip(masks) {
            *sum += own_dm2 * u64::from(mask & cell != 0);
        }
    }
    sums
}
