//! Random posts, hidden and not, against random clients that lag, lose their connection and resume: each hears what it
//! may see, once, in order.

use contracts::forum::ArenaAccess;
use serde_json::json;
use types::ThreadId;

use crate::{
    client::Client,
    world::{Someone, World, topic},
};

/// A small generator of numbers that look random and repeat for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

struct Reader {
    someone: Someone,
    client: Option<Client>,
    form: &'static str,
    window: u64,
    cursor: String,
    /// Of an event of which more is to come.
    held: Vec<String>,
    heard: Vec<String>,
    live: bool,
}

impl Reader {
    async fn connect(&mut self, world: &World, thread: ThreadId) {
        let mut client = world.enter(&self.someone).await;
        let sub = json!({
            "t": "sub", "s": 1, "topic": topic(thread), "after": self.cursor, "as": self.form, "window": self.window,
        });
        client.send(sub).await;
        self.live = false;
        self.held.clear();
        self.client = Some(client);
    }

    /// Takes one frame, if it is connected.
    async fn take(&mut self) {
        let Some(client) = &mut self.client else { return };
        let frame = client.next().await.unwrap_or_else(|| panic!("closed {:?}", client.closed));
        match frame["t"].as_str().unwrap() {
            "ev" => self.held.push(frame["e"]["data"]["body"].as_str().unwrap().to_owned()),
            "html" if frame["target"] == "posts" => {
                let html = frame["html"].as_str().unwrap();
                self.held.push(html.replace("<li lang=\"sv\">", "").replace("</li>", ""));
            }
            "live" => self.live = true,
            "behind" => self.live = false,
            "html" | "chk" | "subd" => {}
            other => panic!("{other}: {frame}"),
        }
        if frame["more"] == true {
            return;
        }
        self.heard.append(&mut self.held);
        if let Some(cursor) = frame["c"].as_str() {
            self.cursor = cursor.to_owned();
        }
    }

    async fn acknowledge(&mut self) {
        if let Some(client) = &mut self.client {
            client.send(json!({ "t": "ack", "s": 1, "c": self.cursor })).await;
        }
    }
}

async fn run(seed: u64) {
    println!("seed {seed}");
    let mut random = Random(seed);
    let mut world = World::new().await;
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let other = world.thread(world.arena(ArenaAccess::Open).await).await;
    let mut readers = Vec::new();
    for n in 0..4 {
        let someone = world.someone(&format!("P{n}")).await;
        readers.push(Reader {
            cursor: world.cursor(&someone),
            someone,
            client: None,
            form: ["event", "html"][n % 2],
            window: 1 + random.below(6),
            held: Vec::new(),
            heard: Vec::new(),
            live: false,
        });
    }
    let mut visible = Vec::new();
    for n in 0..150 {
        let at = usize::try_from(random.below(4)).unwrap();
        match random.below(20) {
            0..8 => {
                let body = format!("{n}");
                match random.below(4) {
                    0 => world.throw_hidden(thread, &body).await,
                    1 => world.throw(other, &body).await,
                    _ => {
                        visible.push(body.clone());
                        world.throw(thread, &body).await
                    }
                };
            }
            8..13 => {
                // Only what is sure to come may be waited for.
                let reader = &mut readers[at];
                if reader.client.is_some() && !reader.live {
                    reader.acknowledge().await;
                    reader.take().await;
                }
            }
            13..16 => readers[at].acknowledge().await,
            16..19 => match readers[at].client.take() {
                Some(_) => {}
                None => readers[at].connect(&world, thread).await,
            },
            _ if n % 3 == 0 => {
                readers.iter_mut().for_each(|reader| reader.client = None);
                world.restart().await;
            }
            _ => {}
        }
    }
    world.seen().await;
    for reader in &mut readers {
        if reader.client.is_none() {
            reader.connect(&world, thread).await;
        }
        while reader.heard.len() < visible.len() || !reader.live {
            reader.acknowledge().await;
            reader.take().await;
        }
        assert_eq!(reader.heard, visible, "seed {seed}, {}", reader.someone.name);
        reader.client.as_mut().unwrap().expect_nothing().await;
    }
}

#[tokio::test]
async fn every_reader_hears_everything_once_in_order() {
    for seed in 0..12 {
        run(seed).await;
    }
}
