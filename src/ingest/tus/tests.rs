//! Headers of senders, well-formed and not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::headers::{Metadata, bytes, checksum, http_date, metadata};
use crate::base::time::Timestamp;
use crate::evidence::model::checksum::Checksum;

#[test]
fn lengths_are_digits_and_nothing_else() {
    assert_eq!(bytes(b"0"), Ok(0));
    assert_eq!(bytes(b"4611686018427387904"), Ok(1 << 62));
    assert_eq!(bytes(b"99999999999999999999999999"), Ok(u64::MAX));
    for other in [
        &b""[..],
        b"-1",
        b"+1",
        b"1.5",
        b" 1",
        b"0x10",
        "١".as_bytes(),
    ] {
        assert!(bytes(other).is_err(), "{other:?}");
    }
}

#[test]
fn metadata_names_the_photo_and_the_type() {
    let id = "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4";
    let text = format!(
        "filename {}, filetype {},photo {},is_confidential",
        STANDARD.encode("ảnh.jpg"),
        STANDARD.encode("image/jpeg"),
        STANDARD.encode(id)
    );
    let read = metadata(text.as_bytes()).unwrap();
    assert_eq!(read.text, text);
    assert_eq!(read.photo.unwrap().to_string(), id);
    assert_eq!(read.media_type.as_deref(), Some("image/jpeg"));
    assert_eq!(metadata(b"").unwrap(), Metadata::default());
    assert_eq!(metadata(b"  ").unwrap(), Metadata::default());
}

#[test]
fn metadata_that_cannot_be_read_is_refused() {
    let long = format!("a {}", "A".repeat(8_000));
    let twice = "a QQ==,a QQ==";
    let unknown = format!("photo {}", STANDARD.encode("no id"));
    for other in [
        "a QQ",
        "a QQ== QQ==",
        ",",
        "a QQ==,",
        "a QQ==,,b",
        twice,
        "ả QQ==",
        &long,
        &unknown,
    ] {
        assert!(metadata(other.as_bytes()).is_err(), "{other}");
    }
    let control = format!("filetype {}", STANDARD.encode("image/jpeg\r\nx: y"));
    assert_eq!(metadata(control.as_bytes()).unwrap().media_type, None);
}

#[test]
fn checksums_are_of_three_kinds() {
    let twenty = STANDARD.encode([7; 20]);
    assert_eq!(
        checksum(format!("sha1 {twenty}").as_bytes()),
        Ok(Checksum::Sha1([7; 20]))
    );
    for other in [
        "",
        "sha1",
        "sha1 ",
        "crc99 AAAA",
        "sha1 AAAA",
        "sha256 !",
        &format!("SHA1 {twenty}"),
    ] {
        assert!(checksum(other.as_bytes()).is_err(), "{other}");
    }
}

/// RFC 9110 §5.6.7's example.
#[test]
fn dates_are_written_as_http_wants_them() {
    let at = Timestamp::from_millis(784_111_777_000);
    assert_eq!(http_date(at), "Sun, 06 Nov 1994 08:49:37 GMT");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(value in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = bytes(&value);
        if let Ok(read) = metadata(&value) {
            prop_assert!(read.text.len() <= value.len());
        }
        let _ = checksum(&value);
    }

    #[test]
    fn what_is_near_the_form_is_read_or_refused(value in "[a-z ,=+/0-9]{0,200}") {
        let _ = metadata(value.as_bytes());
        let _ = checksum(value.as_bytes());
    }

    #[test]
    fn metadata_comes_back_as_it_went(pairs in prop::collection::btree_map("[a-eg-oq-z]{1,8}", prop::collection::vec(any::<u8>(), 0..40), 0..6)) {
        let words: Vec<String> = pairs.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect();
        let text = words.join(",");
        prop_assert_eq!(metadata(text.as_bytes()).unwrap().text, text.trim());
    }
}
