//! People write and listen over networks that lag and break, at a server that restarts and is killed, while others are
//! shut out. When all is quiet, sockets, API, page and a fresh replay agree with the log.
//!
//! What happens is a plan, and a plan is made from a seed. `ERFA_PLAN=<seed>` runs the plan of that seed, and
//! `ERFA_PLAN=<file>` one that a failed run has saved; `ERFA_PLANS=<number>` runs so many new ones.

#![expect(clippy::panic, reason = "a test that can't go on fails")]

mod check;
mod fold;
mod look;
mod plan;
mod proxy;
mod reader;
mod run;
mod shrink;
mod stage;
mod truth;
mod verdict;
mod writer;

use std::path::Path;

use plan::Plan;
use types::{Ids as _, SystemIds};

/// New plans that are run, unless it is said otherwise.
const PLANS: usize = 3;

/// The plans that the environment asks for, else a few new ones.
fn plans() -> Vec<Plan> {
    let new = |_| Plan::of(SystemIds.uuid().as_u128() as u64);
    match (std::env::var("ERFA_PLAN"), std::env::var("ERFA_PLANS")) {
        (Ok(plan), _) => vec![plan.parse().map_or_else(|_| Plan::read(Path::new(&plan)), Plan::of)],
        (_, Ok(number)) => (0..number.parse().expect("ERFA_PLANS is a number")).map(new).collect(),
        _ => (0..PLANS).map(new).collect(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_all_is_quiet_everybody_sees_the_same() {
    for plan in plans() {
        println!("seed {}", plan.seed);
        if let Err(fault) = shrink::attempt(&plan).await {
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("plan-{}.json", plan.seed));
            plan.save(&path);
            let (less, fault) = shrink::shrink(plan, fault).await;
            less.save(&path);
            panic!("{fault}\nrun it again with ERFA_PLAN={}\n{less:?}", path.display());
        }
    }
}

#[test]
fn a_seed_always_gives_the_same_plan() {
    for seed in [0, 1, 17, u64::MAX] {
        assert_eq!(Plan::of(seed), Plan::of(seed));
        assert_ne!(Plan::of(seed).steps, Plan::of(seed ^ 5).steps);
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plan-that-was-read.json");
    Plan::of(3).save(&path);
    assert_eq!(Plan::read(&path), Plan::of(3));
}
