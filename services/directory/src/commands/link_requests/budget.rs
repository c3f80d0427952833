//! How many sign-in links one may be sent, and at whose asking.
//!
//! Anybody may ask for anybody's link: that must neither flood a person with mail nor use up what they need to come in
//! themselves. So a browser in which they have signed in before has a budget of its own, and what strangers ask for is
//! bounded, for each asking address and together.

use quick_cache::unsync::Cache;
use service_kit::AddressPrefix;
use types::{PersonId, Timestamp};

/// How many links of one person are sent within a link's lifetime at the asking of one address.
pub(crate) const OF_ADDRESS_MAX: usize = 3;
const OF_ADDRESS_SECONDS: i64 = 15 * 60;
/// How many links of one person are sent in an hour at the asking of browsers in which they have never signed in.
pub(crate) const OF_STRANGERS_MAX: usize = 10;
/// How many links of one person are sent in an hour at the asking of browsers in which they have signed in before.
pub(crate) const OF_KNOWN_MAX: usize = 10;
const HOUR_SECONDS: i64 = 60 * 60;
/// How many budgets are remembered; those that fall out begin anew. Only who is known to the directory has any.
const BUDGETS_MAX: usize = 16_384;

/// Who asks for somebody's link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    /// A browser in which that person has signed in before.
    KnownBrowser,
    /// Any other, from here.
    Stranger(Option<AddressPrefix>),
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Budget {
    Address(PersonId, Option<AddressPrefix>),
    Strangers(PersonId),
    Known(PersonId),
}

impl Budget {
    /// How many, in how many seconds.
    fn size(&self) -> (usize, i64) {
        match self {
            Self::Address(..) => (OF_ADDRESS_MAX, OF_ADDRESS_SECONDS),
            Self::Strangers(_) => (OF_STRANGERS_MAX, HOUR_SECONDS),
            Self::Known(_) => (OF_KNOWN_MAX, HOUR_SECONDS),
        }
    }
}

/// When links were sent, as far as that still counts.
pub(super) struct Budgets(Cache<Budget, Vec<Timestamp>>);

impl Default for Budgets {
    fn default() -> Self {
        Self(Cache::new(BUDGETS_MAX))
    }
}

impl Budgets {
    /// Whether another link of the person may be sent now; if so, it is counted.
    pub(super) fn take(&mut self, person: PersonId, asking: Asking, now: Timestamp) -> bool {
        let budgets = match asking {
            Asking::KnownBrowser => vec![Budget::Known(person)],
            Asking::Stranger(prefix) => vec![Budget::Address(person, prefix), Budget::Strangers(person)],
        };
        let mut sent: Vec<_> = budgets.iter().map(|budget| self.sent(budget, now)).collect();
        if budgets.iter().zip(&sent).any(|(budget, sent)| sent.len() >= budget.size().0) {
            return false;
        }
        sent.iter_mut().for_each(|sent| sent.push(now));
        budgets.into_iter().zip(sent).for_each(|(budget, sent)| self.0.insert(budget, sent));
        true
    }

    fn sent(&self, budget: &Budget, now: Timestamp) -> Vec<Timestamp> {
        let (_, seconds) = budget.size();
        let mut sent = self.0.get(budget).cloned().unwrap_or_default();
        sent.retain(|at| now.as_second() - at.as_second() < seconds);
        sent
    }
}
