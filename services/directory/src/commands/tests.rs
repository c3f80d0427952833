//! What the commands do, over a log in memory.

use std::path::Path;

use access::{KnownBrowser, Secret};
use contracts::directory::{Address, OpenIdSignIn, Role, Scope, SessionEnd, Succession};
use event_sourcing::ExecuteError;
use service_kit::ClientAddress;
use types::{Line, PersonId, SessionId};
use uuid::Uuid;

use super::{
    Error, Invitation, LINK_MINUTES, LinkRequest, NewMandate, NewToken,
    link_requests::{OF_ADDRESS_MAX, OF_KNOWN_MAX, OF_STRANGERS_MAX},
};
use crate::{
    domain::{person, session, token},
    import::parse,
    testing::{World, link_in, profile},
    views::{agencies, people, sessions, tokens},
};

fn rows(csv: &str) -> Vec<crate::import::Row> {
    parse(format!("name,short_name,website,former_or_other_names\n{csv}").as_bytes()).unwrap()
}

/// Public material that lies beside the project.
fn real_agencies() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/real-input/agencies.csv");
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!("{}: {error}: the real list of agencies must lie beside the project for this test", path.display())
    })
}

#[tokio::test]
async fn the_real_agencies_are_imported_once() {
    let world = World::empty().await;
    let rows = parse(&real_agencies()).unwrap();
    let seen = std::sync::Mutex::new(Vec::new());
    let first =
        world.commands().import_agencies(&rows, |done, of| seen.lock().unwrap().push((done, of))).await.unwrap();
    assert_eq!((first.registered, first.unchanged), (448, 0));
    let seen = seen.into_inner().unwrap();
    assert_eq!((seen[0], seen[448], seen.len()), ((0, 448), (448, 448), 449));
    let head = world.head().await;

    let second = world.commands().import_agencies(&rows, |_, _| {}).await.unwrap();
    assert_eq!((second.registered, second.renamed, second.changed, second.unchanged), (0, 0, 0, 448));
    assert_eq!(world.head().await, head, "the second import writes nothing");

    let snapshot = world.directory.views().snapshot().unwrap();
    let all = agencies::all(&snapshot).unwrap();
    assert_eq!(all.len(), 448);
    let position = |name: &str| all.iter().position(|record| record.agency.name.as_str() == name).unwrap();
    assert!(position("Verket för innovationssystem") < position("Åklagarmyndigheten"));
    let (former, short, part) = ("Arbetsmarknadsstyrelsen", "skv", "arbetsförmed");
    for (q, expected) in [(former, "Arbetsförmedlingen"), (short, "Skatteverket"), (part, "Arbetsförmedlingen")] {
        let found = agencies::search(&snapshot, q, 20, 1).unwrap();
        let names: Vec<_> = found.items.iter().map(|record| record.agency.name.as_str()).collect();
        assert_eq!(names.first(), Some(&expected), "{q}: {names:?}");
    }
}

#[tokio::test]
async fn a_changed_file_changes_what_it_says() {
    let world = World::empty().await;
    let import = async |csv: &str| {
        let imported = world.commands().import_agencies(&rows(csv), |_, _| {}).await.unwrap();
        (imported.registered, imported.renamed, imported.changed, imported.unchanged)
    };
    assert_eq!(import("Verket,V,https://v.example,\nRådet,,,\n").await, (2, 0, 0, 0));
    assert_eq!(import("Myndigheten,V,https://v.example,Verket\nRådet,R,,\n").await, (0, 1, 1, 0));
    assert_eq!(import("Verket,V,https://v.example,\nRådet,R,,\n").await, (0, 0, 0, 2));
    let snapshot = world.directory.views().snapshot().unwrap();
    let all = agencies::all(&snapshot).unwrap();
    let names: Vec<_> =
        all.iter().map(|record| (record.agency.name.as_str(), record.agency.other_names.len())).collect();
    assert_eq!(names, [("Myndigheten", 1), ("Rådet", 0)]);
}

#[tokio::test]
async fn a_file_that_contradicts_itself_changes_nothing() {
    let world = World::empty().await;
    world.commands().import_agencies(&rows("Verket,,,Kontoret\n"), |_, _| {}).await.unwrap();
    let head = world.head().await;
    let rows = rows("Nämnden,,,\nMyndigheten,,,Verket\nKontoret,,,\n");
    let told = world.commands().import_agencies(&rows, |_, _| {}).await.unwrap_err().to_string();
    assert!(told.starts_with("line 4:"), "{told}");
    assert_eq!(world.head().await, head);
}

#[tokio::test]
async fn an_agency_is_registered_once() {
    let world = World::empty().await;
    assert_eq!(world.agency("Verket").await, world.agency("Verket").await);
    assert_eq!(world.events().await.len(), 1);
}

#[tokio::test]
async fn the_first_start_invites_the_first_member_of_the_secretariat() {
    let world = World::empty().await;
    let name = || "Kansliet".parse_line();
    let link = world.commands().first_link(name()).await.unwrap().unwrap();
    let (session, secret) = link_in(&link.url);
    assert!(!format!("{link:?}").contains(secret.expose()), "the link gets into no diagnostics");
    let opened = world.commands().sign_in(session, &secret, None).await.unwrap();
    assert_eq!(opened.person, link.person);

    let again = world.commands().first_link(name()).await.unwrap().unwrap();
    assert_eq!(again.person, link.person, "nobody has joined yet, so the same person gets another link");
    let joined = world.commands().join(&World::system(), link.person, profile("Namn", None)).await.unwrap();
    world.read(joined.position).await;
    assert_eq!(world.commands().first_link(name()).await.unwrap(), None);

    let snapshot = world.directory.views().snapshot().unwrap();
    let person = people::get(&snapshot, link.person).unwrap().unwrap();
    let agency = person.agencies().next().unwrap();
    assert_eq!(agencies::get(&snapshot, agency).unwrap().unwrap().agency.name.as_str(), "Kansliet");
    let roles = person.roles(agency, "2026-03-02T10:00:00Z".parse().unwrap());
    assert_eq!(roles, [Role::Secretariat]);
}

trait ParseLine {
    fn parse_line<const MAX: usize>(&self) -> Line<MAX>;
}

impl ParseLine for str {
    fn parse_line<const MAX: usize>(&self) -> Line<MAX> {
        Line::new(self).unwrap()
    }
}

fn invitation(email: &str, agency: types::AgencyId) -> Invitation {
    Invitation { email: Address::new(email).unwrap(), agency, role: Role::Participant }
}

#[tokio::test]
async fn an_address_is_invited_once() {
    let world = World::empty().await;
    let (agency, other) = (world.agency("Verket").await, world.agency("Rådet").await);
    let person = world.invited("Namn@Verket.example", agency, Role::Participant).await;
    let again = world.commands().invite(&World::system(), invitation("namn@verket.EXAMPLE", other)).await;
    assert!(matches!(again, Err(Error::AddressTaken)), "{again:?}");

    let left = world.commands().end_affiliation(&World::system(), person, agency).await.unwrap();
    world.read(left.position).await;
    let back = world.commands().invite(&World::system(), invitation("namn@verket.example", other)).await.unwrap();
    assert_eq!(back.value, person, "whoever works nowhere any longer begins somewhere else");
    let snapshot = world.directory.views().snapshot().unwrap();
    assert_eq!(people::get(&snapshot, person).unwrap().unwrap().agencies().collect::<Vec<_>>(), [other]);
}

#[tokio::test]
async fn an_invitation_sent_twice_is_one() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let by = World::system().once(Uuid::from_u128(7));
    let first = world.commands().invite(&by, invitation("namn@verket.example", agency)).await.unwrap();
    let head = world.head().await;
    let second = world.commands().invite(&by, invitation("namn@verket.example", agency)).await.unwrap();
    assert_eq!((second.value, second.repeated, world.head().await), (first.value, true, head));
    let other = world.commands().invite(&by, invitation("annat@verket.example", agency)).await;
    assert!(matches!(other, Err(Error::Person(ExecuteError::KeyReused(_)))), "{other:?}");
    let [mail] = &world.outbox()[..] else { panic!("one mail tells of it") };
    assert!(mail.contains("To: namn@verket.example") && mail.contains("Verket"), "{mail}");
}

#[tokio::test]
async fn an_invitation_needs_an_agency_and_an_address() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let nowhere = types::AgencyId::from_uuid(Uuid::from_u128(9));
    let refused = world.commands().invite(&World::system(), invitation("namn@verket.example", nowhere)).await;
    assert!(matches!(refused, Err(Error::UnknownAgency)), "{refused:?}");
    for text in ["namn", "namn@", "@verket.example", "namn@verket.example, annan@verket.example", "\"<b>\"@x.example"] {
        let refused = world.commands().invite(&World::system(), invitation(text, agency)).await;
        assert!(matches!(refused, Err(Error::NotAnAddress)), "{text}: {refused:?}");
    }
}

#[tokio::test]
async fn mandates_are_granted_and_ended() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("namn@verket.example", "Namn", agency, Role::Participant).await;
    let mandate = NewMandate { role: Role::ContactPerson, agency, from: None, until: None };
    let granted = world.commands().grant_mandate(&World::system(), person, mandate).await.unwrap();
    let again = world.commands().grant_mandate(&World::system(), person, mandate).await.unwrap_err();
    assert_eq!(again.person(), Some(&person::Error::AlreadyHeld));
    let ended = world.commands().end_mandate(&World::system(), person, granted.value).await.unwrap();
    world.read(ended.position).await;
    let snapshot = world.directory.views().snapshot().unwrap();
    let known = people::get(&snapshot, person).unwrap().unwrap();
    assert_eq!(known.roles(agency, types::Clock::now(&*world.clock)), [Role::Participant]);
    assert_eq!(known.mandates.len(), 2, "what was held stays known");
}

#[tokio::test]
async fn people_are_listed_while_they_take_part() {
    let world = World::empty().await;
    let (agency, other) = (world.agency("Verket").await, world.agency("Rådet").await);
    let mut ids = Vec::new();
    for (email, name, agency) in
        [("ö@x.example", "Östen", agency), ("z@x.example", "Zara", other), ("a@x.example", "Anna", agency)]
    {
        ids.push(world.joined(&email.replace('ö', "o"), name, agency, Role::Participant).await);
    }
    world.invited("inte@x.example", agency, Role::Participant).await;
    let list = |agency, limit, page| {
        let part = people::list(&world.directory.views().snapshot().unwrap(), agency, limit, page).unwrap();
        let names: Vec<_> = part.items.iter().map(|person| person.name.as_ref().unwrap().to_string()).collect();
        (names.join(" "), part.total)
    };
    assert_eq!(list(None, 20, 1), ("Anna Zara Östen".to_owned(), 3));
    assert_eq!(list(Some(agency), 20, 1), ("Anna Östen".to_owned(), 2));
    assert_eq!(list(None, 2, 2), ("Östen".to_owned(), 3));
    assert_eq!(list(None, 2, 3), (String::new(), 3));
    let renamed = world.commands().change_profile(&World::system(), ids[2], profile("Åsa", None)).await.unwrap();
    world.read(renamed.position).await;
    assert_eq!(list(None, 20, 1).0, "Zara Åsa Östen");
    let left = world.commands().end_affiliation(&World::system(), ids[0], agency).await.unwrap();
    world.read(left.position).await;
    assert_eq!(list(None, 20, 1), ("Zara Åsa".to_owned(), 2));
    assert_eq!(people::invited(&world.directory.views().snapshot().unwrap(), Some(agency)).unwrap().len(), 1);
}

fn request(address: &str, browser: &Secret) -> LinkRequest {
    LinkRequest {
        address: address.to_owned(),
        browser: browser.hash(),
        next: "/threads/1?page=2".to_owned(),
        prefix: None,
        known: None,
    }
}

#[tokio::test]
async fn a_link_is_sent_to_who_is_known() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.invited("namn@verket.example", agency, Role::Participant).await;
    let browser = Secret::new();
    let events = world.events().await.len();
    world.commands().request_link(request("okänd@verket.example", &browser)).unwrap();
    world.commands().request_link(request("", &browser)).unwrap();
    world.commands().links_settled().await;
    assert_eq!((world.mails().len(), world.events().await.len()), (0, events), "nothing of it is written");

    world.commands().request_link(request(" NAMN@verket.example", &browser)).unwrap();
    world.commands().links_settled().await;
    let [mail] = &world.mails()[..] else { panic!("one mail") };
    assert!(mail.contains("&next=/threads/1%3Fpage%3D2"), "{mail}");
    let (session, link) = link_in(mail);
    let opened = world.commands().sign_in(session, &link, Some(&browser)).await.unwrap();
    assert_eq!(opened.person, person);
}

/// Has so many links asked for, one after the other, and says how many mails came of it.
async fn mails_of(world: &World, requests: impl IntoIterator<Item = LinkRequest>) -> usize {
    let before = world.mails().len();
    for request in requests {
        world.commands().request_link(request).unwrap();
        // Files of one second have no order, but each has its name.
        world.commands().links_settled().await;
    }
    world.mails().len() - before
}

/// Asks from an address, in a browser that somebody may have signed in before.
fn asked(from: u8, known: Option<KnownBrowser>) -> LinkRequest {
    let prefix = Some(ClientAddress([203, 0, 113, from].into()).prefix());
    LinkRequest { prefix, known, ..request("namn@verket.example", &Secret::new()) }
}

#[tokio::test]
async fn strangers_neither_flood_a_person_nor_keep_them_out() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("namn@verket.example", "Namn", agency, Role::Participant).await;
    let keys = world.directory.gate().keys();
    let own = KnownBrowser::for_person(keys, person);
    let somebody_elses = KnownBrowser::for_person(keys, PersonId::from_uuid(Uuid::from_u128(1)));

    let one_address = std::iter::repeat_with(|| asked(1, None)).take(OF_ADDRESS_MAX + 5);
    assert_eq!(mails_of(&world, one_address).await, OF_ADDRESS_MAX);
    assert_eq!(mails_of(&world, [asked(1, Some(somebody_elses))]).await, 0, "knowing somebody else is no help");
    assert_eq!(mails_of(&world, [asked(2, None)]).await, 1, "another address has its own");
    let all = (3..100).map(|from| asked(from, None));
    assert_eq!(mails_of(&world, all).await, OF_STRANGERS_MAX - OF_ADDRESS_MAX - 1, "and all of them a bound");

    let own_browser = std::iter::repeat_with(|| asked(1, Some(own.clone()))).take(OF_KNOWN_MAX + 5);
    assert_eq!(mails_of(&world, own_browser).await, OF_KNOWN_MAX, "which is nothing to the person's own browser");

    world.clock.advance_seconds(LINK_MINUTES * 60);
    assert_eq!(mails_of(&world, [asked(1, None)]).await, 0);
    world.clock.advance_seconds(60 * 60 - LINK_MINUTES * 60);
    assert_eq!(mails_of(&world, [asked(1, None), asked(1, Some(own))]).await, 2);
}

#[tokio::test]
async fn a_strangers_asking_leaves_the_links_that_wait() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.invited("namn@verket.example", agency, Role::Participant).await;
    let browser = Secret::new();
    assert_eq!(mails_of(&world, [request("namn@verket.example", &browser)]).await, 1);
    let (session, link) = link_in(&world.mails()[0]);
    mails_of(&world, (1..100).map(|from| asked(from, None))).await;
    let opened = world.commands().sign_in(session, &link, Some(&browser)).await.unwrap();
    assert_eq!(opened.person, person);
}

#[tokio::test]
async fn a_link_is_not_sent_to_who_has_left() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("namn@verket.example", "Namn", agency, Role::Participant).await;
    let left = world.commands().end_affiliation(&World::system(), person, agency).await.unwrap();
    world.read(left.position).await;
    assert_eq!(mails_of(&world, [asked(1, None)]).await, 0);
    assert!(world.commands().sign_in_link_for(person).await.is_err());
}

#[tokio::test]
async fn health_says_when_nothing_sends_links_any_more() {
    let world = World::empty().await;
    let check = world.directory.link_check();
    assert_eq!(check(), Ok(()));
    world.directory.close().await.unwrap();
    assert!(check().is_err_and(|why| why.contains("nobody gets one")));
}

#[tokio::test]
async fn a_link_works_once_in_time_in_its_browser() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    world.invited("namn@verket.example", agency, Role::Participant).await;
    let browser = Secret::new();
    let link = async || {
        world.commands().request_link(request("namn@verket.example", &browser)).unwrap();
        world.commands().links_settled().await;
        link_in(world.mails().last().unwrap())
    };
    let (session, secret) = link().await;
    let sign_in = async |session, secret: &Secret, browser: Option<&Secret>| {
        world.commands().sign_in(session, secret, browser).await.map(|_| ()).map_err(|error| error.session())
    };
    let refused = |error| Err(Some(error));
    assert_eq!(sign_in(session, &secret, None).await, refused(session::Error::OtherBrowser));
    assert_eq!(sign_in(session, &secret, Some(&Secret::new())).await, refused(session::Error::OtherBrowser));
    assert_eq!(sign_in(session, &Secret::new(), Some(&browser)).await, refused(session::Error::LinkUnknown));
    let nowhere = SessionId::from_uuid(Uuid::from_u128(1));
    assert_eq!(sign_in(nowhere, &secret, Some(&browser)).await, refused(session::Error::LinkUnknown));
    assert_eq!(sign_in(session, &secret, Some(&browser)).await, Ok(()));
    assert_eq!(sign_in(session, &secret, Some(&browser)).await, refused(session::Error::LinkUsed));

    world.clock.advance_seconds(1);
    let (session, secret) = link().await;
    world.clock.advance_seconds(LINK_MINUTES * 60);
    assert_eq!(sign_in(session, &secret, Some(&browser)).await, refused(session::Error::LinkExpired));
}

#[tokio::test]
async fn a_session_is_listed_until_its_end() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("namn@verket.example", "Namn", agency, Role::Participant).await;
    let opened = world.commands().sign_in_as(person).await.unwrap();
    let other = world.commands().sign_in_as(person).await.unwrap();
    world.read(other.position).await;
    let open = || {
        let snapshot = world.directory.views().snapshot().unwrap();
        let person = people::get(&snapshot, person).unwrap().unwrap();
        let open = sessions::open(&snapshot, &person, types::Clock::now(&*world.clock)).unwrap();
        open.into_iter().map(|session| session.id).collect::<Vec<_>>()
    };
    assert_eq!(open(), [other.session, opened.session]);
    let stranger = PersonId::from_uuid(Uuid::from_u128(5));
    let end = async |person| {
        world.commands().end_session(&World::system(), person, opened.session, SessionEnd::EndedByPerson).await
    };
    assert_eq!(end(stranger).await.unwrap_err().session(), Some(session::Error::Unknown));
    let ended = end(person).await.unwrap();
    world.read(ended.position).await;
    assert_eq!(open(), [other.session]);
}

#[tokio::test]
async fn a_token_is_issued_shown_and_revoked() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("namn@verket.example", "Namn", agency, Role::Participant).await;
    let wanted = |days| {
        let (label, scopes) = ("Diariet".parse_line(), vec![Scope::Read]);
        NewToken { label, scopes, days, integration: None, arenas: None }
    };
    for days in [0, 367] {
        let refused = world.commands().issue_token(&World::system(), person, wanted(days)).await.unwrap_err();
        assert_eq!(refused.token(), Some(token::Error::Duration));
    }
    let nobody = PersonId::from_uuid(Uuid::from_u128(9));
    let refused = world.commands().issue_token(&World::system(), nobody, wanted(1)).await.unwrap_err();
    assert_eq!(refused.person(), Some(&person::Error::Unknown), "a token is somebody's");
    let by = World::system().once(Uuid::from_u128(3));
    let issued = world.commands().issue_token(&by, person, wanted(366)).await.unwrap();
    let again = world.commands().issue_token(&by, person, wanted(366)).await.unwrap();
    assert!(again.repeated && !issued.repeated);
    assert_eq!(again.value, issued.value, "a form that was sent twice shows the same token");
    let events = world.events().await;
    assert!(!format!("{issued:?}").contains(issued.value.token.as_deref().unwrap()), "it gets into no diagnostics");
    let text = issued.value.token.unwrap();
    let secret = &text[text.len() - 43..];
    let kept = events.iter().any(|event| String::from_utf8_lossy(&event.data).contains(secret));
    assert!(!kept, "the secret is not in the log");

    let stranger = PersonId::from_uuid(Uuid::from_u128(5));
    let refused = world.commands().revoke_token(&World::system(), stranger, issued.value.id).await.unwrap_err();
    assert_eq!(refused.token(), Some(token::Error::Unknown));
    let revoked = world.commands().revoke_token(&World::system(), person, issued.value.id).await.unwrap();
    world.read(revoked.position).await;
    let listed = tokens::newest(&world.directory.views().snapshot().unwrap(), person).unwrap();
    assert_eq!(listed.len(), 1);
    assert!(!listed[0].is_open(types::Clock::now(&*world.clock)));
}

#[tokio::test]
async fn a_directory_that_starts_again_knows_the_same() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("namn@verket.example", "Namn", agency, Role::Participant).await;
    let World { clock, log, data, directory } = world;
    directory.close().await.unwrap();
    let again = crate::Directory::start(crate::testing::options(&log, &clock, &data)).await.unwrap();
    again.views().wait_for(log.head().await.unwrap(), super::VIEW_WAIT).await.unwrap();
    let known = people::get(&again.views().snapshot().unwrap(), person).unwrap().unwrap();
    assert_eq!(known.name.unwrap().as_str(), "Namn");
}

#[tokio::test]
async fn no_account_signs_in_who_is_shut_out() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let person = world.joined("namn@verket.example", "Namn", agency, Role::Participant).await;
    let account = || OpenIdSignIn {
        issuer: "https://login.example".parse_line(),
        subject: "namn".parse_line(),
        sid: None,
        acr: None,
        authenticated_at: None,
    };
    assert!(world.commands().sign_in_with(person, account()).await.is_ok());
    let (by, reason) = (World::system(), "Utredning".parse_line());
    let suspended = world.commands().suspend(&by, person, reason, None).await.unwrap();
    world.read(suspended.position).await;
    let refused = world.commands().sign_in_with(person, account()).await;
    assert!(matches!(refused, Err(Error::Suspended { until: None, .. })), "{refused:?}");
    let events = world.events().await;
    assert_eq!(events.iter().filter(|it| it.kind.contains("signed-in")).count(), 1);
    assert_eq!(events.iter().filter(|it| it.kind.contains("sign-in-refused")).count(), 1);
    world.commands().reinstate(&by, person).await.unwrap();
    assert!(world.commands().sign_in_with(person, account()).await.is_ok());
}

#[tokio::test]
async fn nobody_begins_at_an_agency_that_is_no_more_and_its_end_is_completed() {
    let world = World::empty().await;
    let (agency, successor) = (world.agency("Verket").await, world.agency("Nämnden").await);
    let secretary = world.joined("sekr@verket.example", "Sam", successor, Role::Secretariat).await;
    let (mut secretary, by, commands) = (world.browser_of(secretary).await, World::system(), world.commands());
    let path = format!("/agencies/{agency}/end");
    assert_eq!(secretary.get(&path).await.status, 200);
    commands.succeed_agency(&by, agency, successor, Succession::Merged).await.unwrap();
    assert_eq!(secretary.get(&path).await.status, 404, "it is over");
    let email = "sen@verket.example".parse_line();
    let refused = commands.invite(&by, Invitation { email, agency, role: Role::Participant }).await;
    assert!(matches!(refused, Err(Error::UnknownAgency)), "{refused:?}");

    // As if the process had died before this one could follow.
    let late = PersonId::from_uuid(Uuid::from_u128(7));
    commands.invite_as(&by, late, None, agency, Role::Participant).await.unwrap();
    let successor_id = successor.to_string();
    let ended = secretary.submit(&path, &path, &[("how", "merged"), ("successor", &successor_id)]).await;
    assert_eq!(ended.status, 303, "{}", ended.body);
    let late = people::get(&world.directory.views().snapshot().unwrap(), late).unwrap().unwrap();
    assert_eq!(late.agencies().collect::<Vec<_>>(), [successor]);
    assert_eq!(secretary.get(&path).await.status, 404);
}
