//! The harness: a server in process on a throwaway database, and the people and phones that call it.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use tower::ServiceExt;
use tuantra::app::App;
use tuantra::base::actor::{Actor, Door, Role};
use tuantra::base::ids::{DeviceId, IdMaker};
use tuantra::base::time::{Clock, FixedClock, Timestamp};
use tuantra::blobs::Blobs;
use tuantra::config::Config;
use tuantra::identity::model::{AccountDraft, DeviceDraft};
use tuantra::journal::Journal;
use tuantra::server;
use tuantra::store::Store;
use uuid::Uuid;

/// The databases that every story is told on.
#[derive(Debug, Clone, Copy)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// Tells each story on both databases: `name::on_sqlite` and `name::on_postgres`.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($field:ident: Field) $body:block)+) => {$(
        async fn $name($field: $crate::field::Field) $body

        mod $name {
            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name($crate::field::Field::start($crate::field::Database::Sqlite).await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$name($crate::field::Field::start($crate::field::Database::Postgres).await).await;
            }
        }
    )+};
}

/// 2026-03-02T03:00:00Z, ten in the morning local time: where the harness's clock stands at first.
pub const START: Timestamp = Timestamp::from_millis(1_772_420_400_000);

/// A server in process.
pub struct Field {
    pub app: App,
    pub clock: Arc<FixedClock>,
    /// Goes with the field.
    _folder: Folder,
    router: Router,
}

/// A folder that goes with the test.
pub struct Folder(PathBuf);

/// Somebody who calls the server.
#[derive(Clone)]
pub struct Client {
    router: Router,
    token: Option<String>,
    /// The account's or device's id.
    pub id: Uuid,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Field {
    /// Starts on an empty database of that kind.
    pub async fn start(database: Database) -> Self {
        let folder = Folder::new();
        let store = match database {
            Database::Sqlite => Store::open_sqlite(folder.path(), true).await.unwrap(),
            Database::Postgres => Store::open_postgres(&cloned_template().await, 8)
                .await
                .unwrap(),
        };
        store.migrate().await.unwrap();
        Self::over(store, folder).await
    }

    async fn over(store: Store, folder: Folder) -> Self {
        let clock = Arc::new(FixedClock::at(START));
        let key = folder.path().join("keys/journal.pem");
        let journal = Journal::open(store, clock.clone() as Arc<dyn Clock>, &key)
            .await
            .unwrap();
        let blobs = Blobs::open_folder(&folder.path().join("blobs"), true).unwrap();
        let mut config =
            Config::load(None, [("data", folder.path().display().to_string())].into()).unwrap();
        config.requests_per_second = NonZeroU32::new(10_000).unwrap();
        let app = App::assemble(config, journal, blobs);
        let router = server::router(app.clone(), None);
        Self {
            app,
            clock,
            _folder: folder,
            router,
        }
    }

    /// A phone that may record in these communes (none: the whole province), in the reserve team.
    pub async fn phone(&self, name: &str, communes: &[&str]) -> Client {
        let device = self.device(name, communes).await;
        self.door(device, Door::Api).await
    }

    /// A device without a secret.
    pub async fn device(&self, name: &str, communes: &[&str]) -> DeviceId {
        let draft = DeviceDraft {
            name: name.to_owned(),
            team: None,
            communes: owned(communes),
            maker: None,
        };
        self.app
            .identity
            .add_device(&Actor::console(), draft)
            .await
            .unwrap()
            .id
    }

    /// A client with a fresh secret of a device for one door.
    pub async fn door(&self, device: DeviceId, door: Door) -> Client {
        let secret = self
            .app
            .identity
            .device_secret(&Actor::console(), device, door)
            .await
            .unwrap();
        self.with_token(secret.text, device.0)
    }

    /// An account with a role in these communes (none: the whole province).
    pub async fn account(&self, login: &str, role: Role, communes: &[&str]) -> Client {
        let draft = AccountDraft {
            login: login.to_owned(),
            org: None,
            role,
            communes: owned(communes),
            password: None,
        };
        let console = Actor::console();
        let account = self
            .app
            .identity
            .add_account(&console, draft)
            .await
            .unwrap();
        let secret = self
            .app
            .identity
            .account_token(&console, account.id, false, None)
            .await
            .unwrap();
        self.with_token(secret.text, account.id)
    }

    /// A provincial officer.
    pub async fn officer(&self) -> Client {
        self.account("can-bo-tinh", Role::ProvincialOfficer, &[])
            .await
    }

    /// The same caller at another process on the same database, with nothing in memory yet.
    pub fn elsewhere(&self, client: &Client) -> Client {
        self.elsewhere_with(client, (*self.app.config).clone())
    }

    /// The same with settings of its own.
    pub fn elsewhere_with(&self, client: &Client, config: Config) -> Client {
        let app = App::assemble(config, self.app.journal.clone(), self.app.blobs.clone());
        Client {
            router: server::router(app, None),
            ..client.clone()
        }
    }

    /// Nobody in particular.
    pub fn anon(&self) -> Client {
        Client {
            router: self.router.clone(),
            token: None,
            id: Uuid::nil(),
        }
    }

    /// Whoever shows this token.
    pub fn with_token(&self, token: String, id: Uuid) -> Client {
        Client {
            router: self.router.clone(),
            token: Some(token),
            id,
        }
    }

    /// A fresh id, as a phone makes them.
    pub fn new_id(&self) -> Uuid {
        IdMaker::new(self.clock.clone() as Arc<dyn Clock>).make()
    }

    /// Lets the background work finish: entries numbered, jobs run.
    pub async fn settle(&self) {
        self.app.journal.sequence_all().await.unwrap();
        while tuantra::jobs::run_due(&self.app).await.unwrap() > 0 {}
        self.app.journal.sequence_all().await.unwrap();
    }

    /// A time so many seconds after the start, in RFC 3339.
    #[expect(clippy::unused_self, reason = "the clock starts with the field")]
    pub fn after(&self, seconds: i64) -> String {
        START.plus_millis(seconds * 1000).to_string()
    }
}

impl Client {
    /// The secret it shows.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or("")
    }

    /// The same one at another server.
    pub fn of(&self, router: Router) -> Self {
        Self {
            router,
            ..self.clone()
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, Body::empty()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, Body::empty()).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(
            Method::PUT,
            path,
            Some("application/json"),
            Body::from(body.to_string()),
        )
        .await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(
            Method::POST,
            path,
            Some("application/json"),
            Body::from(body.to_string()),
        )
        .await
    }

    /// Sends any body under any content type.
    pub async fn send(&self, method: Method, path: &str, kind: Option<&str>, body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.call(request.body(body).unwrap()).await
    }

    /// Asks for a path and gives the answer with its body unread, for streams.
    pub async fn open(&self, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let mut request = Request::builder().uri(path);
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends a request as it is.
    pub async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes,
        }
    }
}

impl Answer {
    /// Insists on a status, showing the body otherwise.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.bytes)
        );
        self
    }

    /// The JSON body.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// The slug of a problem.
    #[track_caller]
    pub fn problem(&self) -> String {
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
        let json = self.json();
        assert_eq!(json["status"], self.status.as_u16());
        assert!(json["request_id"].is_string());
        json["type"]
            .as_str()
            .unwrap()
            .trim_start_matches("/problems/")
            .to_owned()
    }

    /// The pointers of a problem's faulty fields.
    #[track_caller]
    pub fn pointers(&self) -> Vec<String> {
        let json = self.json();
        let fields = json["fields"].as_array().cloned().unwrap_or_default();
        fields
            .iter()
            .map(|field| field["pointer"].as_str().unwrap().to_owned())
            .collect()
    }
}

impl Folder {
    pub fn new() -> Self {
        let id = IdMaker::new(Arc::new(tuantra::base::time::SystemClock)).make();
        let path = std::env::temp_dir().join(format!("tuantra-test-{id}"));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn owned(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

/// A database of this test's own in the run's throwaway cluster, cloned from a migrated template.
pub async fn cloned_template() -> String {
    let admin = std::env::var("TUANTRA_TEST_POSTGRES").expect(
        "run through tests/with-postgres.sh (make tests): these stories are told on PostgreSQL too",
    );
    let (base, _) = admin.rsplit_once('/').unwrap();
    let mut conn = PgConnection::connect(&admin).await.unwrap();
    sqlx::query("SELECT pg_advisory_lock(20260302)")
        .execute(&mut conn)
        .await
        .unwrap();
    let made: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = 'template_tuantra')",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    if !made {
        sqlx::query("CREATE DATABASE template_tuantra")
            .execute(&mut conn)
            .await
            .unwrap();
        let store = Store::open_postgres(&format!("{base}/template_tuantra"), 1)
            .await
            .unwrap();
        store.migrate().await.unwrap();
        store.close().await;
    }
    let name = format!(
        "t{}",
        IdMaker::new(Arc::new(tuantra::base::time::SystemClock))
            .make()
            .simple()
    );
    let mut clone = sqlx::QueryBuilder::<sqlx::Postgres>::new("CREATE DATABASE ");
    clone.push(&name).push(" TEMPLATE template_tuantra");
    clone.build().execute(&mut conn).await.unwrap();
    sqlx::query("SELECT pg_advisory_unlock(20260302)")
        .execute(&mut conn)
        .await
        .unwrap();
    conn.close().await.unwrap();
    format!("{base}/{name}")
}
