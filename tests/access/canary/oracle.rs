//! Who may see what, as the rules say it; nothing here asks the code that is tested.

use std::collections::{BTreeMap, BTreeSet};

/// The three classes of arenas, as steps count them.
const OPEN: usize = 0;
const INVITED: usize = 2;
/// Who of the people is contact person of the first agency, when everything begins.
pub(crate) const CONTACT: usize = 5;
/// Who is of the secretariat.
pub(crate) const SECRETARY: usize = 6;
/// Who is contact person of an agency that another one may follow.
pub(crate) const FOLLOWED: usize = 8;
/// Who runs the system, and takes no part in it.
pub(crate) const ADMINISTRATOR: usize = 9;
/// The agency of each of the people, when everything begins.
pub(crate) const AGENCY_OF: [usize; 10] = [0, 0, 0, 1, 1, 0, 2, 3, 4, 2];
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
    /// The mail address of somebody who was invited for an agency: for those who look after its people, and those who run
    /// the exchange or its system.
    Invitation(usize),
    /// Why somebody was shut out: for them, and those who shut people out.
    Suspension(usize),
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
    /// Those whose first session and token have ended, as they were shut out and have not signed in since.
    pub(crate) signed_out: BTreeSet<usize>,
    /// For which agency somebody is contact person.
    pub(crate) contacts: BTreeMap<usize, usize>,
    /// The words in invitations, and for which agency each is.
    pub(crate) invitations: Vec<(usize, usize)>,
    /// Those who hold the mandate of [`CONTACT`] too.
    pub(crate) delegates: BTreeSet<usize>,
    /// Agencies that are no more, and which follow them.
    pub(crate) dissolved: BTreeMap<usize, Option<usize>>,
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

    /// How many arenas, threads, posts and words there are, memberships, invitations, and credentials that have ended.
    pub(crate) fn shape(&self) -> [usize; 8] {
        let members = self.arenas.iter().map(|arena| arena.members.len()).sum();
        let invited = self.arenas.iter().map(|arena| arena.invited.len()).sum();
        let ended = [self.tokens_ended.len(), self.sessions_ended.len()];
        let (arenas, threads) = (self.arenas.len(), self.threads.len());
        [arenas, threads, self.posts.len(), self.words.len(), members, invited, ended[0], ended[1]]
    }

    /// Takes over what has happened in another world since both were the same, as if it had happened here: the ids of
    /// what is new are those that it has there.
    pub(crate) fn pretend(&mut self, other: &Self) {
        self.arenas.extend_from_slice(&other.arenas[self.arenas.len()..]);
        self.threads.extend_from_slice(&other.threads[self.threads.len()..]);
        self.posts.extend_from_slice(&other.posts[self.posts.len()..]);
        self.words.extend_from_slice(&other.words[self.words.len()..]);
        for (own, other) in self.arenas.iter_mut().zip(&other.arenas) {
            (own.members, own.invited) = (other.members.clone(), other.invited.clone());
        }
        (self.tokens_ended, self.sessions_ended) = (other.tokens_ended.clone(), other.sessions_ended.clone());
    }

    /// The words in a text, by their places.
    pub(crate) fn words_in(text: &str) -> BTreeSet<usize> {
        let parts = text.split("zq").skip(1);
        parts.filter_map(|part| part.get(..7)?.strip_suffix("qz")?.parse().ok()).collect()
    }

    /// The agency for which somebody works who began at this one, or was invited for it.
    pub(crate) fn today(&self, agency: usize) -> Option<usize> {
        self.dissolved.get(&agency).copied().unwrap_or(Some(agency))
    }

    /// The agency for which somebody works.
    pub(crate) fn agency_of(&self, who: usize) -> Option<usize> {
        self.today(AGENCY_OF[who]).filter(|_| !self.left.contains(&who))
    }

    /// Somebody no longer works for any agency.
    pub(crate) fn leave(&mut self, who: usize) {
        self.left.insert(who);
        self.contacts.remove(&who);
        self.delegates.remove(&who);
    }

    /// Those who worked for an agency that is no more go on at the next one, or nowhere.
    pub(crate) fn dissolve(&mut self, agency: usize, successor: Option<usize>) {
        self.dissolved.insert(agency, successor);
        match successor {
            Some(successor) => self.contacts.values_mut().filter(|of| **of == agency).for_each(|of| *of = successor),
            None => (0..AGENCY_OF.len()).filter(|who| AGENCY_OF[*who] == agency).for_each(|who| self.leave(who)),
        }
    }

    /// For which agency somebody is contact person, by their own mandate or a delegated one.
    pub(crate) fn contact_of(&self, who: usize) -> Option<usize> {
        let by_mandate_of = |who| self.contacts.get(&who).copied();
        by_mandate_of(who).or_else(|| by_mandate_of(CONTACT).filter(|_| self.delegates.contains(&who)))
    }

    /// Whether somebody looks after the people of this agency.
    fn looks_after(&self, who: usize, agency: usize) -> bool {
        let of = self.contact_of(who);
        of.is_some() && of == self.today(agency)
    }

    fn reads(&self, who: usize, arena: &Arena) -> bool {
        arena.class == OPEN || arena.members.contains(&who) || who == SECRETARY
    }

    /// Whether somebody may be told this who shows nothing that holds but a sign-in link: why they are shut out.
    pub(crate) fn is_told(who: usize, what: What) -> bool {
        matches!(what, What::Suspension(suspended) if suspended == who)
    }

    /// Whether somebody may find this.
    pub(crate) fn sees(&self, viewer: Viewer, what: What) -> bool {
        let Some(who) = viewer.who.filter(|who| viewer.holds && !self.left.contains(who)) else { return false };
        let runs = who == SECRETARY || who == ADMINISTRATOR;
        match what {
            What::Card(_) | What::Inside(_) | What::Post(_) | What::Removal(_) if who == ADMINISTRATOR => false,
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
            What::Invitation(agency) => self.looks_after(who, agency) || runs,
            What::Suspension(suspended) => who == suspended || runs,
            What::Own(own) => who == own || runs,
            What::Participants => true,
            What::Nobody => false,
        }
    }
}
