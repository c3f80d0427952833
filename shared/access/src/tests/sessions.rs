//! Sessions, tokens and mandates, and their ends.

use contracts::{
    directory::{
        AffiliationStarted, AgencyEvent, AgencyRenamed, MandateDelegated, PersonEvent, PersonJoined, PersonReinstated,
        Role, Scope, TokenEvent, TokenRotated,
    },
    forum::ArenaAccess,
};
use event_sourcing::redb::ReadableTableMetadata as _;
use types::{Line, MandateId, SessionId};
use uuid::Uuid;

use super::world::World;
use crate::{
    Credential, Secret, Viewer, last_seen::SESSION_IDLE_SECONDS_MAX, renew, session_text, standing, still_valid,
    token_text,
};

#[tokio::test]
async fn a_cookie_is_that_of_its_session_or_of_nobody() {
    let world = World::new().await;
    let agency = world.agency("Agency A").await;
    let person = world.person(agency).await;
    let (session, cookie) = world.signs_in(person).await;
    let (other, _) = world.signs_in(person).await;
    let snapshot = world.snapshot().await;
    let of = |cookie: &str| world.gate.viewer_of_session(&snapshot, cookie).unwrap();
    let viewer = of(&cookie);
    let known = viewer.participant().unwrap();
    assert_eq!((known.person, known.agency, &*known.agency_name, &*known.name), (person, agency, "Agency A", "Kim"));
    assert_eq!(viewer.session(), Some(session));
    let secret = cookie.split_once('.').unwrap().1;
    for wrong in [
        String::new(),
        ".".into(),
        secret.into(),
        session_text(session, &Secret::new()),
        session_text(other, &Secret::parse(secret).unwrap()),
        session_text(SessionId::from_uuid(Uuid::from_u128(9)), &Secret::parse(secret).unwrap()),
        format!("{cookie}A"),
        format!("{}.{secret}", session),
    ] {
        assert_eq!(of(&wrong), Viewer::Anonymous, "{wrong}");
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_revoked() {
    let world = World::new().await;
    let person = world.person(world.agency("A").await).await;
    let (session, cookie) = world.signs_in(person).await;
    let before = world.snapshot().await;
    let viewer = world.gate.viewer_of_session(&before, &cookie).unwrap();
    assert!(still_valid(&before, &viewer, world.now()));
    world.signs_out(session).await;
    let after = world.snapshot().await;
    assert!(!still_valid(&after, &viewer, world.now()));
    assert_eq!(renew(&after, &viewer, world.now()).unwrap(), None);
    assert_eq!(world.gate.viewer_of_session(&after, &cookie).unwrap(), Viewer::Anonymous);
    assert!(still_valid(&after, &Viewer::Anonymous, world.now()));
}

#[tokio::test]
async fn a_session_ends_at_its_time_without_an_event() {
    let world = World::new().await;
    let person = world.person(world.agency("A").await).await;
    let (_, cookie) = world.signs_in(person).await;
    let snapshot = world.snapshot().await;
    let viewer = world.gate.viewer_of_session(&snapshot, &cookie).unwrap();
    world.clock.advance_seconds(3_599);
    assert!(still_valid(&snapshot, &viewer, world.now()));
    world.clock.advance_seconds(1);
    assert!(!still_valid(&snapshot, &viewer, world.now()));
    assert_eq!(world.gate.viewer_of_session(&snapshot, &cookie).unwrap(), Viewer::Anonymous);
    // It is dropped from the tables when somebody signs in later.
    world.clock.advance_seconds(1);
    let (_, next) = world.signs_in(person).await;
    let snapshot = world.snapshot().await;
    assert_eq!(snapshot.table(crate::tables::SESSIONS).unwrap().len().unwrap(), 1);
    assert_eq!(snapshot.table(crate::tables::SESSION_ENDS).unwrap().len().unwrap(), 1);
    assert!(world.gate.viewer_of_session(&snapshot, &next).unwrap().participant().is_some());
}

#[tokio::test]
async fn a_session_that_lies_unused_is_not_taken_up_again() {
    let world = World::new().await;
    let person = world.person(world.agency("A").await).await;
    let (_, cookie) = world.signs_in_for(person, 10 * SESSION_IDLE_SECONDS_MAX).await;
    let snapshot = world.snapshot().await;
    let signed_in = || world.gate.viewer_of_session(&snapshot, &cookie).unwrap() != Viewer::Anonymous;
    for _ in 0..3 {
        assert!(signed_in());
        world.clock.advance_seconds(SESSION_IDLE_SECONDS_MAX - 1);
    }
    assert!(signed_in());
    world.clock.advance_seconds(SESSION_IDLE_SECONDS_MAX);
    assert!(!signed_in());
    assert!(!signed_in());
}

#[tokio::test]
async fn a_token_is_good_until_it_expires_or_is_revoked() {
    let world = World::new().await;
    let person = world.person(world.agency("A").await).await;
    let (token, text) = world.token(person, &[Scope::Read]).await;
    let (kept, _) = world.token(person, &[Scope::Read, Scope::Write]).await;
    let snapshot = world.snapshot().await;
    let viewer = world.gate.viewer_of_token(&snapshot, &text).unwrap().unwrap();
    assert_eq!(viewer.token(), Some(token));
    assert!(viewer.may_read() && !viewer.may_write());
    let secret =
        Secret::parse(text.rsplit_once(&token.uuid().simple().to_string()).unwrap().1.get(1..).unwrap()).unwrap();
    for wrong in [
        String::new(),
        "erfa_".into(),
        secret.expose().into(),
        token_text(token, &Secret::new()),
        token_text(kept, &secret),
        format!("{text}A"),
        text.replace("erfa_", "ERFA_"),
        format!("erfa_{}_{}", token, secret.expose()),
    ] {
        assert_eq!(world.gate.viewer_of_token(&snapshot, &wrong).unwrap(), None, "{wrong}");
    }
    world.revokes(token).await;
    let after = world.snapshot().await;
    assert!(!still_valid(&after, &viewer, world.now()));
    assert_eq!(world.gate.viewer_of_token(&after, &text).unwrap(), None);
    world.clock.advance_seconds(3_600);
    assert_eq!(world.gate.viewer_of_token(&snapshot, &text).unwrap(), None);
}

#[tokio::test]
async fn a_mandate_holds_from_and_until_its_moments_without_an_event() {
    let world = World::new().await;
    let agency = world.agency("A").await;
    let person = world.person(agency).await;
    world.mandate(person, Role::Secretariat, agency, world.after(10), Some(world.after(20))).await;
    let contact = world.mandate(person, Role::ContactPerson, agency, world.now(), None).await;
    let viewer = world.viewer(person).await;
    let snapshot = world.snapshot().await;
    assert_eq!(viewer.signed_in().unwrap().settled_until, world.after(10));
    let mut later = viewer.clone();
    for (seconds, secretariat) in [(9, false), (1, true), (9, true), (1, false)] {
        world.clock.advance_seconds(seconds);
        later = renew(&snapshot, &later, world.now()).unwrap().unwrap();
        assert_eq!(later.is_secretariat(), secretariat, "{}", world.now());
        assert!(later.is_contact_person_of(agency));
    }
    world.mandate_ends(person, contact).await;
    let later = renew(&world.snapshot().await, &later, world.now()).unwrap().unwrap();
    assert!(!later.is_contact_person_of(agency));
    assert_eq!(later.participant().unwrap().roles, [Role::Participant]);
}

#[tokio::test]
async fn what_was_delegated_ends_with_the_mandate_that_it_comes_from() {
    let world = World::new().await;
    let agency = world.agency("A").await;
    let (chief, deputy) = (world.person(agency).await, world.person(agency).await);
    let of = world.mandate(chief, Role::Leadership, agency, world.now(), None).await;
    let mandate = MandateId::new(&world.ids);
    let (from, until) = (world.now(), world.after(100));
    let delegated = MandateDelegated { mandate, of, by: chief, role: Role::Leadership, agency, from, until };
    world.happened(deputy, delegated).await;
    let viewer = world.viewer(deputy).await;
    assert!(viewer.is_leadership_of(agency));
    world.mandate_ends(chief, of).await;
    let later = renew(&world.snapshot().await, &viewer, world.now()).unwrap().unwrap();
    assert!(!later.is_leadership_of(agency) && later.participant().is_some());
}

#[tokio::test]
async fn who_is_shut_out_signs_in_again_afterwards() {
    let world = World::new().await;
    let agency = world.agency("A").await;
    let person = world.person(agency).await;
    let viewer = world.viewer(person).await;
    let (_, token) = world.token(person, &[Scope::Read]).await;
    world.suspends(person, Some(world.after(10))).await;
    let is_valid = async |viewer: &Viewer| still_valid(&world.snapshot().await, viewer, world.now());
    assert!(!is_valid(&viewer).await);
    assert_eq!(world.viewer(person).await, Viewer::Anonymous, "no session that begins meanwhile works");
    world.clock.advance_seconds(10);
    assert!(!is_valid(&viewer).await, "what was begun before stays ended");
    assert_eq!(world.gate.viewer_of_token(&world.snapshot().await, &token).unwrap(), None);
    assert!(world.viewer(person).await.participant().is_some());
    world.suspends(person, None).await;
    assert_eq!(world.viewer(person).await, Viewer::Anonymous);
    let audience = contracts::Audience::Secretariat;
    world.append::<PersonEvent>(person.uuid(), audience, PersonReinstated {}).await;
    assert!(world.viewer(person).await.participant().is_some());
}

#[tokio::test]
async fn who_comes_back_to_an_agency_signs_in_again_and_is_a_member_of_nothing() {
    let world = World::new().await;
    let (a, b) = (world.agency("A").await, world.agency("B").await);
    let person = world.person(a).await;
    let arena = world.arena(ArenaAccess::Members).await;
    world.joins(arena, person).await;
    let viewer = world.viewer(person).await;
    let (_, token) = world.token(person, &[Scope::Read]).await;
    world.leaves(person, a).await;
    for agency in [a, b] {
        world.happened(person, AffiliationStarted { agency }).await;
        world.mandate(person, Role::Participant, agency, world.now(), None).await;
        assert!(!still_valid(&world.snapshot().await, &viewer, world.now()));
        assert_eq!(world.gate.viewer_of_token(&world.snapshot().await, &token).unwrap(), None);
        let anew = world.viewer(person).await;
        assert!(anew.participant().is_some());
        assert!(!standing(&world.snapshot().await, &anew, arena).unwrap().reads);
    }
}

#[tokio::test]
async fn a_token_that_was_given_another_secret_is_known_by_both_for_a_while() {
    let world = World::new().await;
    let person = world.person(world.agency("A").await).await;
    let (token, before) = world.token(person, &[Scope::Read]).await;
    let came_before = world.viewer_by(&before).await;
    let secret = Secret::new();
    let (expires_at, former_until) = (world.after(10_000), world.after(10));
    let rotated = TokenRotated { secret: secret.hash(), expires_at, former_until };
    world.append::<TokenEvent>(token.uuid(), contracts::Audience::System, rotated).await;
    let snapshot = world.snapshot().await;
    let works = |text: &str| world.gate.viewer_of_token(&snapshot, text).unwrap().is_some();
    let after = crate::token_text(token, &secret);
    assert!(works(&before) && works(&after));
    let came_after = world.viewer_by(&after).await;
    // Whoever came with one of them, and stays, stays as long as that one works.
    let stays = |viewer: &Viewer| renew(&snapshot, viewer, world.now()).unwrap().is_some();
    let settled = |viewer: &Viewer| viewer.signed_in().unwrap().settled_until;
    let renewed = renew(&snapshot, &came_before, world.now()).unwrap().unwrap();
    assert_eq!((settled(&renewed), settled(&came_after)), (former_until, expires_at));
    world.clock.advance_seconds(10);
    assert!(!works(&before) && works(&after));
    assert!(!stays(&came_before) && !stays(&renewed) && stays(&came_after));
    world.clock.advance_seconds(9_989);
    assert!(works(&after));
    world.clock.advance_seconds(1);
    assert!(!works(&after));
}

#[tokio::test]
async fn a_secret_that_was_rotated_away_twice_ends_at_once() {
    let world = World::new().await;
    let person = world.person(world.agency("A").await).await;
    let (token, before) = world.token(person, &[Scope::Read]).await;
    let viewer = world.viewer_by(&before).await;
    for stays in [true, false] {
        let (expires_at, former_until) = (world.after(10_000), world.after(1_000));
        let rotated = TokenRotated { secret: Secret::new().hash(), expires_at, former_until };
        world.append::<TokenEvent>(token.uuid(), contracts::Audience::System, rotated).await;
        assert_eq!(still_valid(&world.snapshot().await, &viewer, world.now()), stays);
    }
}

#[tokio::test]
async fn a_program_works_as_long_as_its_person_is_the_agencys_integrator() {
    let world = World::new().await;
    let agency = world.agency("A").await;
    let person = world.secretary(agency).await;
    let mandate = world.mandate(person, Role::Integrator, agency, world.now(), None).await;
    let (_, token) = world.token_for(person, &[Scope::Read, Scope::Write], None, Some(agency)).await;
    let viewer = world.viewer_by(&token).await;
    assert_eq!(viewer.signed_in().unwrap().roles, [Role::Integrator], "it does nothing that needs another mandate");
    assert!(viewer.participant().is_some() && !viewer.is_secretariat());
    world.mandate_ends(person, mandate).await;
    assert!(!still_valid(&world.snapshot().await, &viewer, world.now()));
}

#[tokio::test]
async fn who_changes_agency_looks_for_the_new_one() {
    let world = World::new().await;
    let (a, b) = (world.agency("A").await, world.agency("B").await);
    let person = world.person(a).await;
    let viewer = world.viewer(person).await;
    world.happened(person, AffiliationStarted { agency: b }).await;
    world.leaves(person, a).await;
    let event = AgencyRenamed { name: Line::new("Bee").unwrap(), former_name: Line::new("B").unwrap() };
    world.append::<AgencyEvent>(b.uuid(), contracts::Audience::Participants, event).await;
    let snapshot = world.snapshot().await;
    let later = renew(&snapshot, &viewer, world.now()).unwrap().unwrap();
    assert_eq!(later.agency(), Some(b));
    assert_eq!(later.signed_in().unwrap().agency_name, "Bee");
    assert_eq!(crate::people::agency(&snapshot, b).unwrap().unwrap().former_names[0].name, "B");
    let record = crate::people::person(&snapshot, person).unwrap().unwrap();
    assert_eq!(record.former_affiliations().map(|it| it.agency).collect::<Vec<_>>(), [a]);
    world.leaves(person, b).await;
    assert!(!still_valid(&world.snapshot().await, &later, world.now()));
}

#[tokio::test]
async fn the_secretariat_takes_part_without_an_affiliation_once_joined() {
    let world = World::new().await;
    let agency = world.agency("A").await;
    let person = world.invited(agency).await;
    world.mandate(person, Role::Secretariat, agency, world.now(), None).await;
    let waiting = world.viewer(person).await;
    assert!(!waiting.is_secretariat() && waiting.participant().is_none() && waiting.signed_in().is_some());
    world.happened(person, PersonJoined { name: Line::new("Kim").unwrap(), title: None }).await;
    let joined = renew(&world.snapshot().await, &waiting, world.now()).unwrap().unwrap();
    assert!(joined.is_secretariat());
    assert_eq!(joined.agency(), Some(agency));
}

#[tokio::test]
async fn a_viewer_is_looked_up_again_only_when_something_has_changed() {
    let world = World::new().await;
    let person = world.person(world.agency("A").await).await;
    let viewer = world.viewer(person).await;
    world.signs_in(person).await;
    world.token(person, &[Scope::Read]).await;
    let (Viewer::Person(before), Some(Viewer::Person(after))) =
        (&viewer, renew(&world.snapshot().await, &viewer, world.now()).unwrap())
    else {
        panic!("signed in")
    };
    assert!(std::sync::Arc::ptr_eq(before, &after));
    assert!(matches!(after.credential, Credential::Session(_)));
}
