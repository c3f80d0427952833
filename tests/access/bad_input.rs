//! Input that can't be taken, at every route and every socket: a clear answer, nothing written, and the server goes on.

mod bodies;
mod cursors;
mod paths;
mod sockets;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use types::{Ids as _, SystemIds};

/// Cases that chance makes for each command, unless `ERFA_CASES` says otherwise.
const CASES: usize = 16;

/// How many cases chance makes.
fn cases() -> usize {
    std::env::var("ERFA_CASES").map_or(CASES, |cases| cases.parse().expect("ERFA_CASES is a number"))
}

/// Chance. It prints its seed; `ERFA_SEED` has it come out the same again.
#[expect(clippy::print_stdout, reason = "a failure is played again by its seed")]
pub(crate) fn chance() -> TestRunner {
    let seed = std::env::var("ERFA_SEED")
        .map_or_else(|_| SystemIds.uuid().as_u128() as u64, |seed| seed.parse().expect("ERFA_SEED is a number"));
    println!("ERFA_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}
