//! The lattice of masks: a fine H3 resolution whose cells are bits of a word per coarse cell.
//!
//! Two resolutions lie between them, so a parent has 49 children (41 if it is a pentagon) and a
//! child's bit is its position in H3's order of children. Compared and stored, a parent is a number.

use h3o::{CellIndex, LatLng, Resolution};

use super::plane::{Metres, Plane};

/// Children of a parent that is no pentagon.
pub const CHILDREN: usize = 49;

/// The resolution of cells (bits) and of the parents (words) that hold them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lattice {
    parent: Resolution,
    mask: Resolution,
}

/// A resolution that no mask can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no mask has resolution {resolution}: H3 knows 0 to 15 and parents are two coarser")]
pub struct InvalidLattice {
    /// The resolution as given.
    pub resolution: u8,
}

/// A coarse cell, as the number that rows and indexes hold.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ParentCell(u64);

/// The cells of one parent: bit `n` is its `n`-th child.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ParentMask {
    /// The coarse cell.
    pub parent: ParentCell,
    /// Which of its children.
    pub mask: u64,
}

impl Lattice {
    /// Bits of resolution 11 in words of resolution 9.
    pub const CURRENT: Self = Self {
        parent: Resolution::Nine,
        mask: Resolution::Eleven,
    };

    /// The lattice whose bits are cells of that resolution.
    pub fn new(mask_resolution: u8) -> Result<Self, InvalidLattice> {
        let refused = InvalidLattice {
            resolution: mask_resolution,
        };
        let mask = Resolution::try_from(mask_resolution).or(Err(refused))?;
        let parent = mask.pred().and_then(Resolution::pred).ok_or(refused)?;
        Ok(Self { parent, mask })
    }

    /// The next finer lattice; none beyond H3's finest cells.
    #[must_use]
    pub fn finer(self) -> Option<Self> {
        Some(Self {
            parent: self.parent.succ()?,
            mask: self.mask.succ()?,
        })
    }

    /// The resolution of bits.
    #[must_use]
    pub const fn mask(self) -> Resolution {
        self.mask
    }

    /// The resolution of words.
    #[must_use]
    pub const fn parent(self) -> Resolution {
        self.parent
    }

    /// The parent and the bit of a cell of this lattice; `None` for a coarser cell.
    #[must_use]
    pub fn locate(self, cell: CellIndex) -> Option<ParentMask> {
        let cell = cell.parent(self.mask)?;
        let parent = cell.parent(self.parent)?;
        let position = cell.child_position(self.parent)?;
        Some(ParentMask {
            parent: ParentCell::of(parent),
            mask: 1 << position,
        })
    }

    /// The cells of a mask, in the order of bits.
    pub fn cells(self, of: ParentMask) -> impl Iterator<Item = CellIndex> {
        let parent = of.parent.cell();
        bits(of.mask).filter_map(move |bit| parent?.child_at(u64::from(bit), self.mask))
    }

    /// All children of a parent.
    pub(super) fn all_children(self, parent: CellIndex) -> u64 {
        (1 << parent.children_count(self.mask)) - 1
    }

    /// Which children touch which, as one mask per child. It is the same under every hexagon,
    /// because a child's position is a path of directions and not a place.
    pub(super) fn neighbours(self) -> [u64; CHILDREN] {
        let mut table = [0; CHILDREN];
        let home = LatLng::new(22.4, 104.3).map(|at| at.to_cell(self.parent));
        for (row, child) in table
            .iter_mut()
            .zip(home.iter().flat_map(|home| home.children(self.mask)))
        {
            *row = child
                .grid_disk_safe(1)
                .filter(|near| *near != child && near.parent(self.parent) == home.ok())
                .filter_map(|near| near.child_position(self.parent))
                .fold(0, |mask, position| mask | 1 << position);
        }
        table
    }

    pub(super) fn parent_edge_m(self) -> f64 {
        self.parent.edge_length_m()
    }
}

impl ParentCell {
    /// The number of a cell.
    #[must_use]
    pub fn of(cell: CellIndex) -> Self {
        Self(u64::from(cell))
    }

    /// A number as it was stored. One that is no cell matches no risk and is otherwise harmless.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The number to store.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The cell, if the number is one.
    #[must_use]
    pub fn cell(self) -> Option<CellIndex> {
        CellIndex::try_from(self.0).ok()
    }
}

/// The positions of the bits set in a mask, ascending.
pub(super) fn bits(mut mask: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = mask.trailing_zeros();
        mask &= mask.wrapping_sub(1);
        (bit < u64::BITS).then_some(bit)
    })
}

/// A parent laid out on the plane that touches the ground at its centre.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) parent: CellIndex,
    pub(super) plane: Plane,
    /// Centres of the children; unused places lie infinitely far away.
    pub(super) east: [f64; CHILDREN],
    pub(super) north: [f64; CHILDREN],
    /// All children.
    pub(super) all: u64,
    /// The centres lie within this distance of the origin, in metres.
    pub(super) reach_m: f64,
}

impl Frame {
    pub(super) fn of(lattice: Lattice, parent: CellIndex) -> Self {
        let plane = Plane::at(LatLng::from(parent));
        let mut frame = Self {
            parent,
            plane,
            east: [f64::INFINITY; CHILDREN],
            north: [f64::INFINITY; CHILDREN],
            all: 0,
            reach_m: 0.0,
        };
        let places = frame.east.iter_mut().zip(&mut frame.north).enumerate();
        for ((position, (east, north)), child) in places.zip(parent.children(lattice.mask)) {
            let centre = plane.place_centre(LatLng::from(child));
            (*east, *north) = (centre.east, centre.north);
            frame.all |= 1 << position;
            frame.reach_m = frame.reach_m.max(centre.length());
        }
        frame
    }

    /// The centre of a child.
    pub(super) fn centre(&self, bit: u32) -> Option<Metres> {
        let (east, north) = (
            *self.east.get(bit as usize)?,
            *self.north.get(bit as usize)?,
        );
        Some(Metres { east, north })
    }
}
