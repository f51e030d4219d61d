//! The settings of an S3-compatible store of originals.

use std::fmt;
use std::path::PathBuf;

use super::reader::Reader;

/// A bucket on an S3-compatible store.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// The bucket's name.
    pub name: String,
    /// The folder in it, which may be none, without slashes at its ends.
    pub folder: String,
    /// Where the store is reached; without one it is Amazon's in `region`.
    pub endpoint: Option<String>,
    /// The region that requests are signed for.
    pub region: String,
    /// The access key's name.
    pub access_key: String,
    /// The access key's secret.
    pub secret_key: Secret,
    /// Allow an endpoint without TLS (a lab, or a store on this machine).
    pub plain_http: bool,
}

/// A text that no log shows.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Bucket {
    /// The bucket that the settings name, if they name one and nothing about it is amiss.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let url: Option<String> = reader.parse("blob_url");
        let endpoint: Option<String> = reader.parse("blob_endpoint");
        let region = reader.parse("blob_region");
        let access_key = reader.parse::<String>("blob_access_key");
        let secret_key = secret(reader);
        let plain_http = reader.parse("blob_plain_http").unwrap_or(false);
        let Some(url) = url else {
            if endpoint.is_some() || access_key.is_some() || secret_key.is_some() {
                let why = "blob_url: needed beside blob_endpoint and the access key";
                reader.faults.push(why.into());
            }
            return None;
        };
        if endpoint.is_none() && region.is_none() {
            let why = "blob_url: give blob_endpoint, or blob_region for Amazon's own store";
            reader.faults.push(why.into());
        }
        name_bad_endpoint(reader, endpoint.as_deref(), plain_http);
        let (Some((name, folder)), Some(access_key), Some(secret_key)) =
            (parts(&url), access_key, secret_key)
        else {
            if parts(&url).is_none() {
                reader.blame("blob_url");
            } else {
                let why =
                    "blob_url: needs blob_access_key with blob_secret_key or blob_secret_file";
                reader.faults.push(why.into());
            }
            return None;
        };
        Some(Self {
            name,
            folder,
            endpoint: endpoint.map(|url| url.trim_end_matches('/').to_owned()),
            region: region.unwrap_or_else(|| "us-east-1".into()),
            access_key,
            secret_key: Secret(secret_key),
            plain_http,
        })
    }
}

fn name_bad_endpoint(reader: &mut Reader<'_>, endpoint: Option<&str>, plain_http: bool) {
    match endpoint {
        Some(url) if url.starts_with("http://") && !plain_http => reader.faults.push(
            "blob_endpoint: originals would travel without TLS: use https, or blob_plain_http = true in a lab".into(),
        ),
        Some(url) if !url.starts_with("https://") && !url.starts_with("http://") => {
            reader.blame("blob_endpoint");
        }
        _ => {}
    }
}

/// The secret as it is set, or as its file holds it.
fn secret(reader: &mut Reader<'_>) -> Option<String> {
    let set: Option<String> = reader.parse("blob_secret_key");
    let Some(file) = reader.parse::<PathBuf>("blob_secret_file") else {
        return set;
    };
    if set.is_some() {
        let why = "blob_secret_file: blob_secret_key is set too; give one of them";
        reader.faults.push(why.into());
    }
    match std::fs::read_to_string(&file) {
        Ok(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Ok(_) => {
            reader.blame("blob_secret_file");
            None
        }
        Err(error) => {
            let file = file.display();
            let why = format!("blob_secret_file: {file} cannot be read: {error}");
            reader.faults.push(why);
            None
        }
    }
}

/// Bucket and folder of `s3://bucket/folder`.
fn parts(url: &str) -> Option<(String, String)> {
    let (name, folder) = match url.strip_prefix("s3://")?.split_once('/') {
        Some((name, folder)) => (name, folder.trim_matches('/')),
        None => (url.strip_prefix("s3://")?, ""),
    };
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    (name.len() >= 3 && name.chars().all(is_name)).then(|| (name.to_owned(), folder.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::config::{Config, ConfigFaults};

    const WHOLE: [(&str, &str); 4] = [
        ("blob_url", "s3://tuantra-anh/tinh/"),
        ("blob_endpoint", "https://s3.example:9000/"),
        ("blob_access_key", "may-chu"),
        ("blob_secret_key", "khong-ai-biet"),
    ];

    /// Settings that differ from the whole ones, or are left out.
    type Changes<'a> = &'a [(&'a str, Option<&'a str>)];

    fn load(changes: Changes<'_>) -> Result<Config, ConfigFaults> {
        let mut texts: BTreeMap<String, String> =
            WHOLE.map(|(key, text)| (key.into(), text.into())).into();
        for (key, text) in changes {
            match text {
                Some(text) => drop(texts.insert((*key).into(), (*text).into())),
                None => drop(texts.remove(*key)),
            }
        }
        Config::parse(&texts)
    }

    #[test]
    fn a_bucket_is_told_by_its_url() {
        let bucket = load(&[]).unwrap().bucket.unwrap();
        assert_eq!(
            (bucket.name.as_str(), bucket.folder.as_str()),
            ("tuantra-anh", "tinh")
        );
        assert_eq!(bucket.endpoint.as_deref(), Some("https://s3.example:9000"));
        assert!(!format!("{bucket:?}").contains("khong-ai-biet"));
        let whole = load(&[("blob_url", Some("s3://tuantra-anh"))]).unwrap();
        assert_eq!(whole.bucket.unwrap().folder, "");
    }

    #[test]
    fn what_a_bucket_lacks_is_named() {
        let amiss: [(Changes<'_>, &str); 7] = [
            (&[("blob_url", None)], "blob_url: needed beside"),
            (
                &[("blob_url", Some("https://tuantra-anh"))],
                "blob_url: expected a URL such as s3://",
            ),
            (
                &[("blob_url", Some("s3://Tuantra/x"))],
                "blob_url: expected a URL such as s3://",
            ),
            (
                &[("blob_endpoint", Some("http://s3.example"))],
                "blob_endpoint: originals would travel",
            ),
            (
                &[("blob_endpoint", None)],
                "give blob_endpoint, or blob_region",
            ),
            (&[("blob_secret_key", None)], "needs blob_access_key"),
            (
                &[("blob_secret_file", Some("/nowhere/at/all"))],
                "blob_secret_file: ",
            ),
        ];
        for (changes, part) in amiss {
            let told = load(changes).unwrap_err().to_string();
            assert!(told.contains(part), "{changes:?}: {told}");
        }
        let lab = [
            ("blob_endpoint", Some("http://127.0.0.1:9000")),
            ("blob_plain_http", Some("true")),
        ];
        assert!(load(&lab).is_ok());
    }

    #[test]
    fn a_secret_is_read_from_its_file() {
        let file = std::env::temp_dir().join(format!("tuantra-secret-{}", std::process::id()));
        std::fs::write(&file, "tu-tep\n").unwrap();
        let path = file.display().to_string();
        let config = load(&[("blob_secret_key", None), ("blob_secret_file", Some(&path))]);
        std::fs::remove_file(&file).unwrap();
        assert_eq!(
            config.unwrap().bucket.unwrap().secret_key.reveal(),
            "tu-tep"
        );
    }
}
