//! `serve`: the built page from the binary itself with this project in it, on localhost alone unless it is said otherwise,
//! with headers that keep it to itself. The page works the project out in the browser, as it would a folder dropped on it.

use super::commands::{folder_of, nearest_project};
use super::{Everywhere, Failure, usage_of};
use crate::io::Folder;
use crate::ledger::LEDGER_FILE;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Where the page asks for the project's files.
const LISTING: &str = "project.json";

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

/// Where the page is served.
#[derive(Debug, clap::Args)]
pub struct ServeArguments {
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The address; any but this machine's own needs `--expose`
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// Let other machines ask: whoever reaches the address sees the project's data
    #[arg(long)]
    expose: bool,
}

/// What requests are answered from.
struct Served {
    address: SocketAddr,
    /// Whether other machines may ask.
    exposed: bool,
    /// The project folder and the folder in place of its data; nothing where the page shows the sample.
    project: Option<(PathBuf, Option<PathBuf>)>,
    /// The project as it was read when the page asked for it last.
    read: Mutex<Folder>,
}

/// Serves the page until it is stopped, with the project in it where there is one.
pub fn serve(everywhere: &Everywhere, arguments: &ServeArguments) -> Result<(), Failure> {
    if PAGE.is_empty() {
        return Err(Failure::Outside(
            "the page is not built into this command: `cargo xtask web` builds it, then build the command again"
                .to_owned(),
        ));
    }
    let &ServeArguments { port, address, expose } = arguments;
    if !address.is_loopback() && !expose {
        return Err(usage_of(
            format!("{address} is not this machine alone: others could read the project's data there"),
            "add `--expose` if that is meant, or leave `--address` out",
        ));
    }
    let dir = if everywhere.project.is_some() { Some(folder_of(everywhere)?) } else { nearest_project()? };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((address, port)).await.map_err(|error| {
            Failure::Outside(format!("port {port} of {address} cannot be had: {error}; name another with `--port`"))
        })?;
        let address = listener.local_addr()?;
        if !everywhere.quiet {
            let what = dir.as_ref().map_or_else(|| "the sample company".to_owned(), |dir| dir.display().to_string());
            let reach = if expose { "other machines can read it" } else { "nothing leaves this machine" };
            anstream::eprintln!("Earnmark shows {what} at http://{address}/  (Ctrl+C stops it; {reach})");
        }
        let project = dir.map(|dir| (dir, everywhere.data.clone()));
        let served = Served { address, exposed: expose, project, read: Mutex::default() };
        Ok(axum::serve(listener, Router::new().fallback(answer).with_state(Arc::new(served))).await?)
    })
}

/// Other hosts than this machine are refused, so that no foreign name can be pointed here.
fn is_asked_here(served: &Served, request: &Request) -> bool {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    served.exposed || matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

async fn answer(State(served): State<Arc<Served>>, request: Request) -> Response {
    if !is_asked_here(&served, &request) {
        let said = format!("ask for {}\n", served.address);
        return with_headers((StatusCode::MISDIRECTED_REQUEST, said).into_response());
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return with_headers(StatusCode::METHOD_NOT_ALLOWED.into_response());
    }
    let path = request.uri().path().trim_start_matches('/');
    if path == LISTING || path.starts_with("project/") {
        // A page of another origin gets no answer, whatever its browser would let it read.
        let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok());
        if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
            return with_headers(StatusCode::FORBIDDEN.into_response());
        }
        return with_headers(of_project(&served, path));
    }
    with_headers(of_page(served.project.is_some(), path))
}

/// A file of the page. Its document says that it is served from here, and whether with a project.
fn of_page(with_project: bool, path: &str) -> Response {
    let path = if path.is_empty() { "index.html" } else { path };
    let Some((name, bytes)) = PAGE.iter().find(|(name, _)| *name == path) else {
        return (StatusCode::NOT_FOUND, "there is no such file\n").into_response();
    };
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [(header::CONTENT_TYPE, media_type(name)), (header::CACHE_CONTROL, cache)];
    if *name == "index.html" {
        let project = format!("<meta name=\"earnmark-project\" content=\"{LISTING}\">\n    ");
        let project = if with_project { project } else { String::new() };
        let told = format!("<meta name=\"earnmark-served\">\n    {project}<title>");
        let text = String::from_utf8_lossy(bytes).replacen("<title>", &told, 1);
        return (headers, text).into_response();
    }
    (headers, *bytes).into_response()
}

/// The list of the project's files, read anew from disk; or one of them as it was read then, by its place in the list.
fn of_project(served: &Served, path: &str) -> Response {
    let no_store = |kind| [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")];
    let none = || (StatusCode::NOT_FOUND, "there is no such file\n").into_response();
    let (Some((dir, data)), Ok(mut read)) = (&served.project, served.read.lock()) else { return none() };
    if let Some(place) = path.strip_prefix("project/") {
        let name = place.parse::<usize>().ok().and_then(|place| read.paths().nth(place));
        return match name.and_then(|name| read.get(name)) {
            Some(bytes) => (no_store("application/octet-stream"), bytes.to_vec()).into_response(),
            None => none(),
        };
    }
    match Folder::read(dir, data.as_deref()) {
        Ok(folder) => *read = folder,
        Err(findings) => {
            let told: Vec<String> = findings.iter().map(|finding| finding.message.clone()).collect();
            return (StatusCode::INTERNAL_SERVER_ERROR, format!("{}\n", told.join("\n"))).into_response();
        }
    }
    let files: Vec<&str> = read.paths().collect();
    let listing = serde_json::json!({ "name": read.name, "files": files, "ledger": dir.join(LEDGER_FILE).is_file() });
    (no_store("application/json"), listing.to_string()).into_response()
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
