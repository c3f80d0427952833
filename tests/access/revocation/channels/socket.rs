//! Listening over a socket of the live protocol.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use system_tests::Socket;
use tokio::{sync::watch, time::Instant};

use super::{Ear, End, Told, Want};

/// So much of every topic is heard before something is revoked, and of what is left of them afterwards.
const HEARD_MIN: usize = 3;
/// After so many frames a subscription says what it has taken: the server takes few such words a second.
const ACK_EVERY: usize = 100;

/// Listens over a socket.
pub(super) async fn listen(want: Want, form: &'static str) -> Ear {
    let mut socket = want.connect().await.expect("they may listen so far");
    for (s, (_, topic)) in (0..).zip(&want.topics) {
        socket.subscribe(s, topic, "now", form).await;
        socket.send(json!({"t": "presence", "topic": topic, "state": "here"})).await;
    }
    let epoch = serde_json::from_value(socket.until("subd").await["epoch"].clone()).expect("an epoch");
    let (heard, hears) = watch::channel(false);
    let told = tokio::spawn(async move {
        let mut listener = Listener { socket, form, heard: BTreeMap::new(), told: Told::new(epoch) };
        listener.listen(&want, &heard).await;
        listener.told.came_back = listener.come_back(&want).await;
        listener.told
    });
    Ear { hears, told }
}

struct Listener {
    socket: Socket,
    form: &'static str,
    /// How much was heard of each topic, since the beginning or, once all has ended that should, since then.
    heard: BTreeMap<&'static str, usize>,
    told: Told,
}

impl Listener {
    /// Until all has ended that should, and it is clear that nothing follows.
    async fn listen(&mut self, want: &Want, hears: &watch::Sender<bool>) {
        let (mut asked, mut answered) = (false, false);
        loop {
            let Some(frame) = self.socket.next().await else {
                return self.ends(End::Closed(self.socket.closed));
            };
            self.take(&frame, want).await;
            let hears_all = self.hears_all(want);
            if hears_all && !*hears.borrow() {
                hears.send_replace(true);
            }
            if !asked && want.until.iter().all(|end| self.told.ended.contains_key(end)) {
                asked = true;
                self.heard.clear();
                // What would still come of the topics that ended comes before the answer.
                self.socket.send(json!({"t": "typing", "topic": "nothing"})).await;
            }
            answered |= asked && frame["re"]["t"] == "typing";
            if answered && (hears_all || !want.busy) {
                return;
            }
        }
    }

    /// Whether enough was heard of every topic that goes on.
    fn hears_all(&self, want: &Want) -> bool {
        let enough = if want.busy { HEARD_MIN } else { 1 };
        let goes_on = want.topics.iter().filter(|(topic, _)| !self.told.ended.contains_key(&End::Topic(topic)));
        goes_on.into_iter().all(|(topic, _)| self.heard.get(topic).is_some_and(|heard| *heard >= enough))
    }

    fn ends(&mut self, end: End) {
        self.told.ended.entry(end).or_insert_with(Instant::now);
    }

    async fn take(&mut self, frame: &Value, want: &Want) {
        let numbered = frame["s"].as_u64().and_then(|s| want.topics.get(usize::try_from(s).ok()?));
        let named = || want.topics.iter().find(|(_, topic)| frame["topic"] == **topic);
        let Some(&(topic, _)) = numbered.or_else(named) else { return };
        if self.told.ended.contains_key(&End::Topic(topic)) {
            return self.ends(End::Otherwise(format!("{topic} goes on with {frame}")));
        }
        if let Some(cursor) = frame["c"].as_str() {
            self.told.delivered.push((topic, cursor.to_owned()));
        }
        match frame["t"].as_str().unwrap_or_default() {
            "ev" | "html" => {
                *self.heard.entry(topic).or_default() += 1;
                if self.told.delivered.len().is_multiple_of(ACK_EVERY) {
                    self.acknowledge(want).await;
                }
            }
            // Where nobody writes, nothing more is heard.
            "live" if !want.busy => *self.heard.entry(topic).or_default() += 1,
            "drop" if frame["code"] == "access-ended" && frame["retry"] == false => self.ends(End::Topic(topic)),
            "drop" => self.ends(End::Otherwise(frame.to_string())),
            _ => {}
        }
    }

    /// What was taken of every topic.
    async fn acknowledge(&mut self, want: &Want) {
        for (s, (topic, _)) in want.topics.iter().enumerate() {
            let last = self.told.delivered.iter().rfind(|(of, _)| of == topic);
            if let Some((_, cursor)) = last {
                self.socket.try_send(json!({"t": "ack", "s": s, "c": cursor})).await;
            }
        }
    }

    /// Asks again for what was lost, from where it ended: what is told then.
    async fn come_back(&mut self, want: &Want) -> Option<String> {
        if want.until.iter().any(|end| matches!(end, End::Closed(_))) {
            return want.connect().await.ok().map(|_| "welcome".to_owned());
        }
        let (topic, name) = &want.topics[0];
        let after = self.told.delivered.iter().rfind(|(of, _)| of == topic)?.1.clone();
        self.socket.subscribe(9, name, &after, self.form).await;
        loop {
            let frame = self.socket.next().await?;
            if frame["re"]["s"] == 9 {
                return None;
            }
            if frame["s"] == 9 {
                return Some(frame.to_string());
            }
        }
    }
}
