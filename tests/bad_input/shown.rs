//! Markdown that means harm: it is kept as it was written, and shown harmless.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use system_tests::{Person, run};

use crate::Setting;

/// How long a page may take before a test fails, however deeply its posts are nested.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn what_could_do_harm_is_shown_as_text() {
    let s = Setting::new().await;
    let author = s.one();
    let quotes = format!("{}djupt", ">".repeat(10_000));
    let lists = format!("{}djupt", "- ".repeat(5_000));
    let bodies = [
        "<script>alert('fara')</script> efter",
        "<img src=x onerror=\"alert('fara')\">",
        "[klicka](javascript:alert('fara'))",
        "![bild](https://spy.example/fara.png)",
        "<iframe src=\"https://spy.example/fara\"></iframe><style>*{display:none}</style>",
        "</li></ol></main><form action=\"https://spy.example/fara\"><input name=\"lösenord\"></form>",
        &quotes,
        &lists,
    ];
    for body in bodies {
        let (status, answer) = author.api(Method::POST, &s.posts(), Some(&json!({"body": body}))).await;
        assert_eq!(status, 201, "{answer}");
    }
    let (_, posts) = author.api(Method::GET, &s.posts(), None).await;
    let kept: Vec<_> = posts["items"].as_array().unwrap().iter().map(|post| post["body"].as_str().unwrap()).collect();
    assert_eq!(&kept[1..], bodies, "the API gives what was written");

    let link = run(s.data.path(), &["sign-in-link", "--person", &s.one.email]).well();
    let reader = Person::new(&s.server.url);
    let page = reader.open(link.trim_end()).await;
    reader.submit(&page, "/sign-in/link", &[]).await;
    let page = tokio::time::timeout(PATIENCE, reader.open(&format!("/threads/{}", s.thread))).await.expect("in time");
    assert_eq!(page.status, 200);
    assert!(page.html.matches("djupt").count() >= 2, "the posts are there");
    for tag in page.html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default()) {
        let harm = ["img", "iframe", "style", "script>", "form action=\"https://spy", "input name=\"lösenord"];
        assert!(!harm.iter().any(|harm| tag.starts_with(harm)), "the page has a tag <{tag}>");
        assert!(!tag.contains("onerror") && !tag.contains("javascript:"), "the page has a tag <{tag}>");
    }
    assert!(page.html.len() < 1024 * 1024, "and is no larger than a page: {} bytes", page.html.len());
}
