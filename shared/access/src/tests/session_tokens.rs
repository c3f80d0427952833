//! Session tokens, in the process that signs them and in another one.

use std::{fs, sync::Arc};

use event_sourcing::{Views, ViewsOptions};
use types::{Clock as _, ManualClock};

use super::world::{ORIGIN, PATIENCE, World};
use crate::{
    AccessFold, Credential, Credentials, Gate, GateOptions, Keys, SESSION_TOKEN_SECONDS, Viewer,
    last_seen::SESSION_IDLE_SECONDS_MAX, renew,
};

/// The directory's process, and one that was given the log and the public key alone.
struct Processes {
    world: World,
    signing: Gate,
    checking: Gate,
    _data: [tempfile::TempDir; 2],
}

impl Processes {
    async fn new() -> Self {
        let world = World::new().await;
        let (owner, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let keys = Keys::open(owner.path()).unwrap();
        fs::create_dir(other.path().join("keys")).unwrap();
        let public = "keys/session-token.pub";
        fs::copy(owner.path().join(public), other.path().join(public)).unwrap();
        let gate = |views, keys| Gate::new(views, keys, world.clock.clone(), GateOptions::new(ORIGIN));
        let options = ViewsOptions::new(other.path().join("test.redb"), 1).fold(AccessFold);
        let views = Views::open(world.log.clone(), options).await.unwrap();
        let (signing, checking) = (gate(world.views.clone(), keys), gate(views, Keys::open(other.path()).unwrap()));
        Self { world, signing, checking, _data: [owner, other] }
    }

    /// Who it is in the process that only checks, as things stand in the log.
    async fn recognised(&self, token: &str) -> Option<Viewer> {
        self.checking.views().wait_for(self.world.head().await, PATIENCE).await.unwrap();
        self.checking.viewer_of_token(&self.checking.views().snapshot().unwrap(), token).unwrap()
    }

    fn clock(&self) -> &Arc<ManualClock> {
        &self.world.clock
    }
}

#[tokio::test]
async fn another_process_recognises_a_session_by_its_token_until_it_ends() {
    let processes = Processes::new().await;
    let world = &processes.world;
    let person = world.person(world.agency("A").await).await;
    let (session, cookie) = world.signs_in(person).await;
    let at_browser = processes.signing.viewer_of_session(&world.snapshot().await, &cookie).unwrap();
    let token = processes.signing.session_token(&at_browser).unwrap();
    assert_eq!(token.expires_at, world.after(SESSION_TOKEN_SECONDS));

    let viewer = processes.recognised(&token.text).await.unwrap();
    let credential = Credential::SessionToken { session, expires_at: token.expires_at };
    assert_eq!(viewer.participant().unwrap().credential, credential);
    assert_eq!((viewer.person(), viewer.session(), viewer.is_at_browser()), (Some(person), Some(session), false));
    let read = processes.checking.reading(&Credentials::Token(token.text.clone()), None).await.unwrap();
    assert_eq!(read.viewer.person(), Some(person));

    // A token makes no token, wherever it is shown, and who only checks makes none at all.
    assert!(processes.signing.session_token(&viewer).is_none());
    assert!(processes.checking.session_token(&at_browser).is_none());

    world.signs_out(session).await;
    assert_eq!(processes.recognised(&token.text).await, None);
    let snapshot = processes.checking.views().snapshot().unwrap();
    assert_eq!(renew(&snapshot, &viewer, world.now()).unwrap(), None, "nor does what was opened with it go on");
}

#[tokio::test]
async fn a_session_token_works_for_minutes_and_not_for_a_session_that_lies_unused() {
    let processes = Processes::new().await;
    let world = &processes.world;
    let person = world.person(world.agency("A").await).await;
    let (_, cookie) = world.signs_in_for(person, 10 * SESSION_IDLE_SECONDS_MAX).await;
    let at_browser = processes.signing.viewer_of_session(&world.snapshot().await, &cookie).unwrap();
    let token = processes.signing.session_token(&at_browser).unwrap();
    let listens = processes.recognised(&token.text).await.unwrap();
    processes.clock().advance_seconds(SESSION_TOKEN_SECONDS);
    assert_eq!(processes.recognised(&token.text).await, None, "{} is over", token.expires_at);
    let snapshot = processes.checking.views().snapshot().unwrap();
    assert_eq!(renew(&snapshot, &listens, world.now()).unwrap(), None, "nor does what was opened with it go on");

    processes.clock().advance_seconds(SESSION_IDLE_SECONDS_MAX - SESSION_TOKEN_SECONDS);
    let later = processes.signing.session_token(&at_browser).unwrap();
    assert_eq!(
        processes.recognised(&later.text).await,
        None,
        "the session lay unused until {}",
        processes.clock().now()
    );
}
