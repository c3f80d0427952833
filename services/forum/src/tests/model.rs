//! A model of who hears what: random plans against the real forum, with real sockets, views and access, and beside it
//! a plain list of what happened and of who may see it.
//!
//! `ERFA_PLAN=<seed>` plays the plan of one seed, and `ERFA_PLANS=<number>` so many new ones.

mod book;
mod plan;
mod reader;
mod stage;
mod subscription;

use types::{Ids as _, SystemIds};

use plan::Plan;
use stage::Stage;

/// New plans that are run, unless a seed is named.
const PLANS: u64 = 6;

#[tokio::test]
async fn everybody_hears_what_they_may_see_once_in_order() {
    let asked = |name| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    // The plans of whole-system tests are files too: those are not for this one.
    let seed = asked("ERFA_PLAN");
    let plans = if seed.is_some() { 1 } else { asked("ERFA_PLANS").unwrap_or(PLANS) };
    for _ in 0..plans {
        let seed = seed.unwrap_or_else(|| SystemIds.uuid().as_u128() as u64);
        println!("seed {seed}");
        let mut stage = Stage::set().await;
        for step in Plan::of(seed).0 {
            stage.perform(step).await;
        }
        stage.everyone_arrives().await;
        stage.quiet().await;
    }
}
