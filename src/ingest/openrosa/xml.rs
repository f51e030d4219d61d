//! Reads a submission's XML into a tree of elements, by local names. What Collect never writes is refused: document
//! types, entities of one's own, other encodings; depth, elements and bytes are bounded.

use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// The largest submission, bytes: a track of 5,000 points has some 300,000.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
const MAX_DEPTH: usize = 32;
const MAX_ELEMENTS: usize = 20_000;
const MAX_ATTRIBUTES: usize = 32;

const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// Why bytes are no submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum XmlRefusal {
    /// More bytes, elements or levels than a form has.
    #[error("the XML is larger or deeper than any form's")]
    TooLarge,
    /// Not UTF-8, or another encoding is declared.
    #[error("the XML is not in UTF-8")]
    OtherEncoding,
    /// It brings a document type, by which entities are declared.
    #[error("document types are not accepted")]
    DocumentType,
    /// It is not well-formed.
    #[error("the XML is not well-formed or ends early")]
    Malformed,
}

/// An element: its local name, attributes, own text and children.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// The name without its prefix.
    pub name: String,
    /// Attributes by their names without prefixes.
    pub attributes: Vec<(String, String)>,
    /// The text directly inside.
    pub text: String,
    /// The elements inside, in order.
    pub children: Vec<Self>,
}

/// What a submission says stays out of logs.
impl std::fmt::Debug for Element {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Element({}, ..)", self.name)
    }
}

impl Element {
    /// The attribute's value.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The first element of that name within, in document order.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Self> {
        self.children.iter().find_map(|child| {
            let own = (child.name == name).then_some(child);
            own.or_else(|| child.find(name))
        })
    }

    /// The trimmed text of the first element of that name within; none when it is empty.
    #[must_use]
    pub fn text_of(&self, name: &str) -> Option<&str> {
        let text = self.find(name)?.text.trim();
        (!text.is_empty()).then_some(text)
    }

    /// Every element of that name within, in document order.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&Self> {
        let mut found = Vec::new();
        self.gather(&|element| element.name == name, &mut found);
        found
    }

    /// Every element without children, in document order.
    #[must_use]
    pub fn leaves(&self) -> Vec<&Self> {
        let mut found = Vec::new();
        self.gather(&|element| element.children.is_empty(), &mut found);
        found
    }

    fn gather<'a>(&'a self, wanted: &impl Fn(&Self) -> bool, into: &mut Vec<&'a Self>) {
        for child in &self.children {
            if wanted(child) {
                into.push(child);
            }
            child.gather(wanted, into);
        }
    }
}

/// Reads a document; gives its root.
pub fn read(bytes: &[u8]) -> Result<Element, XmlRefusal> {
    if bytes.len() > MAX_BYTES {
        return Err(XmlRefusal::TooLarge);
    }
    let text = std::str::from_utf8(bytes).or(Err(XmlRefusal::OtherEncoding))?;
    let mut reader = Reader::from_str(text.trim_start_matches(BYTE_ORDER_MARK));
    let mut document = Document::default();
    loop {
        match reader.read_event().or(Err(XmlRefusal::Malformed))? {
            Event::Eof => return document.finish(),
            event => document.see(&event)?,
        }
    }
}

#[derive(Default)]
struct Document {
    root: Option<Element>,
    open: Vec<Element>,
    elements: usize,
}

impl Document {
    fn see(&mut self, event: &Event<'_>) -> Result<(), XmlRefusal> {
        match event {
            Event::Decl(declaration) => check_encoding(declaration),
            Event::DocType(_) => Err(XmlRefusal::DocumentType),
            Event::Start(tag) => self.open(tag),
            Event::Empty(tag) => {
                self.open(tag)?;
                self.close()
            }
            Event::End(_) => self.close(),
            Event::Text(text) => self.append(text.xml10_content().as_ref()),
            Event::CData(text) => self.append(text.xml10_content().as_ref()),
            Event::GeneralRef(reference) => self.resolve(reference),
            Event::Comment(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), XmlRefusal> {
        self.elements += 1;
        if self.open.len() >= MAX_DEPTH || self.elements > MAX_ELEMENTS {
            return Err(XmlRefusal::TooLarge);
        }
        if self.root.is_some() {
            return Err(XmlRefusal::Malformed);
        }
        self.open.push(Element {
            name: tag.local_name().as_ref().to_owned(),
            attributes: attributes(tag)?,
            ..Element::default()
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), XmlRefusal> {
        let element = self.open.pop().ok_or(XmlRefusal::Malformed)?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn append(&mut self, text: &str) -> Result<(), XmlRefusal> {
        match self.open.last_mut() {
            Some(element) => {
                element.text.push_str(text);
                Ok(())
            }
            None if text.trim().is_empty() => Ok(()),
            None => Err(XmlRefusal::Malformed),
        }
    }

    fn resolve(&mut self, reference: &BytesRef<'_>) -> Result<(), XmlRefusal> {
        let named = match reference.xml10_content().as_ref() {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "apos" => Some('\''),
            "quot" => Some('"'),
            _ => reference.resolve_char_ref().ok().flatten(),
        };
        let letter = named.ok_or(XmlRefusal::Malformed)?;
        self.append(letter.encode_utf8(&mut [0; 4]))
    }

    fn finish(self) -> Result<Element, XmlRefusal> {
        let whole = self.root.filter(|_| self.open.is_empty());
        whole.ok_or(XmlRefusal::Malformed)
    }
}

fn attributes(tag: &BytesStart<'_>) -> Result<Vec<(String, String)>, XmlRefusal> {
    let mut read = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.or(Err(XmlRefusal::Malformed))?;
        if read.len() >= MAX_ATTRIBUTES {
            return Err(XmlRefusal::TooLarge);
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.or(Err(XmlRefusal::Malformed))?;
        let name = attribute.key.local_name().as_ref().to_owned();
        read.push((name, value.into()));
    }
    Ok(read)
}

fn check_encoding(declaration: &BytesDecl<'_>) -> Result<(), XmlRefusal> {
    let is_known = |name: &str| {
        ["utf-8", "utf8", "us-ascii"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
    };
    match declaration.encoding() {
        None => Ok(()),
        Some(Ok(name)) if is_known(name.as_ref()) => Ok(()),
        Some(_) => Err(XmlRefusal::OtherEncoding),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_lose_their_prefixes_and_text_its_references() {
        let root = read(
            "<?xml version='1.0' ?><data id='a' xmlns:orx='http://openrosa.org/xforms'><g><b> 1 &amp; &#233; </b></g>\
             <orx:meta><orx:instanceID>uuid:1</orx:instanceID></orx:meta><r>x</r><r/></data>"
                .as_bytes(),
        )
        .unwrap();
        assert_eq!(root.attribute("id"), Some("a"));
        assert_eq!(root.text_of("b"), Some("1 & é"));
        assert_eq!(root.text_of("instanceID"), Some("uuid:1"));
        assert_eq!(root.all("r").len(), 2);
        assert_eq!(root.text_of("g"), None);
    }

    #[test]
    fn entities_of_ones_own_and_other_encodings_are_refused() {
        let bomb = "<!DOCTYPE a [<!ENTITY b 'bbbb'>]><a>&b;</a>";
        assert_eq!(read(bomb.as_bytes()), Err(XmlRefusal::DocumentType));
        assert_eq!(read(b"<a>&b;</a>"), Err(XmlRefusal::Malformed));
        let other = "<?xml version='1.0' encoding='utf-16'?><a/>";
        assert_eq!(read(other.as_bytes()), Err(XmlRefusal::OtherEncoding));
        assert_eq!(read(&[b'<', 0xff]), Err(XmlRefusal::OtherEncoding));
    }

    #[test]
    fn what_ends_early_or_goes_on_is_refused() {
        for text in ["", "<a>", "<a></b>", "</a>", "<a/><b/>", "<a/>x", "x"] {
            assert_eq!(read(text.as_bytes()), Err(XmlRefusal::Malformed), "{text}");
        }
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let deep = "<a>".repeat(MAX_DEPTH + 1) + &"</a>".repeat(MAX_DEPTH + 1);
        assert_eq!(read(deep.as_bytes()), Err(XmlRefusal::TooLarge));
        let wide = format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS));
        assert_eq!(read(wide.as_bytes()), Err(XmlRefusal::TooLarge));
        let long = format!("<a>{}</a>", "x".repeat(MAX_BYTES));
        assert_eq!(read(long.as_bytes()), Err(XmlRefusal::TooLarge));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_make_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let _ = read(&bytes);
        }

        #[test]
        fn text_comes_back_as_it_was_written(text in "[ -~à-ỹ]{0,60}") {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let root = read(format!("<a>{escaped}</a>").as_bytes()).unwrap();
            prop_assert_eq!(root.text, text);
        }

        #[test]
        fn markup_at_random_makes_no_panic(text in "[<>/&;!\\[\\]?a-c='\" -]{0,300}") {
            let _ = read(text.as_bytes());
        }
    }
}
