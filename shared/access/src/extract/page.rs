//! For pages.

use axum::{
    extract::{FromRef, FromRequestParts, OriginalUri},
    response::{IntoResponse, Redirect, Response},
};
use http::request::Parts;
use service_kit::{Access, Asker, Problem, problems};
use types::PersonId;

use crate::{Credentials, Gate, Reading, cookies, count, gate::AtLeast};

/// Where one signs in.
pub const SIGN_IN_PATH: &str = "/sign-in";
/// Where one takes an invitation.
pub const JOIN_PATH: &str = "/join";

/// Anyone looks at a page.
pub struct PageReading(pub Reading);

/// Somebody who takes part looks at a page. Others are sent to sign in, or to take their invitation.
pub struct SignedInPage(pub Reading);

/// Somebody who has signed in, joined or not, looks at a page. Others are sent to sign in.
pub struct JoiningPage(pub Reading);

/// An administrator or somebody of the secretariat looks at a page. To others who have signed in there is no such page.
pub struct AdministrationPage(pub Reading);

/// Why a page is not shown.
#[derive(Debug)]
pub enum PageRejection {
    /// They have to sign in, and then come back to this path.
    SignIn {
        /// Path and query.
        next: String,
    },
    /// They have to take their invitation.
    Join,
    /// They have to go to this page of ours first, which says why.
    First {
        /// Path and query.
        page: String,
    },
    /// It is not there for this person. The response says so to the layers around it with [`RefusedTo`].
    NotTheirs(PersonId),
    /// Something else.
    Problem(Problem),
}

/// In the extensions of a response: a page was refused to this person, who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedTo(pub PersonId);

/// Who is let in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Admit {
    Anyone,
    SignedIn,
    Participants,
    Administration,
}

impl Admit {
    /// Lets them in, or says where they have to go first. `next` is where they wanted to go.
    pub(super) fn check(self, reading: &Reading, next: impl FnOnce() -> String) -> Result<(), PageRejection> {
        match (self, reading.viewer.signed_in()) {
            (Self::Anyone, _) | (Self::SignedIn, Some(_)) => Ok(()),
            (Self::Participants, Some(viewer)) if viewer.participates => Ok(()),
            (Self::Participants, Some(_)) => Err(PageRejection::Join),
            (Self::Administration, Some(_)) if reading.viewer.is_administrator() || reading.viewer.is_secretariat() => {
                Ok(())
            }
            (Self::Administration, Some(viewer)) => Err(PageRejection::NotTheirs(viewer.person)),
            (Self::SignedIn | Self::Participants | Self::Administration, None) => {
                Err(PageRejection::SignIn { next: next() })
            }
        }
    }
}

impl IntoResponse for PageRejection {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn { next } => {
                let query = serde_html_form::to_string([("next", local_path(&next))]).unwrap_or_default();
                Redirect::to(&format!("{SIGN_IN_PATH}?{query}")).into_response()
            }
            Self::Join => Redirect::to(JOIN_PATH).into_response(),
            Self::First { page } => Redirect::to(local_path(&page)).into_response(),
            Self::NotTheirs(person) => {
                let mut response = Problem::new(&problems::NOT_FOUND).into_response();
                response.extensions_mut().insert(RefusedTo(person));
                response
            }
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

impl From<Problem> for PageRejection {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// The path, if it leads to a page of Erfa itself, else the start page. For a `next` that came from outside.
pub fn local_path(path: &str) -> &str {
    let local = path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if local { path } else { "/" }
}

/// What the browser is to be shown: what it has just written, and else what there is.
pub(super) async fn read(parts: &Parts, gate: &Gate) -> Result<Reading, Problem> {
    let credentials = Credentials::of_browser(&parts.headers, gate.secure());
    let at_least = cookies::at_least(&parts.headers);
    let reading = gate.read(&credentials, at_least.as_deref(), AtLeast::Wished).await?;
    count(&Asker::of(parts), &reading.viewer, Access::of(&parts.method))?;
    Ok(reading.in_browser(cookies::browser_secret(&parts.headers, gate.secure())))
}

async fn admitted<S>(parts: &mut Parts, state: &S, admit: Admit) -> Result<Reading, PageRejection>
where
    Gate: FromRef<S>,
{
    let reading = read(parts, &Gate::from_ref(state)).await?;
    admit.check(&reading, || {
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        uri.path_and_query().map_or_else(String::new, ToString::to_string)
    })?;
    Ok(reading)
}

impl<S: Send + Sync> FromRequestParts<S> for PageReading
where
    Gate: FromRef<S>,
{
    type Rejection = PageRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageRejection> {
        admitted(parts, state, Admit::Anyone).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedInPage
where
    Gate: FromRef<S>,
{
    type Rejection = PageRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageRejection> {
        admitted(parts, state, Admit::Participants).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for JoiningPage
where
    Gate: FromRef<S>,
{
    type Rejection = PageRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageRejection> {
        admitted(parts, state, Admit::SignedIn).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AdministrationPage
where
    Gate: FromRef<S>,
{
    type Rejection = PageRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageRejection> {
        admitted(parts, state, Admit::Administration).await.map(Self)
    }
}
