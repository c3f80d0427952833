//! What happens in one run: a pure function of a seed.

use contracts::forum::ArenaAccess;
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

/// People, of whom the first is of the secretariat.
pub(super) const PEOPLE: usize = 4;
/// Arenas, each with a thread.
pub(super) const ARENAS: usize = 3;
const STEPS: std::ops::Range<usize> = 40..160;

/// What happens, in this order.
pub(super) struct Plan(pub(super) Vec<Step>);

/// Something that happens.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Post {
        by: usize,
        thread: usize,
    },
    /// The newest post that is theirs, if it still stands.
    Edit {
        by: usize,
    },
    Withdraw {
        by: usize,
    },
    Close {
        thread: usize,
    },
    Reopen {
        thread: usize,
    },
    Join {
        who: usize,
        arena: usize,
    },
    Leave {
        who: usize,
        arena: usize,
    },
    Remove {
        who: usize,
        arena: usize,
    },
    /// Others than before may come into the arena.
    Access {
        arena: usize,
        access: ArenaAccess,
    },
    /// The session and the token of somebody are revoked.
    Revoke {
        who: usize,
    },
    Connect {
        who: usize,
        after: After,
    },
    Disconnect {
        who: usize,
    },
    /// Takes so many frames, if so many are to come.
    Take {
        who: usize,
        frames: usize,
    },
    Acknowledge {
        who: usize,
    },
    Restart {
        how: Restart,
    },
    /// Everybody takes what there is.
    Quiet,
}

/// With which cursor somebody comes back.
#[derive(Clone, Copy, Debug)]
pub(super) enum After {
    /// The newest that they have.
    Newest,
    /// One that they had so many frames before.
    Older(usize),
    /// The newest, after they have tried one that they made up, and one of somebody else.
    Forged,
}

/// How the forum stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Restart {
    /// It says goodbye.
    Orderly,
    /// Every connection is gone.
    Abrupt,
    /// And the view with them.
    Forgetful,
}

impl Plan {
    /// The plan of a seed.
    pub(super) fn of(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        Self(prop::collection::vec(step(), STEPS).new_tree(&mut runner).unwrap().current())
    }
}

fn step() -> impl Strategy<Value = Step> {
    let (who, arena) = (|| 0..PEOPLE, || 0..ARENAS);
    let access = prop_oneof![Just(ArenaAccess::Open), Just(ArenaAccess::Members), Just(ArenaAccess::Invited)];
    let after =
        prop_oneof![4 => Just(After::Newest), 2 => (1_usize..20).prop_map(After::Older), 1 => Just(After::Forged)];
    let how = prop_oneof![Just(Restart::Orderly), Just(Restart::Abrupt), Just(Restart::Forgetful)];
    prop_oneof![
        30 => (who(), arena()).prop_map(|(by, thread)| Step::Post { by, thread }),
        8 => who().prop_map(|by| Step::Edit { by }),
        10 => who().prop_map(|by| Step::Withdraw { by }),
        2 => arena().prop_map(|thread| Step::Close { thread }),
        4 => arena().prop_map(|thread| Step::Reopen { thread }),
        8 => (who(), arena()).prop_map(|(who, arena)| Step::Join { who, arena }),
        2 => (who(), arena()).prop_map(|(who, arena)| Step::Leave { who, arena }),
        3 => (who(), arena()).prop_map(|(who, arena)| Step::Remove { who, arena }),
        2 => (arena(), access).prop_map(|(arena, access)| Step::Access { arena, access }),
        2 => who().prop_map(|who| Step::Revoke { who }),
        16 => (who(), after).prop_map(|(who, after)| Step::Connect { who, after }),
        6 => who().prop_map(|who| Step::Disconnect { who }),
        20 => (who(), 1_usize..8).prop_map(|(who, frames)| Step::Take { who, frames }),
        8 => who().prop_map(|who| Step::Acknowledge { who }),
        1 => how.prop_map(|how| Step::Restart { how }),
        3 => Just(Step::Quiet),
    ]
}
