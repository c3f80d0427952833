//! What chance adds to a script: more is said in the open and where only some read, in any order.

use proptest::{prelude::*, strategy::ValueTree as _};

use super::script::Kind;
use crate::{
    bad_input::chance,
    canary::{oracle::Truth, plan::Step},
};

/// How much more is said.
const MORE: std::ops::Range<usize> = 15..30;
/// The class of the arenas that everybody reads.
const OPEN: usize = 0;
/// Who writes where only some read, and who does in the open.
const INSIDER: usize = 0;
const IN_THE_OPEN: [usize; 3] = [0, 1, 3];

/// One thing that is said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw {
    pub(super) kind: Kind,
    what: usize,
    which: usize,
}

/// What is said, by chance.
pub(super) fn draws() -> Vec<Draw> {
    let draw = (any::<bool>(), 0..6_usize, 0..60_usize).prop_map(|(hidden, what, which)| Draw {
        kind: if hidden { Kind::Hidden } else { Kind::Shown },
        what,
        which,
    });
    let tree = prop::collection::vec(draw, MORE).new_tree(&mut chance()).expect("nothing is filtered out");
    tree.current()
}

impl Draw {
    /// As a step, in a world in which there is this; `None` where there is nothing to say it in.
    pub(super) fn step(self, truth: &Truth) -> Option<Step> {
        let Self { kind, what, which } = self;
        let is_hidden = kind == Kind::Hidden;
        let among = |arena: usize| {
            let arena = &truth.arenas[arena];
            (arena.class != OPEN) == is_hidden && arena.members.contains(&INSIDER)
        };
        let pick = |all: Vec<usize>| all.get(which.checked_rem(all.len())?).copied();
        let who = if is_hidden { INSIDER } else { IN_THE_OPEN[which % IN_THE_OPEN.len()] };
        let of_post = |post: &usize| among(truth.threads[truth.posts[*post].thread].arena);
        Some(match what {
            0 => Step::Thread {
                who,
                arena: pick((0..truth.arenas.len()).filter(|it| among(*it)).collect())?,
                shown: which,
            },
            1 => Step::Edit { post: pick((0..truth.posts.len()).filter(of_post).collect())? },
            _ => {
                let threads = (0..truth.threads.len()).filter(|it| among(truth.threads[*it].arena));
                Step::Post { who, thread: pick(threads.collect())?, shown: which }
            }
        })
    }
}
