//! The layers around the routes, what operators ask for, serving and stopping.

mod packs;
mod routes;
#[cfg(test)]
mod tests;
mod web;

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::RustlsConfig;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::app::App;
use crate::config::Config;
use crate::http::extract::BODY_LIMIT;
use crate::http::peer::{Wire, refuse_open_secrets};
use crate::http::routes::Route;
use crate::http::turns::Turns;
use crate::http::{Body, Problem, ProblemKind, layers};
use crate::ingest::tus::{self, Origins};
use crate::publish::cors;
use crate::store::Durability;

pub use routes::declared;

const TIMEOUT: Duration = Duration::from_mins(2);
const GRACE: Duration = Duration::from_secs(30);
/// How often measurements are summed up.
const UPKEEP: Duration = Duration::from_secs(5);
/// Bytes that one connection holds of what its client sends, and the most that a request's head may have. A thousand phones
/// come back at once: without a bound each takes some 400 kB while it sends a photo.
const READ_AHEAD: usize = 64 * 1024;
/// The same over HTTP/2, of one request; all of a connection together may have twice as much on the way.
const WINDOW: u32 = 64 * 1024;
/// So long a connection may be without a whole head of a request, at first and between two requests: each takes one of the
/// files that the process may open, and whoever opens a thousand and says nothing would have them all. Longer than the
/// minute for which proxies keep a silent connection. Over HTTP/2, whose connections are kept for requests to come, whoever
/// says nothing for so long is asked whether he is still there, and has as long again to say so.
const SILENCE: Duration = Duration::from_secs(75);
/// Pages load nothing from elsewhere and run no script that is not a file of ours.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob: data:; \
     connect-src 'self'; worker-src 'self'; manifest-src 'self'; media-src 'self' blob:; form-action 'self'; \
     frame-ancestors 'none'; base-uri 'none'";

/// What the whole service is made of: router, contract, table of routes.
pub fn router(app: App, metrics: Option<PrometheusHandle>) -> Router {
    let ids = app.journal.ids().clone();
    let wire = Arc::new(wire(&app.config));
    let origins = Origins::of(&app.config.cors_origins);
    let sites = cors::Sites::of(&app.config.cors_origins);
    let (router, _, _) = declared().finish();
    router
        .fallback(web::file)
        .with_state(app)
        .layer(axum::Extension(Metrics(metrics)))
        .layer(axum::Extension(Turns::default()))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(RequestDecompressionLayer::new())
        .layer(middleware::from_fn_with_state(TIMEOUT, layers::limit_time))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(middleware::from_fn(layers::speaks))
        .layer(middleware::from_fn_with_state(wire, refuse_open_secrets))
        .layer(middleware::from_fn_with_state(ids, layers::observe))
        .layer(middleware::from_fn_with_state(origins, tus::speak))
        .layer(middleware::from_fn_with_state(sites, cors::speak))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(CSP),
        ))
        .layer(
            CompressionLayer::new().compress_when(
                SizeAbove::new(1024)
                    .and(NotForContentType::IMAGES)
                    .and(NotForContentType::SSE)
                    .and(NotForContentType::const_new("application/zip"))
                    .and(NotForContentType::const_new("application/octet-stream"))
                    .and(is_whole),
            ),
        )
}

/// What is fetched by Range is the same bytes whoever asks: compressed, a part would not fit the rest. What says so itself
/// goes as it is, too: its strong name is that of these bytes.
fn is_whole(
    _: StatusCode,
    _: axum::http::Version,
    headers: &axum::http::HeaderMap,
    _: &axum::http::Extensions,
) -> bool {
    let control = headers.get(header::CACHE_CONTROL);
    let control = control
        .and_then(|own| own.to_str().ok())
        .unwrap_or_default();
    !headers.contains_key(header::ACCEPT_RANGES) && !control.contains("no-transform")
}

/// How requests reach a server with these settings.
fn wire(config: &Config) -> Wire {
    if config.tls_cert.is_some() {
        Wire::Tls
    } else if config.plain_http {
        Wire::Lab
    } else if config.is_https() {
        Wire::Proxied
    } else {
        Wire::Loopback
    }
}

/// The declared routes, for the test of rights and for documentation.
#[must_use]
pub fn route_table() -> Arc<[Route]> {
    declared().finish().2
}

/// The OpenAPI 3.1 document as checked in.
#[must_use]
pub fn openapi_json() -> String {
    declared().finish().1.to_pretty_json().unwrap_or_default()
}

#[derive(Clone)]
struct Metrics(Option<PrometheusHandle>);

/// Sums up what was measured. The recorder keeps every measurement by itself until it is asked for them, and it may be that
/// nobody ever asks.
async fn sum_up(recorder: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        recorder.run_upkeep();
    }
}

/// How the server fares.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Health {
    status: &'static str,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<&'static str>,
}

/// Whether the process answers.
#[utoipa::path(get, path = "/healthz", tag = "operate", responses((status = 200, body = Health)))]
async fn healthz() -> Body<Health> {
    Body(
        StatusCode::OK,
        Health {
            status: "ok",
            version: env!("CARGO_PKG_VERSION"),
            database: None,
        },
    )
}

/// Whether the server can keep its promises: database, its fsync settings, blobs.
#[utoipa::path(get, path = "/readyz", tag = "operate", responses((status = 200, body = Health), (status = 503)))]
async fn readyz(State(app): State<App>) -> Result<Body<Health>, Problem> {
    let store = app.journal.store();
    if let Durability::Broken(why) = store.durability().await? {
        return Err(Problem::new(ProblemKind::Unavailable).detail(why));
    }
    app.blobs.probe().await.map_err(|error| {
        Problem::new(ProblemKind::Unavailable)
            .detail("the blob store cannot be written")
            .internal(error)
    })?;
    Ok(Body(
        StatusCode::OK,
        Health {
            status: "ready",
            version: env!("CARGO_PKG_VERSION"),
            database: Some(store.engine()),
        },
    ))
}

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operate", responses((status = 200, body = String)))]
async fn prometheus(axum::Extension(Metrics(handle)): axum::Extension<Metrics>) -> Response {
    let text = handle.map(|handle| handle.render()).unwrap_or_default();
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        text,
    )
        .into_response()
}

/// The document as it is served: putting it together takes a while, and anybody may ask.
static DOCUMENT: LazyLock<String> = LazyLock::new(openapi_json);

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "operate", responses((status = 200)))]
async fn openapi() -> Response {
    (
        [(
            header::CONTENT_TYPE,
            "application/vnd.oai.openapi+json;version=3.1",
        )],
        DOCUMENT.as_str(),
    )
        .into_response()
}

/// The plain pages' style.
#[utoipa::path(get, path = "/assets/plain.css", tag = "web", responses((status = 200)))]
async fn stylesheet() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, include_str!("../plain.css")).into_response()
}

/// Serves until `stopped`, then lets requests under way finish.
pub async fn serve(
    app: App,
    stopped: impl Future<Output = ()> + Send + 'static,
    started: impl FnOnce(SocketAddr) + Send + 'static,
) -> anyhow::Result<()> {
    let config = Arc::clone(&app.config);
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new()
        .install_recorder()
        .ok();
    if let Some(recorder) = recorder.clone() {
        tokio::spawn(sum_up(recorder));
    }
    let live = app.live.clone();
    let service = router(app, recorder).into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    let stopping = handle.clone();
    tokio::spawn(async move {
        stopped.await;
        // Streams would hold the stopping up until its end.
        live.close();
        tracing::info!("stopping: requests under way may finish");
        stopping.graceful_shutdown(Some(GRACE));
    });
    let listening = handle.clone();
    tokio::spawn(async move {
        if let Some(address) = listening.listening().await {
            started(address);
        }
    });
    // An answer in several writes would otherwise wait with its last one until its reader, who waits for that, has owned
    // to the others: 40 ms.
    let at_once = NoDelayAcceptor::new();
    match (&config.tls_cert, &config.tls_key) {
        (Some(cert), Some(key)) => {
            // A second call finds a provider in place, which is the same one.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let tls = RustlsConfig::from_pem_file(cert, key)
                .await
                .context("the TLS certificate or key cannot be read")?;
            bounded(axum_server::bind_rustls(config.listen, tls), SILENCE)
                .map(|tls| tls.acceptor(at_once))
                .handle(handle)
                .serve(service)
                .await?;
        }
        _ => bounded(axum_server::bind(config.listen), SILENCE)
            .acceptor(at_once)
            .handle(handle)
            .serve(service)
            .await
            .with_context(|| format!("cannot listen on {}", config.listen))?,
    }
    Ok(())
}

/// Bounds what a connection holds in memory, and how long it says nothing.
fn bounded<Acceptor>(
    mut server: axum_server::Server<SocketAddr, Acceptor>,
    silence: Duration,
) -> axum_server::Server<SocketAddr, Acceptor> {
    let builder = server.http_builder();
    builder
        .http1()
        .max_buf_size(READ_AHEAD)
        .header_read_timeout(silence);
    builder
        .http2()
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(2 * WINDOW)
        .keep_alive_interval(silence)
        .keep_alive_timeout(silence);
    server.first_request_timeout(silence)
}
