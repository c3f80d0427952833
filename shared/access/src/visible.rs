//! The one decision about what anybody sees.

use std::{collections::HashMap, sync::LazyLock};

use contracts::{Audience, AudienceRule, EventSet as _, directory::Scope, forum::ThreadEvent, upcast::upcast};
use event_log::Recorded;
use event_sourcing::{Snapshot, ViewError, json_value::key};
use types::PersonId;

use crate::{Viewer, arenas::standing, tables::WITHDRAWN};

/// The audience that each event type declares.
static RULES: LazyLock<HashMap<&'static str, AudienceRule>> =
    LazyLock::new(|| contracts::descriptors().map(|it| (it.event_type, it.audience)).collect());

/// Whether a viewer may see content of this audience, as things stand in the snapshot. What is not allowed here is
/// denied.
pub fn may_see(snapshot: &Snapshot, viewer: &Viewer, audience: &Audience) -> Result<bool, ViewError> {
    let class = match *audience {
        Audience::Public => return Ok(true),
        Audience::Participants => true,
        Audience::ArenaCard(arena) => standing(snapshot, viewer, arena)?.sees_card,
        Audience::Arena(arena) => standing(snapshot, viewer, arena)?.reads,
        Audience::Agency(agency) => viewer.agency() == Some(agency) || viewer.is_secretariat(),
        Audience::Leadership(agency) => viewer.is_leadership_of(agency) || viewer.is_secretariat(),
        Audience::Secretariat => viewer.is_secretariat(),
        Audience::Person(person) => viewer.person() == Some(person),
        Audience::Administration => {
            return Ok(
                viewer.is_administrator() && viewer.signed_in().is_some_and(|it| it.credential.allows(Scope::Read))
            );
        }
        Audience::System => false,
    };
    Ok(class && viewer.may_read())
}

/// Whether a viewer may see an event, as things stand in the snapshot: its audience, and what became of it since.
///
/// An event of a type that is not known, or with another audience than its type declares, is seen by nobody.
pub fn visible(snapshot: &Snapshot, viewer: &Viewer, event: &Recorded) -> Result<bool, ViewError> {
    Visibility::of(snapshot, event)?.to(snapshot, viewer)
}

/// What decides who sees an event, looked up once for many viewers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visibility {
    audience: Audience,
    overlay: Overlay,
}

/// What became of what an event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Overlay {
    /// Nothing.
    Shown,
    /// Its post was withdrawn: the author and the secretariat still see it.
    Withdrawn { author: Option<PersonId> },
}

impl Visibility {
    /// Of this event, as things stand in the snapshot.
    pub fn of(snapshot: &Snapshot, event: &Recorded) -> Result<Self, ViewError> {
        let declared = RULES
            .get(&*event.kind)
            .or_else(|| upcast(&event.kind, &event.data).and_then(|(event_type, _)| RULES.get(event_type)));
        let audience = match declared {
            Some(rule) if *rule == event.meta.audience.rule() => event.meta.audience,
            _ => Audience::System,
        };
        Ok(Self { audience, overlay: overlay(snapshot, event)? })
    }

    /// Whether this viewer sees it. The snapshot is the same.
    pub fn to(&self, snapshot: &Snapshot, viewer: &Viewer) -> Result<bool, ViewError> {
        self.to_whom(viewer, |audience| may_see(snapshot, viewer, audience))
    }

    /// Whether this viewer sees it, where `may_see` says whether they [may see](may_see) content of its audience: for who
    /// looks at many events of one audience.
    pub fn to_whom<E>(&self, viewer: &Viewer, may_see: impl FnOnce(&Audience) -> Result<bool, E>) -> Result<bool, E> {
        let shown = match self.overlay {
            Overlay::Shown => true,
            Overlay::Withdrawn { author } => viewer.is_secretariat() || (author.is_some() && author == viewer.person()),
        };
        Ok(shown && may_see(&self.audience)?)
    }

    /// Whether it is of an audience for which `may_see` answers yes, whatever became of what it says since. Whoever may
    /// know that something stood there does not therefore [see](Self::to_whom) it.
    pub fn is_known_to<E>(&self, may_see: impl FnOnce(&Audience) -> Result<bool, E>) -> Result<bool, E> {
        may_see(&self.audience)
    }
}

fn overlay(snapshot: &Snapshot, event: &Recorded) -> Result<Overlay, ViewError> {
    if event.stream.category() != "thread" {
        return Ok(Overlay::Shown);
    }
    let (post, author) = match ThreadEvent::decode(&event.kind, &event.data)? {
        Some(ThreadEvent::PostAdded(it)) => (it.post, Some(it.author)),
        // Only authors edit.
        Some(ThreadEvent::PostEdited(it)) => (it.post, event.meta.actor.person()),
        _ => return Ok(Overlay::Shown),
    };
    let withdrawn = snapshot.table(WITHDRAWN)?.get(key(post.uuid()))?.is_some();
    Ok(if withdrawn { Overlay::Withdrawn { author } } else { Overlay::Shown })
}
