//! What is asked of an arena.

use access::{Reading, member, people};
use contracts::{
    Audience,
    directory::Role,
    forum::{ArenaEvent, Reason},
};
use event_sourcing::{Executed, Request};
use serde::Serialize;
use types::{ArenaId, PersonId};

use super::{Commands, Done, Error, Key, secretariat, writer};
use crate::{
    domain::arena::{Command, Description},
    readable,
};

impl Commands {
    /// Opens an arena. The secretariat does.
    pub async fn open_arena(
        &self,
        reading: &Reading,
        key: &Key,
        description: Description,
    ) -> Result<Done<ArenaId>, Error> {
        let person = secretariat(&reading.viewer)?;
        let (commit, repeatable) = self.commit(person, key, "open-arena", person.uuid());
        let arena = ArenaId::derived(commit.uuid(), "arena");
        let description = tidy(description);
        let meta = Self::meta(reading, Role::Secretariat, Audience::ArenaCard(arena), "open-arena", &description);
        let command = Command::Open(description);
        let done = self.arenas.execute(Request { stream: arena.uuid(), commit, meta, command, repeatable }).await?;
        Ok(done_with(arena, &done))
    }

    /// Describes an arena otherwise, if it was changed `expected_changes` times so far. The secretariat does. Answers
    /// with how many changes there are now.
    pub async fn change_arena(
        &self,
        reading: &Reading,
        key: &Key,
        arena: ArenaId,
        expected_changes: u32,
        description: Description,
    ) -> Result<Done<u32>, Error> {
        readable::card(reading, arena)?;
        secretariat(&reading.viewer)?;
        let description = tidy(description);
        let asked = (&description, expected_changes);
        let command = Command::Change { description: description.clone(), expected_changes };
        let done = self.ask_arena(reading, key, arena, "change-arena", &asked, command).await?;
        let changes = expected_changes + u32::from(!done.value.is_empty());
        Ok(Done { value: changes, position: done.position, repeated: done.repeated })
    }

    /// Makes the one who asks a member.
    pub async fn join(&self, reading: &Reading, key: &Key, arena: ArenaId) -> Result<Done<()>, Error> {
        let (_, standing) = readable::card(reading, arena)?;
        let person = writer(&reading.viewer)?;
        let command = Command::Join { person, anew: !standing.member };
        let done = self.ask_arena(reading, key, arena, "join", &person, command).await?;
        Ok(done.without())
    }

    /// Ends the membership of the one who asks.
    pub async fn leave(&self, reading: &Reading, key: &Key, arena: ArenaId) -> Result<Done<()>, Error> {
        readable::card(reading, arena)?;
        let person = writer(&reading.viewer)?;
        let done = self.ask_arena(reading, key, arena, "leave", &person, Command::Leave(person)).await?;
        Ok(done.without())
    }

    /// Invites somebody. The secretariat does.
    pub async fn invite(
        &self,
        reading: &Reading,
        key: &Key,
        arena: ArenaId,
        person: PersonId,
    ) -> Result<Done<()>, Error> {
        readable::card(reading, arena)?;
        secretariat(&reading.viewer)?;
        people::person(&reading.snapshot, person)?.ok_or(Error::PersonNotFound(person))?;
        let anew = member(&reading.snapshot, arena, person)?.is_none();
        let command = Command::Invite { person, anew };
        let done = self.ask_arena(reading, key, arena, "invite", &person, command).await?;
        Ok(done.without())
    }

    /// Removes a member, or takes back an invitation. The secretariat does.
    pub async fn remove(
        &self,
        reading: &Reading,
        key: &Key,
        arena: ArenaId,
        person: PersonId,
        reason: Reason,
    ) -> Result<Done<()>, Error> {
        readable::card(reading, arena)?;
        secretariat(&reading.viewer)?;
        let asked = (person, &reason);
        let command = Command::Remove { person, reason: reason.clone() };
        let done = self.ask_arena(reading, key, arena, "remove", &asked, command).await?;
        Ok(done.without())
    }

    async fn ask_arena(
        &self,
        reading: &Reading,
        key: &Key,
        arena: ArenaId,
        operation: &str,
        asked: &impl Serialize,
        command: Command,
    ) -> Result<Done<Vec<ArenaEvent>>, Error> {
        let person = writer(&reading.viewer)?;
        let (commit, repeatable) = self.commit(person, key, operation, arena.uuid());
        let audience = match command {
            Command::Open(_) | Command::Change { .. } => Audience::ArenaCard(arena),
            _ => Audience::Arena(arena),
        };
        let role = match command {
            Command::Join { .. } | Command::Leave(_) => Role::Participant,
            _ => Role::Secretariat,
        };
        let meta = Self::meta(reading, role, audience, operation, asked);
        let done = self.arenas.execute(Request { stream: arena.uuid(), commit, meta, command, repeatable }).await?;
        Ok(Done { position: done.position, repeated: done.repeated, value: done.events })
    }
}

impl<T> Done<T> {
    fn without(self) -> Done<()> {
        Done { value: (), position: self.position, repeated: self.repeated }
    }
}

fn done_with<T, E>(value: T, done: &Executed<E>) -> Done<T> {
    Done { value, position: done.position, repeated: done.repeated }
}

/// Need areas each once, in the order in which pages show them, so that the same choice is the same description.
fn tidy(mut description: Description) -> Description {
    description.need_areas.sort_unstable();
    description.need_areas.dedup();
    description
}
