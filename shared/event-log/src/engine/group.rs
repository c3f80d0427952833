//! A group of commits: which of them are written, and what the others are answered.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;
use quick_cache::{UnitWeighter, unsync::Cache};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use types::{CommitId, Position, Revision, StreamId};

use super::{
    answering::Answering,
    queue::Job,
    read::{self, damaged},
    records::Admitted,
    shared::Shared,
    store::Store,
};
use crate::{AppendError, Appended, Commit, CommitDigest, Direction, ReadError, check::is_same};

/// The most streams whose heads the writer remembers.
const HEADS_MAX: usize = 65_536;

/// The ends of streams, as far as they are remembered.
pub(super) struct Heads(Cache<StreamId, Head, UnitWeighter, RandomState>);

/// The end of a stream.
#[derive(Clone, Copy)]
struct Head {
    /// How many events there are.
    length: u64,
    /// The commit of the last one, as far as it is known.
    commit: Option<CommitId>,
}

impl Heads {
    pub(super) fn new() -> Self {
        Self(Cache::with(HEADS_MAX, HEADS_MAX as u64, UnitWeighter, RandomState::default(), Default::default()))
    }

    fn length(&mut self, shared: &Shared, store: &Store, stream: &StreamId) -> Result<u64, ReadError> {
        if let Some(head) = self.0.get(stream) {
            return Ok(head.length);
        }
        let late = shared.late().next_revision(stream);
        let length = match late {
            Some(next) => next,
            None => {
                let last = store.last_place(stream).map_err(|error| damaged(shared.committed(), error))?;
                last.map_or(0, |place| place.first + place.count)
            }
        };
        self.0.insert(stream.clone(), Head { length, commit: None });
        Ok(length)
    }

    /// The commit of a stream's last event. Few ask for it, so it is looked up only then.
    fn commit(&mut self, shared: &Shared, store: &Store, stream: &StreamId) -> Result<Option<CommitId>, ReadError> {
        let length = self.length(shared, store, stream)?;
        if let Some(Head { commit: Some(commit), .. }) = self.0.get(stream) {
            return Ok(Some(*commit));
        }
        let last = read::stream(shared, store, stream, Direction::Backward, None, 1)?;
        let commit = last.first().map(|last| last.commit);
        self.0.insert(stream.clone(), Head { length, commit });
        Ok(commit)
    }
}

/// What a commit will be answered when its group is durable.
enum Outcome {
    /// As the `n`th of the group's admitted commits.
    Admitted(usize),
    /// As it was answered before.
    Before(Appended),
    Refused(AppendError),
}

/// Commits that become durable together.
#[derive(Default)]
pub(super) struct Group {
    pub(super) admitted: Vec<Admitted>,
    answers: Vec<(oneshot::Sender<Result<Appended, AppendError>>, Outcome)>,
    /// The admitted commits by id.
    ids: HashMap<CommitId, usize, RandomState>,
    /// The group's share of the queue's bytes.
    room: Option<OwnedSemaphorePermit>,
}

impl Group {
    /// Decides about a commit, with regard to those before it.
    pub(super) fn add(&mut self, job: Job, shared: &Shared, store: &Store, heads: &mut Heads) {
        let Job { checked, answer, room } = job;
        let outcome = match self.decide(&checked.commit, shared, store, heads) {
            Ok(Decision::Write { first }) => {
                let length = first + checked.commit.events.len() as u64;
                let head = Head { length, commit: Some(checked.commit.id) };
                heads.0.insert(checked.commit.stream.clone(), head);
                self.ids.insert(checked.commit.id, self.admitted.len());
                self.admitted.push(Admitted { checked, first });
                Outcome::Admitted(self.admitted.len() - 1)
            }
            Ok(Decision::Answer(outcome)) => outcome,
            Err(error) => Outcome::Refused(AppendError::Unavailable { reason: error.to_string().into() }),
        };
        match &mut self.room {
            Some(all) => all.merge(room),
            none => *none = Some(room),
        }
        self.answers.push((answer, outcome));
    }

    fn decide(
        &self,
        commit: &Commit,
        shared: &Shared,
        store: &Store,
        heads: &mut Heads,
    ) -> Result<Decision, ReadError> {
        let reused = || Decision::Answer(Outcome::Refused(AppendError::CommitIdReused(commit.id)));
        if let Some(&number) = self.ids.get(&commit.id) {
            let Commit { stream, events, .. } = &self.admitted[number].checked.commit;
            let same = *stream == commit.stream && *events == commit.events;
            return Ok(if same { Decision::Answer(Outcome::Admitted(number)) } else { reused() });
        }
        if let Some(stored) = read::commit(shared, store, commit.id, shared.committed())? {
            let same = is_same(commit, stored.iter().map(|event| &**event));
            let before = || Decision::Answer(Outcome::Before(Appended::of(&stored)));
            return Ok(if same { before() } else { reused() });
        }
        let length = heads.length(shared, store, &commit.stream)?;
        let current = length.checked_sub(1).map(Revision::new);
        let is_behind = match commit.expected.after() {
            Some(after) if commit.expected.accepts(current) => {
                self.last_digest(&commit.stream, shared, store, heads)? == Some(after)
            }
            _ => commit.expected.accepts(current),
        };
        if is_behind {
            return Ok(Decision::Write { first: length });
        }
        let refused = AppendError::WrongRevision { stream: commit.stream.clone(), current };
        Ok(Decision::Answer(Outcome::Refused(refused)))
    }

    /// What the last commit of a stream says.
    fn last_digest(
        &self,
        stream: &StreamId,
        shared: &Shared,
        store: &Store,
        heads: &mut Heads,
    ) -> Result<Option<CommitDigest>, ReadError> {
        let Some(last) = heads.commit(shared, store, stream)? else { return Ok(None) };
        if let Some(&number) = self.ids.get(&last) {
            return Ok(Some(self.admitted[number].checked.commit.digest()));
        }
        let stored = read::commit(shared, store, last, shared.committed())?;
        Ok(stored.map(|stored| CommitDigest::of_stored(&stored)))
    }

    /// Answers all commits, now that the group is durable. `positions` are those of the admitted commits' last events.
    pub(super) fn answer(self, admitted: &[Appended], answering: &Answering) {
        let answer = |(answer, outcome)| {
            let outcome = match outcome {
                Outcome::Admitted(number) => Ok(admitted[number]),
                Outcome::Before(appended) => Ok(appended),
                Outcome::Refused(error) => Err(error),
            };
            (answer, outcome)
        };
        answering.answer(self.answers.into_iter().map(answer).collect());
    }

    /// Answers all commits that their outcome is unknown: also those that would be refused, since what they were refused
    /// for may not be there.
    pub(super) fn fail(self, reason: &Arc<str>) {
        for (answer, _) in self.answers {
            let _ = answer.send(Err(AppendError::Unavailable { reason: Arc::clone(reason) }));
        }
    }

    /// Where the admitted commits will stand if the first event comes to `first`.
    pub(super) fn appended(&self, first: u64) -> Vec<Appended> {
        let mut next = first;
        let appended = |admitted: &Admitted| {
            let count = admitted.checked.commit.events.len() as u64;
            next += count;
            Appended {
                position: Position::new(next - 1),
                first_revision: Revision::new(admitted.first),
                last_revision: Revision::new(admitted.first + count - 1),
            }
        };
        self.admitted.iter().map(appended).collect()
    }
}

enum Decision {
    Write { first: u64 },
    Answer(Outcome),
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::Category;
    use uuid::Uuid;

    /// What a group has written so far is known nowhere else, and a group has not nearly so many commits.
    const GROUP_COMMITS: u64 = 1_500;

    #[test]
    fn heads_are_bounded_and_those_of_a_group_stay() {
        let stream = |number: u64| StreamId::new(Category::declared("apple"), Uuid::from_u128(number.into()));
        let mut heads = Heads::new();
        let full = HEADS_MAX as u64 * 2;
        for round in 0..3 {
            for number in 0..full {
                heads.0.insert(stream(number), Head { length: number, commit: None });
                // Some are in use all the time.
                heads.0.get(&stream(number % 1_000 + round));
            }
            assert!(heads.0.len() <= HEADS_MAX);
        }
        for number in full..full + GROUP_COMMITS {
            heads.0.insert(stream(number), Head { length: number, commit: None });
        }
        for number in full..full + GROUP_COMMITS {
            assert_eq!(heads.0.get(&stream(number)).map(|head| head.length), Some(number));
        }
    }
}
