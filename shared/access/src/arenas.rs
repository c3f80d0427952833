//! Arenas: who sees, reads and writes in them.

use std::collections::HashSet;

use contracts::forum::ArenaAccess;
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, key},
    redb::ReadableTableMetadata as _,
};
use types::{AgencyId, ArenaId, PersonId, Timestamp};
use uuid::Uuid;

use crate::{
    Viewer, people,
    tables::{AFFILIATED, AFFILIATED_IN, ARENAS, MEMBERS},
};

/// How a viewer stands to an arena at the snapshot's position.
///
/// What they see and read is said of the person: that a token has the scope to read is checked where one comes in
/// ([`ApiReading`](crate::ApiReading)) and for each event ([`visible`](crate::visible)), so that a token that may only
/// write can write into an arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Who may come into the arena; the strictest, if there is no such arena.
    pub access: ArenaAccess,
    /// They may know that it exists.
    pub sees_card: bool,
    /// They may read what is in it.
    pub reads: bool,
    /// They may write in it, with the credential that they use.
    pub writes: bool,
    /// They are a member.
    pub member: bool,
    /// They were invited, and have not become a member yet.
    pub invited: bool,
    /// They may become a member, with the credential that they use.
    pub may_join: bool,
}

/// Who will be able to read what is written in an arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readers {
    /// Who may come into it.
    pub access: ArenaAccess,
    /// How many people, the secretariat's among them.
    pub persons: usize,
    /// Of how many agencies.
    pub agencies: usize,
}

/// The people of an arena.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// Members.
    pub joined: Vec<PersonId>,
    /// Those who were invited and have not become a member yet.
    pub invited: Vec<PersonId>,
}

/// How a viewer stands to an arena. Nobody has any standing in an arena that does not exist.
pub fn standing(snapshot: &Snapshot, viewer: &Viewer, arena: ArenaId) -> Result<Standing, ViewError> {
    let nothing = Standing {
        access: ArenaAccess::Invited,
        sees_card: false,
        reads: false,
        writes: false,
        member: false,
        invited: false,
        may_join: false,
    };
    let (Some(access), Some(participant)) = (access_to(snapshot, arena)?, viewer.participant()) else {
        return Ok(nothing);
    };
    let membership = snapshot.table(MEMBERS)?.get((key(arena.uuid()), key(participant.person.uuid())))?;
    let membership = membership.map(|joined| joined.value());
    Ok(rules(access, viewer, membership))
}

/// The rules of the three kinds of arena, for somebody who takes part. `membership` is `Some(false)` for an invitation.
fn rules(access: ArenaAccess, viewer: &Viewer, membership: Option<bool>) -> Standing {
    let (member, invited) = (membership == Some(true), membership == Some(false));
    let secretariat = viewer.is_secretariat();
    let (sees_card, reads, may_join) = match access {
        ArenaAccess::Open => (true, true, true),
        ArenaAccess::Members => (true, member || secretariat, true),
        ArenaAccess::Invited => (member || invited || secretariat, member || secretariat, invited),
    };
    Standing {
        access,
        sees_card,
        reads,
        writes: member && viewer.may_write(),
        member,
        invited,
        may_join: may_join && !member && viewer.may_write(),
    }
}

fn access_to(snapshot: &Snapshot, arena: ArenaId) -> Result<Option<ArenaAccess>, ViewError> {
    Ok(json_value::get(&snapshot.table(ARENAS)?, key(arena.uuid()))?.map(|arena| arena.access))
}

/// The people of an arena, in the order of their ids.
pub fn members(snapshot: &Snapshot, arena: ArenaId) -> Result<Members, ViewError> {
    let arena = key(arena.uuid());
    let mut members = Members::default();
    let table = snapshot.table(MEMBERS)?;
    for entry in table.range((arena, [0; 16])..=(arena, [0xFF; 16]))? {
        let (of, joined) = entry?;
        let person = PersonId::from_uuid(Uuid::from_bytes(of.value().1));
        if joined.value() { members.joined.push(person) } else { members.invited.push(person) }
    }
    Ok(members)
}

/// How many members an arena has.
pub fn member_count(snapshot: &Snapshot, arena: ArenaId) -> Result<usize, ViewError> {
    Ok(members(snapshot, arena)?.joined.len())
}

/// Who will be able to read what is written in an arena, as things stand now; `None` if there is no such arena. For an open
/// arena that takes as long as the secretariat is large, however many people there are.
pub fn readers_of(snapshot: &Snapshot, arena: ArenaId, now: Timestamp) -> Result<Option<Readers>, ViewError> {
    let Some(access) = access_to(snapshot, arena)? else { return Ok(None) };
    let mut secretariat = HashSet::new();
    for person in people::secretariat(snapshot, now)? {
        secretariat.extend(person.acts_for(now).map(|agency| (person.id, agency)));
    }
    let (persons, agencies) = match access {
        ArenaAccess::Open => affiliated_and(snapshot, &secretariat)?,
        ArenaAccess::Members | ArenaAccess::Invited => {
            let readers = &affiliated_members(snapshot, arena)? | &secretariat;
            (readers.len(), readers.iter().map(|(_, agency)| agency).collect::<HashSet<_>>().len())
        }
    };
    Ok(Some(Readers { access, persons, agencies }))
}

/// How many people there are, of how many agencies: all who work for one, and these.
fn affiliated_and(snapshot: &Snapshot, more: &HashSet<(PersonId, AgencyId)>) -> Result<(usize, usize), ViewError> {
    let (affiliated, counts) = (snapshot.table(AFFILIATED)?, snapshot.table(AFFILIATED_IN)?);
    let (mut persons, mut agencies) = (affiliated.len()?, HashSet::new());
    for (person, agency) in more {
        let works_for = affiliated.get(key(person.uuid()))?.map(|agency| agency.value());
        persons += u64::from(works_for != Some(key(agency.uuid())));
        if counts.get(key(agency.uuid()))?.is_none() {
            agencies.insert(agency);
        }
    }
    let agencies = counts.len()? as usize + agencies.len();
    Ok((persons as usize, agencies))
}

fn affiliated_members(snapshot: &Snapshot, arena: ArenaId) -> Result<HashSet<(PersonId, AgencyId)>, ViewError> {
    let affiliated = snapshot.table(AFFILIATED)?;
    let mut readers = HashSet::new();
    for person in members(snapshot, arena)?.joined {
        if let Some(agency) = affiliated.get(key(person.uuid()))? {
            readers.insert((person, AgencyId::from_uuid(Uuid::from_bytes(agency.value()))));
        }
    }
    Ok(readers)
}
