//! Arenas: who sees, reads and writes in them.

use std::collections::HashSet;

use contracts::forum::ArenaAccess;
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, IdKey, key},
    redb::{ReadableTable as _, ReadableTableMetadata as _},
};
use types::{AgencyId, ArenaId, PersonId, Timestamp};
use uuid::Uuid;

use crate::{
    Viewer, people,
    tables::{ARENAS, MEMBER_COUNTS, MEMBER_FOR, MEMBERS, TAKING_PART, TAKING_PART_FOR, TAKING_PART_WHILE},
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

/// Somebody in an arena, or invited to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// Whether they are a member; else they were invited, and have not become one yet.
    pub joined: bool,
    /// Since when.
    pub since: Timestamp,
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
    if !participant.credential.is_for(arena) {
        return Ok(nothing);
    }
    let membership = snapshot.table(MEMBERS)?.get((key(arena.uuid()), key(participant.person.uuid())))?;
    let membership = membership.map(|joined| joined.value().0);
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

/// What an arena is called; `None` if there is none. Whether a viewer may know it is for [`standing`] to say.
pub fn arena_name(snapshot: &Snapshot, arena: ArenaId) -> Result<Option<String>, ViewError> {
    Ok(json_value::get(&snapshot.table(ARENAS)?, key(arena.uuid()))?.map(|arena| arena.name))
}

/// The people of an arena, in the order of their ids.
pub fn members(snapshot: &Snapshot, arena: ArenaId) -> Result<Vec<Member>, ViewError> {
    let arena = key(arena.uuid());
    let mut members = Vec::new();
    for entry in snapshot.table(MEMBERS)?.range((arena, [0; 16])..=(arena, [0xFF; 16]))? {
        let (of, row) = entry?;
        let person = PersonId::from_uuid(Uuid::from_bytes(of.value().1));
        members.push(member_of(person, row.value()));
    }
    Ok(members)
}

/// How somebody stands to an arena, if they are a member or invited.
pub fn member(snapshot: &Snapshot, arena: ArenaId, person: PersonId) -> Result<Option<Member>, ViewError> {
    let row = snapshot.table(MEMBERS)?.get((key(arena.uuid()), key(person.uuid())))?;
    Ok(row.map(|row| member_of(person, row.value())))
}

fn member_of(person: PersonId, (joined, since): (bool, i64)) -> Member {
    Member { person, joined, since: Timestamp::from_millisecond(since).unwrap_or_default() }
}

/// The arenas that somebody is a member of or was invited to, in the order of their ids.
pub fn memberships(snapshot: &Snapshot, person: PersonId) -> Result<Vec<ArenaId>, ViewError> {
    let person = key(person.uuid());
    let table = snapshot.table(MEMBER_FOR)?;
    let arenas = table.range((person, [0; 16])..=(person, [0xFF; 16]))?;
    arenas.map(|entry| Ok(ArenaId::from_uuid(Uuid::from_bytes(entry?.0.value().1)))).collect()
}

/// How many members an arena has.
pub fn member_count(snapshot: &Snapshot, arena: ArenaId) -> Result<u64, ViewError> {
    Ok(snapshot.table(MEMBER_COUNTS)?.get(key(arena.uuid()))?.map_or(0, |count| count.value()))
}

/// Who will be able to read what is written in an arena, as things stand now; `None` if there is no such arena. For an open
/// arena that takes as long as the secretariat is large and as there are people whose mandates are for a time.
pub fn readers_of(snapshot: &Snapshot, arena: ArenaId, now: Timestamp) -> Result<Option<Readers>, ViewError> {
    let Some(access) = access_to(snapshot, arena)? else { return Ok(None) };
    let (persons, agencies) = match access {
        ArenaAccess::Open => everybody(snapshot, now)?,
        ArenaAccess::Members | ArenaAccess::Invited => {
            let mut readers = HashSet::new();
            for person in people::secretariat(snapshot, now)? {
                readers.extend(person.acts_for(now).map(|agency| (person.id, agency)));
            }
            for member in members(snapshot, arena)?.into_iter().filter(|member| member.joined) {
                readers.extend(takes_part_for(snapshot, member.person, now)?.map(|agency| (member.person, agency)));
            }
            (readers.len(), readers.iter().map(|(_, agency)| agency).collect::<HashSet<_>>().len())
        }
    };
    Ok(Some(Readers { access, persons, agencies }))
}

/// How many people take part, for how many agencies.
fn everybody(snapshot: &Snapshot, now: Timestamp) -> Result<(usize, usize), ViewError> {
    let counts = snapshot.table(TAKING_PART_FOR)?;
    let (mut persons, mut agencies) = (snapshot.table(TAKING_PART)?.len()?, HashSet::new());
    for entry in snapshot.table(TAKING_PART_WHILE)?.iter()? {
        let (from, until) = entry?;
        if let Some(agency) = in_stretch(from.value().1, until.value(), now) {
            persons += 1;
            if counts.get(agency)?.is_none() {
                agencies.insert(agency);
            }
        }
    }
    Ok((persons as usize, counts.len()? as usize + agencies.len()))
}

/// The agency for which somebody takes part now, if they do.
fn takes_part_for(snapshot: &Snapshot, person: PersonId, now: Timestamp) -> Result<Option<AgencyId>, ViewError> {
    let (person, id) = (key(person.uuid()), |agency| AgencyId::from_uuid(Uuid::from_bytes(agency)));
    if let Some(agency) = snapshot.table(TAKING_PART)?.get(person)? {
        return Ok(Some(id(agency.value())));
    }
    for entry in snapshot.table(TAKING_PART_WHILE)?.range((person, i64::MIN)..=(person, now.as_millisecond()))? {
        let (from, until) = entry?;
        if let Some(agency) = in_stretch(from.value().1, until.value(), now) {
            return Ok(Some(id(agency)));
        }
    }
    Ok(None)
}

fn in_stretch(from: i64, (agency, until): (IdKey, i64), now: Timestamp) -> Option<IdKey> {
    (from..until).contains(&now.as_millisecond()).then_some(agency)
}
