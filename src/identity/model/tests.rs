//! What is printed, typed and scanned comes back as it was meant.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::read::ZlibDecoder;
use proptest::prelude::*;
use std::io::Read;
use uuid::Uuid;

use super::codes::{code_as_printed, code_text};
use super::makers::Maker;
use super::qr::{QUIET, Qr};
use super::roll::Roll;
use super::setup::Addresses;
use super::sheet::{Sheet, page, sheets_pdf};
use crate::base::ids::DeviceId;
use crate::base::paper::letters::{covers, width};
use crate::base::paper::paint::{Mark, PAGE_HEIGHT, PAGE_WIDTH};

const TOKEN: &str = "q0Jp3vVf8xkq3gq2m0Zz1y7cF5h4d9sT6uRwXeLbNaE";

fn addresses() -> Addresses<'static> {
    Addresses {
        base: "https://tuantra.example",
        device: DeviceId(Uuid::from_u128(0x0193_8f3a_7c2e_7b1a_9d43_6f0a_51b2_c3d4)),
        name: "Tổ 01 – máy A",
    }
}

/// Reads a code's picture, three points a square, with a reader that is not the writer's kin.
fn scanned(qr: &Qr) -> String {
    const POINTS: usize = 3;
    let side = (qr.width() + 2 * QUIET) * POINTS;
    let mut dark = vec![false; side * side];
    for run in qr.runs() {
        for y in (run.y + QUIET) * POINTS..(run.y + QUIET + 1) * POINTS {
            let from = y * side + (run.x + QUIET) * POINTS;
            dark[from..from + run.length * POINTS].fill(true);
        }
    }
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
        if dark[y * side + x] { 0 } else { 255 }
    });
    let found = picture.detect_grids();
    assert_eq!(found.len(), 1);
    found[0].decode().unwrap().1
}

#[test]
fn collect_reads_its_settings_out_of_the_code() {
    let packed = scanned(&Qr::of(&addresses().collect_settings(TOKEN)).unwrap());
    let mut json = String::new();
    let bytes = STANDARD.decode(packed).unwrap();
    ZlibDecoder::new(bytes.as_slice())
        .read_to_string(&mut json)
        .unwrap();
    let settings: serde_json::Value = serde_json::from_str(&json).unwrap();
    let url = format!("https://tuantra.example/v1/key/{TOKEN}/projects/1");
    assert_eq!(settings["general"]["server_url"], url);
    assert_eq!(settings["general"]["form_update_mode"], "match_exactly");
    assert_eq!(settings["general"]["autosend"], "wifi_and_cellular");
    assert!(settings["admin"].is_object());
    assert_eq!(settings["project"]["name"], "tuantra – Tổ 01 – máy A");
}

#[test]
fn every_code_is_read_as_it_was_written() {
    let at = addresses();
    for text in [
        at.traccar_link(TOKEN),
        at.owntracks_link(TOKEN),
        at.overland_link(TOKEN),
        at.osmand_template(TOKEN),
        at.gpslogger_template(TOKEN),
        "https://tuantra.example/enrol/7K3M-9Q2X-0FHT-5ZAB".into(),
    ] {
        assert_eq!(scanned(&Qr::of(&text).unwrap()), text);
    }
}

#[test]
fn a_code_that_is_drawn_for_a_page_has_the_squares_of_the_code() {
    let qr = Qr::of("https://tuantra.example/t/x").unwrap();
    let svg = qr.svg("Mã <QR>");
    assert_eq!(svg.matches("v1h-").count(), qr.runs().len());
    assert!(svg.contains("aria-label=\"Mã &lt;QR&gt;\""), "{svg}");
    assert!(
        !svg.contains("style"),
        "pages allow no styles in place: {svg}"
    );
}

#[test]
fn trackers_are_told_address_and_settings_as_they_read_them() {
    let at = addresses();
    let door = format!("https://tuantra.example/t/{TOKEN}");
    let traccar = at.traccar_link(TOKEN);
    assert!(
        traccar.starts_with(&format!("{door}?id=51b2c3d4&interval=60&distance=25&")),
        "{traccar}"
    );
    let tap = at.traccar_tap(TOKEN);
    let encoded =
        format!("org.traccar.client://config?url=https%3A%2F%2Ftuantra.example%2Ft%2F{TOKEN}&id=");
    assert!(tap.starts_with(&encoded), "{tap}");
    assert_eq!(
        at.osmand_template(TOKEN),
        format!(
            "{door}?lat={{0}}&lon={{1}}&timestamp={{2}}&accuracy={{3}}&altitude={{4}}&spd={{5}}&bearing={{6}}"
        )
    );
    let overland = at.overland_link(TOKEN);
    assert!(
        overland.contains(&format!("%2Ft%2F{TOKEN}%2Foverland&device_id=")),
        "{overland}"
    );
    let owntracks = at.owntracks_link(TOKEN);
    let inline = owntracks
        .strip_prefix("owntracks:///config?inline=")
        .unwrap();
    let inline = inline
        .replace("%3D", "=")
        .replace("%2B", "+")
        .replace("%2F", "/");
    let configuration: serde_json::Value =
        serde_json::from_slice(&STANDARD.decode(inline).unwrap()).unwrap();
    assert_eq!(configuration["mode"], 3);
    assert_eq!(configuration["url"], format!("{door}/owntracks"));
}

#[test]
fn the_field_apps_secret_stands_behind_the_hash_alone() {
    let link = addresses().field_link(TOKEN);
    let (address, handed) = link.split_once("/field/#enrol=").unwrap();
    assert_eq!(address, "https://tuantra.example");
    let handed: serde_json::Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(handed).unwrap()).unwrap();
    assert_eq!(handed["token"], TOKEN);
}

#[test]
fn a_code_is_recognised_however_it_is_typed() {
    let code = code_text([0x5a; 10]);
    assert_eq!(code.len(), 19);
    for typed in [
        code.clone(),
        code.to_lowercase(),
        code.replace('-', ""),
        code.replace('-', " "),
    ] {
        assert_eq!(code_as_printed(&typed), Some(code.clone()), "{typed}");
    }
    assert_eq!(
        code_as_printed("oil0-0000-0000-0000").as_deref(),
        Some("0110-0000-0000-0000")
    );
    for other in [
        "",
        "U000-0000-0000-0000",
        "0000-0000-0000-000",
        "0000-0000-0000-00000",
        "ố",
    ] {
        assert_eq!(code_as_printed(other), None, "{other}");
    }
}

#[test]
fn a_list_from_a_spreadsheet_is_read_with_commas_or_semicolons() {
    let semicolons =
        "\u{feff}Tên;Tổ;Xã;Hãng\r\nmáy 1;Tổ 1;02647 02650;Samsung A15\r\n\r\nmáy 2;;Toàn tỉnh;\r\n";
    let roll = Roll::read(semicolons.as_bytes());
    assert_eq!(roll.faults, []);
    assert_eq!(roll.rows.len(), 2);
    assert_eq!(roll.rows[0].communes, ["02647", "02650"]);
    assert_eq!(roll.rows[0].maker, Some(Maker::Samsung));
    assert_eq!((roll.rows[1].row, roll.rows[1].team.as_deref()), (4, None));
    let commas = "name,team,communes\nmáy 1,Tổ 1,\"02647;02650\"\n";
    assert_eq!(
        Roll::read(commas.as_bytes()).rows[0].communes,
        ["02647", "02650"]
    );
}

#[test]
fn every_fault_of_a_list_is_told_with_row_and_column() {
    let text =
        "name,team,communes,maker\n,a,b,samsung\nx,a,026-47,samsung\ny,a,1,ericsson\nx,a,1,\n";
    let roll = Roll::read(text.as_bytes());
    let told: Vec<_> = roll
        .faults
        .iter()
        .map(|fault| (fault.row, fault.field))
        .collect();
    assert_eq!(
        told,
        [(2, "name"), (3, "communes"), (4, "maker"), (5, "name")]
    );
    let told = Roll::read(b"ten cot,khac\na,b\n").faults;
    assert_eq!((told[0].row, told[0].field), (1, "heading"));
    assert_eq!(Roll::read(b"name\nm\xe1y\n").faults.len(), 1);
}

#[test]
fn headings_are_known_however_offices_write_them_and_others_are_faults() {
    for heading in [
        "Tên máy;Tổ tuần tra;Xã/phường;Hãng điện thoại",
        "TEN;TO;MA XA;HANG",
        "Bí danh;Tổ;Xã, phường;Máy",
        "name;team;communes;maker;;",
    ] {
        let roll = Roll::read(format!("{heading}\nmáy 1;Tổ 1;02647;Samsung\n").as_bytes());
        assert_eq!(roll.faults, [], "{heading}");
        assert_eq!(roll.rows[0].communes, ["02647"], "{heading}");
    }
    let faults = |text: &str| -> Vec<(usize, &'static str)> {
        let found = Roll::read(text.as_bytes()).faults.into_iter();
        found.map(|fault| (fault.row, fault.field)).collect()
    };
    // What is no heading gives no device the whole province.
    assert_eq!(
        faults("name;team;comunes;maker\nx;a;02647;\n"),
        [(1, "heading"), (1, "heading")]
    );
    assert_eq!(faults("name;team\nx;a\n"), [(1, "heading")]);
    assert_eq!(faults("name;xã;phường\nx;02647;02650\n"), [(1, "heading")]);
    assert_eq!(faults("name;communes\nx;\n"), [(2, "communes")]);
    assert_eq!(faults("name;communes\nx\n"), [(2, "communes")]);
    assert_eq!(faults("name,team,communes\nx,,02647,02650\n"), [(2, "row")]);
    assert_eq!(faults("name,communes\nx,02647,,\n"), []);
}

#[test]
fn a_quotation_mark_that_stands_alone_is_a_fault_in_its_row() {
    for (text, row) in [
        ("name,communes\nx,02647\n\"\n", 3),
        ("name,communes\nmáy \"A,02647\n", 2),
        ("name,communes\n\"máy\" A,02647\ny,02647\n", 2),
        ("name,communes\nx,02647\n\"y,02647\n", 3),
    ] {
        let faults = Roll::read(text.as_bytes()).faults;
        let told: Vec<_> = faults
            .iter()
            .map(|fault| (fault.row, fault.field))
            .collect();
        assert_eq!(told, [(row, "row")], "{text}");
    }
    let quoted = "name,communes\n\"máy \"\"A\"\"\",\"02647,02650\" \n";
    let roll = Roll::read(quoted.as_bytes());
    assert_eq!(roll.faults, []);
    assert_eq!(roll.rows[0].name, "máy \"A\"");
}

#[test]
fn a_sheet_says_everything_within_its_page() {
    for maker in Maker::ALL {
        let sheet = Sheet {
            name: "Thiết bị có tên rất dài để thử việc xuống dòng trên phiếu in ra giấy số 01"
                .into(),
            team: "Tổ tuần tra kiểm soát số 12 liên ngành biên phòng và công an xã".into(),
            org: "Đồn Biên phòng cửa khẩu quốc tế".into(),
            communes: "02647, 02650, 02653".into(),
            maker: Some(*maker),
            code: "7K3M-9Q2X-0FHT-5ZAB".into(),
            link: "https://tuantra.example/enrol/7K3M-9Q2X-0FHT-5ZAB".into(),
            typed_at: "https://tuantra.example/enrol".into(),
        };
        let marks = page(&sheet);
        let mut said = String::new();
        for mark in &marks {
            match mark {
                Mark::Text {
                    x,
                    y,
                    size,
                    bold,
                    text,
                } => {
                    assert!(
                        *x >= 0.0 && x + width(text, *size, *bold) <= PAGE_WIDTH - 40.0,
                        "{text}"
                    );
                    assert!(*y < PAGE_HEIGHT - 30.0, "{maker}: {text} at {y}");
                    assert!(covers(text), "{text}");
                    said.push_str(text);
                }
                Mark::Block { corner, size } => assert!(corner.1 + size.1 < PAGE_HEIGHT - 30.0),
                _ => unreachable!("a sheet has letters and squares"),
            }
        }
        assert!(said.contains(&sheet.code));
        assert!(sheets_pdf(&[sheet]).unwrap().starts_with(b"%PDF"));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_list_or_its_faults(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let roll = Roll::read(&bytes);
        prop_assert!(roll.faults.len() <= 200);
    }

    #[test]
    fn any_text_is_a_code_or_none(text in ".{0,80}") {
        if let Some(code) = code_as_printed(&text) {
            prop_assert_eq!(code_as_printed(&code), Some(code.clone()));
        }
    }
}
