//! What happens in the forum: arenas, threads and posts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use types::{AgencyId, ArenaId, Line, NeedArea, Paragraphs, PersonId, PostId};

use crate::{EventDescriptor, EventSet, event_set::event_set};

/// The name of an arena.
pub type ArenaName = Line<120>;
/// What an arena is for.
pub type Purpose = Paragraphs<2000>;
/// The title of a thread.
pub type ThreadTitle = Line<200>;
/// What a post says, in Markdown.
pub type Markdown = Paragraphs<20000>;
/// Why something was done.
pub type Reason = Paragraphs<1000>;

/// Who may come into an arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ArenaAccess {
    /// Everyone who takes part in the exchange reads; whoever joins, writes.
    Open,
    /// Everyone sees that it exists and may join; its members read and write.
    Members,
    /// Only those who were invited see that it exists.
    Invited,
}

impl ArenaAccess {
    /// Its name in API and forms, and the end of its key in the catalogues (`access-<name>`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Members => "members",
            Self::Invited => "invited",
        }
    }
}

/// An arena was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ArenaOpened {
    /// Its name.
    pub name: ArenaName,
    /// What it is for.
    pub purpose: Purpose,
    /// The need areas that it is about.
    pub need_areas: Vec<NeedArea>,
    /// Who may come in.
    pub access: ArenaAccess,
}

/// An arena's description or access became something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ArenaChanged {
    /// Its name.
    pub name: ArenaName,
    /// What it is for.
    pub purpose: Purpose,
    /// The need areas that it is about.
    pub need_areas: Vec<NeedArea>,
    /// Who may come in.
    pub access: ArenaAccess,
}

/// A person became a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberJoined {
    /// Who.
    pub person: PersonId,
}

/// A person was invited to become a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberInvited {
    /// Who.
    pub person: PersonId,
}

/// A member left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberLeft {
    /// Who.
    pub person: PersonId,
}

/// A member was removed, or an invitation taken back, by the secretariat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberRemoved {
    /// Who.
    pub person: PersonId,
    /// Why.
    pub reason: Reason,
}

event_set! {
    /// What can happen to an arena.
    pub enum ArenaEvent of "forum" in "arena" {
        Opened(ArenaOpened) = "arena-opened.v1" for ArenaCard,
        Changed(ArenaChanged) = "arena-changed.v1" for ArenaCard,
        MemberJoined(MemberJoined) = "member-joined.v1" for Arena,
        MemberInvited(MemberInvited) = "member-invited.v1" for Arena,
        MemberLeft(MemberLeft) = "member-left.v1" for Arena,
        MemberRemoved(MemberRemoved) = "member-removed.v1" for Arena,
    }
}

/// What a thread is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ThreadKind {
    /// Somebody wants to know something.
    Question,
    /// Somebody tells what they did.
    Experience,
    /// Something is talked over.
    Discussion,
    /// Views are asked for on something that is to be decided.
    Consultation,
}

impl ThreadKind {
    /// All of them, in the order in which pages show them.
    pub const ALL: [Self; 4] = [Self::Question, Self::Experience, Self::Discussion, Self::Consultation];

    /// Its name in API and forms, and the end of its key in the catalogues (`thread-kind-<name>`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Experience => "experience",
            Self::Discussion => "discussion",
            Self::Consultation => "consultation",
        }
    }
}

/// As what an author appears to others. The log always knows who it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ShownAs {
    /// With name, title and agency.
    #[default]
    Name,
    /// With title and agency.
    Role,
    /// With the agency alone.
    Agency,
}

impl ShownAs {
    /// All of them, in the order in which pages show them.
    pub const ALL: [Self; 3] = [Self::Name, Self::Role, Self::Agency];

    /// Its name in API and forms, and the end of its key in the catalogues (`shown-as-<name>`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Role => "role",
            Self::Agency => "agency",
        }
    }
}

/// A thread was opened. Its first post follows in the same commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThreadOpened {
    /// In which arena.
    pub arena: ArenaId,
    /// What it is for.
    pub kind: ThreadKind,
    /// Its title.
    pub title: ThreadTitle,
}

/// A post was added to a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostAdded {
    /// Its id.
    pub post: PostId,
    /// Its number in the thread, from 1.
    pub number: u32,
    /// Who wrote it.
    pub author: PersonId,
    /// For which agency.
    pub agency: AgencyId,
    /// As what they appear.
    pub shown_as: ShownAs,
    /// The post that it answers.
    pub reply_to: Option<PostId>,
    /// What it says.
    pub body: Markdown,
}

/// An author changed a post. What it said before stands in the events before this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostEdited {
    /// Which.
    pub post: PostId,
    /// How many times it has been changed, this time included.
    pub edit: u32,
    /// What it says from now on.
    pub body: Markdown,
}

/// An author withdrew a post. It is no longer shown; it stays on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostWithdrawn {
    /// Which.
    pub post: PostId,
}

/// A thread was closed: it takes no more posts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThreadClosed {
    /// Why.
    pub reason: Reason,
}

/// A closed thread was opened again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThreadReopened {
    /// Why.
    pub reason: Reason,
}

event_set! {
    /// What can happen to a thread.
    pub enum ThreadEvent of "forum" in "thread" {
        Opened(ThreadOpened) = "thread-opened.v1" for Arena,
        PostAdded(PostAdded) = "post-added.v1" for Arena,
        PostEdited(PostEdited) = "post-edited.v1" for Arena,
        PostWithdrawn(PostWithdrawn) = "post-withdrawn.v1" for Arena,
        Closed(ThreadClosed) = "thread-closed.v1" for Arena,
        Reopened(ThreadReopened) = "thread-reopened.v1" for Arena,
    }
}

/// Every event type of the forum.
pub fn descriptors() -> impl Iterator<Item = &'static EventDescriptor> {
    [ArenaEvent::DESCRIPTORS, ThreadEvent::DESCRIPTORS].into_iter().flatten()
}
