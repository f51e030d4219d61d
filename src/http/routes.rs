//! Declared routes: no route without a word on who may call it. The table is what the rights test walks.

use std::sync::Arc;

use axum::http::Method;
use axum::middleware::from_fn_with_state;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::base::actor::Right;

use super::known::{known, refuse_unknown};
use super::refusals::tell_refusals;

/// Who may call a route. The decision itself is the service's; this is its declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, without a secret.
    Public,
    /// Whoever shows a valid secret of the native door.
    SignedIn,
    /// Whoever holds the right for the place concerned.
    Needs(Right),
    /// Whoever holds the right for the whole province.
    NeedsInProvince(Right),
    /// A tracker's secret in the path, or as the password of Basic.
    TrackerPath,
    /// A secret of the door of forms in the path.
    OdkPath,
}

/// One declared route.
#[derive(Debug, Clone)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path with `{parameters}`.
    pub path: String,
    /// Who may call it.
    pub access: Access,
}

/// A router that remembers what was declared.
pub struct Declared<S> {
    router: OpenApiRouter<S>,
    routes: Vec<Route>,
}

impl<S: Clone + Send + Sync + 'static> Declared<S> {
    /// No routes yet, under this document.
    #[must_use]
    pub fn new(document: OpenApi) -> Self {
        Self {
            router: OpenApiRouter::with_openapi(document),
            routes: Vec::new(),
        }
    }

    /// Adds the handlers of several paths that the same callers may call.
    #[must_use]
    pub fn all<const N: usize>(self, access: Access, paths: [UtoipaMethodRouter<S>; N]) -> Self {
        paths
            .into_iter()
            .fold(self, |declared, handlers| declared.route(access, handlers))
    }

    /// Adds the handlers of one path, with who may call them.
    #[must_use]
    pub fn route(mut self, access: Access, handlers: UtoipaMethodRouter<S>) -> Self {
        self.note(access, &handlers);
        self.router = self.router.routes(guarded(access, handlers));
        self
    }

    /// Adds handlers whose bodies may have up to `bytes` bytes.
    #[must_use]
    pub fn route_with_limit(
        mut self,
        access: Access,
        bytes: usize,
        handlers: UtoipaMethodRouter<S>,
    ) -> Self {
        self.note(access, &handlers);
        let (schemas, paths, methods) = guarded(access, handlers);
        let methods = methods.layer(axum::extract::DefaultBodyLimit::max(bytes));
        self.router = self.router.routes((schemas, paths, methods));
        self
    }

    /// The same for an address that people type: what they end with a slash is the same address.
    #[must_use]
    pub fn route_typed(
        mut self,
        access: Access,
        bytes: usize,
        handlers: UtoipaMethodRouter<S>,
    ) -> Self {
        let (_, paths, methods) = &handlers;
        for path in paths.paths.keys() {
            let limit = axum::extract::DefaultBodyLimit::max(bytes);
            let methods = methods.clone().layer(limit);
            self.router = self.router.route(&format!("{path}/"), methods);
        }
        self.route_with_limit(access, bytes, handlers)
    }

    /// The plain router, the OpenAPI document and the table of routes.
    pub fn finish(self) -> (axum::Router<S>, OpenApi, Arc<[Route]>) {
        let (router, mut document) = self.router.split_for_parts();
        tell_refusals(&mut document);
        (router, document, self.routes.into())
    }

    fn note(&mut self, access: Access, handlers: &UtoipaMethodRouter<S>) {
        for (path, item) in &handlers.1.paths {
            let methods = [
                (Method::GET, item.get.is_some()),
                (Method::PUT, item.put.is_some()),
                (Method::POST, item.post.is_some()),
                (Method::DELETE, item.delete.is_some()),
                (Method::PATCH, item.patch.is_some()),
                (Method::HEAD, item.head.is_some()),
                (Method::OPTIONS, item.options.is_some()),
            ];
            for (method, _) in methods.into_iter().filter(|(_, present)| *present) {
                self.routes.push(Route {
                    method,
                    path: path.clone(),
                    access,
                });
            }
        }
    }
}

/// The same handlers, which refuse what they do not know; trackers and forms' apps send what they like.
fn guarded<S: Clone + Send + Sync + 'static>(
    access: Access,
    (schemas, paths, methods): UtoipaMethodRouter<S>,
) -> UtoipaMethodRouter<S> {
    let is_foreign = matches!(access, Access::TrackerPath | Access::OdkPath);
    let methods = match known(&paths).filter(|_| !is_foreign) {
        Some(known) => methods.layer(from_fn_with_state(known, refuse_unknown)),
        None => methods,
    };
    (schemas, paths, methods)
}
