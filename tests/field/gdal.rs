//! GDAL's own programs as clients of OGC API – Features: every plot with its values, by each way of showing a token.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::binary::{Folder, Server, Start};
use crate::cluster::Cluster;

/// More than one page of GDAL 3.6 (10 features) and of the newest (20).
const PLOTS: u32 = 33;

fn plot(number: u32) -> Value {
    json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [f64::from(10_400_000 + number * 137) / 1e5, 22.25] },
        "properties": {
            "crop": if number.is_multiple_of(3) { "cannabis" } else { "opium_poppy" },
            "detected_at": "2026-02-25T10:15:00+07:00", "detected_by": "patrol",
            "plants": number, "plants_method": "counted", "area_m2": f64::from(number) + 0.5, "area_method": "tape",
            "notes": format!("nương số {number}, suối Nậm Xé")
        }
    })
}

fn id(number: u32) -> String {
    format!("01938f3a-7c2e-7b1a-9d43-{number:012}")
}

/// What ogr2ogr makes of a layer, as GeoJSON features by id; nothing when it was refused.
fn read(url: &str, options: &[&str], login: Option<&str>) -> BTreeMap<String, Value> {
    let mut command = Command::new("ogr2ogr");
    command.args(["-f", "GeoJSON", "/vsistdout/", url, "plots"]);
    command.args(options).stderr(Stdio::null());
    if let Some(login) = login {
        command.env("GDAL_HTTP_USERPWD", login);
        command.env("GDAL_HTTP_AUTH", "BASIC");
    }
    command.env("GDAL_HTTP_TIMEOUT", "120");
    let output = command.output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let features = document["features"].as_array().cloned().unwrap_or_default();
    let by_id = features.into_iter().map(|feature| {
        let id = feature["properties"]["id"]
            .as_str()
            .or(feature["id"].as_str());
        (id.unwrap().to_owned(), feature)
    });
    by_id.collect()
}

fn field_types(address: &str, login: &str) -> String {
    let mut command = Command::new("ogrinfo");
    command.args([
        "-ro",
        "-so",
        &format!("OAPIF:http://{address}/ogc"),
        "plots",
    ]);
    command.env("GDAL_HTTP_USERPWD", login);
    command.env("GDAL_HTTP_AUTH", "BASIC");
    command.env("GDAL_HTTP_TIMEOUT", "120");
    let output = command.output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn hold_against_what_was_sent(all: &BTreeMap<String, Value>) {
    for number in 1..=PLOTS {
        let (read, sent) = (&all[&id(number)], plot(number));
        let told = &read["properties"];
        for name in ["crop", "plants", "area_m2", "notes", "detected_by"] {
            assert_eq!(
                told[name], sent["properties"][name],
                "{name} of plot {number}"
            );
        }
        let at = told["detected_at"].as_str().unwrap().replace('/', "-");
        assert!(
            at.starts_with("2026-02-25T03:15:00") || at.starts_with("2026-02-25 03:15:00"),
            "{at}"
        );
        for axis in 0..2 {
            let (own, known) = (
                &read["geometry"]["coordinates"][axis],
                &sent["geometry"]["coordinates"][axis],
            );
            let off = own.as_f64().unwrap() - known.as_f64().unwrap();
            assert!(off.abs() < 1e-7, "plot {number} lies {off} degrees off");
        }
    }
}

async fn compare(data: &Path, database: Option<&str>) {
    let start = Start::on(data, database);
    let account = [
        "account",
        "token",
        "--name",
        "gis",
        "--role",
        "provincial_officer",
    ];
    let token = start.answer(&account);
    let short = start.answer(&[&account[..], &["--read-only", "--days", "1"]].concat());
    let server: Server = start.serve().await;
    let address = &server.address;
    for number in 1..=PLOTS {
        let path = format!("/api/v1/plots/{}", id(number));
        let answer = server.put(&path, &token, &plot(number)).await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.json());
    }
    let (url, login) = (format!("OAPIF:http://{address}/ogc"), format!("ai:{token}"));
    let all = read(&url, &[], Some(&login));
    assert_eq!(
        all.len(),
        PLOTS as usize,
        "GDAL read another number of plots"
    );
    hold_against_what_was_sent(&all);
    let few = read(&url, &["-oo", "PAGE_SIZE=7"], Some(&login));
    assert_eq!(
        few.keys().collect::<Vec<_>>(),
        all.keys().collect::<Vec<_>>()
    );
    let cannabis = read(&url, &["-where", "crop = 'cannabis'"], Some(&login));
    assert_eq!(cannabis.len(), 11);
    let near = read(
        &url,
        &["-spat", "103.99", "22.2", "104.0069", "22.3"],
        Some(&login),
    );
    assert_eq!(near.len(), 5);
    assert_eq!(
        read(&format!("{url}?access_token={short}"), &[], None).len(),
        all.len()
    );
    assert!(
        read(&url, &[], None).is_empty(),
        "GDAL read without a token"
    );
    assert!(read(&format!("{url}?access_token={token}"), &[], None).is_empty());
    let told = field_types(address, &login);
    for line in [
        "Feature Count: 33",
        "area_m2: Real",
        "plants: Integer",
        "detected_at: DateTime",
        "Geometry: Point",
    ] {
        assert!(told.contains(line), "{line} is missing in:\n{told}");
    }
}

#[tokio::test]
async fn gdal_reads_every_plot_with_its_values_from_sqlite() {
    let folder = Folder::new("gdal");
    compare(folder.path(), None).await;
}

#[tokio::test]
async fn gdal_reads_every_plot_with_its_values_from_postgres() {
    let folder = Folder::new("gdal-postgres");
    let cluster = Cluster::start("gdal-cluster");
    compare(folder.path(), Some(&cluster.url())).await;
}
