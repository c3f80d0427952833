//! What a provider's claims mean here.

use contracts::directory::{AccountKey, OpenIdSignIn, PersonName, Title};
use event_sourcing::{Snapshot, ViewError};
use oidc::Account;
use serde_json::Value;
use service_kit::OpenIdProvider;
use types::{AgencyId, Line};

use crate::{
    commands::{Admission, ProviderAccount},
    views::agencies::{self, AgencyRecord},
};

/// Why an account can't be known by its claims.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unmapped {
    /// The claim that is its key is missing, or is none.
    #[error("the claim that is the key of the account is missing or can't be one")]
    NoKey,
    #[error(transparent)]
    View(#[from] ViewError),
}

/// A text as it is. One that would be trimmed or written otherwise could be taken for another.
fn exactly<const MAX: usize>(text: &str) -> Option<Line<MAX>> {
    Line::new(text).ok().filter(|line| line.as_str() == text)
}

/// The account as the settings read its claims.
pub(crate) fn read(
    provider: &OpenIdProvider,
    account: &Account,
    snapshot: &Snapshot,
) -> Result<ProviderAccount, Unmapped> {
    let text = |claim: &str| account.claims.get(claim).and_then(Value::as_str);
    let key = match &provider.claims.account {
        None => Some(account.subject.as_str()),
        Some(claim) => text(claim),
    };
    let key: AccountKey = key.and_then(exactly).ok_or(Unmapped::NoKey)?;
    let openid = OpenIdSignIn {
        issuer: exactly(&account.issuer).ok_or(Unmapped::NoKey)?,
        subject: exactly(&account.subject).ok_or(Unmapped::NoKey)?,
        sid: account.sid.as_deref().and_then(exactly),
        acr: account.acr.as_deref().and_then(exactly),
        authenticated_at: account.authenticated_at,
    };
    let organisation = match &provider.claims.organisation {
        Some(claim) => text(claim),
        None => key.as_str().rsplit_once('@').map(|(_, organisation)| organisation),
    };
    let organisation = organisation.filter(|_| provider.admit_unknown);
    let agency = organisation.map_or(Ok(None), |number| agency_of(provider, number, snapshot))?;
    let admission = agency.map(|agency| Admission {
        agency,
        name: text(&provider.claims.name).and_then(|name| PersonName::new(name).ok()),
        title: provider.claims.title.as_deref().and_then(text).and_then(|title| Title::new(title).ok()),
    });
    Ok(ProviderAccount { openid, account: key, admission })
}

/// The agency with this organisation number. What the settings say goes before what the directory knows.
fn agency_of(provider: &OpenIdProvider, number: &str, snapshot: &Snapshot) -> Result<Option<AgencyId>, ViewError> {
    let digits = |number: &str| number.chars().filter(char::is_ascii_digit).collect::<String>();
    let wanted = digits(number);
    let set = provider.organisations.iter().find(|(known, _)| !wanted.is_empty() && digits(known) == wanted);
    let has_number = |record: &AgencyRecord| {
        record.agency.organisation_number.as_ref().is_some_and(|known| digits(known.as_str()) == wanted)
    };
    let mut living = agencies::living(snapshot)?.into_iter();
    let agency = match set {
        Some((_, name)) => living.find(|record| record.agency.name.as_str() == name),
        None => living.find(|record| !wanted.is_empty() && has_number(record)),
    };
    Ok(agency.map(|record| record.id))
}
