//! Texts that devices sign (RFC 9421 §2.5), read member by member (RFC 9651).

use sfv::{BareItem, Dictionary, InnerList, Item, ListEntry, Parser};

use super::from_hex;
use super::origin::{SeenHead, Standing, Statement};
use super::time::Timestamp;

const LONGEST_NONCE: usize = 32;

/// A member that is an item.
#[must_use]
pub fn item<'a>(of: &'a Dictionary, key: &str) -> Option<&'a Item> {
    match of.get(key)? {
        ListEntry::Item(item) => Some(item),
        ListEntry::InnerList(_) => None,
    }
}

/// A member of so many bytes.
#[must_use]
pub fn bytes<const N: usize>(of: &Dictionary, key: &str) -> Option<[u8; N]> {
    let bytes = item(of, key)?.bare_item.as_byte_sequence()?;
    bytes.try_into().ok()
}

/// A whole number.
#[must_use]
pub fn integer(item: &BareItem) -> Option<i64> {
    item.as_integer().map(i64::from)
}

/// A text.
#[must_use]
pub fn text(item: &BareItem) -> Option<&str> {
    item.as_string().map(sfv::StringRef::as_str)
}

/// A parameter of a list of components.
#[must_use]
pub fn parameter<'a>(list: &'a InnerList, name: &str) -> Option<&'a BareItem> {
    list.params.get(name)
}

/// What a device says of its chain.
pub struct Chain {
    /// The number.
    pub sequence: u64,
    /// SHA-256 of the text before.
    pub previous: [u8; 32],
    /// The head that it had seen.
    pub head: Option<SeenHead>,
    /// The nonce.
    pub nonce: Option<String>,
}

/// Reads what stands in `Tuantra-Capture`.
#[must_use]
pub fn links(said: &Dictionary) -> Option<Chain> {
    let sequence = integer(&item(said, "seq")?.bare_item)?;
    let words = |key| match item(said, key) {
        None => Some(None),
        Some(item) => text(&item.bare_item).map(Some),
    };
    let head = match words("head")? {
        None => None,
        Some(said) => Some(seen_head(said)?),
    };
    let nonce = words("nonce")?.map(str::to_owned);
    if nonce.as_ref().is_some_and(|own| own.len() > LONGEST_NONCE) {
        return None;
    }
    Some(Chain {
        sequence: u64::try_from(sequence).ok()?,
        previous: bytes(said, "prev")?,
        head,
        nonce,
    })
}

/// What a signed text says, read from nothing but the text itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The request's method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// SHA-256 of its body.
    pub digest: [u8; 32],
    /// The key.
    pub key_id: String,
    /// The number in the device's chain.
    pub sequence: u64,
    /// SHA-256 of the text before.
    pub previous: [u8; 32],
    /// The head that the device had seen.
    pub head: Option<SeenHead>,
    /// The nonce.
    pub nonce: Option<String>,
    /// When it was signed, by the device's clock, seconds since 1970.
    pub created: i64,
}

impl Said {
    /// Reads a signed text (RFC 9421 §2.5), line by line: a value holds no line end, so nothing in one passes for another.
    #[must_use]
    pub fn of(base: &str) -> Option<Self> {
        let value = |name: &str| {
            let mut lines = base
                .lines()
                .filter_map(|line| line.strip_prefix(&format!("\"{name}\": ")));
            let first = lines.next()?;
            lines.next().is_none().then_some(first)
        };
        let dictionary = |name: &str| Parser::new(value(name)?).parse::<Dictionary>().ok();
        let chain = links(&dictionary("tuantra-capture")?)?;
        let parameters: sfv::List = Parser::new(value("@signature-params")?).parse().ok()?;
        let Some(ListEntry::InnerList(list)) = parameters.first() else {
            return None;
        };
        Some(Self {
            method: value("@method")?.to_owned(),
            path: value("@path")?.to_owned(),
            digest: bytes(&dictionary("content-digest")?, "sha-256")?,
            key_id: parameter(list, "keyid").and_then(text)?.to_owned(),
            sequence: chain.sequence,
            previous: chain.previous,
            head: chain.head,
            nonce: chain.nonce,
            created: parameter(list, "created").and_then(integer)?,
        })
    }

    /// The statement that the text is under a signature, not yet held against a key.
    #[must_use]
    pub fn statement(self, base: String, signature: [u8; 64]) -> Statement {
        Statement {
            key_id: self.key_id,
            sequence: self.sequence,
            previous: self.previous,
            head: self.head,
            nonce: self.nonce,
            signed_at: Timestamp::from_millis(self.created.saturating_mul(1_000)),
            digest: self.digest,
            base,
            signature: signature.to_vec(),
            public: None,
            standing: Standing::UnknownKey,
        }
    }
}

fn seen_head(text: &str) -> Option<SeenHead> {
    let (size, root) = text.split_once(':')?;
    Some(SeenHead {
        size: size.parse().ok()?,
        root: from_hex(root)?,
    })
}
