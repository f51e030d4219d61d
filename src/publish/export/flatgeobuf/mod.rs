//! `FlatGeobuf` 3: one table of features behind a packed Hilbert R-tree, so that readers fetch a map window by Range.
//!
//! The tree stands before the features and needs all of them, so a file is made in two passes: features go to a file of
//! their own as they come, with their bounds beside them; then the tree is written and the features follow in its order.
//! Eight bytes of each feature are in memory meanwhile.

mod encode;
mod index;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use flatbuffers::FlatBufferBuilder;

use crate::publish::feature::Feature;

use super::layer::{Layer, bounds, joined};
use index::{NODE_ITEMS, Packed};

/// The signature with the version of the standard.
const MAGIC: [u8; 8] = [0x66, 0x67, 0x62, 3, 0x66, 0x67, 0x62, 0];
/// Bounds, place in the file of features, length.
const NOTE: usize = 44;

/// A file that is being made.
pub struct FlatGeobuf {
    layer: Layer,
    builder: FlatBufferBuilder<'static>,
    features: Aside,
    notes: Aside,
    count: u32,
    extent: Option<[f64; 4]>,
    /// A feature without a place: a tree cannot hold it.
    has_placeless: bool,
}

/// A file beside the one that is made; it goes with this value.
struct Aside {
    path: PathBuf,
    file: BufWriter<File>,
    bytes: u64,
}

/// What is kept of a feature until the tree is made.
struct Note {
    bounds: [f64; 4],
    at: u64,
    bytes: u32,
}

impl FlatGeobuf {
    /// Begins a file of this layer; what is kept aside stands beside `path`.
    pub fn create(path: &Path, layer: Layer) -> io::Result<Self> {
        Ok(Self {
            layer,
            builder: FlatBufferBuilder::with_capacity(4096),
            features: Aside::create(path.with_extension("features"))?,
            notes: Aside::create(path.with_extension("notes"))?,
            count: 0,
            extent: None,
            has_placeless: false,
        })
    }

    /// Takes one feature.
    pub fn add(&mut self, feature: &Feature) -> io::Result<()> {
        let own = feature.geometry.as_ref().and_then(bounds);
        match own {
            Some(own) => self.extent = Some(joined(self.extent, own)),
            None => self.has_placeless = true,
        }
        let bytes = encode::feature(&mut self.builder, &self.layer, feature);
        let note = Note {
            bounds: own.unwrap_or([f64::NAN; 4]),
            at: self.features.bytes,
            bytes: u32::try_from(bytes.len()).map_err(io::Error::other)?,
        };
        self.features.write(bytes)?;
        self.notes.write(&note.to_bytes())?;
        self.count = self.count.checked_add(1).ok_or_else(too_many)?;
        Ok(())
    }

    /// Writes the whole file.
    pub fn finish(mut self, path: &Path) -> io::Result<()> {
        self.features.file.flush()?;
        self.notes.file.flush()?;
        let mut out = BufWriter::with_capacity(1 << 18, File::create(path)?);
        let extent = self.extent.filter(|_| !self.has_placeless);
        let node_items = if extent.is_some() { NODE_ITEMS } else { 0 };
        out.write_all(&MAGIC)?;
        let head = encode::header(
            &mut self.builder,
            &self.layer,
            u64::from(self.count),
            self.extent,
            node_items,
        );
        out.write_all(head)?;
        let order = match extent {
            Some(extent) => self.write_tree(extent, &mut out)?,
            None => (0..self.count).collect(),
        };
        let mut bytes = Vec::new();
        for at in order {
            let note = self.note(at)?;
            bytes.resize(note.bytes as usize, 0);
            let features = self.features.file.get_ref();
            features.read_exact_at(&mut bytes, note.at)?;
            out.write_all(&bytes)?;
        }
        out.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(())
    }

    /// Writes the tree and gives the order in which the features follow.
    fn write_tree(&self, extent: [f64; 4], out: &mut BufWriter<File>) -> io::Result<Vec<u32>> {
        let mut places = Vec::with_capacity(self.count as usize);
        for at in 0..self.count {
            places.push((index::hilbert(self.note(at)?.bounds, extent), at));
        }
        places.sort_unstable();
        let order: Vec<u32> = places.into_iter().map(|(_, at)| at).collect();
        // The nodes above the leaves stand before them and are known after them: two passes over the notes.
        let mut tree = Packed::of(u64::from(self.count));
        for at in &order {
            tree.take(self.note(*at)?.bounds);
        }
        tree.write_upper(out)?;
        let mut offset = 0;
        for at in &order {
            let note = self.note(*at)?;
            index::write_node(out, note.bounds, offset)?;
            offset += u64::from(note.bytes);
        }
        Ok(order)
    }

    fn note(&self, at: u32) -> io::Result<Note> {
        let mut bytes = [0; NOTE];
        let place = u64::from(at) * NOTE as u64;
        self.notes.file.get_ref().read_exact_at(&mut bytes, place)?;
        Ok(Note::of_bytes(&bytes))
    }
}

impl Aside {
    fn create(path: PathBuf) -> io::Result<Self> {
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)?;
        Ok(Self {
            path,
            file: BufWriter::with_capacity(1 << 18, file),
            bytes: 0,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // What a crash leaves behind is removed with the folder's other leftovers.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Note {
    fn to_bytes(&self) -> [u8; NOTE] {
        let mut bytes = [0; NOTE];
        for (own, number) in bytes.chunks_exact_mut(8).zip(self.bounds) {
            own.copy_from_slice(&number.to_le_bytes());
        }
        bytes[32..40].copy_from_slice(&self.at.to_le_bytes());
        bytes[40..].copy_from_slice(&self.bytes.to_le_bytes());
        bytes
    }

    fn of_bytes(bytes: &[u8; NOTE]) -> Self {
        let word = |at: usize| {
            let mut own = [0; 8];
            own.copy_from_slice(&bytes[at * 8..at * 8 + 8]);
            own
        };
        let mut length = [0; 4];
        length.copy_from_slice(&bytes[40..]);
        Self {
            bounds: [0, 1, 2, 3].map(|at| f64::from_le_bytes(word(at))),
            at: u64::from_le_bytes(word(4)),
            bytes: u32::from_le_bytes(length),
        }
    }
}

fn too_many() -> io::Error {
    io::Error::other("more features than one file can hold")
}
