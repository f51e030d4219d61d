//! What settings are accepted.

use super::*;

fn load(pairs: &[(&str, &str)]) -> Result<Config, ConfigFaults> {
    let texts = pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    Config::parse(&texts)
}

#[test]
fn defaults_listen_on_loopback_only() {
    let config = load(&[]).unwrap();
    assert_eq!(config.listen, "127.0.0.1:8080".parse().unwrap());
    assert!(config.database_url.is_none());
}

#[test]
fn every_unknown_key_and_bad_value_is_named_at_once() {
    let faults = load(&[
        ("lisen", "x"),
        ("listen", "nowhere"),
        ("max_photo_mb", "many"),
        ("photo_seconds", "61"),
        ("database_url", "mysql://x"),
    ])
    .unwrap_err()
    .to_string();
    for named in [
        "lisen: unknown",
        "listen: expected",
        "max_photo_mb: expected",
        "photo_seconds: expected",
        "database_url: expected",
    ] {
        assert!(faults.contains(named), "{named} is missing in {faults}");
    }
}

#[test]
fn plain_http_off_loopback_is_refused_unless_a_lab_asks_for_it() {
    assert!(
        load(&[("listen", "0.0.0.0:80")])
            .unwrap_err()
            .to_string()
            .contains("without TLS")
    );
    assert!(load(&[("listen", "0.0.0.0:80"), ("plain_http", "true")]).is_ok());
    assert!(
        load(&[
            ("listen", "0.0.0.0:80"),
            ("public_url", "https://t.example")
        ])
        .is_ok()
    );
}

#[test]
fn debug_output_hides_the_database_password() {
    let config = load(&[("database_url", "postgres://u:hidden@h/d")]).unwrap();
    assert!(!format!("{config:?}").contains("hidden"));
}

#[test]
fn the_readme_lists_every_setting() {
    let readme = include_str!("../../README.md");
    let rows: Vec<&str> = readme
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    for (key, _) in keys::KEYS {
        let cell = format!("`{key}`");
        assert!(rows.iter().any(|row| row.contains(&cell)), "{key}");
    }
}
