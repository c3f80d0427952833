//! Who may see what, as the rules say it; nothing here asks the code that is tested.

use std::collections::BTreeSet;

/// The three classes of arenas, as steps count them.
const OPEN: usize = 0;
const INVITED: usize = 2;
/// Who of the people is of the secretariat.
pub(crate) const SECRETARY: usize = 6;
/// The agency of each of the people.
pub(crate) const AGENCY_OF: [usize; 7] = [0, 0, 0, 1, 1, 0, 2];
/// Who never appears with their name.
pub(crate) const SHY: usize = 2;

#[derive(Clone, Debug)]
pub(crate) struct Arena {
    pub(crate) id: String,
    pub(crate) class: usize,
    pub(crate) changes: usize,
    pub(crate) members: BTreeSet<usize>,
    pub(crate) invited: BTreeSet<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub(crate) id: String,
    pub(crate) arena: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) id: String,
    pub(crate) thread: usize,
    pub(crate) author: usize,
    pub(crate) withdrawn: bool,
}

/// What a word stands in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    /// The name or purpose of an arena.
    Card(usize),
    /// What is said in it: titles, reasons for closing.
    Inside(usize),
    /// A post, or what it said before.
    Post(usize),
    /// Why somebody was removed, which is between them and the secretariat.
    Removal(usize),
    /// An invitation for an agency.
    Agency(usize),
    /// What is somebody's own, such as what they call a token: theirs, and of those who may end it.
    Own(usize),
    /// What everybody who takes part may know, such as a name.
    Participants,
    /// Erfa's own.
    Nobody,
}

/// Somebody who looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Viewer {
    /// Who; nobody, or somebody who has not joined.
    pub(crate) who: Option<usize>,
    /// Whether what they show to say who they are holds.
    pub(crate) holds: bool,
}

/// What has happened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Truth {
    pub(crate) arenas: Vec<Arena>,
    pub(crate) threads: Vec<Thread>,
    pub(crate) posts: Vec<Post>,
    /// Those who no longer work for any agency.
    pub(crate) left: BTreeSet<usize>,
    /// Those whose second token, and whose second session, has ended.
    pub(crate) tokens_ended: BTreeSet<usize>,
    pub(crate) sessions_ended: BTreeSet<usize>,
    /// Every word and what it stands in; a word is known by its place.
    pub(crate) words: Vec<What>,
    /// What the shy one was called.
    pub(crate) names_of_shy: BTreeSet<usize>,
}

impl Truth {
    /// A new word, which stands in this.
    pub(crate) fn word(&mut self, what: What) -> String {
        self.words.push(what);
        format!("zq{:05}qz", self.words.len() - 1)
    }

    /// The words in a text, by their places.
    pub(crate) fn words_in(text: &str) -> BTreeSet<usize> {
        let parts = text.split("zq").skip(1);
        parts.filter_map(|part| part.get(..7)?.strip_suffix("qz")?.parse().ok()).collect()
    }

    fn reads(&self, who: usize, arena: &Arena) -> bool {
        arena.class == OPEN || arena.members.contains(&who) || who == SECRETARY
    }

    /// Whether somebody may find this.
    pub(crate) fn sees(&self, viewer: Viewer, what: What) -> bool {
        let Some(who) = viewer.who.filter(|who| viewer.holds && !self.left.contains(who)) else { return false };
        match what {
            What::Card(arena) => {
                let arena = &self.arenas[arena];
                arena.class != INVITED || self.reads(who, arena) || arena.invited.contains(&who)
            }
            What::Inside(arena) => self.reads(who, &self.arenas[arena]),
            What::Post(post) => {
                let post = &self.posts[post];
                let is_there = !post.withdrawn || post.author == who || who == SECRETARY;
                is_there && self.reads(who, &self.arenas[self.threads[post.thread].arena])
            }
            What::Removal(removed) => who == removed || who == SECRETARY,
            What::Agency(agency) => AGENCY_OF[who] == agency || who == SECRETARY,
            What::Own(own) => who == own || who == SECRETARY,
            What::Participants => true,
            What::Nobody => false,
        }
    }
}
