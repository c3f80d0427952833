//! Counting a request for whoever turned out to send it.

use service_kit::{Access, Asker, Credential as Counted, Problem, SignedIn};

use crate::{Credential, Credentials, Viewer};

/// Counts a request for its viewer: for their person or token and their agency, or for their address if they are nobody.
pub fn count(asker: &Asker, viewer: &Viewer, access: Access) -> Result<(), Problem> {
    let Some(viewer) = viewer.signed_in() else { return asker.is_nobody() };
    let credential = match &viewer.credential {
        Credential::Session(_) | Credential::SessionToken { .. } => Counted::Person(viewer.person.uuid()),
        Credential::Token { id, .. } => Counted::Token(id.uuid()),
    };
    asker.is_signed_in(SignedIn { credential, agency: viewer.agency.uuid() }, access)
}

/// What is answered to credentials that were refused: the refusal, or that there were too many of these.
pub(crate) fn count_refused(asker: &Asker, credentials: &Credentials, refusal: Problem) -> Problem {
    match credentials {
        Credentials::Token(_) if refusal.status() == http::StatusCode::UNAUTHORIZED => {
            asker.presented_a_wrong_token().err().unwrap_or(refusal)
        }
        _ => refusal,
    }
}
