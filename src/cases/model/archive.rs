//! A ZIP (APPNOTE 6.3.10) of stored files, written front to back and read whole. Photos do not shrink, so nothing is
//! compressed, and any tool can cut the files out again.

/// One file's place in an archive being written.
#[derive(Debug, Clone)]
struct Listed {
    name: String,
    crc: u32,
    size: u32,
    offset: u32,
}

/// Writes an archive piece by piece; keeps only the list of files.
#[derive(Debug, Clone, Default)]
pub struct Writer {
    listed: Vec<Listed>,
    written: u64,
}

/// Why bytes cannot go into an archive, or cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveFault {
    /// Beyond what the plain format counts.
    #[error("the archive would be larger than 4 GB")]
    TooLarge,
    /// No archive, or a cut one.
    #[error("this is not a whole ZIP archive")]
    Cut,
    /// A packed or enciphered file.
    #[error("{0} is not stored as it is: expected the package as it was made")]
    Packed(String),
    /// A file whose bytes changed.
    #[error("{0} is not the file that was put in: its checksum differs")]
    Checksum(String),
    /// Two files of one name.
    #[error("{0} is in the archive twice")]
    Twice(String),
}

const FILE: u32 = 0x0403_4B50;
const ENTRY: u32 = 0x0201_4B50;
const END: u32 = 0x0605_4B50;
/// 2.0, the first that knows folders.
const VERSION: u16 = 20;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;
/// 1 January 1980: times stand in the files, not around them.
const FIRST_DAY: u16 = 0x0021;

impl Writer {
    /// The bytes that go before a file's own.
    pub fn before(&mut self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, ArchiveFault> {
        let listed = Listed {
            name: name.to_owned(),
            crc: crc32fast::hash(bytes),
            size: u32::try_from(bytes.len()).or(Err(ArchiveFault::TooLarge))?,
            offset: u32::try_from(self.written).or(Err(ArchiveFault::TooLarge))?,
        };
        let mut head = Vec::with_capacity(64 + name.len());
        put(&mut head, FILE);
        head.extend_from_slice(&VERSION.to_le_bytes());
        listed.describe(&mut head);
        head.extend_from_slice(&[0, 0]);
        head.extend_from_slice(name.as_bytes());
        self.written += head.len() as u64 + bytes.len() as u64;
        self.listed.push(listed);
        Ok(head)
    }

    /// The bytes that end the archive.
    pub fn end(&self) -> Result<Vec<u8>, ArchiveFault> {
        let start = u32::try_from(self.written).or(Err(ArchiveFault::TooLarge))?;
        let count = u16::try_from(self.listed.len()).or(Err(ArchiveFault::TooLarge))?;
        let mut end = Vec::new();
        for listed in &self.listed {
            put(&mut end, ENTRY);
            end.extend_from_slice(&VERSION.to_le_bytes());
            end.extend_from_slice(&VERSION.to_le_bytes());
            listed.describe(&mut end);
            // No extra field, no comment, first disk, no attributes.
            end.extend_from_slice(&[0; 12]);
            put(&mut end, listed.offset);
            end.extend_from_slice(listed.name.as_bytes());
        }
        let size = u32::try_from(end.len()).or(Err(ArchiveFault::TooLarge))?;
        put(&mut end, END);
        end.extend_from_slice(&[0; 4]);
        end.extend_from_slice(&count.to_le_bytes());
        end.extend_from_slice(&count.to_le_bytes());
        put(&mut end, size);
        put(&mut end, start);
        end.extend_from_slice(&[0; 2]);
        Ok(end)
    }
}

impl Listed {
    /// What both headers say alike, from the flags to the name's length.
    fn describe(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&UTF8.to_le_bytes());
        to.extend_from_slice(&[0; 4]);
        to.extend_from_slice(&FIRST_DAY.to_le_bytes());
        put(to, self.crc);
        put(to, self.size);
        put(to, self.size);
        let length = u16::try_from(self.name.len()).unwrap_or(u16::MAX);
        to.extend_from_slice(&length.to_le_bytes());
    }
}

fn put(to: &mut Vec<u8>, number: u32) {
    to.extend_from_slice(&number.to_le_bytes());
}

/// The files of an archive, each with its checksum held, in the archive's order.
pub fn read(archive: &[u8]) -> Result<Vec<(String, &[u8])>, ArchiveFault> {
    let end = archive.len().checked_sub(22).ok_or(ArchiveFault::Cut)?;
    if number(archive, end)? != END {
        return Err(ArchiveFault::Cut);
    }
    let count = half(archive, end + 10)?;
    let mut at = wide(number(archive, end + 16)?);
    let mut files: Vec<(String, &[u8])> = Vec::new();
    for _ in 0..count {
        if number(archive, at)? != ENTRY {
            return Err(ArchiveFault::Cut);
        }
        let (method, crc) = (half(archive, at + 10)?, number(archive, at + 16)?);
        let size = wide(number(archive, at + 24)?);
        let lengths = [
            half(archive, at + 28)?,
            half(archive, at + 30)?,
            half(archive, at + 32)?,
        ];
        let [name_length, extra, comment] = lengths.map(usize::from);
        let offset = wide(number(archive, at + 42)?);
        let name = slice(archive, at + 46, name_length)?;
        let name = String::from_utf8(name.to_vec()).or(Err(ArchiveFault::Cut))?;
        at += 46 + name_length + extra + comment;
        if method != 0 {
            return Err(ArchiveFault::Packed(name));
        }
        if number(archive, offset)? != FILE {
            return Err(ArchiveFault::Cut);
        }
        let skipped =
            usize::from(half(archive, offset + 26)?) + usize::from(half(archive, offset + 28)?);
        let bytes = slice(archive, offset + 30 + skipped, size)?;
        if crc32fast::hash(bytes) != crc {
            return Err(ArchiveFault::Checksum(name));
        }
        if files.iter().any(|(known, _)| *known == name) {
            return Err(ArchiveFault::Twice(name));
        }
        files.push((name, bytes));
    }
    Ok(files)
}

fn slice(archive: &[u8], at: usize, length: usize) -> Result<&[u8], ArchiveFault> {
    let end = at.checked_add(length).ok_or(ArchiveFault::Cut)?;
    archive.get(at..end).ok_or(ArchiveFault::Cut)
}

fn number(archive: &[u8], at: usize) -> Result<u32, ArchiveFault> {
    let bytes = slice(archive, at, 4)?.try_into();
    bytes.map(u32::from_le_bytes).or(Err(ArchiveFault::Cut))
}

fn half(archive: &[u8], at: usize) -> Result<u16, ArchiveFault> {
    let bytes = slice(archive, at, 2)?.try_into();
    bytes.map(u16::from_le_bytes).or(Err(ArchiveFault::Cut))
}

fn wide(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
