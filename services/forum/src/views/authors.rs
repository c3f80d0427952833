//! As whom an author appears to a reader: the one place that decides it, for page, API and live alike.

use access::{
    Viewer,
    people::{self, PersonRecord},
};
use contracts::{directory::Role, forum::ShownAs};
use event_sourcing::{Snapshot, ViewError};
use types::{AgencyId, PersonId, Timestamp};

use super::{posts::PostRow, threads::Opener};

/// Who wrote something, as the log knows it. Never shown as it is.
#[derive(Clone, Copy, Debug)]
pub struct Wrote {
    person: PersonId,
    agency: AgencyId,
    role: Option<Role>,
    shown_as: ShownAs,
    at: Timestamp,
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
    /// Its name when they wrote.
    pub agency_name: String,
    /// What it is called now, or which agency follows it, where that is another name.
    pub agency_today: Option<String>,
    /// As what they appear.
    pub shown_as: ShownAs,
    /// That they no longer work there, and in which role they wrote: then neither name nor title is shown.
    pub former: Option<Role>,
    /// Whether it is the reader who wrote it. Nobody else is told.
    pub own: bool,
}

impl From<&PostRow> for Wrote {
    fn from(post: &PostRow) -> Self {
        Self { person: post.author, agency: post.agency, role: post.role, shown_as: post.shown_as, at: post.at }
    }
}

impl From<(&Opener, Timestamp)> for Wrote {
    fn from((opener, at): (&Opener, Timestamp)) -> Self {
        Self { person: opener.person, agency: opener.agency, role: opener.role, shown_as: opener.shown_as, at }
    }
}

/// The author as the viewer may know them.
pub fn shown(snapshot: &Snapshot, viewer: &Viewer, wrote: impl Into<Wrote>) -> Result<Author, ViewError> {
    let Wrote { person, agency, role, shown_as, at } = wrote.into();
    let known_agency = people::agency(snapshot, agency)?;
    let successor = people::successor(snapshot, agency)?;
    let agency_name = known_agency.as_ref().map_or_else(String::new, |known| known.name_at(at).to_owned());
    let agency_today = successor.as_ref().or(known_agency.as_ref()).map(|now| now.name.clone());
    let author = Author {
        person: None,
        name: None,
        title: None,
        agency,
        agency_today: agency_today.filter(|now| *now != agency_name),
        agency_name,
        shown_as,
        former: None,
        own: viewer.person() == Some(person),
    };
    let known = match shown_as {
        ShownAs::Agency => return Ok(author),
        ShownAs::Name | ShownAs::Role => people::person(snapshot, person)?,
    };
    // Whoever came with their agency to the one that follows it is still there.
    let is_there = |known: &PersonRecord| {
        known.works_for(agency) || successor.as_ref().is_some_and(|successor| known.works_for(successor.id))
    };
    Ok(match (known.filter(is_there), shown_as) {
        (Some(known), ShownAs::Name) => {
            Author { person: Some(person), name: Some(known.name), title: known.title, ..author }
        }
        (Some(known), _) => Author { title: known.title, ..author },
        (None, _) => Author { former: Some(role.unwrap_or(Role::Participant)), ..author },
    })
}
