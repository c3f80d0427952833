//! Running the system: suspensions, other people's sessions and tokens, the security log, agencies' ends.

use contracts::directory::{Role, Scope, SecurityEvent};
use contracts::{Audience, EventSet as _};
use types::{AgencyId, PersonId};

use crate::{
    By,
    commands::{NewMandate, NewToken},
    testing::{Browser, World, link_in},
};

struct Cast {
    world: World,
    agency: AgencyId,
    other_agency: AgencyId,
    participant: PersonId,
    secretary: Browser,
    administrator: Browser,
}

/// A secretary, an administrator without any other mandate, and a participant.
async fn cast() -> Cast {
    let world = World::empty().await;
    let (agency, other_agency) = (world.agency("Verket").await, world.agency("Nämnden").await);
    let secretary = world.joined("sekr@verket.example", "Sam", other_agency, Role::Secretariat).await;
    let administrator = world.joined("admin@verket.example", "Ada", other_agency, Role::Administrator).await;
    let participant = world.joined("namn@verket.example", "Bo", agency, Role::Participant).await;
    let (secretary, administrator) = (world.browser_of(secretary).await, world.browser_of(administrator).await);
    Cast { world, agency, other_agency, participant, secretary, administrator }
}

fn admin_path(person: PersonId) -> String {
    format!("/admin/people/{person}")
}

#[tokio::test]
async fn an_administrator_runs_the_system_and_sees_no_content() {
    let mut cast = cast().await;
    for path in ["/agencies", "/people"] {
        let answer = cast.administrator.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, "/join"), "{path}");
    }
    assert!(cast.administrator.get("/join").await.body.contains("href=\"/admin\""));
    let people = cast.administrator.get("/admin?q=namn@").await;
    assert_eq!(people.status, 200);
    assert!(people.body.contains(&admin_path(cast.participant)) && !people.body.contains(">Sam<"));
    assert_eq!(cast.administrator.get("/admin/security").await.status, 200);
    assert_eq!(cast.secretary.get("/admin").await.status, 200);
    assert_eq!(cast.secretary.get("/admin/security").await.status, 404, "the log is the administrators' alone");
}

#[tokio::test]
async fn to_others_there_is_no_administration_and_that_they_asked_is_noted() {
    let mut cast = cast().await;
    let mut participant = cast.world.browser_of(cast.participant).await;
    let path = admin_path(cast.participant);
    for path in ["/admin", "/admin/security", &path] {
        assert_eq!(participant.get(path).await.status, 404, "{path}");
    }
    let csrf = participant.get("/me").await.field("csrf").unwrap();
    let fields = [("csrf", &*csrf), ("reason", "x"), ("until", "")];
    assert_eq!(participant.post(&format!("{path}/suspension"), &fields).await.status, 404);
    let anonymous = cast.world.browser().get("/admin").await;
    assert_eq!((anonymous.status.as_u16(), anonymous.location()), (303, "/sign-in?next=%2Fadmin"));

    let noted: Vec<_> = cast.world.events().await.into_iter().filter(|it| it.stream.category() == "security").collect();
    assert_eq!(noted.len(), 4, "one for each refusal of somebody who is signed in");
    assert!(noted.iter().all(|it| it.meta.audience == Audience::Administration));
    let Ok(Some(SecurityEvent::AccessRefused(refused))) = SecurityEvent::decode(&noted[3].kind, &noted[3].data) else {
        panic!("{}", noted[3].kind)
    };
    assert_eq!((refused.person, refused.route.as_str()), (cast.participant, "/admin/people/{person}/suspension"));
    cast.world.read(cast.world.head().await).await;
    let log = cast.administrator.get("/admin/security").await;
    assert!(log.body.contains("Nekades åtkomst") && log.body.contains("/admin/people/{person}/suspension"));
}

#[tokio::test]
async fn refusals_beyond_count_are_not_noted() {
    let cast = cast().await;
    let mut participant = cast.world.browser_of(cast.participant).await;
    for _ in 0..25 {
        assert_eq!(participant.get("/admin").await.status, 404);
    }
    let noted = cast.world.events().await.into_iter().filter(|it| it.stream.category() == "security").count();
    assert_eq!(noted, 20);
}

#[tokio::test]
async fn somebody_is_suspended_told_why_and_let_in_again() {
    let mut cast = cast().await;
    let (path, person) = (admin_path(cast.participant), cast.participant);
    let mut participant = cast.world.browser_of(person).await;
    let link = cast.world.commands().sign_in_link_for(person).await.unwrap();
    let suspend = format!("{path}/suspension");
    for (reason, until, error) in [("", "", "error-reason"), ("Utredning", "2026-03-01", "error-until")] {
        let refused = cast.administrator.submit(&path, &suspend, &[("reason", reason), ("until", until)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains(error), "{}", refused.body);
    }
    let fields = [("reason", "Utredning pågår"), ("until", "")];
    let suspended = cast.administrator.submit(&path, &suspend, &fields).await;
    assert_eq!((suspended.status.as_u16(), suspended.location()), (303, &*path));
    cast.world.read(cast.world.head().await).await;
    assert_eq!(participant.get("/agencies").await.status, 303, "no session works any longer");

    let mut elsewhere = cast.world.browser();
    let (session, secret) = link_in(&link.url);
    let address = format!("/sign-in/link?session={session}&secret={}", secret.expose());
    let told = elsewhere.submit(&address, "/sign-in/link", &[]).await;
    assert_eq!(told.status, 403);
    assert!(told.body.contains("Utredning pågår") && told.body.contains("avstängd"), "{}", told.body);

    assert_eq!(cast.secretary.submit(&path, &format!("{suspend}/end"), &[]).await.status, 303);
    assert_eq!(elsewhere.submit(&address, "/sign-in/link", &[]).await.status, 303, "the link was not used up");
    cast.world.read(cast.world.head().await).await;
    assert_eq!(elsewhere.get("/agencies").await.status, 200);
    assert_eq!(participant.get("/agencies").await.status, 303, "what was begun before stays ended");
    let log = cast.administrator.get("/admin/security").await.body;
    for what in ["Stängdes av", "Nekades: avstängd", "Avstängningen hävdes", "Inloggad med länk"] {
        assert!(log.contains(what), "{what}");
    }
    assert!(!log.contains("Utredning"), "the log holds no content");
}

#[tokio::test]
async fn anothers_sessions_and_tokens_are_ended() {
    let mut cast = cast().await;
    let (path, person) = (admin_path(cast.participant), cast.participant);
    let mut participant = cast.world.browser_of(person).await;
    let wanted = NewToken {
        label: types::Line::new("Diariet").unwrap(),
        scopes: vec![Scope::Read],
        days: 1,
        integration: None,
        arenas: None,
    };
    let issued = cast.world.commands().issue_token(&World::system(), person, wanted).await.unwrap();
    cast.world.read(issued.position).await;
    let page = cast.administrator.get(&path).await.body;
    let action = |part: &str| {
        let (_, rest) = page.split_once(&format!("action=\"{path}/{part}/")).expect(part);
        format!("{path}/{part}/{}", rest.split('"').next().unwrap())
    };
    for action in [action("sessions"), action("tokens")] {
        assert_eq!(cast.administrator.submit(&path, &action, &[]).await.status, 303, "{action}");
    }
    cast.world.read(cast.world.head().await).await;
    assert_eq!(participant.get("/me").await.status, 303);
    let page = cast.administrator.get(&path).await.body;
    assert!(page.contains("inte inloggad någonstans") && page.contains("Gäller inte längre"), "{page}");
}

#[tokio::test]
async fn an_agency_is_renamed_and_followed_by_another_with_its_people() {
    let mut cast = cast().await;
    let (agency, other) = (cast.agency, cast.other_agency);
    let path = format!("/agencies/{agency}");
    let mut participant = cast.world.browser_of(cast.participant).await;
    for path in [format!("{path}/edit"), format!("{path}/end"), "/agencies/new".to_owned()] {
        assert_eq!(participant.get(&path).await.status, 404, "{path}");
    }
    let edit = format!("{path}/edit");
    let fields = |name, number| {
        [("name", name), ("short_name", ""), ("website", ""), ("kind", "region"), ("organisation_number", number)]
    };
    let refused = cast.secretary.submit(&edit, &edit, &fields("Regionen", "202100-5488")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("error-organisation_number"));
    assert_eq!(cast.secretary.submit(&edit, &edit, &fields("Regionen", "202100-5489")).await.status, 303);
    let page = cast.secretary.get(&path).await.body;
    for expected in ["<h1>Regionen</h1>", "202100-5489", "Region", "Verket"] {
        assert!(page.contains(expected), "{expected}");
    }

    let end = format!("{path}/end");
    let successor = other.to_string();
    for (how, successor, error) in
        [("", "", "error-how"), ("merged", "", "error-successor"), ("merged", &*agency.to_string(), "error-successor")]
    {
        let refused = cast.secretary.submit(&end, &end, &[("how", how), ("successor", successor)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains(error), "{how} {successor}");
    }
    let ended = cast.secretary.submit(&end, &end, &[("how", "merged"), ("successor", &successor)]).await;
    assert_eq!((ended.status.as_u16(), ended.location()), (303, &*path));
    let page = cast.secretary.get(&path).await.body;
    assert!(page.contains("finns inte längre") && page.contains(&format!("/agencies/{other}")), "{page}");
    assert_eq!(cast.secretary.get(&edit).await.status, 404);
    cast.world.read(cast.world.head().await).await;
    let me = participant.get("/me").await;
    assert_eq!(me.status, 200, "whoever comes along stays signed in");
    assert!(me.body.contains("<p class=\"lead\">Nämnden</p>") && me.body.contains("Deltagare"), "{}", me.body);

    let refused = cast
        .secretary
        .submit(
            &format!("/agencies/{other}/end"),
            &format!("/agencies/{other}/end"),
            &[("how", "closed"), ("successor", "")],
        )
        .await;
    assert_eq!(refused.status, 409, "nobody closes the agency that they work for");
}

#[tokio::test]
async fn a_mandate_is_delegated_to_a_colleague_and_taken_back() {
    let mut cast = cast().await;
    let colleague = cast.world.joined("kollega@verket.example", "Cim", cast.agency, Role::Participant).await;
    let mandate = NewMandate { role: Role::Leadership, agency: cast.agency, from: None, until: None };
    let granted = cast.world.commands().grant_mandate(&World::system(), cast.participant, mandate).await.unwrap();
    cast.world.read(granted.position).await;
    let mut chief = cast.world.browser_of(cast.participant).await;
    let path = format!("/me/mandates/{}/delegation", granted.value);
    assert!(chief.get("/me").await.body.contains(&path));
    for (to, until, error) in [("", "2026-12-31", "error-to"), (&*colleague.to_string(), "", "error-until")] {
        let refused = chief.submit(&path, &path, &[("to", to), ("until", until)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains(error));
    }
    let delegated = chief.submit(&path, &path, &[("to", &colleague.to_string()), ("until", "2026-12-31")]).await;
    let theirs = format!("/people/{colleague}");
    assert_eq!((delegated.status.as_u16(), delegated.location()), (303, &*theirs), "{}", delegated.body);
    let page = chief.get(&theirs).await.body;
    assert!(page.contains("Delegerat av Bo"), "{page}");
    let agency = chief.get(&format!("/agencies/{}", cast.agency)).await.body;
    let (_, delegated) = agency.split_once(">Cim<").expect("the agency's people are listed");
    let (_, delegated) = delegated.split_once("Ledning").expect("with their mandates");
    let (delegated, _) = delegated.split_once("</p>").unwrap();
    assert!(delegated.contains("Från") && delegated.contains("Till"), "and their dates: {delegated}");
    let (_, end) = page.split_once(&format!("action=\"{theirs}/mandates/")).expect("who delegated ends it");
    let end = format!("{theirs}/mandates/{}", end.split('"').next().unwrap());
    let mut colleague = cast.world.browser_of(colleague).await;
    let not_theirs = colleague.get(&path).await;
    assert_eq!(not_theirs.status, 404);
    assert_eq!(chief.submit(&theirs, &end, &[]).await.status, 303);
    assert!(!chief.get(&theirs).await.body.contains("Delegerat av Bo"));
    cast.world.read(cast.world.head().await).await;
    let log = cast.administrator.get("/admin/security").await.body;
    let (_, ended) = log.split_once("Ett uppdrag avslutades").expect("it is logged");
    let ended = ended.split("</li>").next().unwrap();
    assert!(ended.contains("Ledning") && ended.contains("Verket"), "which mandate: {ended}");
}

#[tokio::test]
async fn what_is_kept_is_taken_along_and_that_is_noted() {
    let mut cast = cast().await;
    let mut participant = cast.world.browser_of(cast.participant).await;
    let json = participant.submit("/me", "/me/data.json", &[]).await;
    assert_eq!(json.status, 200);
    assert_eq!(json.headers["content-disposition"], "attachment; filename=\"erfa.json\"");
    let kept = json.json();
    assert_eq!((&kept["name"], &kept["email"]), (&"Bo".into(), &"namn@verket.example".into()));
    assert_eq!(
        (&kept["mandates"][0]["role"], &kept["affiliations"][0]["agency"]["name"]),
        (&"participant".into(), &"Verket".into())
    );
    assert_eq!(kept["sessions"].as_array().unwrap().len(), 1);
    let text = participant.submit("/me", "/me/data.txt", &[]).await;
    assert!(text.body.contains("namn@verket.example") && text.body.contains("Deltagare, Verket"), "{}", text.body);
    cast.world.read(cast.world.head().await).await;
    let log = cast.administrator.get("/admin/security").await.body;
    assert_eq!(log.matches("Hämtade sina uppgifter").count(), 2);
}

#[tokio::test]
async fn whoever_has_no_mandate_is_told_who_gives_one_and_keeps_their_page() {
    let cast = cast().await;
    let mandates = {
        let snapshot = cast.world.directory.views().snapshot().unwrap();
        crate::views::people::get(&snapshot, cast.participant).unwrap().unwrap().mandates
    };
    let by = By::system("test");
    cast.world.commands().end_mandate(&by, cast.participant, mandates[0].id).await.unwrap();
    cast.world.read(cast.world.head().await).await;
    let mut participant = cast.world.browser_of(cast.participant).await;
    assert_eq!(participant.get("/agencies").await.location(), "/join");
    let waiting = participant.get("/join").await;
    assert!(waiting.body.contains("Du har inget uppdrag än") && waiting.body.contains("Verket"));
    assert_eq!(participant.get("/me").await.status, 200);
    assert_eq!(participant.submit("/me", "/me/data.json", &[]).await.status, 200);
}
