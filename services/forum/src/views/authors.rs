//! As whom an author appears to a reader: the one place that decides it, for page, API and live alike.

use access::{Viewer, people};
use contracts::{directory::Role, forum::ShownAs};
use event_sourcing::{Snapshot, ViewError};
use types::{AgencyId, PersonId};

use super::{posts::PostRow, threads::Opener};

/// Who wrote something, as the log knows it. Never shown as it is.
#[derive(Clone, Copy, Debug)]
pub struct Wrote {
    person: PersonId,
    agency: AgencyId,
    role: Option<Role>,
    shown_as: ShownAs,
}

/// An author as a reader may know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// Who, only where they appear with their name.
    pub person: Option<PersonId>,
    /// Their name, only where they appear with it.
    pub name: Option<String>,
    /// What they do, unless they appear as their agency alone.
    pub title: Option<String>,
    /// The agency that they wrote for.
    pub agency: AgencyId,
    /// Its name.
    pub agency_name: String,
    /// As what they appear.
    pub shown_as: ShownAs,
    /// That they no longer work there, and in which role they wrote: then neither name nor title is shown.
    pub former: Option<Role>,
    /// Whether it is the reader who wrote it. Nobody else is told.
    pub own: bool,
}

impl From<&PostRow> for Wrote {
    fn from(post: &PostRow) -> Self {
        Self { person: post.author, agency: post.agency, role: post.role, shown_as: post.shown_as }
    }
}

impl From<&Opener> for Wrote {
    fn from(opener: &Opener) -> Self {
        Self { person: opener.person, agency: opener.agency, role: opener.role, shown_as: opener.shown_as }
    }
}

/// The author as the viewer may know them.
pub fn shown(snapshot: &Snapshot, viewer: &Viewer, wrote: impl Into<Wrote>) -> Result<Author, ViewError> {
    let Wrote { person, agency, role, shown_as } = wrote.into();
    let agency_name = people::agency(snapshot, agency)?.map(|agency| agency.name).unwrap_or_default();
    let author = Author {
        person: None,
        name: None,
        title: None,
        agency,
        agency_name,
        shown_as,
        former: None,
        own: viewer.person() == Some(person),
    };
    let known = match shown_as {
        ShownAs::Agency => return Ok(author),
        ShownAs::Name | ShownAs::Role => people::person(snapshot, person)?,
    };
    Ok(match (known, shown_as) {
        (Some(known), ShownAs::Name) if known.agency == Some(agency) => {
            Author { person: Some(person), name: Some(known.name), title: known.title, ..author }
        }
        (Some(known), _) if known.agency == Some(agency) => Author { title: known.title, ..author },
        _ => Author { former: Some(role.unwrap_or(Role::Participant)), ..author },
    })
}
