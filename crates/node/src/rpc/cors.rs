//! Pages of any origin may ask the chain. Cookies and credentials do not exist here.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};

/// How long a browser remembers the permission, in seconds.
const REMEMBERED_S: &str = "86400";

/// Lets every page read the reply.
pub(super) async fn allow(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// What a browser asks before a page may send JSON.
pub(super) async fn preflight(asked: HeaderMap) -> (StatusCode, HeaderMap) {
    let mut allowed = HeaderMap::new();
    let methods = HeaderValue::from_static("POST, GET, OPTIONS");
    allowed.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    let wanted = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let headers = wanted.unwrap_or_else(|| HeaderValue::from_static("content-type"));
    allowed.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, headers);
    allowed.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(REMEMBERED_S));
    (StatusCode::NO_CONTENT, allowed)
}
