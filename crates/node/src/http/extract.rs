//! Reading requests, with our errors instead of the framework's.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// A JSON body; an empty one reads as `{}`.
#[derive(Debug)]
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let FileBody(bytes) = FileBody::from_request(request, state).await?;
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        serde_json::from_slice(text).map(Self).map_err(|error| {
            ApiError::bad_input("bad_json", format!("the body is not the expected JSON: {error}"))
                .detail("line", error.line())
                .hint("the schema of every body is at /api/v1/openapi.json")
        })
    }
}

/// A JSON body of a caller who means it: only with `content-type: application/json`, which a page of
/// somebody else cannot send here without asking first.
#[derive(Debug)]
pub(super) struct OwnJson<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for OwnJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("application/json")) {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(ApiError::new(status, "bad_content_type", "the body must be sent as JSON")
                .hint("send the header content-type: application/json"));
        }
        let JsonBody(value) = JsonBody::from_request(request, state).await?;
        Ok(Self(value))
    }
}

/// The API key that was sent, if one was.
#[derive(Debug)]
pub(super) struct ApiKey(pub(super) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for ApiKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let sent = parts.headers.get(header::AUTHORIZATION);
        let key = sent.and_then(|sent| sent.to_str().ok()?.strip_prefix("Bearer "));
        Ok(Self(key.map(str::to_owned)))
    }
}

/// A body as it is.
#[derive(Debug)]
pub(super) struct FileBody(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for FileBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        Bytes::from_request(request, state)
            .await
            .map(Self)
            .map_err(|rejection| too_large(&rejection))
    }
}

fn too_large(rejection: &BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is too large")
            .hint("split the file, or raise upload_bytes_max in openledger.toml");
    }
    ApiError::bad_input("bad_body", "the body could not be read to its end")
}

/// The query string.
#[derive(Debug)]
pub(super) struct QueryOf<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(value) = Query::from_request_parts(parts, state).await.map_err(|rejection| {
            ApiError::bad_input("bad_query", format!("the query string is wrong: {rejection}"))
        })?;
        Ok(Self(value))
    }
}
