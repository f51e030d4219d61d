//! Map packs: base maps that an operator put into the data folder, for phones that go where no network is.
//!
//! A pack is one `PMTiles` file (version 3) in the folder `map-packs` of the data folder. It holds public geography and
//! nothing that was recorded here.

use std::io::SeekFrom;
use std::path::{Path as FilePath, PathBuf};

use axum::body::Body as Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::app::App;
use crate::base::actor::{Actor, Right};
use crate::base::hex;
use crate::http::range::{Asked, range};
use crate::http::{Body, Path, Problem, ProblemKind};
use crate::identity::Caller;

/// The folder within the data folder.
const FOLDER: &str = "map-packs";
const ENDING: &str = ".pmtiles";
/// Phones choose among these; a province has one or two.
const MOST_PACKS: usize = 50;
const MOST_NAME_BYTES: usize = 60;
/// Bytes that are read from a pack at once.
const PIECE: u64 = 64 * 1024;
/// Length of a header (`PMTiles` version 3, §3).
const HEADER: usize = 127;
const DEGREE: f64 = 10_000_000.0;

/// A base map that a phone may take along.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MapPack {
    /// Its name in the address.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Changes with its content, as in `ETag`.
    pub tag: String,
    /// West, south, east, north, degrees.
    pub bounds: [f64; 4],
    /// The coarsest zoom that it has.
    pub min_zoom: u8,
    /// The finest zoom that it has.
    pub max_zoom: u8,
    /// What a tile is: `mvt`, `png`, `jpeg`, `webp`, `avif`.
    #[schema(value_type = String)]
    pub tiles: &'static str,
}

/// The packs that there are, by name.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MapPacks {
    /// None where the operator supplied none.
    pub packs: Vec<MapPack>,
}

/// The base maps that phones may take along: `PMTiles` files in the folder `map-packs` of the data folder.
#[utoipa::path(get, path = "/api/v1/map-packs", tag = "areas", responses((status = 200, body = MapPacks)))]
pub(super) async fn map_packs(
    State(app): State<App>,
    Caller(actor): Caller,
) -> Result<Body<MapPacks>, Problem> {
    allowed(&actor)?;
    let mut packs = Vec::new();
    let mut names = names(&folder(&app)).await;
    names.sort_unstable();
    for name in names.into_iter().take(MOST_PACKS) {
        if let Some((_, pack)) = opened(&app, &name).await {
            packs.push(pack);
        }
    }
    Ok(Body(StatusCode::OK, MapPacks { packs }))
}

/// The bytes of a pack, whole or in parts (`Range` with `If-Range`).
#[utoipa::path(get, path = "/api/v1/map-packs/{name}", tag = "areas", params(("name" = String, Path)),
    responses((status = 200, content_type = "application/vnd.pmtiles"), (status = 206), (status = 304), (status = 416)))]
pub(super) async fn map_pack(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(name): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    allowed(&actor)?;
    let found = opened(&app, &name).await;
    let (file, pack) = found.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let mut headers = HeaderMap::new();
    let mut set = |name: header::HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    let tag = format!("\"{}\"", pack.tag);
    set(header::ETAG, &tag);
    set(header::ACCEPT_RANGES, "bytes");
    set(header::CACHE_CONTROL, "private, no-cache");
    set(header::CONTENT_TYPE, "application/vnd.pmtiles");
    let known = asked.get(header::IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let whole = pack.bytes;
    let (status, from, to) = match range(&asked, whole, &tag) {
        Asked::Whole => (StatusCode::OK, 0, whole),
        Asked::Part(from, to) => {
            let part = format!("bytes {from}-{}/{whole}", to - 1);
            set(header::CONTENT_RANGE, &part);
            (StatusCode::PARTIAL_CONTENT, from, to)
        }
        Asked::Beyond => {
            set(header::CONTENT_RANGE, &format!("bytes */{whole}"));
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response());
        }
    };
    set(header::CONTENT_LENGTH, &(to - from).to_string());
    let body = Bytes::from_stream(pieces(file, from, to));
    Ok((status, headers, body).into_response())
}

/// Those who go out.
fn allowed(actor: &Actor) -> Result<(), Problem> {
    let may = actor.may_somewhere(Right::RecordPatrols) && !actor.origin.retired;
    may.then_some(())
        .ok_or_else(|| Problem::new(ProblemKind::Forbidden))
}

fn folder(app: &App) -> PathBuf {
    app.config.data.join(FOLDER)
}

/// The names of files that may be packs; none where there is no folder.
async fn names(folder: &FilePath) -> Vec<String> {
    let mut names = Vec::new();
    let Ok(mut entries) = tokio::fs::read_dir(folder).await else {
        return names;
    };
    while let Ok(Some(entry)) = entries.next_entry().await {
        let name = entry.file_name();
        let pack = name.to_str().and_then(|name| name.strip_suffix(ENDING));
        names.extend(pack.filter(|name| is_name(name)).map(str::to_owned));
    }
    names
}

/// Letters, digits and dashes: a name leads nowhere but into its folder.
fn is_name(name: &str) -> bool {
    let is_sign = |sign: u8| sign.is_ascii_alphanumeric() || sign == b'-' || sign == b'_';
    (1..=MOST_NAME_BYTES).contains(&name.len()) && name.bytes().all(is_sign)
}

/// A pack with its open file; none for what is not there or is no pack.
async fn opened(app: &App, name: &str) -> Option<(File, MapPack)> {
    if !is_name(name) {
        return None;
    }
    let path = folder(app).join(format!("{name}{ENDING}"));
    let mut file = File::open(path).await.ok()?;
    let about = file.metadata().await.ok()?;
    let mut head = [0_u8; HEADER];
    file.read_exact(&mut head).await.ok()?;
    let modified = about.modified().ok()?;
    let modified = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
    let mut digest = Sha256::new();
    digest.update(about.len().to_le_bytes());
    digest.update(modified.as_nanos().to_le_bytes());
    digest.update(head);
    let tag = hex(&digest.finalize()[..16]);
    let pack = pack_of(name, about.len(), &head, tag)?;
    Some((file, pack))
}

/// What a header says (`PMTiles` version 3, §3: little-endian, degrees in ten-millionths).
fn pack_of(name: &str, bytes: u64, head: &[u8; HEADER], tag: String) -> Option<MapPack> {
    if !head.starts_with(b"PMTiles\x03") {
        return None;
    }
    let tiles = match head[99] {
        1 => "mvt",
        2 => "png",
        3 => "jpeg",
        4 => "webp",
        5 => "avif",
        _ => return None,
    };
    let degrees = |at: usize| {
        let bytes = head[at..at + 4].try_into().unwrap_or_default();
        f64::from(i32::from_le_bytes(bytes)) / DEGREE
    };
    Some(MapPack {
        name: name.to_owned(),
        bytes,
        tag,
        bounds: [degrees(102), degrees(106), degrees(110), degrees(114)],
        min_zoom: head[100],
        max_zoom: head[101],
        tiles,
    })
}

/// The bytes of an open file from one place up to another.
fn pieces(
    file: File,
    from: u64,
    to: u64,
) -> impl futures::Stream<Item = std::io::Result<bytes::Bytes>> {
    stream::try_unfold((file, from), move |(mut file, at)| async move {
        if at >= to {
            return Ok(None);
        }
        if at == from {
            file.seek(SeekFrom::Start(from)).await?;
        }
        let length = usize::try_from(PIECE.min(to - at)).unwrap_or(usize::MAX);
        let mut piece = vec![0; length];
        // A file that was made shorter meanwhile ends the answer early, which a client notices by its length.
        file.read_exact(&mut piece).await?;
        Ok(Some((
            bytes::Bytes::from(piece),
            (file, at + length as u64),
        )))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn head(signature: [u8; 8], kind: u8) -> [u8; HEADER] {
        let mut head = [0; HEADER];
        head[..8].copy_from_slice(&signature);
        head[99] = kind;
        (head[100], head[101]) = (5, 12);
        for (at, degrees) in [(102, 103.5), (106, 21.5), (110, 104.5), (114, -22.25)] {
            #[expect(clippy::cast_possible_truncation, reason = "degrees fit")]
            let value = (degrees * DEGREE) as i32;
            head[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        head
    }

    #[test]
    fn a_header_tells_extent_zooms_and_kind() {
        let pack = pack_of("base", 9, &head(*b"PMTiles\x03", 4), String::new()).unwrap();
        assert_eq!(pack.tiles, "webp");
        assert_eq!((pack.min_zoom, pack.max_zoom), (5, 12));
        for (told, degrees) in pack.bounds.iter().zip([103.5, 21.5, 104.5, -22.25]) {
            assert!((told - degrees).abs() < 1e-7);
        }
    }

    #[test]
    fn what_is_no_pack_is_none() {
        let none = |signature, kind| pack_of("base", 9, &head(signature, kind), String::new());
        assert!(none(*b"PMTiles\x02", 1).is_none());
        assert!(none(*b"SQLite f", 1).is_none());
        assert!(none(*b"PMTiles\x03", 0).is_none());
    }

    #[test]
    fn names_lead_nowhere_else() {
        assert!(is_name("lao-cai_2026"));
        for name in ["", "..", "a/b", "a.b", "a\\b", "é", &"a".repeat(61)] {
            assert!(!is_name(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read_or_left(bytes in prop::collection::vec(any::<u8>(), HEADER)) {
            let head: [u8; HEADER] = bytes.try_into().unwrap();
            let pack = pack_of("base", 9, &head, String::new());
            prop_assert_eq!(pack.is_some(), head.starts_with(b"PMTiles\x03") && (1..=5).contains(&head[99]));
        }
    }
}
