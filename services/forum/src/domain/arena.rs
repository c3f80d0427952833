//! The rules of an arena: who comes in, and who leaves.

use std::collections::HashSet;

use contracts::forum::{
    ArenaAccess, ArenaChanged, ArenaEvent, ArenaName, ArenaOpened, MemberInvited, MemberJoined, MemberLeft,
    MemberRemoved, Purpose, Reason,
};
use event_sourcing::Decider;
use serde::Serialize;
use types::{NeedArea, PersonId};

/// The most members and invited of one arena.
pub const PEOPLE_MAX: usize = 20_000;

/// The decider of arenas.
#[derive(Debug)]
pub struct Arena;

/// What the rules need to know of an arena.
#[derive(Debug, Default)]
pub struct State {
    described: Option<Description>,
    /// How many times the description was changed.
    changes: u32,
    members: HashSet<PersonId>,
    /// Those who were invited and have not joined.
    invited: HashSet<PersonId>,
}

/// What an arena is, and who may come in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Description {
    /// Its name.
    pub name: ArenaName,
    /// What it is for.
    pub purpose: Purpose,
    /// The need areas that it is about, each once.
    pub need_areas: Vec<NeedArea>,
    /// Who may come in.
    pub access: ArenaAccess,
}

/// What can be asked of an arena.
#[derive(Clone, Debug)]
pub enum Command {
    /// Open it.
    Open(Description),
    /// Describe it otherwise, if it was changed `expected_changes` times so far.
    Change {
        /// How it is described from now on.
        description: Description,
        /// How many changes the one who asks has seen.
        expected_changes: u32,
    },
    /// Become a member.
    Join {
        /// Who.
        person: PersonId,
        /// Whether they are none at present, whatever happened here: a membership ends with the work for the agency for
        /// which it was taken up.
        anew: bool,
    },
    /// Stop being a member.
    Leave(PersonId),
    /// Invite somebody.
    Invite {
        /// Whom.
        person: PersonId,
        /// Whether they are neither a member nor invited at present, whatever happened here.
        anew: bool,
    },
    /// Remove a member, or take back an invitation.
    Remove {
        /// Whom.
        person: PersonId,
        /// Why.
        reason: Reason,
    },
}

/// Why an arena refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such arena.
    #[error("the arena was never opened")]
    NotOpened,
    /// It is there already.
    #[error("the arena is open already")]
    AlreadyOpened,
    /// Somebody else changed it meanwhile.
    #[error("the arena has been changed {current} times")]
    Changed {
        /// How many times it has been changed.
        current: u32,
    },
    /// Only those who were invited come in.
    #[error("the arena is for those who were invited")]
    NotInvited,
    /// It is full.
    #[error("the arena has {PEOPLE_MAX} people, which is as many as it takes")]
    Full,
}

impl Decider for Arena {
    type State = State;
    type Command = Command;
    type Event = ArenaEvent;
    type Error = Error;

    fn decide(state: &State, command: &Command) -> Result<Vec<ArenaEvent>, Error> {
        let now = match (&state.described, command) {
            (None, Command::Open(description)) => return Ok(vec![opened(description.clone()).into()]),
            (Some(_), Command::Open(_)) => return Err(Error::AlreadyOpened),
            (None, _) => return Err(Error::NotOpened),
            (Some(now), _) => now,
        };
        let full = state.members.len() + state.invited.len() >= PEOPLE_MAX;
        Ok(match command {
            Command::Open(_) => vec![],
            Command::Change { expected_changes, .. } if *expected_changes != state.changes => {
                return Err(Error::Changed { current: state.changes });
            }
            Command::Change { description, .. } if description == now => vec![],
            Command::Change { description, .. } => vec![changed(description.clone()).into()],
            Command::Join { person, anew: false, .. } if state.members.contains(person) => vec![],
            Command::Join { person, .. } => {
                let invited = state.invited.contains(person);
                if now.access == ArenaAccess::Invited && !invited {
                    return Err(Error::NotInvited);
                }
                if full && !state.knows(*person) {
                    return Err(Error::Full);
                }
                vec![MemberJoined { person: *person }.into()]
            }
            Command::Leave(person) if !state.members.contains(person) => vec![],
            Command::Leave(person) => vec![MemberLeft { person: *person }.into()],
            Command::Invite { person, anew: false } if state.knows(*person) => vec![],
            Command::Invite { person, .. } if full && !state.knows(*person) => return Err(Error::Full),
            Command::Invite { person, .. } => vec![MemberInvited { person: *person }.into()],
            Command::Remove { person, .. } if !state.knows(*person) => vec![],
            Command::Remove { person, reason } => {
                vec![MemberRemoved { person: *person, reason: reason.clone() }.into()]
            }
        })
    }

    fn evolve(mut state: State, event: &ArenaEvent) -> State {
        match event {
            ArenaEvent::Opened(ArenaOpened { name, purpose, need_areas, access }) => {
                state.described = Some(Description {
                    name: name.clone(),
                    purpose: purpose.clone(),
                    need_areas: need_areas.clone(),
                    access: *access,
                });
            }
            ArenaEvent::Changed(ArenaChanged { name, purpose, need_areas, access }) => {
                state.changes += 1;
                state.described = Some(Description {
                    name: name.clone(),
                    purpose: purpose.clone(),
                    need_areas: need_areas.clone(),
                    access: *access,
                });
            }
            ArenaEvent::MemberJoined(event) => {
                state.invited.remove(&event.person);
                state.members.insert(event.person);
            }
            ArenaEvent::MemberInvited(event) => {
                state.invited.insert(event.person);
            }
            ArenaEvent::MemberLeft(MemberLeft { person }) | ArenaEvent::MemberRemoved(MemberRemoved { person, .. }) => {
                state.members.remove(person);
                state.invited.remove(person);
            }
        }
        state
    }
}

impl State {
    fn knows(&self, person: PersonId) -> bool {
        self.members.contains(&person) || self.invited.contains(&person)
    }
}

fn opened(Description { name, purpose, need_areas, access }: Description) -> ArenaOpened {
    ArenaOpened { name, purpose, need_areas, access }
}

fn changed(Description { name, purpose, need_areas, access }: Description) -> ArenaChanged {
    ArenaChanged { name, purpose, need_areas, access }
}

#[cfg(test)]
mod tests {
    use event_sourcing::testing::given;
    use uuid::Uuid;

    use super::*;

    fn person(number: u128) -> PersonId {
        PersonId::from_uuid(Uuid::from_u128(number))
    }

    fn join(number: u128) -> Command {
        Command::Join { person: person(number), anew: false }
    }

    fn invite(number: u128) -> Command {
        Command::Invite { person: person(number), anew: false }
    }

    fn description(name: &str, access: ArenaAccess) -> Description {
        Description {
            name: ArenaName::new(name).unwrap(),
            purpose: Purpose::new("Att lära av varandra").unwrap(),
            need_areas: vec![NeedArea::Results],
            access,
        }
    }

    fn open(access: ArenaAccess) -> ArenaEvent {
        opened(description("Arenan", access)).into()
    }

    fn joined(number: u128) -> ArenaEvent {
        MemberJoined { person: person(number) }.into()
    }

    fn invited(number: u128) -> ArenaEvent {
        MemberInvited { person: person(number) }.into()
    }

    fn left(number: u128) -> ArenaEvent {
        MemberLeft { person: person(number) }.into()
    }

    fn reason() -> Reason {
        Reason::new("Bytte tjänst").unwrap()
    }

    fn removed(number: u128) -> ArenaEvent {
        MemberRemoved { person: person(number), reason: reason() }.into()
    }

    #[test]
    fn an_arena_opens_once() {
        let arena = description("Arenan", ArenaAccess::Open);
        given::<Arena>([]).when(Command::Open(arena.clone())).then([open(ArenaAccess::Open)]);
        given::<Arena>([open(ArenaAccess::Open)]).when(Command::Open(arena)).then_refused(Error::AlreadyOpened);
    }

    #[test]
    fn nothing_happens_to_an_arena_that_was_never_opened() {
        given::<Arena>([]).when(join(1)).then_refused(Error::NotOpened);
        given::<Arena>([]).when(Command::Leave(person(1))).then_refused(Error::NotOpened);
    }

    #[test]
    fn a_change_names_how_many_came_before_it() {
        let other = description("En annan", ArenaAccess::Members);
        let change = |expected_changes| Command::Change { description: other.clone(), expected_changes };
        let has_changed = ArenaEvent::from(changed(other.clone()));
        given::<Arena>([open(ArenaAccess::Open)]).when(change(0)).then([has_changed.clone()]);
        given::<Arena>([open(ArenaAccess::Open), has_changed.clone()])
            .when(change(0))
            .then_refused(Error::Changed { current: 1 });
        given::<Arena>([open(ArenaAccess::Open), has_changed]).when(change(1)).then([]);
    }

    #[test]
    fn everyone_may_join_unless_it_takes_an_invitation() {
        for access in [ArenaAccess::Open, ArenaAccess::Members] {
            given::<Arena>([open(access)]).when(join(1)).then([joined(1)]);
        }
        let invited_only = open(ArenaAccess::Invited);
        given::<Arena>([invited_only.clone()]).when(join(1)).then_refused(Error::NotInvited);
        given::<Arena>([invited_only.clone(), invited(2)]).when(join(1)).then_refused(Error::NotInvited);
        given::<Arena>([invited_only, invited(1)]).when(join(1)).then([joined(1)]);
    }

    #[test]
    fn whoever_is_a_member_no_longer_joins_anew_as_far_as_they_may() {
        let anew = || Command::Join { person: person(1), anew: true };
        given::<Arena>([open(ArenaAccess::Members), joined(1)]).when(anew()).then([joined(1)]);
        given::<Arena>([open(ArenaAccess::Invited), invited(1), joined(1)])
            .when(anew())
            .then_refused(Error::NotInvited);
        let invite = Command::Invite { person: person(1), anew: true };
        given::<Arena>([open(ArenaAccess::Invited), joined(1)]).when(invite).then([invited(1)]);
    }

    #[test]
    fn an_invitation_is_used_up_taken_back_or_survives_a_change_of_access() {
        let invited_only = || open(ArenaAccess::Invited);
        let refused = |events: Vec<ArenaEvent>| {
            given::<Arena>(events).when(join(1)).then_refused(Error::NotInvited);
        };
        refused(vec![invited_only(), invited(1), joined(1), left(1)]);
        refused(vec![invited_only(), invited(1), removed(1)]);
        let closed = ArenaEvent::from(changed(description("Arenan", ArenaAccess::Invited)));
        given::<Arena>([open(ArenaAccess::Open), invited(1), closed]).when(join(1)).then([joined(1)]);
    }

    #[test]
    fn joining_leaving_inviting_or_removing_twice_decides_nothing() {
        let opened = || open(ArenaAccess::Open);
        given::<Arena>([opened(), joined(1)]).when(join(1)).then([]);
        given::<Arena>([opened(), joined(1)]).when(Command::Leave(person(1))).then([left(1)]);
        given::<Arena>([opened(), joined(1), left(1)]).when(Command::Leave(person(1))).then([]);
        given::<Arena>([opened(), invited(1)]).when(Command::Leave(person(1))).then([]);
        given::<Arena>([opened(), invited(1)]).when(invite(1)).then([]);
        given::<Arena>([opened(), joined(1)]).when(invite(1)).then([]);
        let remove = || Command::Remove { person: person(1), reason: reason() };
        given::<Arena>([opened(), joined(1)]).when(remove()).then([removed(1)]);
        given::<Arena>([opened(), invited(1)]).when(remove()).then([removed(1)]);
        given::<Arena>([opened(), joined(1), removed(1)]).when(remove()).then([]);
    }

    #[test]
    fn a_full_arena_takes_only_those_who_were_invited() {
        let mut events = vec![open(ArenaAccess::Open), invited(1)];
        events.extend((2..=PEOPLE_MAX as u128).map(joined));
        given::<Arena>(events.clone()).when(join(0)).then_refused(Error::Full);
        given::<Arena>(events.clone()).when(invite(0)).then_refused(Error::Full);
        given::<Arena>(events).when(join(1)).then([joined(1)]);
    }
}
