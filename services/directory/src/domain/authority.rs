//! In which capacity somebody acts on people and mandates.

use contracts::directory::Role;
use types::{AgencyId, PersonId};

/// In which capacity somebody acts. It is made from the viewer at the edge, so that the rules can be said here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Erfa itself: the first start, the demo, the administrator at the command line.
    System,
    /// A member of the secretariat.
    Secretariat(PersonId),
    /// A contact person of this agency.
    ContactPerson(PersonId, AgencyId),
    /// Anybody else.
    Person(PersonId),
}

impl Authority {
    /// Whether they may give `agency`'s people this role, or take it from them.
    pub fn may_give(self, role: Role, agency: AgencyId) -> bool {
        match self {
            Self::System | Self::Secretariat(_) => true,
            Self::ContactPerson(_, own) => own == agency && role != Role::Secretariat,
            Self::Person(_) => false,
        }
    }

    /// Whether they look after `agency`'s people.
    pub fn looks_after(self, agency: AgencyId) -> bool {
        self.may_give(Role::Participant, agency)
    }

    /// Who it is.
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::System => None,
            Self::Secretariat(person) | Self::ContactPerson(person, _) | Self::Person(person) => Some(person),
        }
    }
}
