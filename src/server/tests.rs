//! Connections on which nothing is said.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use axum_server::Handle;
use futures::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::bounded;

const HEAD: &str = "GET / HTTP/1.1\r\nhost: here\r\n";

/// The same question over HTTP/2: the preface, empty settings, one head (its method, scheme and path by their numbers).
const HEAD_2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\x09\x01\x05\0\0\0\x01\x82\x86\x84\x41\x04here";

/// What is answered, until the connection is closed, to who sends this and no more.
async fn answered(address: SocketAddr, sent: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(sent).await.unwrap();
    let mut bytes = Vec::new();
    let reading = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut bytes));
    // How it ends is the kernel's, that it ends is ours.
    let _ = reading.await.expect("the connection stays open");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_said_is_closed() {
    let handle = Handle::new();
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = bounded(axum_server::bind(free), Duration::from_secs(1));
    let router = Router::new().route("/", get(|| async { "it answers" }));
    let serving = server
        .handle(handle.clone())
        .serve(router.into_make_service());
    let serving = tokio::spawn(serving);
    let address = handle.listening().await.unwrap();
    let begun = ["", "GET", HEAD].map(|begun| answered(address, begun.as_bytes()));
    for answer in join_all(begun).await {
        assert!(!answer.contains("it answers"), "{answer}");
    }
    // Nor is one kept for a second request that never comes.
    let answer = answered(address, format!("{HEAD}\r\n").as_bytes()).await;
    assert!(answer.ends_with("it answers"), "{answer}");
    // Over HTTP/2 whoever does not even answer whether he is there.
    let answer = answered(address, HEAD_2).await;
    assert!(answer.contains("it answers"), "{answer}");
    serving.abort();
}
