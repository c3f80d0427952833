//! The pages, as a browser without JavaScript uses them.

use axum::body::Body;
use contracts::forum::ArenaAccess;
use http::{Request, header};
use serde_json::json;
use types::{ArenaId, ThreadId};

use super::world::{Answer, Someone, World};

struct Talk {
    world: World,
    kansli: Someone,
    anna: Someone,
    bo: Someone,
    arena: ArenaId,
    thread: ThreadId,
}

async fn talk() -> Talk {
    let world = World::new().await;
    let (one, other) = (world.agency("Ena verket").await, world.agency("Andra verket").await);
    let kansli = world.secretariat("Kim", one).await;
    let (anna, bo) = (world.person("Anna", one).await, world.person("Bo", other).await);
    let arena = world.arena(&kansli, ArenaAccess::Open, &[&anna]).await;
    let thread = world.thread(&anna, arena).await;
    Talk { world, kansli, anna, bo, arena, thread }
}

impl Talk {
    fn path(&self) -> String {
        format!("/threads/{}", self.thread)
    }

    /// The form below the thread, filled in.
    async fn answer(&self, who: &Someone, page: &Answer, body: &str) -> Answer {
        let (csrf, commit) = (page.hidden("csrf"), page.hidden("commit"));
        let fields = [("commit", commit.as_str()), ("body", body), ("shown-as", "name")];
        self.world.form(who, &format!("{}/posts", self.path()), &csrf, &fields).await
    }
}

/// `⟦key⟧` stands where a text is missing.
#[track_caller]
fn is_whole(page: &Answer, lang: &str) {
    assert!(!page.text.contains('\u{27E6}'), "{}", page.text);
    assert!(page.text.contains(&format!("<html lang=\"{lang}\">")), "{}", page.text);
    assert_eq!(page.text.matches("<h1").count(), 1, "{}", page.text);
}

#[tokio::test]
async fn every_page_is_whole_in_both_languages() {
    let talk = talk().await;
    let first = talk.world.read(&talk.anna, &format!("{}/posts", talk.path())).await.json();
    let post = first["items"][0]["id"].as_str().unwrap().to_owned();
    let (arena, thread) = (talk.arena, talk.thread);
    for lang in ["sv", "en"] {
        for path in [
            "/".to_owned(),
            "/arenas".to_owned(),
            format!("/arenas/{arena}"),
            format!("/arenas/{arena}/members"),
            format!("/arenas/{arena}/threads/new"),
            format!("/threads/{thread}?reply-to=1"),
            format!("/threads/{thread}/closing"),
            format!("/posts/{post}/edit"),
            format!("/posts/{post}/withdraw"),
            format!("/posts/{post}/history"),
        ] {
            is_whole(&talk.world.page_in(&talk.anna, &path, lang).await.is(200), lang);
        }
        for path in [
            "/".to_owned(),
            "/arenas/new".to_owned(),
            format!("/arenas/{arena}/edit"),
            format!("/arenas/{arena}/members"),
        ] {
            is_whole(&talk.world.page_in(&talk.kansli, &path, lang).await.is(200), lang);
        }
        let request = Request::get("/").header(header::ACCEPT_LANGUAGE, lang).body(Body::empty()).unwrap();
        is_whole(&talk.world.send(request).await.is(200), lang);
    }
    let found = talk.world.page(&talk.anna, &format!("/posts/{post}")).await.is(303);
    assert_eq!(found.location(), format!("/threads/{thread}?page=1#post-1"));
}

#[tokio::test]
async fn others_are_sent_to_sign_in_and_what_is_hidden_is_not_there() {
    let talk = talk().await;
    let request = Request::get("/arenas").body(Body::empty()).unwrap();
    assert_eq!(talk.world.send(request).await.is(303).location(), "/sign-in?next=%2Farenas");
    let hidden = talk.world.arena(&talk.kansli, ArenaAccess::Invited, &[&talk.anna]).await;
    let thread = talk.world.thread(&talk.anna, hidden).await;
    for path in [
        format!("/arenas/{hidden}"),
        format!("/arenas/{hidden}/members"),
        format!("/arenas/{hidden}/threads/new"),
        format!("/threads/{thread}"),
        format!("/threads/{thread}/closing"),
        "/arenas/x".to_owned(),
        "/threads/x".to_owned(),
    ] {
        is_whole(&talk.world.page(&talk.bo, &path).await.is(404), "sv");
    }
    let members = talk.world.arena(&talk.kansli, ArenaAccess::Members, &[&talk.anna]).await;
    let card = talk.world.page(&talk.bo, &format!("/arenas/{members}")).await.is(200).text;
    assert!(card.contains("/join") && !card.contains("id=\"threads\""));
    talk.world.page(&talk.bo, &format!("/arenas/{members}/members")).await.is(403);
    talk.world.page(&talk.bo, "/arenas/new").await.is(403);
}

#[tokio::test]
async fn joining_and_answering_without_javascript() {
    let talk = talk().await;
    let page = talk.world.page(&talk.bo, &talk.path()).await.is(200);
    assert!(!page.text.contains("reply-form") && page.text.contains("/join"));
    let (csrf, commit) = (page.hidden("csrf"), page.hidden("commit"));
    let fields = [("commit", commit.as_str()), ("thread", &talk.thread.to_string())];
    let joined = talk.world.form(&talk.bo, &format!("/arenas/{}/join", talk.arena), &csrf, &fields).await.is(303);
    assert_eq!(joined.location(), format!("{}#reply", talk.path()));

    let page = talk.world.page(&talk.bo, &format!("{}?reply-to=1", talk.path())).await.is(200);
    assert!(page.text.contains("Du svarar på inlägg 1 av Anna"));
    // Three people of two agencies can read it: Anna, Bo and Kim.
    assert!(page.text.contains("3 personer"), "{}", page.text);
    let (csrf, commit) = (page.hidden("csrf"), page.hidden("commit"));
    let fields = [("commit", commit.as_str()), ("body", "Så här"), ("shown-as", "agency"), ("reply-to", "1")];
    let action = format!("{}/posts", talk.path());
    let posted = talk.world.form(&talk.bo, &action, &csrf, &fields).await.is(303);
    assert_eq!(posted.location(), format!("{}?page=1#post-2", talk.path()));
    assert!(posted.headers[header::SET_COOKIE].to_str().unwrap().starts_with("erfa-at-least="));
    // Pressed twice: done once, and led to the same place.
    assert_eq!(talk.world.form(&talk.bo, &action, &csrf, &fields).await.is(303).location(), posted.location());
    let page = talk.world.page(&talk.anna, &talk.path()).await.text;
    assert!(page.contains("Svar till inlägg 1") && page.contains("id=\"post-2\"") && !page.contains("id=\"post-3\""));
}

#[tokio::test]
async fn a_refused_post_keeps_what_was_written_and_says_what_to_do() {
    let talk = talk().await;
    let page = talk.world.page(&talk.anna, &talk.path()).await;
    for (body, message) in [
        ("", "Skriv något här."),
        ("a\u{202E}b kvar", "U+202E"),
        (&*format!("kvar{}", "x".repeat(20_000)), "4 för många"),
    ] {
        let refused = talk.answer(&talk.anna, &page, body).await.is(422);
        is_whole(&refused, "sv");
        assert!(
            refused.text.contains(message) && refused.text.contains(body) && refused.text.contains("error-summary")
        );
    }
    talk.world.settle().await;
    let reason = Some(json!({ "reason": "Klart" }));
    talk.world
        .api_with(&talk.kansli, http::Method::PUT, &format!("{}/closing", talk.path()), &[], reason)
        .await
        .is(200);
    let refused = talk.answer(&talk.anna, &page, "Det jag <skrev>").await.is(409);
    assert!(refused.text.contains("Tråden stängdes medan du skrev"));
    assert!(refused.text.contains("Det jag &#60;skrev&#62;") || refused.text.contains("Det jag &lt;skrev&gt;"));
    // And nothing was posted.
    assert!(!talk.world.page(&talk.anna, &talk.path()).await.text.contains("id=\"post-2\""));
}

#[tokio::test]
async fn a_form_of_another_site_or_without_its_token_changes_nothing() {
    let talk = talk().await;
    let before = talk.world.events().await;
    let fields = [("commit", "x"), ("body", "Hej")];
    talk.world.form(&talk.anna, &format!("{}/posts", talk.path()), "forged", &fields).await.is(403);
    talk.world.form(&talk.anna, &format!("/arenas/{}/leave", talk.arena), "", &[("commit", "x")]).await.is(403);
    assert_eq!(talk.world.events().await, before);
}

#[tokio::test]
async fn a_change_that_came_between_is_shown_beside_what_was_written() {
    let talk = talk().await;
    let first = talk.world.read(&talk.anna, &format!("{}/posts", talk.path())).await.json();
    let post = first["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/posts/{post}/edit");
    let page = talk.world.page(&talk.anna, &path).await.is(200);
    talk.world.page(&talk.kansli, &path).await.is(404);
    let body = Some(json!({ "body": "I andra fönstret" }));
    talk.world
        .api_with(&talk.anna, http::Method::PATCH, &format!("/posts/{post}"), &[("if-match", "\"0\"")], body)
        .await
        .is(200);
    let csrf = page.hidden("csrf");
    let send = async |page: &Answer| {
        let (commit, edit) = (page.hidden("commit"), page.hidden("edit"));
        let fields = [("commit", commit.as_str()), ("edit", edit.as_str()), ("body", "I detta fönster")];
        talk.world.form(&talk.anna, &path, &csrf, &fields).await
    };
    let refused = send(&page).await.is(412);
    assert!(refused.text.contains("I andra fönstret") && refused.text.contains("I detta fönster"));
    assert_eq!(send(&refused).await.is(303).location(), format!("{}?page=1#post-1", talk.path()));
    let history = talk.world.page(&talk.bo, &format!("/posts/{post}/history")).await.is(200).text;
    let at = |text: &str| history.find(text).unwrap_or_else(|| panic!("{text} is missing"));
    assert!(at("I detta fönster") < at("I andra fönstret") && at("I andra fönstret") < at("Första inlägget"));
}

#[tokio::test]
async fn withdrawing_closing_and_reopening() {
    let talk = talk().await;
    let first = talk.world.read(&talk.anna, &format!("{}/posts", talk.path())).await.json();
    let post = first["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/posts/{post}/withdraw");
    let page = talk.world.page(&talk.anna, &path).await.is(200);
    assert!(page.text.contains("Första inlägget"));
    let fields = [("commit", page.hidden("commit"))];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    talk.world.form(&talk.anna, &path, &page.hidden("csrf"), &fields).await.is(303);
    assert!(!talk.world.page(&talk.anna, &talk.path()).await.text.contains("Första inlägget"));
    talk.world.page(&talk.anna, &format!("/posts/{post}/history")).await.is(404);

    let path = format!("{}/closing", talk.path());
    for (button, reopen) in [("Stäng tråden", "false"), ("Öppna tråden igen", "true")] {
        let page = talk.world.page(&talk.anna, &path).await.is(200);
        assert!(page.text.contains(button) && page.hidden("reopen") == reopen);
        let commit = page.hidden("commit");
        let send = async |reason: &str| {
            let fields = [("commit", commit.as_str()), ("reopen", reopen), ("reason", reason)];
            talk.world.form(&talk.anna, &path, &page.hidden("csrf"), &fields).await
        };
        send(" ").await.is(422);
        send("Nog sagt").await.is(303);
        let closed = talk.world.page(&talk.anna, &talk.path()).await.text.contains("Nog sagt");
        assert_eq!(closed, reopen == "false");
    }
}

#[tokio::test]
async fn a_long_thread_is_shown_fifty_posts_a_page_and_live_on_the_last() {
    let talk = talk().await;
    for number in 2..=101 {
        talk.world
            .post(&talk.anna, &format!("{}/posts", talk.path()), json!({ "body": format!("Text {number}") }))
            .await
            .is(201);
    }
    for (page, first, last, live) in [(1, 1, 50, false), (2, 51, 100, false), (3, 101, 101, true), (9, 101, 101, true)]
    {
        let shown = talk.world.page(&talk.anna, &format!("{}?page={page}", talk.path())).await.is(200).text;
        let has = |number: i32| shown.contains(&format!("id=\"post-{number}\""));
        assert!(has(first) && has(last) && !has(first - 1) && !has(last + 1), "page {page}");
        assert_eq!(shown.contains("data-live-topics"), live, "page {page}");
        assert_eq!(shown.matches("<li class=\"post\"").count() as i32, last - first + 1);
    }
}

#[tokio::test]
async fn the_secretariat_opens_changes_and_invites_by_form() {
    let talk = talk().await;
    let page = talk.world.page(&talk.kansli, "/arenas/new").await.is(200);
    let csrf = page.hidden("csrf");
    let commit = page.hidden("commit");
    let open = async |name: &str| {
        let fields = [
            ("commit", &*commit),
            ("name", name),
            ("purpose", "Syftet"),
            ("need-areas", "results"),
            ("need-areas", "competence"),
            ("access", "invited"),
        ];
        talk.world.form(&talk.kansli, "/arenas/new", &csrf, &fields).await
    };
    let refused = open("").await.is(422);
    assert!(refused.text.contains("Syftet") && refused.text.contains("value=\"competence\" checked"));
    let path = open("Hemligt").await.is(303).location();
    let arena = talk.world.page(&talk.kansli, &path).await.is(200).text;
    assert!(arena.contains("Hemligt") && arena.contains("Kompetens") && arena.contains("Resultat"));

    let members = format!("{path}/members");
    let page = talk.world.page(&talk.kansli, &members).await.is(200);
    assert!(page.text.contains("Bo, Andra verket"));
    let person = talk.bo.id.to_string();
    let fields = [("commit", page.hidden("commit")), ("person", person.clone())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    talk.world.form(&talk.kansli, &members, &csrf, &fields).await.is(303);
    let start = talk.world.page(&talk.bo, "/").await.text;
    assert!(start.contains("Hemligt") && start.contains("Du är inbjuden"));
    let reason = [("commit", "c"), ("present", &*person), ("reason", "Fel person")];
    talk.world.form(&talk.kansli, &format!("{members}/remove"), &csrf, &reason).await.is(303);
    talk.world.page(&talk.bo, &path).await.is(404);

    let page = talk.world.page(&talk.kansli, &format!("{path}/edit")).await.is(200);
    let commit = page.hidden("commit");
    let fields = [("commit", &*commit), ("changes", "0"), ("name", "Öppet"), ("purpose", "Syftet"), ("access", "open")];
    talk.world.form(&talk.kansli, &format!("{path}/edit"), &csrf, &fields).await.is(303);
    assert!(talk.world.page(&talk.bo, &path).await.is(200).text.contains("Öppet"));
    let fields = [("commit", "other"), ("changes", "0"), ("name", "Igen"), ("purpose", "Syftet"), ("access", "open")];
    let refused = talk.world.form(&talk.kansli, &format!("{path}/edit"), &csrf, &fields).await.is(412);
    assert_eq!(refused.hidden("changes"), "1");
}

#[tokio::test]
async fn opening_a_thread_by_form() {
    let talk = talk().await;
    let path = format!("/arenas/{}/threads/new", talk.arena);
    talk.world.page(&talk.bo, &path).await.is(403);
    let page = talk.world.page(&talk.anna, &path).await.is(200);
    let (csrf, commit) = (page.hidden("csrf"), page.hidden("commit"));
    let send = async |kind: &str, title: &str| {
        let fields =
            [("commit", &*commit), ("kind", kind), ("title", title), ("body", "Så gjorde vi"), ("shown-as", "role")];
        talk.world.form(&talk.anna, &path, &csrf, &fields).await
    };
    let refused = send("", "Rubriken").await.is(422);
    assert!(refused.text.contains("Rubriken") && refused.text.contains("Så gjorde vi"));
    let thread = send("experience", "Rubriken").await.is(303).location();
    let shown = talk.world.page(&talk.bo, &thread).await.is(200).text;
    assert!(shown.contains("Rubriken") && shown.contains("Erfarenhet") && shown.contains("titel-Anna"));
    let arena = talk.world.page(&talk.bo, &format!("/arenas/{}", talk.arena)).await.text;
    assert!(arena.contains("2 inlägg de senaste 30 dagarna") && arena.contains("<td>2</td>"), "{arena}");
}

#[tokio::test]
async fn what_people_write_is_harmless() {
    let talk = talk().await;
    let nasty = "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[klicka](javascript:alert(1))\n\n\
        ![bild](https://example.org/x.png)\n\n</textarea></li></ol><h1>Kapad</h1>";
    talk.world.post(&talk.anna, &format!("{}/posts", talk.path()), json!({ "body": nasty })).await.is(201);
    let post = talk.world.read(&talk.anna, &format!("{}/posts", talk.path())).await.json()["items"][1]["id"].clone();
    let post = post.as_str().unwrap();
    for path in [
        talk.path(),
        format!("{}?reply-to=2", talk.path()),
        format!("/posts/{post}/edit"),
        format!("/posts/{post}/withdraw"),
        format!("/posts/{post}/history"),
    ] {
        let page = talk.world.page(&talk.anna, &path).await.is(200);
        is_whole(&page, "sv");
        let text = page.text.to_lowercase();
        for forbidden in ["<script>", "onerror=alert(1)>", "href=\"javascript:", "<img"] {
            let escaped = text.contains("&#60;img src=x onerror=alert(1)&#62;");
            assert!(!text.contains(forbidden), "{path} has {forbidden} (escaped elsewhere: {escaped}): {text}");
        }
    }
}
