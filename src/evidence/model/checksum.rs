//! Checksums by which a sender says what a stretch of bytes is; they find damage on the way and prove nothing.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// What a stretch of bytes must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-1.
    Sha1([u8; 20]),
    /// SHA-256.
    Sha256([u8; 32]),
    /// MD5.
    Md5([u8; 16]),
}

/// A checksum being computed.
#[derive(Debug, Clone)]
pub enum Summing {
    /// SHA-1.
    Sha1(Sha1),
    /// SHA-256.
    Sha256(Sha256),
    /// MD5.
    Md5(Md5),
}

impl Checksum {
    /// The algorithms' names, the one that every server knows first.
    pub const ALGORITHMS: [&'static str; 3] = ["sha1", "sha256", "md5"];

    /// A checksum by its algorithm's name; none when the name is unknown or the length is another.
    #[must_use]
    pub fn of(algorithm: &str, digest: &[u8]) -> Option<Self> {
        match algorithm {
            "sha1" => digest.try_into().ok().map(Self::Sha1),
            "sha256" => digest.try_into().ok().map(Self::Sha256),
            "md5" => digest.try_into().ok().map(Self::Md5),
            _ => None,
        }
    }

    /// The same algorithm over nothing yet.
    #[must_use]
    pub fn start(&self) -> Summing {
        match self {
            Self::Sha1(_) => Summing::Sha1(Sha1::new()),
            Self::Sha256(_) => Summing::Sha256(Sha256::new()),
            Self::Md5(_) => Summing::Md5(Md5::new()),
        }
    }
}

impl Summing {
    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(sum) => sum.update(bytes),
            Self::Sha256(sum) => sum.update(bytes),
            Self::Md5(sum) => sum.update(bytes),
        }
    }

    /// What the bytes came to.
    #[must_use]
    pub fn finish(self) -> Checksum {
        match self {
            Self::Sha1(sum) => Checksum::Sha1(sum.finalize().into()),
            Self::Sha256(sum) => Checksum::Sha256(sum.finalize().into()),
            Self::Md5(sum) => Checksum::Md5(sum.finalize().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Checksum;
    use crate::base::from_hex;

    /// Of `abc`: RFC 1321 A.5, FIPS 180-4 examples.
    #[test]
    fn published_examples_come_out() {
        let sha1 = Checksum::Sha1([
            0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e, 0x25, 0x71, 0x78, 0x50,
            0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d,
        ]);
        let md5 = Checksum::Md5([
            0x90, 0x01, 0x50, 0x98, 0x3c, 0xd2, 0x4f, 0xb0, 0xd6, 0x96, 0x3f, 0x7d, 0x28, 0xe1,
            0x7f, 0x72,
        ]);
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let sha256 = Checksum::Sha256(from_hex(sha256).unwrap());
        for expected in [sha1, md5, sha256] {
            let mut sum = expected.start();
            sum.update(b"a");
            sum.update(b"bc");
            assert_eq!(sum.finish(), expected);
        }
    }

    #[test]
    fn a_digest_of_another_length_is_none() {
        assert!(Checksum::of("sha1", &[0; 20]).is_some());
        assert!(Checksum::of("sha1", &[0; 21]).is_none());
        assert!(Checksum::of("crc32", &[0; 4]).is_none());
    }
}
