//! The rules of a thread: who may post, change, withdraw and close.

use std::collections::HashMap;

use contracts::forum::{
    Markdown, PostAdded, PostEdited, PostWithdrawn, Reason, ShownAs, ThreadClosed, ThreadEvent, ThreadKind,
    ThreadOpened, ThreadReopened, ThreadTitle,
};
use event_sourcing::Decider;
use types::{AgencyId, ArenaId, PersonId, PostId};

/// The most posts of one thread. What the rules know of it then takes about 16 MB.
pub const POSTS_MAX: usize = 200_000;
/// The most times that one post is changed.
pub const EDITS_MAX: u32 = 200;

/// The decider of threads.
#[derive(Debug)]
pub struct Thread;

/// What the rules need to know of a thread: no texts, so that it stays small.
#[derive(Debug, Default)]
pub struct State {
    /// Who opened it; `None` until it is opened.
    opener: Option<PersonId>,
    closed: bool,
    posts: HashMap<PostId, Post>,
}

#[derive(Clone, Copy, Debug)]
struct Post {
    author: PersonId,
    edit: u32,
    withdrawn: bool,
}

/// A post that is to be added.
#[derive(Clone, Debug)]
pub struct NewPost {
    /// Its id.
    pub post: PostId,
    /// Who writes it.
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

/// Who asks to close or reopen a thread.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// Who.
    pub person: PersonId,
    /// Whether they run the exchange.
    pub secretariat: bool,
}

/// What can be asked of a thread.
#[derive(Clone, Debug)]
pub enum Command {
    /// Open it, with its first post.
    Open {
        /// In which arena.
        arena: ArenaId,
        /// What it is for.
        kind: ThreadKind,
        /// Its title.
        title: ThreadTitle,
        /// Its first post.
        first: NewPost,
    },
    /// Add a post.
    AddPost(NewPost),
    /// Change a post, if it was changed `expected_edit` times so far.
    EditPost {
        /// Which.
        post: PostId,
        /// Who asks.
        by: PersonId,
        /// How many changes the one who asks has seen.
        expected_edit: u32,
        /// What it says from now on.
        body: Markdown,
    },
    /// Withdraw a post.
    WithdrawPost {
        /// Which.
        post: PostId,
        /// Who asks.
        by: PersonId,
    },
    /// Close the thread.
    Close {
        /// Who asks.
        by: Asker,
        /// Why.
        reason: Reason,
    },
    /// Open it again.
    Reopen {
        /// Who asks.
        by: Asker,
        /// Why.
        reason: Reason,
    },
}

/// Why a thread refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such thread.
    #[error("the thread was never opened")]
    NotOpened,
    /// It is there already.
    #[error("the thread is open already")]
    AlreadyOpened,
    /// It takes no posts.
    #[error("the thread is closed")]
    Closed,
    /// It is full.
    #[error("the thread has {POSTS_MAX} posts, which is as many as it takes")]
    Full,
    /// There is no such post.
    #[error("post `{0}` is not in the thread")]
    PostNotFound(PostId),
    /// Nobody can answer what is not there, or was withdrawn.
    #[error("post `{0}`, which is answered, is not in the thread or was withdrawn")]
    NothingToAnswer(PostId),
    /// It is withdrawn.
    #[error("post `{0}` was withdrawn")]
    PostWithdrawn(PostId),
    /// Only its author may.
    #[error("post `{0}` was written by somebody else")]
    NotTheAuthor(PostId),
    /// It was changed meanwhile.
    #[error("post `{post}` has been changed {current} times")]
    PostChanged {
        /// Which.
        post: PostId,
        /// How many times it has been changed.
        current: u32,
    },
    /// It was changed as often as it can be.
    #[error("post `{0}` has been changed {EDITS_MAX} times, which is as often as it can be")]
    TooManyEdits(PostId),
    /// Only its opener and the secretariat close and reopen.
    #[error("the thread is closed and reopened by the one who opened it, or by the secretariat")]
    NotTheOpener,
}

impl Decider for Thread {
    type State = State;
    type Command = Command;
    type Event = ThreadEvent;
    type Error = Error;

    fn decide(state: &State, command: &Command) -> Result<Vec<ThreadEvent>, Error> {
        if let Command::Open { arena, kind, title, first } = command {
            return open(state, *arena, *kind, title, first);
        }
        let opener = state.opener.ok_or(Error::NotOpened)?;
        let may_close = |by: &Asker| by.secretariat || by.person == opener;
        Ok(match command {
            Command::Open { .. } => vec![],
            Command::AddPost(_) | Command::EditPost { .. } if state.closed => return Err(Error::Closed),
            Command::AddPost(_) if state.posts.len() >= POSTS_MAX => return Err(Error::Full),
            Command::AddPost(new) => vec![state.added(new)?.into()],
            Command::EditPost { post, by, expected_edit, body } => {
                let edit = state.owned(*post, *by)?.edit;
                match edit {
                    _ if state.posts[post].withdrawn => return Err(Error::PostWithdrawn(*post)),
                    current if current != *expected_edit => return Err(Error::PostChanged { post: *post, current }),
                    EDITS_MAX.. => return Err(Error::TooManyEdits(*post)),
                    _ => vec![PostEdited { post: *post, edit: edit + 1, body: body.clone() }.into()],
                }
            }
            Command::WithdrawPost { post, by } => match state.owned(*post, *by)?.withdrawn {
                true => vec![],
                false => vec![PostWithdrawn { post: *post }.into()],
            },
            Command::Close { by, .. } | Command::Reopen { by, .. } if !may_close(by) => {
                return Err(Error::NotTheOpener);
            }
            Command::Close { .. } if state.closed => vec![],
            Command::Close { reason, .. } => vec![ThreadClosed { reason: reason.clone() }.into()],
            Command::Reopen { .. } if !state.closed => vec![],
            Command::Reopen { reason, .. } => vec![ThreadReopened { reason: reason.clone() }.into()],
        })
    }

    fn evolve(mut state: State, event: &ThreadEvent) -> State {
        match event {
            ThreadEvent::Opened(_) => {}
            ThreadEvent::PostAdded(added) => {
                state.opener.get_or_insert(added.author);
                state.posts.insert(added.post, Post { author: added.author, edit: 0, withdrawn: false });
            }
            ThreadEvent::PostEdited(edited) => {
                if let Some(post) = state.posts.get_mut(&edited.post) {
                    post.edit = edited.edit;
                }
            }
            ThreadEvent::PostWithdrawn(withdrawn) => {
                if let Some(post) = state.posts.get_mut(&withdrawn.post) {
                    post.withdrawn = true;
                }
            }
            ThreadEvent::Closed(_) => state.closed = true,
            ThreadEvent::Reopened(_) => state.closed = false,
        }
        state
    }
}

fn open(
    state: &State,
    arena: ArenaId,
    kind: ThreadKind,
    title: &ThreadTitle,
    first: &NewPost,
) -> Result<Vec<ThreadEvent>, Error> {
    if state.opener.is_some() {
        return Err(Error::AlreadyOpened);
    }
    let opened = ThreadOpened { arena, kind, title: title.clone() };
    Ok(vec![opened.into(), state.added(first)?.into()])
}

impl State {
    fn added(&self, new: &NewPost) -> Result<PostAdded, Error> {
        let NewPost { post, author, agency, shown_as, reply_to, body } = new.clone();
        if let Some(answered) = reply_to
            && self.posts.get(&answered).is_none_or(|post| post.withdrawn)
        {
            return Err(Error::NothingToAnswer(answered));
        }
        // Posts are never taken out, so their count is the last number.
        let number = u32::try_from(self.posts.len()).map_err(|_| Error::Full)? + 1;
        Ok(PostAdded { post, number, author, agency, shown_as, reply_to, body })
    }

    fn owned(&self, post: PostId, by: PersonId) -> Result<Post, Error> {
        match self.posts.get(&post) {
            None => Err(Error::PostNotFound(post)),
            Some(found) if found.author != by => Err(Error::NotTheAuthor(post)),
            Some(found) => Ok(*found),
        }
    }
}

#[cfg(test)]
mod tests;
