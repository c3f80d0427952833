//! The fold itself.

use contracts::{
    directory::Scope,
    forum::{ArenaAccess, ArenaChanged, ArenaEvent, MemberLeft, MemberRemoved},
};
use types::{ArenaId, Line, Paragraphs, PersonId};
use uuid::Uuid;

use super::world::World;
use crate::{member_count, members, people, readers_of, standing};

#[tokio::test]
async fn a_rebuilt_view_says_the_same() {
    let world = World::new().await;
    let (a, b) = (world.agency("A").await, world.agency("B").await);
    let (kim, alex) = (world.person(a).await, world.secretary(b).await);
    let arena = world.arena(ArenaAccess::Members).await;
    world.joins(arena, kim).await;
    world.invites(arena, alex).await;
    world.token(kim, &[Scope::Read]).await;
    let viewer = world.viewer(kim).await;
    let all = |snapshot: &event_sourcing::Snapshot| {
        (
            people::persons(snapshot).unwrap(),
            people::agencies(snapshot).unwrap(),
            readers_of(snapshot, arena, world.now()).unwrap(),
            people::secretariat(snapshot, world.now()).unwrap(),
            members(snapshot, arena).unwrap(),
            standing(snapshot, &viewer, arena).unwrap(),
            crate::renew(snapshot, &viewer, world.after(1)).unwrap(),
        )
    };
    let before = all(&world.snapshot().await);
    assert_eq!((before.0.len(), before.1.len(), before.3.len()), (2, 2, 1));
    assert_eq!(before.2.map(|it| (it.persons, it.agencies)), Some((2, 2)));
    world.views.rebuild(|_, _| {}).await.unwrap();
    assert_eq!(all(&world.snapshot().await), before);
}

#[tokio::test]
async fn memberships_come_and_go() {
    let world = World::new().await;
    let arena = world.arena(ArenaAccess::Members).await;
    let person = |n| PersonId::from_uuid(Uuid::from_u128(n));
    let now = async |joined: &[u128], invited: &[u128]| {
        let (joined, invited): (Vec<_>, Vec<_>) =
            (joined.iter().map(|n| person(*n)).collect(), invited.iter().map(|n| person(*n)).collect());
        let people = members(&world.snapshot().await, arena).unwrap();
        let those =
            |member: bool| people.iter().filter(|it| it.joined == member).map(|it| it.person).collect::<Vec<_>>();
        assert_eq!((those(true), those(false)), (joined, invited));
        assert_eq!(member_count(&world.snapshot().await, arena).unwrap(), those(true).len() as u64);
    };
    let happened = async |event: ArenaEvent| {
        world.append::<ArenaEvent>(arena.uuid(), contracts::Audience::Arena(arena), event).await;
    };
    world.invites(arena, person(1)).await;
    world.invites(arena, person(2)).await;
    now(&[], &[1, 2]).await;
    world.joins(arena, person(1)).await;
    world.invites(arena, person(1)).await;
    now(&[1], &[2]).await;
    happened(MemberLeft { person: person(1) }.into()).await;
    happened(MemberRemoved { person: person(2), reason: Paragraphs::new("left").unwrap() }.into()).await;
    now(&[], &[]).await;
    // Its neighbours are not its own.
    world.joins(ArenaId::from_uuid(Uuid::nil()), person(3)).await;
    world.joins(ArenaId::from_uuid(Uuid::max()), person(3)).await;
    now(&[], &[]).await;
}

#[tokio::test]
async fn an_arena_that_changes_its_access_means_the_new_one_for_what_was_said_before() {
    let world = World::new().await;
    let person = world.person(world.agency("A").await).await;
    let viewer = world.viewer(person).await;
    let arena = world.arena(ArenaAccess::Open).await;
    assert!(standing(&world.snapshot().await, &viewer, arena).unwrap().reads);
    let (name, purpose) = (Line::new("Arena").unwrap(), Paragraphs::new("Talk").unwrap());
    let event = ArenaChanged { name, purpose, need_areas: Vec::new(), access: ArenaAccess::Invited };
    world.append::<ArenaEvent>(arena.uuid(), contracts::Audience::ArenaCard(arena), event).await;
    let standing = standing(&world.snapshot().await, &viewer, arena).unwrap();
    assert!(!standing.reads && !standing.sees_card);
}

#[tokio::test]
async fn what_happens_to_somebody_who_was_never_invited_is_ignored() {
    let world = World::new().await;
    let agency = world.agency("A").await;
    let nobody = PersonId::from_uuid(Uuid::from_u128(7));
    world.leaves(nobody, agency).await;
    assert_eq!(people::person(&world.snapshot().await, nobody).unwrap(), None);
    assert_eq!(world.views.failure(), None);
}
