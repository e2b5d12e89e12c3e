//! The embedded web page.

use axum::Json;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse as _, Response};

use crate::error::ApiError;

mod files {
    include!(concat!(env!("OUT_DIR"), "/web_files.rs"));
}

/// What the page was built from.
pub(crate) const RUNG: &str = files::RUNG;

const BUILT_IN: &str = include_str!("page.html");

/// A file of the page; the page itself for every other path that a browser may ask for.
pub(super) async fn page(method: Method, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_api = ["api/", "v1/", "rpc", "_/"].iter().any(|prefix| path.starts_with(prefix));
    if is_api || (method != Method::GET && method != Method::HEAD) {
        let message = format!("there is no {method} {}", uri.path());
        let error = ApiError::not_found("no_such_route", message);
        return error.hint("/api/v1/openapi.json lists every route").into_response();
    }
    if let Some((name, bytes)) = files::FILES.iter().find(|(name, _)| *name == path) {
        return file(name, bytes);
    }
    match files::FILES.iter().find(|(name, _)| *name == "index.html") {
        Some((name, bytes)) if !path.contains('.') => file(name, bytes),
        Some(_) => (StatusCode::NOT_FOUND, Json("no such file")).into_response(),
        None => Html(BUILT_IN).into_response(),
    }
}

fn file(name: &str, bytes: &'static [u8]) -> Response {
    let kind = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json" | "map") => "application/json",
        _ => "application/octet-stream",
    };
    // Names under assets/ carry the hash of their content.
    let cache =
        if name.starts_with("assets/") { "max-age=31536000, immutable" } else { "no-cache" };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)], bytes).into_response()
}
