//! What happens before everybody looks: a list of steps, and nothing else. The same seed gives the same plan.

use std::{fs, path::Path};

use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde::{Deserialize, Serialize};

/// Steps that chance makes, after those with which everything happens once and before the [`last`] ones.
const STEPS: std::ops::Range<usize> = 20..50;

/// Something that happens. Numbers are taken modulo what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Step {
    /// The secretariat opens an arena of this class.
    Open {
        class: usize,
    },
    /// The secretariat describes it otherwise, and makes it one of this class.
    Change {
        arena: usize,
        class: usize,
    },
    Join {
        who: usize,
        arena: usize,
    },
    Leave {
        who: usize,
        arena: usize,
    },
    /// The secretariat invites somebody into an arena, or removes them.
    Invite {
        who: usize,
        arena: usize,
    },
    Remove {
        who: usize,
        arena: usize,
    },
    /// Somebody opens a thread or posts, and appears as name, role or agency.
    Thread {
        who: usize,
        arena: usize,
        shown: usize,
    },
    Post {
        who: usize,
        thread: usize,
        shown: usize,
    },
    /// Its author changes a post, or withdraws it.
    Edit {
        post: usize,
    },
    Withdraw {
        post: usize,
    },
    /// The secretariat closes a thread, or opens it again.
    Close {
        thread: usize,
    },
    Reopen {
        thread: usize,
    },
    /// The secretariat invites somebody into the exchange, for this agency.
    InviteFor {
        agency: usize,
    },
    /// Somebody calls themselves otherwise.
    Profile {
        who: usize,
    },
    /// Somebody issues a token, or ends the second one, or their second session.
    Token {
        who: usize,
    },
    RevokeToken {
        who: usize,
    },
    EndSession {
        who: usize,
    },
    /// Somebody asks for a sign-in link.
    Link {
        who: usize,
    },
    /// The secretariat makes somebody contact person of their agency, and ends that.
    Mandate {
        who: usize,
    },
    /// The secretariat ends somebody's work for their agency.
    End {
        who: usize,
    },
    /// The contact person lets a colleague hold their mandate too, or takes it back.
    Delegate {
        who: usize,
    },
    EndDelegation {
        who: usize,
    },
    /// The secretariat takes the contact person's mandate, or gives it again.
    Contact {
        holds: bool,
    },
    /// The secretariat or the administrator shuts somebody out, or lets them in again; then they sign in anew.
    Suspend {
        who: usize,
        by: usize,
    },
    Reinstate {
        who: usize,
        by: usize,
    },
    /// Somebody gives their token another secret.
    Rotate {
        who: usize,
    },
    /// The secretariat ends an agency: one closes, the other is followed by another one.
    Dissolve {
        agency: usize,
        how: usize,
    },
    /// The administrator takes in a list of agencies.
    Agencies {
        edition: usize,
    },
}

/// A history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) steps: Vec<Step>,
}

/// Everything once, so that each kind of event is there.
fn first() -> Vec<Step> {
    use Step as S;
    let mut steps: Vec<_> = (0..3).map(|class| S::Open { class }).collect();
    steps.extend((0..3).map(|arena| S::Invite { who: 0, arena }));
    steps.extend((0..3).map(|arena| S::Join { who: 0, arena }));
    steps.extend((0..3).map(|arena| S::Thread { who: 0, arena, shown: 0 }));
    steps.extend([
        S::Invite { who: 2, arena: 2 },
        S::Join { who: 2, arena: 2 },
        S::Post { who: 2, thread: 2, shown: 1 },
        S::Invite { who: 1, arena: 2 },
        S::Join { who: 1, arena: 2 },
        S::Leave { who: 1, arena: 2 },
        S::Edit { post: 2 },
        S::Post { who: 0, thread: 2, shown: 0 },
        S::Withdraw { post: 4 },
        S::Close { thread: 1 },
        S::Reopen { thread: 1 },
        S::Invite { who: 3, arena: 2 },
        S::Remove { who: 3, arena: 2 },
        S::Change { arena: 1, class: 1 },
        S::InviteFor { agency: 0 },
        S::Profile { who: 2 },
        S::Token { who: 0 },
        S::RevokeToken { who: 1 },
        S::EndSession { who: 1 },
        S::Link { who: 0 },
        S::Mandate { who: 1 },
        S::End { who: 4 },
        S::Agencies { edition: 0 },
        S::Agencies { edition: 1 },
        S::Agencies { edition: 2 },
        S::Invite { who: 5, arena: 2 },
        S::Join { who: 7, arena: 2 },
        S::Post { who: 7, thread: 2, shown: 0 },
        S::Invite { who: 6, arena: 2 },
        S::Join { who: 8, arena: 2 },
        S::Post { who: 8, thread: 2, shown: 1 },
        S::InviteFor { agency: 1 },
        S::InviteFor { agency: 3 },
        S::Delegate { who: 1 },
        S::Contact { holds: false },
        S::Contact { holds: true },
        S::Delegate { who: 2 },
        S::EndDelegation { who: 2 },
        S::Suspend { who: 0, by: 0 },
        S::Reinstate { who: 0, by: 1 },
        S::Rotate { who: 0 },
        S::Rotate { who: 0 },
    ]);
    steps
}

/// What everything ends with, so that somebody is what these make of them when everybody looks.
fn last() -> Vec<Step> {
    use Step as S;
    vec![
        S::Contact { holds: true },
        S::Delegate { who: 0 },
        S::Suspend { who: 3, by: 1 },
        S::Dissolve { agency: 0, how: 0 },
        S::Dissolve { agency: 1, how: 1 },
    ]
}

fn step() -> impl Strategy<Value = Step> {
    use Step as S;
    let n = || 0..60_usize;
    let pair = || (n(), n());
    let triple = || (n(), n(), n());
    prop_oneof![
        1 => n().prop_map(|class| S::Open { class }),
        2 => pair().prop_map(|(arena, class)| S::Change { arena, class }),
        4 => pair().prop_map(|(who, arena)| S::Join { who, arena }),
        2 => pair().prop_map(|(who, arena)| S::Leave { who, arena }),
        2 => pair().prop_map(|(who, arena)| S::Invite { who, arena }),
        2 => pair().prop_map(|(who, arena)| S::Remove { who, arena }),
        3 => triple().prop_map(|(who, arena, shown)| S::Thread { who, arena, shown }),
        8 => triple().prop_map(|(who, thread, shown)| S::Post { who, thread, shown }),
        3 => n().prop_map(|post| S::Edit { post }),
        3 => n().prop_map(|post| S::Withdraw { post }),
        1 => n().prop_map(|thread| S::Close { thread }),
        1 => n().prop_map(|thread| S::Reopen { thread }),
        1 => n().prop_map(|agency| S::InviteFor { agency }),
        1 => n().prop_map(|who| S::Profile { who }),
        1 => n().prop_map(|who| S::Token { who }),
        1 => n().prop_map(|who| S::RevokeToken { who }),
        1 => n().prop_map(|who| S::EndSession { who }),
        1 => n().prop_map(|who| S::Mandate { who }),
        1 => n().prop_map(|who| S::End { who }),
        1 => n().prop_map(|who| S::Delegate { who }),
        1 => n().prop_map(|who| S::EndDelegation { who }),
        1 => any::<bool>().prop_map(|holds| S::Contact { holds }),
        1 => pair().prop_map(|(who, by)| S::Suspend { who, by }),
        1 => pair().prop_map(|(who, by)| S::Reinstate { who, by }),
        1 => n().prop_map(|who| S::Rotate { who }),
        1 => pair().prop_map(|(agency, how)| S::Dissolve { agency, how }),
    ]
}

impl Plan {
    /// The plan of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
        let tree = prop::collection::vec(step(), STEPS).new_tree(&mut runner).expect("nothing is filtered out");
        Self { seed, steps: first().into_iter().chain(tree.current()).chain(last()).collect() }
    }

    /// One that was saved.
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{} can't be read: {error}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{} is no plan: {error}", path.display()))
    }

    pub(crate) fn save(&self, path: &Path) {
        fs::write(path, serde_json::to_string_pretty(self).expect("a plan is plain")).expect("it can be written");
    }
}
