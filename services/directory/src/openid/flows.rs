//! Sign-ins that have begun: each is for the browser that began it, and for one use.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use access::Secret;
use contracts::directory::SecretHash;
use oidc::Pending;
use types::{PersonId, Timestamp};

/// How long a sign-in may take, from the button to the way back.
pub(crate) const FLOW_SECONDS: i64 = 10 * 60;
/// How many are under way at most; the oldest is forgotten for one more.
const FLOWS_MAX: usize = 10_000;

/// What somebody is on their way for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To sign in.
    SignIn,
    /// To link the account to this person.
    Link(PersonId),
    /// To prove once more that they are this person.
    StepUp(PersonId),
}

/// A sign-in that has begun.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) pending: Pending,
    /// Of the secret of the browser that began it.
    pub(crate) browser: SecretHash,
    pub(crate) purpose: Purpose,
    /// Where they come to in the end: a path of ours.
    pub(crate) next: String,
}

/// Those that are under way, oldest first, in memory alone: who has begun when Erfa restarts begins again.
#[derive(Default)]
pub(super) struct Flows(Mutex<VecDeque<Flow>>);

impl Flows {
    pub(super) fn keep(&self, flow: Flow) {
        let mut flows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forget_old(&mut flows, flow.pending.began_at());
        if flows.len() >= FLOWS_MAX {
            flows.pop_front();
        }
        flows.push_back(flow);
    }

    /// The one of this browser with this state, which nobody else can use up.
    pub(super) fn take(&self, browser: &Secret, state: &str, now: Timestamp) -> Option<Flow> {
        let mut flows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forget_old(&mut flows, now);
        let at = flows.iter().position(|flow| flow.pending.is_state(state) && browser.matches(&flow.browser))?;
        flows.remove(at)
    }
}

fn forget_old(flows: &mut VecDeque<Flow>, now: Timestamp) {
    let is_old = |flow: &mut Flow| now.as_second() - flow.pending.began_at().as_second() >= FLOW_SECONDS;
    while flows.pop_front_if(is_old).is_some() {}
}
