//! Input that can't be taken: over files, the API, pages and sockets. Each gets a clear answer, and changes nothing.

mod bytes;
mod files;
mod frames;
mod requests;
mod shown;

use contracts::{directory::Role, forum::ArenaAccess};
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Inhabitant, Person, Server, World, run};
use types::ArenaId;

/// A server with two people in one arena, and a thread of the first.
struct Setting {
    server: Server,
    arena: ArenaId,
    one: Inhabitant,
    other: Inhabitant,
    thread: String,
    data: tempfile::TempDir,
}

impl Setting {
    async fn new() -> Self {
        let data = tempfile::tempdir().expect("there is room for a directory");
        let (arena, one, other) = World::write(data.path(), async |world| {
            let agency = world.agency("Amyndigheten").await;
            let one = world.person(agency, &[Role::Secretariat]).await;
            let other = world.person(agency, &[]).await;
            (world.arena("Arbetssätt", ArenaAccess::Open, &[one.person, other.person]).await, one, other)
        })
        .await;
        let server = Server::start(data.path());
        let author = Person::with_token(&server.url, &one.token);
        let thread = json!({"kind": "question", "title": "Hur gör ni?", "body": "Vi undrar."});
        let path = format!("/api/forum/v1/arenas/{arena}/threads");
        let (status, answer) = author.api(Method::POST, &path, Some(&thread)).await;
        assert_eq!(status, 201, "{answer}");
        let thread = answer["id"].as_str().expect("text").to_owned();
        // Who wrote it reads with its cursor; from then on everybody finds it.
        assert_eq!(author.api(Method::GET, &format!("/api/forum/v1/threads/{thread}"), None).await.0, 200);
        Self { server, arena, one, other, thread, data }
    }

    fn one(&self) -> Person {
        Person::with_token(&self.server.url, &self.one.token)
    }

    /// Where posts of the thread are read and sent.
    fn posts(&self) -> String {
        format!("/api/forum/v1/threads/{}/posts", self.thread)
    }

    /// The position of the last event in the log.
    fn head(&self) -> Value {
        run(self.data.path(), &["log", "stats", "--json"]).json()["head"].clone()
    }

    /// A cursor as it is given to this person.
    async fn cursor_of(&self, inhabitant: &Inhabitant) -> String {
        let person = Person::with_token(&self.server.url, &inhabitant.token);
        let (status, answer) = person.api(Method::POST, &self.posts(), Some(&json!({"body": "Ett svar."}))).await;
        assert_eq!(status, 201, "{answer}");
        answer["cursor"].as_str().expect("text").to_owned()
    }
}

/// The cursor with one character changed.
fn forged(cursor: &str) -> String {
    let mut forged = cursor.to_owned();
    forged.replace_range(10..11, if &cursor[10..11] == "A" { "B" } else { "A" });
    forged
}
