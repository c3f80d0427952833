//! What happens in one run: a list of steps, and nothing else. The same seed gives the same plan.

use std::{fs, path::Path};

use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde::{Deserialize, Serialize};

/// People who write.
pub(crate) const WRITERS: usize = 3;
/// People who listen.
pub(crate) const READERS: usize = 4;
/// Threads, each in an arena of another kind.
pub(crate) const THREADS: usize = 3;
/// Steps of a plan.
const STEPS: std::ops::Range<usize> = 30..90;
/// The longest that a connection delays what goes over it.
const LAG_MS_MAX: u64 = 40;

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// What it was made from.
    pub(crate) seed: u64,
    /// How the view is made anew when all is quiet.
    pub(crate) renewal: Renewal,
    /// What happens until then, in this order.
    pub(crate) steps: Vec<Step>,
}

/// How a view is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Renewal {
    /// By `erfa rebuild forum`, beside the one that is read.
    Rebuilt,
    /// The views' directory is deleted while the server is away.
    Deleted,
}

/// Somebody whose connections go through a network of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Client {
    Writer(usize),
    Reader(usize),
}

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Step {
    /// A writer begins to post, and goes on until it is answered.
    Post { writer: usize, thread: usize },
    /// A writer changes the newest post that they know to be theirs.
    Edit { writer: usize },
    /// A writer withdraws it.
    Withdraw { writer: usize },
    /// Everything that this writer began has been answered.
    Answered { writer: usize },
    /// The secretariat closes a thread.
    Close { thread: usize },
    /// The secretariat opens it again.
    Reopen { thread: usize },
    /// From now on everything is delayed.
    Lag { client: Client, ms: u64 },
    /// Every connection breaks, and what is under way is lost.
    Cut { client: Client },
    /// What the server says next is lost, and the connection breaks.
    LoseAnswer { client: Client },
    /// A reader takes nothing any more.
    Pause { reader: usize },
    /// It goes on.
    GoOn { reader: usize },
    /// The server stops in an orderly way, and another one starts.
    Restart,
    /// The server is killed (`kill -9`), and another one starts.
    Kill,
    /// The secretariat ends somebody's membership.
    Remove { client: Client, thread: usize },
    /// Somebody's token is revoked.
    Revoke { client: Client },
}

impl Plan {
    /// The plan of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
        let whole = (renewal(), prop::collection::vec(step(), STEPS));
        let tree = whole.new_tree(&mut runner).expect("nothing is filtered out");
        let (renewal, steps) = tree.current();
        Self { seed, renewal, steps }
    }

    /// The plan that a failed run has saved.
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read(path).unwrap_or_else(|error| panic!("{} can't be read: {error}", path.display()));
        serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{} is no plan: {error}", path.display()))
    }

    /// Saves it, to be run again.
    pub(crate) fn save(&self, path: &Path) {
        fs::write(path, serde_json::to_vec_pretty(self).expect("a plan is plain data")).expect("it can be written");
    }

    /// This plan without so many steps.
    pub(crate) fn without(&self, steps: std::ops::Range<usize>) -> Self {
        let mut less = self.clone();
        less.steps.drain(steps);
        less
    }
}

fn renewal() -> impl Strategy<Value = Renewal> {
    prop_oneof![Just(Renewal::Rebuilt), Just(Renewal::Deleted)]
}

fn client() -> impl Strategy<Value = Client> {
    prop_oneof![(0..WRITERS).prop_map(Client::Writer), (0..READERS).prop_map(Client::Reader)]
}

fn step() -> impl Strategy<Value = Step> {
    let (writer, reader, thread) = (|| 0..WRITERS, || 0..READERS, || 0..THREADS);
    prop_oneof![
        40 => (writer(), thread()).prop_map(|(writer, thread)| Step::Post { writer, thread }),
        8 => writer().prop_map(|writer| Step::Edit { writer }),
        8 => writer().prop_map(|writer| Step::Withdraw { writer }),
        14 => writer().prop_map(|writer| Step::Answered { writer }),
        2 => thread().prop_map(|thread| Step::Close { thread }),
        3 => thread().prop_map(|thread| Step::Reopen { thread }),
        6 => (client(), 0..LAG_MS_MAX).prop_map(|(client, ms)| Step::Lag { client, ms }),
        8 => client().prop_map(|client| Step::Cut { client }),
        8 => client().prop_map(|client| Step::LoseAnswer { client }),
        4 => reader().prop_map(|reader| Step::Pause { reader }),
        4 => reader().prop_map(|reader| Step::GoOn { reader }),
        1 => Just(Step::Restart),
        1 => Just(Step::Kill),
        1 => (client(), thread()).prop_map(|(client, thread)| Step::Remove { client, thread }),
        1 => client().prop_map(|client| Step::Revoke { client }),
    ]
}
