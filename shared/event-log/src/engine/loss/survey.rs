//! Walking through what is left of a log.

use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use types::{LogEpoch, Position};

use super::{Loss, LossError, opening};
use crate::{
    OpenError, SledOptions,
    engine::{
        mark::{self, BadMark, Mark},
        open,
        rehearse::Copied,
        store::{Block, Store, StoreError},
        tip::Tip,
        verify::Blocks,
    },
};

/// A log of which a copy was walked through. It is held until this is dropped.
pub(super) struct Survey {
    pub(super) loss: Loss,
    /// Of the copy.
    pub(super) store: Store,
    pub(super) copy: Copied,
    pub(super) epoch: LogEpoch,
    pub(super) origin: LogEpoch,
    pub(super) lock: File,
}

/// Walks through the log in this directory up to what is wrong with it first.
pub(super) fn survey(dir: &Path, options: &SledOptions, progress: impl Fn(u64, u64)) -> Result<Survey, LossError> {
    let unreadable = |reason: String| LossError::Unreadable { dir: dir.to_owned(), reason };
    if !dir.join(open::DATABASE).is_dir() {
        return Err(unreadable("its database is not there".into()));
    }
    let opening = opening(dir, options);
    let lock = opening.lock()?;
    let mut trouble = damage(opening.format())?;
    let (mark, wrong) = marked(dir).map_err(|source| opening.io("reading the mark", source))?;
    trouble = trouble.or(wrong.map(str::to_owned));
    damage(opening.look(Some(&Mark { position: 0, ..mark.unwrap_or(NO_MARK) })))?
        .map_or(Ok(()), |_| Err(unreadable("its database is empty".into())))?;
    let copy = opening.copy()?;
    let opened = opening.of_copy().database().map_err(|error| opening.found(error, &copy));
    let store = opened.map_err(|error| match error {
        OpenError::Damaged { reason, .. } => unreadable(reason),
        error => error.into(),
    })?;
    let read = |what: Result<Option<LogEpoch>, StoreError>| what.ok().flatten();
    let stated = read(store.epoch());
    if stated.is_none() {
        trouble = trouble.or(Some(open::NO_EPOCH.into()));
    }
    let epoch = stated.or(mark.map(|mark| mark.epoch)).ok_or_else(|| unreadable(open::NO_EPOCH.into()))?;
    let origin = read(store.origin()).unwrap_or(epoch);
    if mark.is_some_and(|mark| mark.epoch != epoch) {
        trouble = trouble.or(Some("its mark is that of another log".into()));
    }
    let known = [
        mark.map(|mark| mark.position),
        store.indexed().ok().map(|indexed| indexed.to),
        store.block_start(u64::MAX).ok().flatten(),
    ];
    let known = known.into_iter().flatten().max().unwrap_or(0);
    let (kept_to, wrong) = walk(&store, origin, mark, |at| progress(at.min(known), known));
    trouble = wrong.or(trouble);
    if kept_to < known && trouble.is_none() {
        trouble = Some(format!("it ends at position {kept_to}, but events up to {known} were acknowledged"));
    }
    let (kept, lost_to) = (Position::new(kept_to), (known > kept_to).then(|| Position::new(known)));
    match trouble {
        None => Err(LossError::Nothing { dir: dir.to_owned(), head: kept }),
        Some(reason) => {
            let loss = Loss { reason, kept_to: kept, lost_to };
            Ok(Survey { loss, store, copy, epoch, origin, lock })
        }
    }
}

const NO_MARK: Mark = Mark { epoch: LogEpoch::from_uuid(uuid::Uuid::nil()), position: 0, chain: [0; 32] };

/// What is damaged, if that is the trouble.
fn damage(outcome: Result<(), OpenError>) -> Result<Option<String>, OpenError> {
    match outcome {
        Ok(()) => Ok(None),
        Err(OpenError::Damaged { reason, .. }) => Ok(Some(reason)),
        Err(OpenError::BehindMark { .. }) => Ok(Some("it lost events".into())),
        Err(error) => Err(error),
    }
}

/// How far the log surely went, as far as that is known, and what is wrong with the mark.
fn marked(dir: &Path) -> std::io::Result<(Option<Mark>, Option<&'static str>)> {
    let tip = || Tip::read(dir).map(|tip| tip.end);
    match Mark::read(dir) {
        Ok(Some(mark)) => Ok((open::newest(dir, Some(mark)), None)),
        Ok(None) => {
            Ok((tip(), Some("its mark is missing, so that nobody can tell whether events are lost at its end")))
        }
        Err(BadMark::Wrong(_)) => Ok((tip(), Some("its mark can't be trusted: the check does not fit what it says"))),
        Err(BadMark::Io(error)) if error.kind() == std::io::ErrorKind::IsADirectory => {
            Ok((tip(), Some("its mark is no file")))
        }
        Err(BadMark::Io(error)) => Err(std::io::Error::new(error.kind(), format!("`{}`: {error}", mark::FILE))),
    }
}

/// Walks over the blocks. Gives the last position before what is wrong, and what is.
fn walk(store: &Store, origin: LogEpoch, mark: Option<Mark>, progress: impl Fn(u64)) -> (u64, Option<String>) {
    let (mut blocks, mut found) = (Blocks::new(origin), store.blocks(1));
    loop {
        let step = catch_unwind(AssertUnwindSafe(|| found.next()));
        let at = blocks.position + 1;
        match step {
            Ok(None) => return (blocks.position, None),
            Ok(Some(Ok(block))) => match blocks.take(&block, |_, _| ()) {
                Ok(()) if !mark.is_none_or(|mark| fits(&block, mark)) => {
                    return (blocks.position, Some(format!("at position {}: its mark says otherwise", at)));
                }
                Ok(()) => progress(blocks.position),
                Err((position, bad)) => return (blocks.position, Some(format!("at position {position}: {bad}"))),
            },
            Ok(Some(Err(error))) => return (blocks.position, Some(format!("at position {at}: {error}"))),
            Err(_) => return (blocks.position, Some(format!("at position {at}: its database can't be read"))),
        }
    }
}

/// Whether the mark says the same as the block, if it says anything of it.
fn fits(block: &Block, mark: Mark) -> bool {
    !block.header.holds(mark.position)
        || block.sections.iter().any(|section| (section.last(), section.after) == (mark.position, mark.chain))
}
