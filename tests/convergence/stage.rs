//! Where a plan is played: three arenas with a thread each, the people, their networks, and the server.

use std::path::Path;

use contracts::{directory::Role, forum::ArenaAccess};
use reqwest::Method;
use serde_json::json;
use system_tests::{Inhabitant, Person, Server, World, run};
use types::ArenaId;

use crate::{
    plan::{Client, READERS, Renewal, THREADS, WRITERS},
    proxy::Proxy,
};

/// A thread, and the arena that it is in.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub(crate) arena: ArenaId,
    /// Whether whoever is no member of the arena reads it too.
    pub(crate) open: bool,
    pub(crate) id: String,
}

/// Somebody, and the network that they are in.
pub(crate) struct Someone {
    pub(crate) inhabitant: Inhabitant,
    pub(crate) proxy: Proxy,
}

impl Someone {
    /// As who they reach the API, through their network.
    pub(crate) fn person(&self) -> Person {
        Person::with_token(&format!("http://{}", self.proxy.address()), &self.inhabitant.token)
    }
}

/// Where a plan is played.
pub(crate) struct Stage {
    data: tempfile::TempDir,
    server: Option<Server>,
    pub(crate) address: String,
    pub(crate) threads: Vec<Thread>,
    pub(crate) secretary: Inhabitant,
    pub(crate) writers: Vec<Someone>,
    pub(crate) readers: Vec<Someone>,
}

impl Stage {
    /// Everything as it is before the first step.
    pub(crate) async fn set() -> Self {
        let data = tempfile::tempdir().expect("there is room for it");
        let (secretary, people, arenas) = World::write(data.path(), async |world| {
            let agency = world.agency("Amyndigheten").await;
            let secretary = world.person(agency, &[Role::Secretariat]).await;
            let mut people = Vec::new();
            for _ in 0..WRITERS + READERS {
                people.push(world.person(agency, &[]).await);
            }
            let members: Vec<_> = people.iter().chain([&secretary]).map(|inhabitant| inhabitant.person).collect();
            let mut arenas = Vec::new();
            for access in [ArenaAccess::Open, ArenaAccess::Members, ArenaAccess::Invited] {
                arenas.push((world.arena("Arena", access, &members).await, access == ArenaAccess::Open));
            }
            (secretary, people, arenas)
        })
        .await;
        let server = tokio::task::block_in_place(|| Server::start(data.path()));
        let address = server.address().to_owned();
        let opener = Person::with_token(&server.url, &secretary.token);
        let mut threads = Vec::with_capacity(THREADS);
        for (arena, open) in arenas {
            let path = format!("/api/forum/v1/arenas/{arena}/threads");
            let thread = json!({"kind": "discussion", "title": "Samtal", "body": "början"});
            let (_, opened) = opener.api(Method::POST, &path, Some(&thread)).await;
            threads.push(Thread { arena, open, id: opened["id"].as_str().expect("it was opened").to_owned() });
            // Whoever reads now finds it.
            opener.api(Method::GET, &path, None).await;
        }
        let mut someones = Vec::new();
        for inhabitant in people {
            someones.push(Someone { inhabitant, proxy: Proxy::start(&address).await });
        }
        let readers = someones.split_off(WRITERS);
        Self { data, server: Some(server), address, threads, secretary, writers: someones, readers }
    }

    /// Somebody of the people.
    pub(crate) fn someone(&self, client: Client) -> &Someone {
        match client {
            Client::Writer(writer) => &self.writers[writer],
            Client::Reader(reader) => &self.readers[reader],
        }
    }

    /// Somebody who reaches the API without a network in between.
    pub(crate) fn near(&self, who: &Inhabitant) -> Person {
        Person::with_token(&format!("http://{}", self.address), &who.token)
    }

    /// The data directory.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// Stops the server in an orderly way.
    pub(crate) fn stop(&mut self) {
        let server = self.server.take().expect("it runs");
        assert_eq!(tokio::task::block_in_place(|| server.stop()), Some(0), "the server stops in an orderly way");
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        let server = self.server.take().expect("it runs");
        tokio::task::block_in_place(|| server.kill());
    }

    /// Starts the server where it was.
    pub(crate) fn start(&mut self) {
        let (data, address) = (self.data.path(), &self.address);
        self.server = Some(tokio::task::block_in_place(|| Server::start_at(data, address, &[])));
    }

    /// Makes the forum's view anew.
    pub(crate) fn renew(&mut self, renewal: Renewal) {
        match renewal {
            Renewal::Rebuilt => {
                tokio::task::block_in_place(|| run(self.data(), &["rebuild", "forum"]).well());
            }
            Renewal::Deleted => {
                self.stop();
                std::fs::remove_dir_all(self.data().join("views")).expect("the views are there");
                self.start();
            }
        }
    }
}
