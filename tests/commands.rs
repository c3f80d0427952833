//! The administrator's commands, while the server runs and while it does not.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use contracts::{directory::Role, forum::ArenaAccess};
use reqwest::Method;
use serde_json::json;
use system_tests::{Inhabitant, Person, Server, World, erfa, finish, real_agencies, run};
use types::ArenaId;

struct Setting {
    arena: ArenaId,
    member: Inhabitant,
    data: tempfile::TempDir,
}

/// Somebody with an arena, on a server that runs or does not.
async fn setting() -> Setting {
    let data = tempfile::tempdir().expect("there is room for a directory");
    let (arena, member) = World::write(data.path(), async |world| {
        let agency = world.agency("Amyndigheten").await;
        let member = world.person(agency, &[Role::Secretariat]).await;
        (world.arena("Arbetssätt", ArenaAccess::Open, &[member.person]).await, member)
    })
    .await;
    Setting { arena, member, data }
}

impl Setting {
    fn data(&self) -> &Path {
        self.data.path()
    }

    fn threads(&self) -> String {
        format!("/api/forum/v1/arenas/{}/threads", self.arena)
    }

    /// A thread with this text in its only post; its id.
    async fn thread(&self, server: &Server, body: &str) -> String {
        let author = Person::with_token(&server.url, &self.member.token);
        let thread = json!({"kind": "question", "title": "Hur gör ni?", "body": body});
        let (status, thread) = author.api(Method::POST, &self.threads(), Some(&thread)).await;
        assert_eq!(status, 201, "{thread}");
        thread["id"].as_str().expect("text").to_owned()
    }

    fn events(&self) -> u64 {
        run(self.data(), &["log", "stats", "--json"]).json()["events"].as_u64().expect("a number")
    }
}

/// Follows a one-time link, and presses its button.
async fn sign_in(server: &Server, link: &str) -> Person {
    let person = Person::new(&server.url);
    let page = person.open(link).await;
    let page = person.submit(&page, "/sign-in/link", &[]).await;
    assert_eq!(page.status, 200, "{}", page.html);
    person
}

#[tokio::test]
async fn the_real_list_of_agencies_is_taken_in_once() {
    let file = real_agencies();
    let import = ["import", "agencies", file.to_str().unwrap(), "--json"];
    for runs in [true, false] {
        let s = setting().await;
        let server = runs.then(|| Server::start(s.data()));
        let first = run(s.data(), &import).json();
        let read = first["read"].as_u64().unwrap();
        assert!(read > 400, "{first}");
        assert_eq!(first["registered"], read, "{first}");
        let events = s.events();
        let second = run(s.data(), &import).json();
        assert_eq!((&second["unchanged"], s.events()), (&json!(read), events), "{second}");
        let words = run(s.data(), &import[..3]).well();
        assert!(words.contains(&format!("{read} were known")), "{words}");

        let server = server.unwrap_or_else(|| Server::start(s.data()));
        let reader = Person::with_token(&server.url, &s.member.token);
        let (_, agencies) = reader.api(Method::GET, "/api/directory/v1/agencies", None).await;
        assert_eq!(agencies["total"], read + 1, "with the one of the world");
    }
}

#[tokio::test]
async fn a_token_is_printed_alone_and_reaches_as_far_as_it_says() {
    for runs in [true, false] {
        let s = setting().await;
        let mut server = runs.then(|| Server::start(s.data()));
        for (scopes, person, writes) in
            [("read", s.member.email.clone(), 403), ("read,write", s.member.person.to_string(), 201)]
        {
            let issue = ["token", "issue", "--person", &person, "--scopes", scopes, "--days", "1"];
            let printed = run(s.data(), &issue).well();
            let token = printed.strip_suffix('\n').unwrap();
            assert!(!token.contains(char::is_whitespace), "the token alone: {printed}");
            let described = run(s.data(), &[&issue[..], &["--json"]].concat()).json();
            assert!(described["token"].is_string() && described["expiresAt"].is_string(), "{described}");

            let at = server.take().unwrap_or_else(|| Server::start(s.data()));
            let program = Person::with_token(&at.url, token);
            assert_eq!(program.api(Method::GET, &s.threads(), None).await.0, 200);
            let thread = json!({"kind": "question", "title": "Hur gör ni?", "body": "Vi undrar."});
            let (status, answer) = program.api(Method::POST, &s.threads(), Some(&thread)).await;
            assert_eq!(status, writes, "{scopes}: {answer}");
            if runs {
                server = Some(at);
            } else {
                assert_eq!(at.stop(), Some(0));
            }
        }
        let nobody = run(s.data(), &["token", "issue", "--person", "ingen@myndighet.example"]).refused();
        assert!(nobody.contains("ingen@myndighet.example") && nobody.contains("invite"), "{nobody}");
    }
}

#[tokio::test]
async fn a_sign_in_link_opens_the_door_once() {
    for runs in [true, false] {
        let s = setting().await;
        let server = runs.then(|| Server::start(s.data()));
        let printed = run(s.data(), &["sign-in-link", "--person", &s.member.email]).well();
        let (_, path) = printed.trim_end().split_once("/sign-in/link").expect("a link");
        let path = format!("/sign-in/link{path}");
        let server = server.unwrap_or_else(|| Server::start(s.data()));
        let person = sign_in(&server, &path).await;
        let me = person.open("/me").await;
        assert!(me.url.path() == "/me" && me.html.contains("Deltagare 1"), "{}", me.html);
        let other = Person::new(&server.url);
        let page = other.open(&path).await;
        assert_eq!(other.submit(&page, "/sign-in/link", &[]).await.status, 410, "it works once");
        assert!(run(s.data(), &["sign-in-link", "--person", &s.member.email, "--json"]).json()["link"].is_string());
    }
}

#[tokio::test]
async fn a_look_into_the_log_shows_no_content() {
    let s = setting().await;
    let server = Server::start(s.data());
    s.thread(&server, "hemligt innehåll").await;
    let server = &mut Some(server);
    for runs in [true, false] {
        if !runs {
            assert_eq!(server.take().unwrap().stop(), Some(0));
        }
        for command in [&["log", "tail"][..], &["log", "stats"]] {
            let words = run(s.data(), command).well();
            let described = run(s.data(), &[command, &["--json"]].concat()).json().to_string();
            for said in [words, described] {
                for content in ["hemligt", "Hur gör ni", "Deltagare 1", &s.member.email, "Amyndigheten"] {
                    assert!(!said.contains(content), "{command:?} shows `{content}`: {said}");
                }
            }
        }
        let newest = run(s.data(), &["log", "tail", "-n", "1", "--json"]).json();
        assert_eq!(newest["events"].as_array().unwrap().len(), 1, "{newest}");
        let all = run(s.data(), &["log", "tail"]).well();
        assert!(all.contains("se.erfa.forum.post-added.v1"), "{all}");
        assert!(s.events() >= 6);
    }
}

#[tokio::test]
async fn views_are_made_anew_and_the_pages_stay_right() {
    let s = setting().await;
    let mut server = Server::start(s.data());
    let thread = s.thread(&server, "inlägget som ska stå kvar").await;
    let page_path = format!("/threads/{thread}");
    let link = run(s.data(), &["sign-in-link", "--person", &s.member.email]).well();
    let person = sign_in(&server, link.trim_end()).await;
    let is_right = async || person.open(&page_path).await.html.contains("inlägget som ska stå kvar");

    let data = s.data().to_owned();
    let rebuild = tokio::task::spawn_blocking(move || run(&data, &["rebuild", "--json"]));
    loop {
        assert!(is_right().await, "the page is right while the views are made anew");
        if rebuild.is_finished() {
            break;
        }
    }
    assert_eq!(rebuild.await.unwrap().json(), json!({"rebuilt": ["directory", "forum"]}));
    assert!(is_right().await);
    s.thread(&server, "och det går vidare").await;

    assert_eq!(server.stop(), Some(0));
    assert_eq!(run(s.data(), &["rebuild", "forum", "--json"]).json(), json!({"rebuilt": ["forum"]}));
    run(s.data(), &["rebuild"]).well();
    server = Server::start(s.data());
    let reader = Person::with_token(&server.url, &s.member.token);
    let (_, threads) = reader.api(Method::GET, &s.threads(), None).await;
    assert_eq!(threads["total"], 2, "{threads}");
}

#[test]
fn the_configuration_that_is_shown_is_one() {
    let data = tempfile::tempdir().unwrap();
    let shown = run(data.path(), &["config", "show", "--set", "limits.headers_max=77"]).well();
    assert!(shown.contains("headers_max = 77"), "{shown}");
    let file = data.path().join("shown.toml");
    fs::write(&file, &shown).unwrap();
    let file = file.to_str().unwrap();
    let checked = finish(erfa(&["config", "check", "--config", file, "--json"])).json();
    assert_eq!(checked, json!({"errors": [], "warnings": []}));
    let again = finish(erfa(&["config", "show", "--config", file, "--json"])).json();
    assert_eq!(again["toml"].as_str().unwrap().trim_end(), shown.trim_end());
}

#[tokio::test]
async fn the_socket_is_its_owners_and_goes_with_the_server() {
    let s = setting().await;
    let socket = s.data().join("admin.sock");
    let server = Server::start(s.data());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&socket), 0o600);
    assert_eq!(server.stop(), Some(0));
    assert!(!socket.exists(), "it goes with the server");

    let server = Server::start(s.data());
    server.kill();
    assert!(socket.exists(), "a killed server leaves it");
    let events = s.events();
    let server = Server::start(s.data());
    assert_eq!((mode(&socket), s.events()), (0o600, events));
    assert_eq!(server.stop(), Some(0));
    assert!(!socket.exists());
}
