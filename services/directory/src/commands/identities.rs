//! Accounts at OpenID providers: linking them, signing in with them, and what a provider ends.

use contracts::{
    Audience,
    directory::{AccountKey, IdentityLinked, OpenIdSignIn, PersonName, Role, SessionEnd, SignedIn, Title},
};
use event_sourcing::ExecuteError;
use types::{AgencyId, IdentityId, PersonId, SessionId};

use access::Secret;

use super::{Asked, By, Commands, Done, Error, Opened, SESSION_HOURS, VIEW_WAIT};
use crate::{
    domain::{
        identity::{Command, Error as Refusal},
        person::{self, Profile},
        session,
    },
    views::{identities, people},
};

/// An account in which somebody has just signed in at its provider, as the settings read its claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderAccount {
    /// How the provider vouches for them.
    pub openid: OpenIdSignIn,
    /// What the account is known by.
    pub account: AccountKey,
    /// What the provider says of them beyond that, where it may let people in.
    pub admission: Option<Admission>,
}

/// What a provider says of somebody whom it may let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The agency that they work for.
    pub agency: AgencyId,
    /// Their name, if it says so.
    pub name: Option<PersonName>,
    /// What they do, if it says so.
    pub title: Option<Title>,
}

impl ProviderAccount {
    /// Its id.
    pub fn id(&self) -> IdentityId {
        identities::id_of(self.openid.issuer.as_str(), self.account.as_str())
    }
}

impl Commands {
    /// Makes an account a person's. Their mail address plays no part in it, nor the account's.
    pub async fn link_identity(
        &self,
        by: &By,
        person: PersonId,
        account: &ProviderAccount,
    ) -> Result<Done<IdentityId>, Error> {
        let id = account.id();
        let (issuer, key) = (account.openid.issuer.clone(), account.account.clone());
        let link = IdentityLinked { person, issuer, account: key };
        let request =
            self.request(by, id.uuid(), Audience::System, Asked::to("link identity", &person), Command::Link(link));
        let executed = self.0.identities.execute(request).await?;
        Ok(Done { value: id, position: executed.position, repeated: executed.repeated })
    }

    /// Makes an account nobody's. Nobody takes their own only way in from themselves.
    pub async fn unlink_identity(&self, by: &By, id: IdentityId) -> Result<Done<IdentityId>, Error> {
        let snapshot = self.latest().await?;
        let known = identities::get(&snapshot, id)?.filter(|known| !known.unlinked);
        let owner = known.ok_or(ExecuteError::Refused(Refusal::Unknown))?.person;
        if by.person() == Some(owner) {
            let has_mail = people::get(&snapshot, owner)?.is_some_and(|person| person.email.is_some());
            if !has_mail && identities::of_person(&snapshot, owner)?.len() == 1 {
                return Err(Error::LastWayIn);
            }
        }
        drop(snapshot);
        let command = Command::Unlink { by: by.authority() };
        let request = self.request(by, id.uuid(), Audience::System, Asked::to("unlink identity", &id), command);
        let executed = self.0.identities.execute(request).await?;
        Ok(Done { value: id, position: executed.position, repeated: executed.repeated })
    }

    /// The person whose account it is, if they may still come in; whoever is not known comes in if their provider may
    /// let people in, and gets no mandate by that.
    pub async fn person_of(&self, account: &ProviderAccount) -> Result<Option<PersonId>, Error> {
        let snapshot = self.latest().await?;
        let person = match identities::get(&snapshot, account.id())? {
            Some(known) if known.unlinked => return Ok(None),
            Some(known) => Some(known.person),
            None => None,
        };
        let known = person.map_or(Ok(None), |person| people::get(&snapshot, person))?;
        let works_for = |agency: AgencyId| known.as_ref().is_some_and(|it| it.agencies().any(|own| own == agency));
        if let Some(admission) = account.admission.as_ref().filter(|admission| !works_for(admission.agency)) {
            return self.admit(account, admission, person).await.map(Some);
        }
        Ok(known.filter(|known| known.agencies().next().is_some()).map(|known| known.id))
    }

    /// Lets somebody in at the agency that their provider names. Done again, it completes what was interrupted.
    async fn admit(
        &self,
        account: &ProviderAccount,
        Admission { agency, name, title }: &Admission,
        known: Option<PersonId>,
    ) -> Result<PersonId, Error> {
        let by = By::system("openid");
        let person = known.unwrap_or_else(|| PersonId::derived(account.id().uuid(), "person let in by a provider"));
        if known.is_none() {
            let (role, authority) = (Role::Participant, by.authority());
            let invite = person::Command::Invite { email: None, agency: *agency, role, by: authority };
            self.perform(&by, person, Audience::Agency(*agency), "let in by provider", invite).await?;
        }
        let affiliate = person::Command::Affiliate(*agency);
        self.perform(&by, person, Audience::Participants, "affiliation by provider", affiliate).await?;
        if let Some(name) = name {
            let join = person::Command::Join(Profile { name: name.clone(), title: title.clone() });
            self.perform(&by, person, Audience::Participants, "name by provider", join).await?;
        }
        let linked = self.link_identity(&by, person, account).await?;
        self.0.views.wait_for(linked.position, VIEW_WAIT).await?;
        tracing::info!(%person, %agency, "somebody came in who was not known, let in by their provider");
        Ok(person)
    }

    /// Has it done, unless it was done before.
    async fn perform(
        &self,
        by: &By,
        person: PersonId,
        audience: Audience,
        operation: &str,
        command: person::Command,
    ) -> Result<(), Error> {
        use person::Error::{AlreadyInvited, AlreadyJoined};
        let request = self.request(by, person.uuid(), audience, Asked::to(operation, &person), command);
        match self.0.people.execute(request).await {
            Ok(_) | Err(ExecuteError::Refused(AlreadyInvited | AlreadyJoined)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens a session for whoever signed in with an account, unless they are shut out.
    pub async fn sign_in_with(&self, person: PersonId, openid: OpenIdSignIn) -> Result<Opened, Error> {
        self.check_not_suspended(person).await?;
        let (session, secret) = (SessionId::new(&*self.0.ids), Secret::new());
        let expires_at = self.later(SESSION_HOURS * 3_600);
        let signed_in = SignedIn { person, secret: secret.hash(), expires_at, openid: Some(openid) };
        let (by, asked) = (By::system("openid"), Asked::to("sign in", &session));
        let request = self.request(&by, session.uuid(), Audience::System, asked, session::Command::Open(signed_in));
        let position = self.0.sessions.execute(request).await?.position;
        Ok(Opened { person, session, secret, expires_at, position })
    }

    /// Ends the sessions that a provider has ended, and says which they were.
    pub async fn end_provider_sessions(&self, ended: &oidc::LogoutToken) -> Result<Vec<SessionId>, Error> {
        let snapshot = self.latest().await?;
        let opened = identities::opened_at(&snapshot, &ended.issuer, ended.sid.as_deref(), ended.subject.as_deref())?;
        drop(snapshot);
        let by = By::system("openid");
        let mut sessions = Vec::with_capacity(opened.len());
        for session in opened {
            let ended = self.end_session(&by, session.person, session.id, SessionEnd::EndedByProvider).await?;
            sessions.push(session.id);
            // The provider is told that it is done once it is.
            self.0.views.wait_for(ended.position, VIEW_WAIT).await?;
        }
        Ok(sessions)
    }
}
