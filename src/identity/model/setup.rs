//! What each phone app is told, so that it reaches this server: links, templates and settings, one secret per door.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::json;

use crate::base::ids::DeviceId;

/// How often a tracker writes a position down. Half of what a walker covers in a minute lies within the 50 m that one
/// sees, so that no gap opens between two positions.
const TRACKING: &str = "interval=60&distance=25&angle=30&heartbeat=300&accuracy=high&buffer=true&stop_detection=true&wakelock=true";
/// Seconds between two positions of OwnTracks when it moves.
const OWNTRACKS_INTERVAL_S: u32 = 60;
/// Metres between two positions of OwnTracks.
const OWNTRACKS_DISTANCE_M: u32 = 25;

/// The addresses of one device.
#[derive(Debug, Clone, Copy)]
pub struct Addresses<'a> {
    /// How phones reach this server, without a trailing slash.
    pub base: &'a str,
    /// The device.
    pub device: DeviceId,
    /// Its pseudonym.
    pub name: &'a str,
}

impl Addresses<'_> {
    /// What ODK Collect reads from a QR code: settings as JSON, zlib, base64
    /// (Collect's `client-settings.schema.json`; `general` and `admin` must be there).
    #[must_use]
    pub fn collect_settings(&self, odk_token: &str) -> String {
        let settings = json!({
            "general": {
                "protocol": "odk_default",
                "server_url": format!("{}/v1/key/{odk_token}/projects/1", self.base),
                "form_update_mode": "match_exactly",
                "autosend": "wifi_and_cellular",
            },
            "admin": {},
            "project": { "name": format!("tuantra – {}", self.name), "icon": "T", "color": "#24443a" },
        });
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        // Writing to a Vec cannot fail.
        let _ = packed.write_all(settings.to_string().as_bytes());
        STANDARD.encode(packed.finish().unwrap_or_default())
    }

    /// Collect's address for typing.
    #[must_use]
    pub fn collect_url(&self, odk_token: &str) -> String {
        format!("{}/v1/key/{odk_token}/projects/1", self.base)
    }

    /// The tracker door.
    #[must_use]
    pub fn tracker_url(&self, token: &str) -> String {
        format!("{}/t/{token}", self.base)
    }

    /// What Traccar Client reads from a QR code: it keeps origin and path as the server, the query as settings.
    #[must_use]
    pub fn traccar_link(&self, token: &str) -> String {
        format!("{}?id={}&{TRACKING}", self.tracker_url(token), self.short())
    }

    /// The same for a tap on the phone itself (the app's own scheme).
    #[must_use]
    pub fn traccar_tap(&self, token: &str) -> String {
        format!(
            "org.traccar.client://config?url={}&id={}&{TRACKING}",
            in_query(&self.tracker_url(token)),
            self.short()
        )
    }

    /// OwnTracks' configuration link (booklet, "URL config"): HTTP mode, moving.
    #[must_use]
    pub fn owntracks_link(&self, token: &str) -> String {
        let configuration = json!({
            "_type": "configuration",
            "mode": 3,
            "monitoring": 2,
            "url": format!("{}/owntracks", self.tracker_url(token)),
            "deviceId": self.short(),
            "tid": &self.short()[..2],
            "locatorInterval": OWNTRACKS_INTERVAL_S,
            "locatorDisplacement": OWNTRACKS_DISTANCE_M,
        });
        let inline = STANDARD.encode(configuration.to_string());
        format!("owntracks:///config?inline={}", in_query(&inline))
    }

    /// OwnTracks' address for typing.
    #[must_use]
    pub fn owntracks_url(&self, token: &str) -> String {
        format!("{}/owntracks", self.tracker_url(token))
    }

    /// Overland's setup link.
    #[must_use]
    pub fn overland_link(&self, token: &str) -> String {
        format!(
            "overland://setup?url={}&device_id={}",
            in_query(&self.overland_url(token)),
            self.short()
        )
    }

    /// Overland's address for typing.
    #[must_use]
    pub fn overland_url(&self, token: &str) -> String {
        format!("{}/overland", self.tracker_url(token))
    }

    /// `OsmAnd`'s online tracking template: `spd` is in m/s, where `speed` would be Traccar's knots.
    #[must_use]
    pub fn osmand_template(&self, token: &str) -> String {
        format!(
            "{}?lat={{0}}&lon={{1}}&timestamp={{2}}&accuracy={{3}}&altitude={{4}}&spd={{5}}&bearing={{6}}",
            self.tracker_url(token)
        )
    }

    /// `GPSLogger`'s custom URL.
    #[must_use]
    pub fn gpslogger_template(&self, token: &str) -> String {
        format!(
            "{}?lat=%LAT&lon=%LON&timestamp=%TIMESTAMP&accuracy=%ACC&altitude=%ALT&spd=%SPD&bearing=%DIR&batt=%BATT",
            self.tracker_url(token)
        )
    }

    /// The field app with its secret behind `#`, which browsers never send to a server.
    #[must_use]
    pub fn field_link(&self, api_token: &str) -> String {
        let handed = json!({ "device": self.device, "token": api_token });
        format!(
            "{}/field/#enrol={}",
            self.base,
            URL_SAFE_NO_PAD.encode(handed.to_string())
        )
    }

    /// What trackers call the device; the server goes by the secret alone.
    fn short(&self) -> String {
        let id = self.device.0.simple().to_string();
        id[id.len() - 8..].to_owned()
    }
}

/// A text as a value in a query (RFC 3986 §2.3: the unreserved stay).
#[must_use]
pub fn in_query(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = std::fmt::Write::write_fmt(&mut encoded, format_args!("%{byte:02X}"));
        }
    }
    encoded
}

/// A text within HTML.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
