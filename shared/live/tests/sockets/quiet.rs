//! Who is woken, and what heals a wake-up that was lost.

use contracts::forum::ArenaAccess;

use crate::world::{World, topic};

#[tokio::test]
async fn sockets_on_other_topics_stay_asleep() {
    let world = World::new().await;
    let (astrid, birger) = (world.someone("Astrid").await, world.someone("Birger").await);
    let arena = world.arena(ArenaAccess::Open).await;
    let (busy, still) = (world.thread(arena).await, world.thread(arena).await);
    let mut awake = world.enter(&astrid).await;
    awake.follow(1, &topic(busy)).await;
    let mut asleep = Vec::new();
    for _ in 0..8 {
        let mut client = world.enter(&birger).await;
        client.follow(1, &topic(still)).await;
        asleep.push(client);
    }
    let before = world.live.wakes();
    for n in 0..10 {
        world.add(busy, &format!("{n}")).await;
        assert_eq!(awake.post().await.0, format!("{n}"));
    }
    let woken = world.live.wakes() - before;
    assert!((1..=10).contains(&woken), "one socket was woken for ten posts, {woken} times");
    world.someone("Cecilia").await;
    world.add(busy, "last").await;
    awake.post().await;
    let woken = world.live.wakes() - before;
    assert!(woken <= 11, "somebody else's sign-in wakes nobody: {woken}");
    world.add(still, "for the others").await;
    for client in &mut asleep {
        assert_eq!(client.post().await.0, "for the others");
    }
    assert!(world.live.wakes() - before >= woken + 8);
}

#[tokio::test]
async fn a_lost_wake_up_is_healed() {
    let world = World::that_sleeps().await;
    let someone = world.someone("Astrid").await;
    let thread = world.thread(world.arena(ArenaAccess::Open).await).await;
    let mut client = world.enter_within(&someone).await;
    client.follow(1, &topic(thread)).await;
    world.add(thread, "unheard").await;
    client.expect_nothing().await;
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    assert_eq!(client.post().await.0, "unheard");
    let took = began.elapsed();
    assert!(took <= live::limits::POLL_EVERY, "{took:?}");
    assert_eq!(world.live.wakes(), 0);
}
