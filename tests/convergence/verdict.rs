//! What everybody was shown, against what happened.

use reqwest::StatusCode;

use crate::{
    check::{self, Verdict},
    look::{Look, Seen},
    reader::{self, Following, Heard},
    stage::Stage,
    truth::{History, Truth},
    writer::{Answer, Outcome},
};

/// What the readers were shown: by reader, and by thread.
pub(crate) struct Shown {
    /// Over their sockets, all the time.
    pub(crate) heard: Vec<Heard>,
    /// When all was quiet.
    pub(crate) live: Vec<Vec<Look>>,
    /// Over a new socket, from the start.
    pub(crate) replayed: Vec<Heard>,
    /// By the view that was made anew.
    pub(crate) renewed: Vec<Vec<Look>>,
}

/// The first thing that is not as it should be.
pub(crate) fn of(stage: &Stage, truth: &Truth, outcomes: &[Outcome], shown: &Shown) -> Verdict {
    let histories: Vec<_> = stage.threads.iter().map(|thread| truth.of(thread)).collect();
    for outcome in outcomes {
        acknowledged(outcome, &histories[outcome.thread])?;
    }
    for (number, someone) in stage.readers.iter().enumerate() {
        let (heard, replayed) = (&shown.heard[number], &shown.replayed[number]);
        let revoked = truth.revoked(&someone.inhabitant);
        if let Some(fault) = heard.faults.iter().chain(&replayed.faults).next() {
            return Err(format!("reader {number}: {fault}"));
        }
        if heard.closed.is_some() != revoked.is_some() {
            return Err(format!("reader {number} was closed by {:?}, and revoked at {revoked:?}", heard.closed));
        }
        for (place, thread) in stage.threads.iter().enumerate() {
            let removed = truth.removed(someone.inhabitant.person, thread).filter(|_| !thread.open);
            let who = format!("reader {number} in thread {place}");
            let of = OfReader { who, history: &histories[place], revoked, removed };
            of.heard(&heard.threads[place])?;
            of.replayed(&replayed.threads[place])?;
            for (when, looks) in [("the live view", &shown.live), ("the view made anew", &shown.renewed)] {
                of.saw(when, &looks[number][place])?;
            }
        }
    }
    Ok(())
}

/// What was acknowledged is there once, where it was said to be; what was refused is not there.
fn acknowledged(outcome: &Outcome, history: &History) -> Verdict {
    let said = |(_, body): &&(u64, String)| *body == outcome.body;
    let times = history.added.iter().filter(said).count();
    let is_right = match outcome.answer {
        Answer::Posted(number) => {
            let at = usize::try_from(number).ok().and_then(|number| history.added.get(number.checked_sub(1)?));
            times == 1 && at.as_ref().is_some_and(said)
        }
        Answer::Refused { surely } => times <= usize::from(!surely),
    };
    if is_right { Ok(()) } else { Err(format!("{outcome:?} stands {times} times in the log")) }
}

/// A reader, and a thread.
struct OfReader<'a> {
    who: String,
    history: &'a History,
    /// Where their token was revoked, and where their membership of a closed arena ended.
    revoked: Option<u64>,
    removed: Option<u64>,
}

impl OfReader<'_> {
    /// Where it ceased to be theirs.
    fn until(&self) -> Option<u64> {
        [self.revoked, self.removed].into_iter().flatten().min()
    }

    fn heard(&self, following: &Following) -> Verdict {
        let (who, history, until) = (&self.who, self.history, self.until());
        if self.revoked.is_none() && following.ended != self.removed.is_some() {
            return Err(format!("{who}: ended {}, removed at {:?}", following.ended, self.removed));
        }
        match (&following.shown, until) {
            (reader::Shown::Events(fold), until) => {
                check::once_in_order(who, &history.events, &fold.heard, until)?;
                if until.is_some() { Ok(()) } else { check::agree_on_standing(who, &history.posts, &fold.posts()) }
            }
            (reader::Shown::Page(fold), None) => {
                check::agree(&format!("{who}, live page"), &history.posts, &fold.posts())
            }
            (reader::Shown::Page(fold), Some(until)) => {
                check::nothing_after(who, history.last_post(until), &fold.posts())
            }
        }
    }

    fn replayed(&self, following: &Following) -> Verdict {
        let reader::Shown::Events(fold) = &following.shown else { return Ok(()) };
        match self.until() {
            None => check::replayed(&self.who, &self.history.events, &fold.heard),
            Some(_) if fold.heard.is_empty() => Ok(()),
            Some(until) => Err(format!("{} replays what is not theirs since {until}", self.who)),
        }
    }

    fn saw(&self, when: &str, look: &Look) -> Verdict {
        let hidden = self.removed.map(|_| StatusCode::NOT_FOUND);
        let refused = self.revoked.map(|_| StatusCode::UNAUTHORIZED).or(hidden);
        self.showed(&format!("API of {when}"), refused, &look.in_api)?;
        // Their browser is signed in by a session, which lives on.
        self.showed(&format!("page of {when}"), hidden, &look.in_pages)
    }

    fn showed(&self, what: &str, refused: Option<StatusCode>, seen: &Seen) -> Verdict {
        match (refused, seen) {
            (None, Ok(posts)) => check::agree(&format!("{}, {what}", self.who), &self.history.posts, posts),
            (Some(expected), Err(status)) if expected == *status => Ok(()),
            _ => Err(format!("{}, {what}: expected {refused:?}, was answered {seen:?}", self.who)),
        }
    }
}
