//! What happens, and to whom it is hidden.

use crate::canary::{crawl::Shown, plan::Step as S, stage::Stage};

/// Whether a step is played in both worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// In both.
    Shown,
    /// In one alone.
    Hidden,
    /// In both, with another word in each, which is hidden.
    Otherwise,
}

/// Somebody who may see none of what is hidden.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outsider {
    Anonymous,
    /// Invited, and has not joined.
    Joining,
    /// One of the people of the stage.
    Person(usize),
}

impl Outsider {
    pub(super) fn shows(self, stage: &Stage) -> Shown {
        match self {
            Self::Anonymous => Shown::default(),
            Self::Joining => Shown { cookie: stage.joining.clone(), token: String::new() },
            Self::Person(who) => {
                let main = &stage.people[who].main;
                Shown { cookie: main.cookie.clone(), token: main.token.clone() }
            }
        }
    }
}

/// A history, and those who look afterwards.
pub(super) struct Script {
    pub(super) outsiders: &'static [Outsider],
    pub(super) steps: &'static [(Kind, S)],
}

use Kind::{Hidden, Otherwise, Shown as Both};
use Outsider::{Anonymous, Joining, Person};

/// What is said in arenas, which the administrator sees nothing of either; and all that other agencies do.
pub(super) const SCRIPTS: [Script; 2] = [
    Script { outsiders: &[Person(9), Anonymous, Joining, Person(3), Person(8)], steps: &SAID },
    Script { outsiders: &[Anonymous, Joining, Person(3), Person(8)], steps: &DONE },
];

/// Arenas 0 (open), 1 (for members), 2 (for the invited); threads 0 in the open one.
const SAID: [(Kind, S); 40] = [
    (Both, S::Open { class: 0 }),
    (Both, S::Open { class: 1 }),
    (Both, S::Open { class: 2 }),
    (Both, S::Invite { who: 0, arena: 2 }),
    (Both, S::Invite { who: 1, arena: 2 }),
    (Both, S::Join { who: 0, arena: 0 }),
    (Both, S::Join { who: 1, arena: 0 }),
    (Both, S::Join { who: 3, arena: 0 }),
    (Both, S::Join { who: 0, arena: 1 }),
    (Both, S::Join { who: 0, arena: 2 }),
    (Both, S::Join { who: 1, arena: 2 }),
    (Both, S::Thread { who: 0, arena: 0, shown: 0 }),
    (Hidden, S::Join { who: 1, arena: 1 }),
    (Hidden, S::Join { who: 5, arena: 1 }),
    (Hidden, S::Thread { who: 0, arena: 1, shown: 0 }),
    (Both, S::Post { who: 3, thread: 0, shown: 0 }),
    (Hidden, S::Thread { who: 1, arena: 2, shown: 2 }),
    (Hidden, S::Post { who: 0, thread: 1, shown: 1 }),
    (Hidden, S::Post { who: 0, thread: 2, shown: 0 }),
    (Hidden, S::Post { who: 1, thread: 2, shown: 0 }),
    (Both, S::Post { who: 1, thread: 0, shown: 2 }),
    (Hidden, S::Edit { post: 4 }),
    (Hidden, S::Post { who: 1, thread: 2, shown: 0 }),
    (Hidden, S::Thread { who: 0, arena: 2, shown: 0 }),
    (Hidden, S::Thread { who: 0, arena: 1, shown: 0 }),
    (Otherwise, S::Post { who: 1, thread: 0, shown: 0 }),
    (Otherwise, S::Edit { post: 11 }),
    (Both, S::Withdraw { post: 11 }),
    (Both, S::Post { who: 0, thread: 0, shown: 1 }),
    (Hidden, S::Leave { who: 5, arena: 1 }),
    (Hidden, S::Edit { post: 6 }),
    (Hidden, S::Post { who: 0, thread: 4, shown: 1 }),
    (Both, S::Thread { who: 3, arena: 0, shown: 0 }),
    (Hidden, S::Post { who: 0, thread: 1, shown: 1 }),
    (Hidden, S::Post { who: 0, thread: 3, shown: 1 }),
    (Both, S::Edit { post: 0 }),
    (Hidden, S::Post { who: 0, thread: 1, shown: 1 }),
    (Both, S::Post { who: 3, thread: 5, shown: 0 }),
    (Hidden, S::Post { who: 1, thread: 2, shown: 1 }),
    (Hidden, S::Post { who: 1, thread: 2, shown: 1 }),
];

/// Arenas 0 (open), 1 (for members), 2 (for the invited, and hidden itself).
const DONE: [(Kind, S); 36] = [
    (Both, S::Open { class: 0 }),
    (Both, S::Open { class: 1 }),
    (Hidden, S::Open { class: 2 }),
    (Both, S::Join { who: 0, arena: 0 }),
    (Both, S::Join { who: 1, arena: 0 }),
    (Both, S::Join { who: 3, arena: 0 }),
    (Both, S::Join { who: 0, arena: 1 }),
    (Both, S::Thread { who: 0, arena: 0, shown: 0 }),
    (Hidden, S::Change { arena: 2, class: 2 }),
    (Hidden, S::Thread { who: 0, arena: 1, shown: 0 }),
    (Hidden, S::Close { thread: 1 }),
    (Hidden, S::Reopen { thread: 1 }),
    (Hidden, S::InviteFor { agency: 0 }),
    (Both, S::Post { who: 3, thread: 0, shown: 0 }),
    (Hidden, S::Token { who: 0 }),
    (Hidden, S::RevokeToken { who: 0 }),
    (Hidden, S::EndSession { who: 0 }),
    (Hidden, S::Invite { who: 1, arena: 2 }),
    (Hidden, S::Join { who: 1, arena: 2 }),
    (Hidden, S::Thread { who: 1, arena: 2, shown: 0 }),
    (Hidden, S::Remove { who: 1, arena: 2 }),
    (Hidden, S::Token { who: 5 }),
    (Otherwise, S::Remove { who: 1, arena: 0 }),
    (Otherwise, S::Close { thread: 1 }),
    (Hidden, S::InviteFor { agency: 2 + 4 }),
    (Otherwise, S::Suspend { who: 2, by: 0 }),
    (Otherwise, S::Suspend { who: 4, by: 1 }),
    (Hidden, S::Open { class: 2 }),
    (Both, S::Post { who: 0, thread: 0, shown: 1 }),
    (Hidden, S::Change { arena: 3, class: 2 }),
    (Hidden, S::Post { who: 0, thread: 1, shown: 1 }),
    (Both, S::Profile { who: 0 }),
    (Hidden, S::InviteFor { agency: 0 }),
    (Hidden, S::Post { who: 0, thread: 1, shown: 1 }),
    (Both, S::Edit { post: 0 }),
    (Hidden, S::Post { who: 0, thread: 1, shown: 2 }),
];
