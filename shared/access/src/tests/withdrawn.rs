//! What was withdrawn.

use std::sync::Arc;

use contracts::{
    Actor, Audience,
    forum::{ArenaAccess, PostAdded, PostEdited, PostWithdrawn, ShownAs, ThreadEvent},
};
use event_log::Recorded;
use types::{AgencyId, ArenaId, Paragraphs, PersonId, PostId, ThreadId};

use super::world::World;
use crate::{Visibility, may_see, visible};

struct Thread<'a> {
    world: &'a World,
    thread: ThreadId,
    arena: ArenaId,
    author: PersonId,
    agency: AgencyId,
}

impl Thread<'_> {
    async fn happened(&self, event: impl Into<ThreadEvent>) -> Arc<Recorded> {
        let actor = Actor::Person { person: self.author, token: None };
        self.world.append_by::<ThreadEvent>(actor, self.thread.uuid(), Audience::Arena(self.arena), event).await
    }

    async fn added(&self, post: PostId) -> Arc<Recorded> {
        let (author, agency, shown_as) = (self.author, self.agency, ShownAs::Name);
        let body = Paragraphs::new("what was said").unwrap();
        self.happened(PostAdded { post, number: 1, author, agency, shown_as, reply_to: None, body }).await
    }

    async fn edited(&self, post: PostId) -> Arc<Recorded> {
        self.happened(PostEdited { post, edit: 1, body: Paragraphs::new("what was meant").unwrap() }).await
    }
}

#[tokio::test]
async fn a_withdrawn_post_is_seen_by_its_author_and_the_secretariat_alone() {
    let world = World::new().await;
    let agency = world.agency("A").await;
    let (author, reader) = (world.person(agency).await, world.person(agency).await);
    let secretary = world.secretary(agency).await;
    let arena = world.arena(ArenaAccess::Open).await;
    let thread = Thread { world: &world, thread: ThreadId::new(&world.ids), arena, author, agency };
    let (post, other) = (PostId::new(&world.ids), PostId::new(&world.ids));
    let (added, edited, kept) = (thread.added(post).await, thread.edited(post).await, thread.added(other).await);
    let viewers = [
        world.viewer(author).await,
        world.viewer(reader).await,
        world.viewer(secretary).await,
        crate::Viewer::Anonymous,
    ];

    let before = world.snapshot().await;
    for event in [&added, &edited, &kept] {
        let seen = viewers.each_ref().map(|viewer| visible(&before, viewer, event).unwrap());
        assert_eq!(seen, [true, true, true, false]);
    }
    let withdrawn = thread.happened(PostWithdrawn { post }).await;
    let after = world.snapshot().await;
    for (event, expected) in [
        (&added, [true, false, true, false]),
        (&edited, [true, false, true, false]),
        (&kept, [true, true, true, false]),
        (&withdrawn, [true, true, true, false]),
    ] {
        let seen = viewers.each_ref().map(|viewer| visible(&after, viewer, event).unwrap());
        assert_eq!(seen, expected, "{}", event.kind);
        let once = Visibility::of(&after, event).unwrap();
        assert_eq!(viewers.each_ref().map(|viewer| once.to(&after, viewer).unwrap()), expected);
        let known = |viewer| once.is_known_to(|audience| may_see(&after, viewer, audience)).unwrap();
        assert_eq!(viewers.each_ref().map(known), [true, true, true, false], "that it happened is no secret");
    }
    let seen = viewers.each_ref().map(|viewer| visible(&before, viewer, &added).unwrap());
    assert_eq!(seen, [true, true, true, false], "a snapshot does not change");
}

#[tokio::test]
async fn an_author_who_may_no_longer_read_the_arena_does_not_see_what_they_withdrew() {
    let world = World::new().await;
    let agency = world.agency("A").await;
    let author = world.person(agency).await;
    let arena = world.arena(ArenaAccess::Invited).await;
    let thread = Thread { world: &world, thread: ThreadId::new(&world.ids), arena, author, agency };
    let post = PostId::new(&world.ids);
    let added = thread.added(post).await;
    thread.happened(PostWithdrawn { post }).await;
    let viewer = world.viewer(author).await;
    assert!(!visible(&world.snapshot().await, &viewer, &added).unwrap());
    world.joins(arena, author).await;
    assert!(visible(&world.snapshot().await, &viewer, &added).unwrap());
}
