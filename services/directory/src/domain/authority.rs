//! In which capacity somebody acts on people and mandates.

use contracts::directory::Role;
use types::{AgencyId, PersonId};

/// In which capacity somebody acts. It is made from the viewer at the edge, so that the rules can be said here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Erfa itself: the first start, the demo, the administrator at the command line.
    System,
    /// A person, with what their mandates let them decide.
    Person(Capacity),
}

/// What a person's mandates let them decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Who.
    pub person: PersonId,
    /// They are of the secretariat.
    pub secretariat: bool,
    /// They run the system.
    pub administrator: bool,
    /// The agency whose contact person they are.
    pub contact_person_of: Option<AgencyId>,
}

impl Authority {
    /// A person who decides nothing but what is theirs.
    pub const fn of(person: PersonId) -> Self {
        Self::Person(Capacity { person, secretariat: false, administrator: false, contact_person_of: None })
    }

    /// A member of the secretariat.
    pub const fn secretariat(person: PersonId) -> Self {
        Self::Person(Capacity { person, secretariat: true, administrator: false, contact_person_of: None })
    }

    /// An administrator.
    pub const fn administrator(person: PersonId) -> Self {
        Self::Person(Capacity { person, secretariat: false, administrator: true, contact_person_of: None })
    }

    /// A contact person of this agency.
    pub const fn contact_person(person: PersonId, agency: AgencyId) -> Self {
        Self::Person(Capacity { person, secretariat: false, administrator: false, contact_person_of: Some(agency) })
    }

    /// Whether they may give `agency`'s people this role, or take it from them.
    pub fn may_give(self, role: Role, agency: AgencyId) -> bool {
        match self {
            Self::System => true,
            Self::Person(it) => it.secretariat || (role.is_of_agency() && it.contact_person_of == Some(agency)),
        }
    }

    /// Whether they look after `agency`'s people.
    pub fn looks_after(self, agency: AgencyId) -> bool {
        self.may_give(Role::Participant, agency)
    }

    /// Whether they decide on agencies themselves: their names, their ends.
    pub fn keeps_agencies(self) -> bool {
        match self {
            Self::System => true,
            Self::Person(it) => it.secretariat,
        }
    }

    /// Whether they shut people out of the system, end their sessions and revoke their tokens.
    pub fn shuts_out(self) -> bool {
        match self {
            Self::System => true,
            Self::Person(it) => it.secretariat || it.administrator,
        }
    }

    /// Who it is.
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::System => None,
            Self::Person(it) => Some(it.person),
        }
    }
}
