//! What is asked of a thread and its posts.

use access::Reading;
use contracts::{
    Audience,
    directory::Role,
    forum::{Markdown, Reason, ShownAs, ThreadEvent, ThreadKind, ThreadTitle},
};
use event_sourcing::Request;
use serde::Serialize;
use types::{ArenaId, PersonId, PostId, ThreadId};

use super::{Commands, Done, Error, Key, writer};
use crate::{
    domain::thread::{Asker, Command, NewPost},
    readable,
};

/// A thread that is to be opened.
#[derive(Clone, Debug, Serialize)]
pub struct NewThread {
    /// What it is for.
    pub kind: ThreadKind,
    /// Its title.
    pub title: ThreadTitle,
    /// What its first post says.
    pub body: Markdown,
    /// As what the author of its first post appears.
    pub shown_as: ShownAs,
}

/// A thread that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenedThread {
    /// Its id.
    pub thread: ThreadId,
    /// The id of its first post.
    pub post: PostId,
}

/// A post that is to be added.
#[derive(Clone, Debug, Serialize)]
pub struct PostDraft {
    /// The post that it answers.
    pub reply_to: Option<PostId>,
    /// As what its author appears.
    pub shown_as: ShownAs,
    /// What it says.
    pub body: Markdown,
}

/// A post that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddedPost {
    /// Its id.
    pub post: PostId,
    /// Its number in its thread.
    pub number: u32,
}

impl Commands {
    /// Opens a thread with its first post.
    pub async fn open_thread(
        &self,
        reading: &Reading,
        key: &Key,
        arena: ArenaId,
        new: NewThread,
    ) -> Result<Done<OpenedThread>, Error> {
        let person = may_post(reading, arena)?;
        let (commit, repeatable) = self.commit(person, key, "open-thread", arena.uuid());
        let opened = OpenedThread {
            thread: ThreadId::derived(commit.uuid(), "thread"),
            post: PostId::derived(commit.uuid(), "post"),
        };
        let meta = Self::meta(reading, Role::Participant, Audience::Arena(arena), "open-thread", &new);
        let draft = PostDraft { reply_to: None, shown_as: new.shown_as, body: new.body };
        let first = new_post(reading, opened.post, person, draft)?;
        let command = Command::Open { arena, kind: new.kind, title: new.title, first };
        let stream = opened.thread.uuid();
        let done = self.threads.execute(Request { stream, commit, meta, command, repeatable }).await?;
        Ok(Done { value: opened, position: done.position, repeated: done.repeated })
    }

    /// Adds a post.
    pub async fn add_post(
        &self,
        reading: &Reading,
        key: &Key,
        thread: ThreadId,
        draft: PostDraft,
    ) -> Result<Done<AddedPost>, Error> {
        let arena = readable::thread(reading, thread)?.0.row.arena;
        let person = may_post(reading, arena)?;
        let (commit, repeatable) = self.commit(person, key, "add-post", thread.uuid());
        let post = PostId::derived(commit.uuid(), "post");
        let meta = Self::meta(reading, Role::Participant, Audience::Arena(arena), "add-post", &draft);
        let command = Command::AddPost(new_post(reading, post, person, draft)?);
        let stream = thread.uuid();
        let done = self.threads.execute(Request { stream, commit, meta, command, repeatable }).await?;
        let number = done.events.iter().find_map(|event| match event {
            ThreadEvent::PostAdded(added) => Some(added.number),
            _ => None,
        });
        let value = AddedPost { post, number: number.unwrap_or_default() };
        Ok(Done { value, position: done.position, repeated: done.repeated })
    }

    /// Changes a post of the one who asks, if it was changed `expected_edit` times so far. Answers with how many times
    /// it has been changed now.
    pub async fn edit_post(
        &self,
        reading: &Reading,
        key: &Key,
        post: PostId,
        expected_edit: u32,
        body: Markdown,
    ) -> Result<Done<u32>, Error> {
        let (_, thread, _) = readable::post(reading, post)?;
        let (thread, arena) = (thread.id, thread.row.arena);
        let by = may_post(reading, arena)?;
        let asked = (post, expected_edit, &body);
        let command = Command::EditPost { post, by, expected_edit, body: body.clone() };
        let done = self.ask_thread(reading, key, (thread, arena), "edit-post", &asked, command).await?;
        Ok(Done { value: expected_edit + 1, position: done.position, repeated: done.repeated })
    }

    /// Withdraws a post of the one who asks, also when they are no longer a member.
    pub async fn withdraw_post(&self, reading: &Reading, key: &Key, post: PostId) -> Result<Done<()>, Error> {
        let (_, thread, _) = readable::post(reading, post)?;
        let by = writer(&reading.viewer)?;
        let command = Command::WithdrawPost { post, by };
        self.ask_thread(reading, key, (thread.id, thread.row.arena), "withdraw-post", &post, command).await
    }

    /// Closes a thread. Its opener and the secretariat do.
    pub async fn close_thread(
        &self,
        reading: &Reading,
        key: &Key,
        thread: ThreadId,
        reason: Reason,
    ) -> Result<Done<()>, Error> {
        let arena = readable::thread(reading, thread)?.0.row.arena;
        let command = Command::Close { by: asker(reading)?, reason: reason.clone() };
        self.ask_thread(reading, key, (thread, arena), "close-thread", &reason, command).await
    }

    /// Opens a closed thread again. Its opener and the secretariat do.
    pub async fn reopen_thread(
        &self,
        reading: &Reading,
        key: &Key,
        thread: ThreadId,
        reason: Reason,
    ) -> Result<Done<()>, Error> {
        let arena = readable::thread(reading, thread)?.0.row.arena;
        let command = Command::Reopen { by: asker(reading)?, reason: reason.clone() };
        self.ask_thread(reading, key, (thread, arena), "reopen-thread", &reason, command).await
    }

    async fn ask_thread(
        &self,
        reading: &Reading,
        key: &Key,
        (thread, arena): (ThreadId, ArenaId),
        operation: &str,
        asked: &impl Serialize,
        command: Command,
    ) -> Result<Done<()>, Error> {
        let person = writer(&reading.viewer)?;
        let (commit, repeatable) = self.commit(person, key, operation, thread.uuid());
        let meta = Self::meta(reading, Role::Participant, Audience::Arena(arena), operation, asked);
        let stream = thread.uuid();
        let done = self.threads.execute(Request { stream, commit, meta, command, repeatable }).await?;
        Ok(Done { value: (), position: done.position, repeated: done.repeated })
    }
}

/// Who asks, if they may write in the arena.
fn may_post(reading: &Reading, arena: ArenaId) -> Result<PersonId, Error> {
    let (_, standing) = readable::card(reading, arena)?;
    let person = writer(&reading.viewer)?;
    if standing.writes { Ok(person) } else { Err(Error::NotAMember(arena)) }
}

fn asker(reading: &Reading) -> Result<Asker, Error> {
    Ok(Asker { person: writer(&reading.viewer)?, secretariat: reading.viewer.is_secretariat() })
}

fn new_post(reading: &Reading, post: PostId, author: PersonId, draft: PostDraft) -> Result<NewPost, Error> {
    let agency = reading.viewer.agency().ok_or(Error::SignedOut)?;
    let PostDraft { reply_to, shown_as, body } = draft;
    Ok(NewPost { post, author, agency, shown_as, reply_to, body })
}
