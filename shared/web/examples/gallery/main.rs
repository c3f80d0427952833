//! Serves every component on one page, with the headers of the real server: `cargo run -p web --example gallery`.

mod page;

use axum::{
    Router,
    http::{header, request::Parts},
    middleware::map_response,
    response::Response,
    routing::get,
};
use web::{Frame, Lang, Operator};

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                   form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let operator = Operator { name: "Kansliet".into(), mail: Some("kansliet@erfa.example".into()) };
    let statements = web::statement_router(operator, async |parts: Parts| {
        Frame::new(Lang::of(&parts.headers), "", parts.uri.path())
    });
    let router = Router::new()
        .route("/", get(async |lang: Lang| web::page(&page::Gallery::new(lang))))
        .merge(statements.into_router())
        .merge(web::assets_router().into_router())
        .fallback(async |lang: Lang| {
            web::error_page(Frame::new(lang, "", "/"), axum::http::StatusCode::NOT_FOUND, "", "")
        })
        .layer(map_response(async |mut response: Response| {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_static(CSP));
            response
        }));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8090".into());
    axum::serve(tokio::net::TcpListener::bind(address).await?, router).await
}
