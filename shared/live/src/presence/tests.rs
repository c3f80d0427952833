//! Presence and typing: told once, expiring, without names in a crowd.

use uuid::Uuid;

use super::*;

const TOPIC: &str = "thread/1";

fn who(n: u128) -> Someone {
    Someone { person: PersonId::from_uuid(Uuid::from_u128(n)), name: format!("P{n}").into(), agency: "A".into() }
}

struct Table {
    presence: Presence,
    topic: Arc<str>,
    start: Instant,
}

impl Table {
    fn new() -> Self {
        Self { presence: Presence::new(3, true), topic: TOPIC.into(), start: Instant::now() }
    }

    fn here(&self, socket: u64, person: u128, state: PresenceState, at: u64) {
        self.presence.is_here(&self.topic, socket, who(person), state, self.start + Duration::from_secs(at));
    }

    fn types(&self, socket: u64, person: u128, at: u64) {
        self.presence.is_typing(&self.topic, socket, who(person), self.start + Duration::from_secs(at));
    }

    /// Whether there is news, who is there (with `*` if away) and who types.
    fn sweep(&self, at: u64) -> (bool, String, String) {
        let news = !self.presence.sweep(self.start + Duration::from_secs(at)).is_empty();
        let Some(Told { presence, typing }) = self.presence.told(TOPIC) else { return (news, "-".into(), "-".into()) };
        let say = |text: &str| match serde_json::from_str(text).unwrap() {
            ServerFrame::Presence { count, people, .. } | ServerFrame::Typing { count, people, .. } => {
                let name = |here: PersonHere| match here.state {
                    PresenceState::Away => here.name + "*",
                    _ => here.name,
                };
                people.map_or(count.to_string(), |people| people.into_iter().map(name).collect::<Vec<_>>().join(" "))
            }
            other => panic!("{other:?}"),
        };
        (news, say(&presence.1), say(&typing.1))
    }
}

fn told(news: bool, here: &str, typing: &str) -> (bool, String, String) {
    (news, here.into(), typing.into())
}

#[test]
fn what_changes_is_told_once_and_expires() {
    let table = Table::new();
    assert_eq!(table.sweep(0), told(false, "-", "-"));
    table.here(1, 1, PresenceState::Here, 0);
    table.here(2, 2, PresenceState::Away, 0);
    assert_eq!(table.sweep(0), told(true, "P1 P2*", ""));
    table.here(1, 1, PresenceState::Here, 30);
    assert_eq!(table.sweep(30), told(false, "P1 P2*", ""));
    table.types(2, 2, 31);
    assert_eq!(table.sweep(31), told(true, "P1 P2", "P2"));
    assert_eq!(table.sweep(36), told(false, "P1 P2", "P2"));
    assert_eq!(table.sweep(37), told(true, "P1 P2", ""));
    assert_eq!(table.sweep(90), told(true, "P2", ""));
    assert_eq!(table.sweep(91), told(true, "", ""));
    assert_eq!(table.sweep(152), told(false, "-", "-"), "an empty room is forgotten");
}

#[test]
fn somebody_with_two_sockets_is_one_person_until_both_have_left() {
    let table = Table::new();
    table.here(1, 1, PresenceState::Away, 0);
    table.here(2, 1, PresenceState::Here, 0);
    assert_eq!(table.sweep(0), told(true, "P1", ""));
    table.presence.leave(TOPIC, 2);
    assert_eq!(table.sweep(1), told(true, "P1*", ""));
    table.here(1, 1, PresenceState::Gone, 2);
    assert_eq!(table.sweep(2), told(true, "", ""));
}

#[test]
fn a_crowd_is_a_number_and_is_told_seldom() {
    let table = Table::new();
    for n in 0..4 {
        table.here(n, u128::from(n), PresenceState::Here, 0);
    }
    table.types(0, 0, 0);
    assert_eq!(table.sweep(0), told(true, "4", "1"));
    table.here(9, 9, PresenceState::Here, 1);
    assert_eq!(table.sweep(1), told(false, "4", "1"));
    assert_eq!(table.sweep(5), told(true, "5", "1"));
    table.presence.leave(TOPIC, 1);
    table.presence.leave(TOPIC, 2);
    assert_eq!(table.sweep(6), told(true, "P0 P3 P9", ""), "few enough to be named at once");
}

#[test]
fn where_nobody_is_named_the_numbers_are_told_at_once() {
    let table = Table { presence: Presence::new(3, false), ..Table::new() };
    table.here(1, 1, PresenceState::Here, 0);
    table.here(2, 2, PresenceState::Here, 0);
    assert_eq!(table.sweep(0), told(true, "2", "0"));
    table.types(2, 2, 1);
    assert_eq!(table.sweep(1), told(true, "2", "1"));
}
