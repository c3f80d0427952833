//! Posts by thread and number, where each stands, and what it said before.

use contracts::{
    directory::Role,
    forum::{Markdown, PostAdded, PostEdited, PostWithdrawn, ShownAs},
};
use event_log::Recorded;
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, IdKey, Json, key},
};
use redb::{ReadableTable as _, TableDefinition};
use serde::{Deserialize, Serialize};
use types::{AgencyId, PersonId, PostId, ThreadId, Timestamp};
use uuid::Uuid;

use super::Tables;
use crate::domain::thread::EDITS_MAX;

/// Posts by thread and number.
pub(super) const POSTS: TableDefinition<'_, (IdKey, u32), Json<PostRow>> = TableDefinition::new("forum_posts");
/// Thread and number by post.
pub(super) const PLACES: TableDefinition<'_, IdKey, (IdKey, u32)> = TableDefinition::new("forum_post_places");
/// What posts said before, by post and edit.
pub(super) const REVISIONS: TableDefinition<'_, (IdKey, u32), Json<RevisionRow>> =
    TableDefinition::new("forum_post_revisions");

pub(super) type Table<'tx> = redb::Table<'tx, (IdKey, u32), Json<PostRow>>;
pub(super) type PlacesTable<'tx> = redb::Table<'tx, IdKey, (IdKey, u32)>;
pub(super) type RevisionsTable<'tx> = redb::Table<'tx, (IdKey, u32), Json<RevisionRow>>;

/// What a post is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PostRow {
    /// Its id.
    pub id: PostId,
    /// Who wrote it.
    pub author: PersonId,
    /// For which agency.
    pub agency: AgencyId,
    /// In which role.
    pub role: Option<Role>,
    /// As what they appear.
    pub shown_as: ShownAs,
    /// The post that it answers.
    pub reply_to: Option<Answered>,
    /// What it says. `None` once it is withdrawn: then only the log knows.
    pub body: Option<Markdown>,
    /// How many times it was changed.
    pub edit: u32,
    /// When it was posted.
    pub at: Timestamp,
    /// When it was last changed.
    pub edited_at: Option<Timestamp>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
}

/// A post that another one answers.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Answered {
    /// Its id.
    pub post: PostId,
    /// Its number.
    pub number: u32,
}

/// What a post said once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisionRow {
    /// What it said.
    pub body: Markdown,
    /// Since when.
    pub at: Timestamp,
}

/// A post, and where it stands.
#[derive(Clone, Debug)]
pub struct Post {
    /// The thread that it is in.
    pub thread: ThreadId,
    /// Its number there, from 1.
    pub number: u32,
    /// What it is.
    pub row: PostRow,
}

/// The post with this id.
pub fn get(snapshot: &Snapshot, id: PostId) -> Result<Option<Post>, ViewError> {
    let Some(place) = snapshot.table(PLACES)?.get(key(id.uuid()))? else { return Ok(None) };
    let (thread, number) = place.value();
    numbered(snapshot, ThreadId::from_uuid(Uuid::from_bytes(thread)), number)
}

/// The post with this number in a thread.
pub fn numbered(snapshot: &Snapshot, thread: ThreadId, number: u32) -> Result<Option<Post>, ViewError> {
    let row = json_value::get(&snapshot.table(POSTS)?, (key(thread.uuid()), number))?;
    Ok(row.map(|row| Post { thread, number, row }))
}

/// Up to `limit` posts of a thread, from number `first` on.
pub fn of(snapshot: &Snapshot, thread: ThreadId, first: u32, limit: usize) -> Result<Vec<Post>, ViewError> {
    let in_thread = key(thread.uuid());
    let posts = snapshot.table(POSTS)?;
    let read = posts.range((in_thread, first)..=(in_thread, u32::MAX))?.take(limit).map(|entry| {
        let (key, row) = entry?;
        Ok(Post { thread, number: key.value().1, row: row.value().read()? })
    });
    read.collect()
}

/// Everything that a post said, what it says now included, oldest first. Empty for a withdrawn post.
pub fn revisions(snapshot: &Snapshot, post: &PostRow) -> Result<Vec<RevisionRow>, ViewError> {
    let Some(body) = post.body.clone() else { return Ok(Vec::new()) };
    let of_post = key(post.id.uuid());
    let now = RevisionRow { body, at: post.edited_at.unwrap_or(post.at) };
    let table = snapshot.table(REVISIONS)?;
    let before = table.range((of_post, 0)..(of_post, post.edit))?.take(EDITS_MAX as usize);
    before.map(|entry| entry?.1.value().read()).chain([Ok(now)]).collect()
}

pub(super) fn added(
    tables: &mut Tables<'_>,
    thread: ThreadId,
    added: &PostAdded,
    event: &Recorded,
) -> Result<(), ViewError> {
    let thread = key(thread.uuid());
    let answered = match added.reply_to {
        Some(post) => {
            let place = tables.post_places.get(key(post.uuid()))?;
            place.map(|place| Answered { post, number: place.value().1 })
        }
        None => None,
    };
    let row = PostRow {
        id: added.post,
        author: added.author,
        agency: added.agency,
        role: event.meta.on_behalf_of.map(|on_behalf_of| on_behalf_of.role),
        shown_as: added.shown_as,
        reply_to: answered,
        body: Some(added.body.clone()),
        edit: 0,
        at: event.recorded_at,
        edited_at: None,
        withdrawn_at: None,
    };
    json_value::put(&mut tables.posts, (thread, added.number), &row)?;
    tables.post_places.insert(key(added.post.uuid()), (thread, added.number))?;
    Ok(())
}

pub(super) fn edited(tables: &mut Tables<'_>, edited: &PostEdited, event: &Recorded) -> Result<(), ViewError> {
    change(tables, edited.post, |tables, row| {
        let before = row.body.replace(edited.body.clone());
        if let Some(body) = before {
            let at = row.edited_at.unwrap_or(row.at);
            let place = (key(edited.post.uuid()), row.edit);
            json_value::put(&mut tables.revisions, place, &RevisionRow { body, at })?;
        }
        (row.edit, row.edited_at) = (edited.edit, Some(event.recorded_at));
        Ok(())
    })
}

/// Withdrawn texts leave the view, so that no reader of it can show them.
pub(super) fn withdrawn(tables: &mut Tables<'_>, withdrawn: &PostWithdrawn, event: &Recorded) -> Result<(), ViewError> {
    change(tables, withdrawn.post, |tables, row| {
        let of_post = key(withdrawn.post.uuid());
        tables.revisions.retain_in((of_post, 0)..=(of_post, u32::MAX), |_, _| false)?;
        (row.body, row.withdrawn_at) = (None, Some(event.recorded_at));
        Ok(())
    })
}

fn change(
    tables: &mut Tables<'_>,
    post: PostId,
    change: impl FnOnce(&mut Tables<'_>, &mut PostRow) -> Result<(), ViewError>,
) -> Result<(), ViewError> {
    let Some(place) = tables.post_places.get(key(post.uuid()))?.map(|place| place.value()) else {
        return Ok(());
    };
    let Some(mut row) = json_value::get(&tables.posts, place)? else { return Ok(()) };
    change(tables, &mut row)?;
    json_value::put(&mut tables.posts, place, &row)
}
