//! Signing in with OpenID providers: what was begun and not finished, and what a provider's claims mean here.

mod flows;
pub(crate) mod mapping;

use std::sync::Arc;

use access::Secret;
use event_sourcing::{Snapshot, ViewError};
use oidc::{Demand, Provider, RelyingParty, SetupError};
use service_kit::{OpenIdProvider, StepUp};
use types::{Clock, Ids, SessionId, Timestamp};

use crate::views::identities;

pub(crate) use flows::{FLOW_SECONDS, Flow, Purpose};

/// The providers, and the sign-ins that are under way. Cheap to clone.
#[derive(Clone)]
pub(crate) struct OpenId(Arc<Inner>);

struct Inner {
    party: RelyingParty,
    providers: Vec<OpenIdProvider>,
    flows: flows::Flows,
}

/// A provider as it is offered.
pub(crate) struct Offer {
    pub(crate) provider: String,
    pub(crate) name: String,
}

impl OpenId {
    pub(crate) fn new(
        providers: Vec<OpenIdProvider>,
        origin: &str,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, SetupError> {
        let settings = providers.iter().map(|provider| provider.settings.clone()).collect();
        let party = RelyingParty::new(oidc::Options { providers: settings, origin: origin.to_owned(), clock, ids })?;
        Ok(Self(Arc::new(Inner { party, providers, flows: flows::Flows::default() })))
    }

    pub(crate) fn party(&self) -> &RelyingParty {
        &self.0.party
    }

    /// What stands on the buttons.
    pub(crate) fn offers(&self, lang: web::Lang) -> Vec<Offer> {
        let offer = |provider: &OpenIdProvider| Offer {
            provider: provider.settings.name.clone(),
            name: match lang {
                web::Lang::Sv => provider.name_sv.clone(),
                web::Lang::En => provider.name_en.clone(),
            },
        };
        self.0.providers.iter().map(offer).collect()
    }

    /// The provider of this name, and what is set for it.
    pub(crate) fn find(&self, name: &str) -> Option<(&Provider, &OpenIdProvider)> {
        let settings = self.0.providers.iter().find(|provider| provider.settings.name == name)?;
        Some((self.0.party.provider(name)?, settings))
    }

    /// The provider that is this issuer, and what it is called for people; `None` if it is set up no longer.
    pub(crate) fn issued_by(&self, issuer: &str, lang: web::Lang) -> Option<(&Provider, String)> {
        let known = self.0.providers.iter().find(|provider| provider.settings.issuer == issuer)?;
        Some((self.0.party.provider(&known.settings.name)?, self.name_of(issuer, lang)))
    }

    /// What it is called for people.
    pub(crate) fn name_of(&self, issuer: &str, lang: web::Lang) -> String {
        let provider = self.0.providers.iter().find(|provider| provider.settings.issuer == issuer);
        provider.map_or_else(
            || issuer.to_owned(),
            |provider| match lang {
                web::Lang::Sv => provider.name_sv.clone(),
                web::Lang::En => provider.name_en.clone(),
            },
        )
    }

    /// Keeps what was begun for the browser that began it.
    pub(crate) fn keep(&self, flow: Flow) {
        self.0.flows.keep(flow);
    }

    /// What was begun in this browser with this state; it is used up by that.
    pub(crate) fn take(&self, browser: &Secret, state: &str, now: Timestamp) -> Option<Flow> {
        self.0.flows.take(browser, state, now)
    }

    /// The provider where whoever has this session has to prove once more who they are before they do what decides;
    /// `None` if what it vouched for is enough, or nothing is demanded.
    pub(crate) fn step_up_of(
        &self,
        snapshot: &Snapshot,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<(&OpenIdProvider, &StepUp)>, ViewError> {
        let Some(openid) = identities::sign_in_of(snapshot, session)? else { return Ok(None) };
        let provider = self.0.providers.iter().find(|it| it.settings.issuer == openid.issuer.as_str());
        let demanded = provider.and_then(|provider| Some((provider, provider.step_up.as_ref()?)));
        Ok(demanded.filter(|(_, step_up)| !is_enough(step_up, &openid, now)))
    }
}

/// Whether what the provider vouched for reaches what is demanded.
fn is_enough(step_up: &StepUp, openid: &contracts::directory::OpenIdSignIn, now: Timestamp) -> bool {
    let acr = openid.acr.as_ref().map(|acr| acr.as_str().to_owned());
    let level = step_up.acr_values.is_empty() || acr.is_some_and(|acr| step_up.acr_values.contains(&acr));
    let is_young = |age_max| {
        let age = openid.authenticated_at.map(|at| now.duration_since(at));
        age.is_some_and(|age| age.is_negative() || age.unsigned_abs() <= age_max)
    };
    level && step_up.max_age.is_none_or(is_young)
}

/// What is demanded of a step-up.
pub(crate) fn demand_of(step_up: &StepUp) -> Demand {
    Demand { acr_values: step_up.acr_values.clone(), max_age: step_up.max_age }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use contracts::directory::OpenIdSignIn;
    use types::Line;

    use super::*;

    #[test]
    fn what_is_vouched_for_is_enough_or_not() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let now = at(10_000);
        for (acr_values, max_age_s, acr, authenticated_at, expected) in [
            (&["loa4"][..], None, Some("loa4"), None, true),
            (&["loa4", "loa5"], None, Some("loa5"), None, true),
            (&["loa4"], None, Some("loa3"), None, false),
            (&["loa4"], None, None, None, false),
            (&[], Some(60), Some("loa1"), Some(at(9_940)), true),
            (&[], Some(60), Some("loa1"), Some(at(9_939)), false),
            (&[], Some(60), Some("loa1"), None, false),
            (&["loa4"], Some(60), Some("loa4"), Some(at(9_939)), false),
            (&["loa4"], Some(60), Some("loa3"), Some(now), false),
            (&["loa4"], Some(60), Some("loa4"), Some(at(10_030)), true),
        ] {
            let max_age = max_age_s.map(Duration::from_secs);
            let step_up = StepUp { acr_values: acr_values.iter().map(ToString::to_string).collect(), max_age };
            let openid = OpenIdSignIn {
                issuer: Line::new("https://login.agency.example").unwrap(),
                subject: Line::new("ada").unwrap(),
                sid: None,
                acr: acr.map(|acr| Line::new(acr).unwrap()),
                authenticated_at,
            };
            assert_eq!(is_enough(&step_up, &openid, now), expected, "{step_up:?} {openid:?}");
        }
    }
}
