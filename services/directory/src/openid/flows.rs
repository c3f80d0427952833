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

#[cfg(test)]
mod tests {
    use oidc::Demand;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Begins a sign-in in this browser; answers with its state.
    fn begin(flows: &Flows, browser: &Secret, second: i64) -> String {
        let pending = Pending::new("agency", Demand::default(), at(second));
        let state = pending.state().to_owned();
        flows.keep(Flow { pending, browser: browser.hash(), purpose: Purpose::SignIn, next: "/".to_owned() });
        state
    }

    #[test]
    fn a_sign_in_is_for_its_browser_and_state_and_for_one_use() {
        let (flows, browser, other) = (Flows::default(), Secret::new(), Secret::new());
        let state = begin(&flows, &browser, 0);
        let beside = begin(&flows, &browser, 0);
        assert!(flows.take(&other, &state, at(1)).is_none());
        assert!(flows.take(&browser, "another", at(1)).is_none());
        assert!(flows.take(&browser, &state, at(1)).is_some());
        assert!(flows.take(&browser, &state, at(1)).is_none(), "once");
        assert!(flows.take(&browser, &beside, at(1)).is_some(), "in two tabs");
    }

    #[test]
    fn a_sign_in_takes_ten_minutes_at_most() {
        let (flows, browser) = (Flows::default(), Secret::new());
        let (early, late) = (begin(&flows, &browser, 0), begin(&flows, &browser, 1));
        assert!(flows.take(&browser, &early, at(FLOW_SECONDS)).is_none());
        assert!(flows.take(&browser, &late, at(FLOW_SECONDS)).is_some());
    }

    #[test]
    fn where_too_many_begin_the_oldest_is_forgotten() {
        let (flows, browser) = (Flows::default(), Secret::new());
        let states: Vec<_> = (0..=FLOWS_MAX).map(|_| begin(&flows, &browser, 0)).collect();
        assert!(flows.take(&browser, &states[0], at(1)).is_none());
        assert!(flows.take(&browser, &states[1], at(1)).is_some());
        assert_eq!(flows.0.lock().unwrap().len(), FLOWS_MAX - 1);
    }
}
