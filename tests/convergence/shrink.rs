//! Running a plan so that a failure is an answer, and looking for fewer steps that fail too.

use crate::{check::Verdict, plan::Plan, run};

/// How many times a smaller plan is tried.
const TRIES: usize = 24;

/// Plays a plan; a panic is a fault like any other.
pub(crate) async fn attempt(plan: &Plan) -> Verdict {
    let plan = plan.clone();
    match tokio::spawn(async move { run::play(&plan).await }).await {
        Ok(verdict) => verdict,
        Err(error) => {
            let panic = error.into_panic();
            let said = panic.downcast_ref::<String>().cloned();
            Err(said.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default())
        }
    }
}

/// Leaves out steps, in pieces that become smaller, for as long as it still fails.
pub(crate) async fn shrink(mut plan: Plan, mut fault: String) -> (Plan, String) {
    let (mut tries, mut piece) = (TRIES, plan.steps.len() / 2);
    while piece > 0 {
        let mut at = 0;
        while at < plan.steps.len() {
            if tries == 0 {
                return (plan, fault);
            }
            tries -= 1;
            let less = plan.without(at..(at + piece).min(plan.steps.len()));
            match attempt(&less).await {
                Ok(()) => at += piece,
                Err(again) => (plan, fault) = (less, again),
            }
        }
        piece /= 2;
    }
    (plan, fault)
}
