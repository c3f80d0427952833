//! Coming back from the provider.
//!
//! This is the one page whose reading changes something, as the protocol has it: it opens the session that the
//! browser's own form began, once, and only in that browser.

use access::{PageReading, PageRejection, Reading, Secret};
use axum::response::IntoResponse as _;
use axum::{extract::Query, response::Response};
use axum_extra::extract::cookie::CookieJar;
use http::HeaderMap;
use oidc::{Answer, Refusal};
use service_kit::{ApiPath, OpenIdProvider, Problem, problems};
use types::PersonId;

use super::{Shell, cookie, known_browser, refused};
use crate::{
    By,
    commands::{Error, ProviderAccount},
    domain::identity,
    openid::{Flow, Purpose, mapping},
    pages::{
        shell::go_on,
        sign_in_link::{signed_in, suspended},
    },
};

pub(in crate::pages) async fn show(
    shell: Shell,
    name: Result<ApiPath<String>, Problem>,
    headers: HeaderMap,
    PageReading(reading): PageReading,
    Query(answer): Query<Answer>,
) -> Result<Response, PageRejection> {
    let ApiPath(name) = name?;
    let openid = &shell.app.openid;
    let Some((provider, settings)) = openid.find(&name) else { return Err(Problem::new(&problems::NOT_FOUND).into()) };
    let browser = known_browser(&headers, reading.gate().secure());
    let state = answer.state.as_deref().unwrap_or_default();
    let flow = browser.and_then(|browser: Secret| openid.take(&browser, state, reading.now()));
    let Some(flow) = flow else {
        tracing::warn!(provider = %name, "an answer of a provider came that nothing in this browser waits for");
        return Ok(refused::not_begun(&shell, &reading));
    };
    let account = match openid.party().finish(provider, &flow.pending, &answer).await {
        Ok(account) => account,
        Err(error) => return Ok(refused::by(&shell, &reading, &name, &error)),
    };
    match mapping::read(settings, &account, &reading.snapshot) {
        Ok(account) => {
            let answered = finish(&shell, &reading, settings, flow, account).await?;
            let jar = CookieJar::new().add(cookie(String::new(), reading.gate().secure(), 0));
            Ok((jar, answered).into_response())
        }
        Err(mapping::Unmapped::NoKey) => {
            let error = oidc::Error::Refused(Refusal::Claims);
            Ok(refused::by(&shell, &reading, &name, &error))
        }
        Err(mapping::Unmapped::View(error)) => Err(access::problems::view_problem(&error).into()),
    }
}

/// Does what they came for.
async fn finish(
    shell: &Shell,
    reading: &Reading,
    settings: &OpenIdProvider,
    flow: Flow,
    account: ProviderAccount,
) -> Result<Response, PageRejection> {
    let (commands, name) = (&shell.app.commands, &settings.settings.name);
    let is_still = |person: PersonId| reading.viewer.person() == Some(person);
    match flow.purpose {
        Purpose::SignIn => match commands.person_of(&account).await.map_err(Problem::from)? {
            Some(person) => sign_in(shell, reading, person, account, &flow.next).await,
            None => {
                tracing::warn!(provider = %name, identity = %account.id(), "an account that is not known was refused");
                Ok(refused::unknown(shell, reading))
            }
        },
        Purpose::Link(person) if is_still(person) => {
            let by = reading.viewer.signed_in().map_or_else(|| By::system("openid"), By::viewer);
            match commands.link_identity(&by, person, &account).await {
                Ok(done) => {
                    tracing::info!(provider = %name, identity = %account.id(), %person, "an account was linked");
                    Ok(go_on(reading, done.position, &flow.next))
                }
                Err(error) if error.identity() == Some(identity::Error::LinkedToAnother) => {
                    tracing::warn!(provider = %name, identity = %account.id(), %person, "an account is linked already");
                    Ok(refused::linked_to_another(shell, reading))
                }
                Err(error) => Err(Problem::from(error).into()),
            }
        }
        Purpose::StepUp(person) if is_still(person) => {
            match commands.person_of(&account).await.map_err(Problem::from)? {
                Some(proven) if proven == person => sign_in(shell, reading, person, account, &flow.next).await,
                _ => {
                    tracing::warn!(provider = %name, %person, "somebody else proved who they are");
                    Ok(refused::somebody_else(shell, reading))
                }
            }
        }
        Purpose::Link(_) | Purpose::StepUp(_) => Ok(refused::not_begun(shell, reading)),
    }
}

async fn sign_in(
    shell: &Shell,
    reading: &Reading,
    person: PersonId,
    account: ProviderAccount,
    next: &str,
) -> Result<Response, PageRejection> {
    let opened = match shell.app.commands.sign_in_with(person, account.openid).await {
        Err(Error::Suspended { reason, until }) => return Ok(suspended(shell, reading, &reason, until)),
        opened => opened.map_err(Problem::from)?,
    };
    tracing::info!(%person, session = %opened.session, "somebody signed in with a provider");
    signed_in(shell, reading, &opened, next).await
}
