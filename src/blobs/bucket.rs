//! A bucket on an S3-compatible store: bytes that several processes share.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};

use super::{Blobs, Error};

/// Where a bucket is and who asks.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The bucket's name.
    pub bucket: &'a str,
    /// The folder in it; may be empty.
    pub folder: &'a str,
    /// Where the store is reached; without one it is Amazon's in `region`.
    pub endpoint: Option<&'a str>,
    /// The region that requests are signed for.
    pub region: &'a str,
    /// The access key's name.
    pub access_key: &'a str,
    /// The access key's secret.
    pub secret_key: &'a str,
    /// Allow an endpoint without TLS.
    pub plain_http: bool,
}

/// A phone waits for the answer, and comes again: better a refusal soon than an answer nobody waits for.
const CONNECT: Duration = Duration::from_secs(3);
/// No byte moved for so long.
const SILENCE: Duration = Duration::from_secs(10);
/// One piece of five megabytes on a slow line to the store.
const WHOLE: Duration = Duration::from_mins(1);
const RETRIES: usize = 2;
const RETRY_WITHIN: Duration = Duration::from_secs(10);

impl Blobs {
    /// A bucket. Nothing is asked of it yet: whether it answers is what `probe` finds.
    pub fn open_bucket(place: &Place<'_>) -> Result<Self, Error> {
        // A second call finds a provider in place, which is the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = ClientOptions::new()
            .with_connect_timeout(CONNECT)
            .with_read_timeout(SILENCE)
            .with_timeout(WHOLE)
            .with_allow_http(place.plain_http);
        let retry = RetryConfig {
            backoff: BackoffConfig {
                init_backoff: Duration::from_millis(100),
                max_backoff: Duration::from_secs(1),
                base: 2.0,
            },
            max_retries: RETRIES,
            retry_timeout: RETRY_WITHIN,
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(place.bucket)
            .with_region(place.region)
            .with_access_key_id(place.access_key)
            .with_secret_access_key(place.secret_key)
            .with_client_options(client)
            .with_retry(retry)
            // Not every store knows the deletion of many at once, and some ask for other sums with it.
            .with_disable_bulk_delete(true);
        if let Some(endpoint) = place.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let bucket = builder.build()?;
        let inner: Arc<dyn ObjectStore> = if place.folder.is_empty() {
            Arc::new(bucket)
        } else {
            Arc::new(PrefixStore::new(bucket, place.folder))
        };
        Ok(Self::over(inner, None))
    }
}
