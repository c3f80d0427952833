//! Requests that can't be taken: the answer says which field, and what is wrong with it.

use reqwest::Method;
use serde_json::{Value, json};
use system_tests::Person;

use crate::{Setting, forged};

/// Sends a body as it is; status and answer.
async fn send(person: &Person, path: &str, content_type: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let request = person.request(Method::POST, path).header("content-type", content_type).body(body);
    let response = request.send().await.expect("the server answers");
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json", "status {status}");
    (status, response.json().await.expect("a problem is JSON"))
}

#[tokio::test]
async fn text_that_cant_be_taken_is_told_by_its_pointer() {
    let s = Setting::new().await;
    let (person, head) = (s.one(), s.head());
    let threads = format!("/api/forum/v1/arenas/{}/threads", s.arena);
    let thread = |title: &str, body: &str| json!({"kind": "question", "title": title, "body": body});
    for (path, body, pointer, words) in [
        (s.posts(), json!({"body": ""}), "/body", "empty"),
        (s.posts(), json!({"body": " \n\t"}), "/body", "empty"),
        (s.posts(), json!({"body": "å".repeat(20_001)}), "/body", "20000"),
        (s.posts(), json!({"body": "noll \u{0}"}), "/body", "U+0000"),
        (s.posts(), json!({"body": "klocka \u{7}"}), "/body", "U+0007"),
        (s.posts(), json!({"body": "bakvänt \u{202E}txet"}), "/body", "U+202E"),
        (s.posts(), json!({"body": "isolerat \u{2066}x"}), "/body", "U+2066"),
        (s.posts(), json!({"body": 7}), "/body", "string"),
        (s.posts(), json!({"text": "x"}), "/text", "unknown field"),
        (s.posts(), json!({"body": "x", "author": "någon annan"}), "/author", "unknown field"),
        (s.posts(), json!({"body": "x", "replyTo": "inget id"}), "/replyTo", ""),
        (threads.clone(), thread("", "x"), "/title", "empty"),
        (threads.clone(), thread("två\nrader", "x"), "/title", "one line"),
        (threads.clone(), thread(&"x".repeat(201), "x"), "/title", "200"),
        (threads.clone(), json!({"kind": "rant", "title": "x", "body": "x"}), "/kind", "rant"),
        (threads.clone(), json!({"title": "x", "body": "x"}), "/kind", "missing field"),
    ] {
        let (status, problem) = send(&person, &path, "application/json", body.to_string()).await;
        assert_eq!(status, 422, "{body}: {problem}");
        let error = &problem["errors"][0];
        assert_eq!(error["pointer"], pointer, "{problem}");
        assert!(error["detail"].as_str().unwrap().contains(words), "{words}: {problem}");
    }
    assert_eq!(s.head(), head);
}

#[tokio::test]
async fn what_is_no_request_is_refused_by_its_form() {
    let s = Setting::new().await;
    let (person, head) = (s.one(), s.head());
    let large = format!("{{\"body\":\"{}\"}}", "x".repeat(1024 * 1024));
    let deep = format!("{{\"body\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let json = "application/json";
    for (what, content_type, body, expected) in [
        ("a body that is too large", json, large.as_str(), 413),
        ("a form", "application/x-www-form-urlencoded", "body=x", 415),
        ("text", "text/plain", r#"{"body":"x"}"#, 415),
        ("no content type", "", r#"{"body":"x"}"#, 415),
        ("half a body", json, r#"{"body":"#, 400),
        ("two bodies", json, r#"{"body":"x"}{"body":"y"}"#, 400),
        ("nothing", json, "", 400),
        ("a list", json, "[]", 422),
        ("deep nesting", json, &deep, 400),
        ("half a character", json, r#"{"body":"\ud800"}"#, 400),
    ] {
        let (status, problem) = send(&person, &s.posts(), content_type, body.to_owned()).await;
        // Of a list or a value in the wrong place either is right: it can't be read, or it is not what is expected.
        let is_right = status == expected || (what == "deep nesting" && status == 422);
        assert!(is_right, "{what}: {status} {problem}");
        assert!(problem["title"].is_string() && problem["type"].is_string(), "{what}: {problem}");
    }
    let latin1 = b"{\"body\":\"R\xE5det\"}".to_vec();
    assert_eq!(send(&person, &s.posts(), json, latin1).await.0, 400, "Latin-1");
    assert_eq!(s.head(), head);
}

#[tokio::test]
async fn what_is_no_id_leads_nowhere() {
    let s = Setting::new().await;
    let (person, head) = (s.one(), s.head());
    for id in ["1", "inget-id", "00000000-0000-0000-0000-000000000000", "%00", "..%2F..", &"9".repeat(500)] {
        for path in ["threads/", "arenas/", "posts/"] {
            let (status, problem) = person.api(Method::GET, &format!("/api/forum/v1/{path}{id}"), None).await;
            assert_eq!(status, 404, "{path}{id}: {problem}");
        }
        let path = format!("/api/forum/v1/threads/{id}/posts");
        let (status, problem) = person.api(Method::POST, &path, Some(&json!({"body": "x"}))).await;
        assert_eq!(status, 404, "{path}: {problem}");
    }
    for query in ["limit=0", "limit=101", "limit=x", "page=0", "page=-1"] {
        let (status, problem) = person.api(Method::GET, &format!("{}?{query}", s.posts()), None).await;
        assert_eq!(status, 400, "{query}: {problem}");
    }
    assert_eq!(s.head(), head);
}

#[tokio::test]
async fn a_cursor_that_is_not_ones_own_is_refused() {
    let s = Setting::new().await;
    let (own, foreign) = (s.cursor_of(&s.one).await, s.cursor_of(&s.other).await);
    let head = s.head();
    let read = async |cursor: &str| {
        let person = s.one();
        let in_query = person.api(Method::GET, &format!("{}?at-least={cursor}", s.posts()), None).await;
        let in_header = person.request(Method::GET, &s.posts()).header("erfa-at-least", cursor).send().await.unwrap();
        assert_eq!(in_header.status().as_u16(), in_query.0, "the same in header and query");
        in_query
    };
    assert_eq!(read(&own).await.0, 200);
    for (what, cursor, words) in [
        ("forged", forged(&own), "was not made here"),
        ("foreign", foreign, "for somebody else"),
        ("cut", own[..30].to_owned(), "was not made here"),
        ("a number", "7".to_owned(), "was not made here"),
        ("long", "A".repeat(5_000), "was not made here"),
    ] {
        let (status, problem) = read(&cursor).await;
        assert_eq!((status, &problem["type"]), (400, &json!("/problems/bad-cursor")), "{what}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{what}: {problem}");
    }
    assert_eq!(s.head(), head);
}
