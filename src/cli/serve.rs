//! `serve`: the built page from the binary itself, on localhost alone, with headers that keep it to itself.

use super::Failure;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use std::net::{Ipv4Addr, SocketAddr};

/// The built page: path and bytes, sorted by path. Empty where it has not been built.
const PAGE: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// What the page may load and run; the header binds its worker too, which the same line in the page does not.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types app";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

/// Serves the page until it is stopped.
pub fn serve(port: u16, quiet: bool) -> Result<(), Failure> {
    if PAGE.is_empty() {
        return Err(Failure::Outside(
            "the page is not built into this command: `cargo xtask web` builds it, then build the command again"
                .to_owned(),
        ));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
            Failure::Outside(format!("port {port} of localhost cannot be had: {error}; name another with `--port`"))
        })?;
        let address = listener.local_addr()?;
        if !quiet {
            anstream::eprintln!("Earnmark is at http://{address}/  (Ctrl+C stops it; nothing leaves this machine)");
        }
        Ok(axum::serve(listener, Router::new().fallback(answer).with_state(address)).await?)
    })
}

/// A file of the page. Other hosts than this machine are refused, so that no foreign name can be pointed here.
async fn answer(State(address): State<SocketAddr>, request: Request) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if !matches!(name, "localhost" | "127.0.0.1") {
        return with_headers((StatusCode::MISDIRECTED_REQUEST, format!("ask for {address}\n")).into_response());
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return with_headers(StatusCode::METHOD_NOT_ALLOWED.into_response());
    }
    let path = request.uri().path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let Some((name, bytes)) = PAGE.iter().find(|(name, _)| *name == path) else {
        return with_headers((StatusCode::NOT_FOUND, "there is no such file\n").into_response());
    };
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [(header::CONTENT_TYPE, media_type(name)), (header::CACHE_CONTROL, cache)];
    with_headers((headers, *bytes).into_response())
}

fn with_headers(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "json" | "webmanifest" => "application/json",
        "png" => "image/png",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
