//! What the log looks like from the directory: agencies, people, sessions and tokens, as its pages and API read them.
//!
//! `access` folds what decides on access into tables of its own in the same file; these hold what is shown.

pub mod agencies;
pub mod identities;
pub mod people;
pub mod security;
pub mod sessions;
pub mod tokens;

use std::sync::Arc;

use contracts::{
    EventSet,
    directory::{AgencyEvent, IdentityEvent, PersonEvent, SessionEvent, TokenEvent},
};
use event_log::Recorded;
use event_sourcing::{Fold, ViewError, redb::WriteTransaction};

/// To be raised whenever a fold here changes: the file is then rebuilt.
pub const VERSION: u32 = 6;

/// Fills the directory's tables.
#[derive(Clone, Copy, Debug)]
pub struct DirectoryFold;

impl Fold for DirectoryFold {
    fn create(&self, tx: &WriteTransaction) -> Result<(), ViewError> {
        agencies::create(tx)?;
        people::create(tx)?;
        identities::create(tx)?;
        sessions::create(tx)?;
        tokens::create(tx)?;
        security::create(tx)
    }

    fn apply(&self, tx: &WriteTransaction, events: &[Arc<Recorded>]) -> Result<(), ViewError> {
        for recorded in events {
            match recorded.stream.category() {
                category if category == AgencyEvent::CATEGORY.as_str() => apply(tx, recorded, agencies::apply)?,
                category if category == PersonEvent::CATEGORY.as_str() => apply(tx, recorded, people::apply)?,
                category if category == IdentityEvent::CATEGORY.as_str() => apply(tx, recorded, identities::apply)?,
                category if category == SessionEvent::CATEGORY.as_str() => {
                    apply(tx, recorded, sessions::apply)?;
                    apply(tx, recorded, identities::session)?;
                }
                category if category == TokenEvent::CATEGORY.as_str() => apply(tx, recorded, tokens::apply)?,
                _ => {}
            }
            security::apply(tx, recorded)?;
        }
        Ok(())
    }
}

fn apply<E: EventSet>(
    tx: &WriteTransaction,
    recorded: &Recorded,
    fold: fn(&WriteTransaction, &Recorded, &E) -> Result<(), ViewError>,
) -> Result<(), ViewError> {
    match E::decode(&recorded.kind, &recorded.data)? {
        Some(event) => fold(tx, recorded, &event),
        None => Ok(()),
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<T> {
    /// What stands on this page.
    pub items: Vec<T>,
    /// How many there are on all pages.
    pub total: usize,
}

impl<T> Part<T> {
    /// Page `page` (from 1) of `all`, `limit` on each.
    pub(crate) fn of(all: impl ExactSizeIterator<Item = T>, limit: usize, page: usize) -> Self {
        let total = all.len();
        Self { items: all.skip(limit.saturating_mul(page.saturating_sub(1))).take(limit).collect(), total }
    }
}
