//! Agencies and people, and what contact persons and the secretariat do with them.

use contracts::directory::Role;
use types::{AgencyId, PersonId};

use crate::testing::{Browser, World};

struct Cast {
    world: World,
    agency: AgencyId,
    other: AgencyId,
    colleague: PersonId,
    secretariat: Browser,
    contact: Browser,
    other_contact: Browser,
    participant: Browser,
}

async fn cast() -> Cast {
    let world = World::empty().await;
    let (office, agency, other) =
        (world.agency("Kansliet").await, world.agency("Verket").await, world.agency("Rådet").await);
    let secretariat = world.joined("s@x.example", "Siv", office, Role::Secretariat).await;
    let contact = world.joined("k@x.example", "Kim", agency, Role::ContactPerson).await;
    let other_contact = world.joined("o@x.example", "Ola", other, Role::ContactPerson).await;
    let participant = world.joined("p@x.example", "Pia", agency, Role::Participant).await;
    let colleague = world.joined("c@x.example", "Cim", agency, Role::Participant).await;
    Cast {
        secretariat: world.browser_of(secretariat).await,
        contact: world.browser_of(contact).await,
        other_contact: world.browser_of(other_contact).await,
        participant: world.browser_of(participant).await,
        agency,
        other,
        colleague,
        world,
    }
}

#[tokio::test]
async fn agencies_are_found_by_every_name() {
    let mut cast = cast().await;
    let csv = "name,short_name,website,former_or_other_names\n\
               Ängsverket,ÄV,https://angs.example,Hagverket\n\
               Ordverket,OV,https://ord.example (ord),\n";
    let rows = crate::import::parse(csv.as_bytes()).unwrap();
    cast.world.commands().import_agencies(&rows, |_, _| {}).await.unwrap();
    let browser = &mut cast.participant;
    let all = browser.get("/agencies").await.body;
    assert!(all.find("Verket").unwrap() < all.find("Ängsverket").unwrap(), "ä stands last");
    for (q, expected) in [("äv", "Ängsverket"), ("hagv", "Ängsverket"), ("ÄNGS", "Ängsverket")] {
        let found = browser.get(&format!("/agencies?q={}", super::super::percent_encoded(q))).await;
        assert!(found.body.contains(expected), "{q}");
        assert!(!found.body.contains("Ordverket"), "{q}");
    }
    let found = browser.get("/agencies?q=hagv").await;
    assert!(found.body.contains("Hagverket"), "it says by which name");
    let none = browser.get("/agencies?q=%3Cscript%3E").await;
    assert!(none.body.contains("Ingen myndighet matchar") && !none.body.contains("<script>"));

    let id = |body: &str| body.split("href=\"/agencies/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = browser.get(&format!("/agencies/{}", id(&found.body))).await;
    assert!(page.body.contains("Hagverket") && page.body.contains("<a href=\"https://angs.example\""));
    let remark = browser.get("/agencies?q=ordverket").await;
    let page = browser.get(&format!("/agencies/{}", id(&remark.body))).await;
    assert!(page.body.contains("https://ord.example (ord)") && !page.body.contains("href=\"https://ord.example"));
    for path in ["/agencies/x", "/agencies/0192f0c1-2a3b-7c4d-8e5f-001122334455"] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn people_are_listed_by_agency() {
    let mut cast = cast().await;
    let all = cast.participant.get("/people").await.body;
    for name in ["Siv", "Kim", "Ola", "Pia", "Cim"] {
        assert!(all.contains(&format!(">{name}</a>")), "{name}");
    }
    assert!(!all.contains("/people/invite"));
    let some = cast.participant.get(&format!("/people?agency={}", cast.other)).await.body;
    assert!(some.contains(">Ola</a>") && !some.contains(">Kim</a>"));
    let agency = cast.participant.get(&format!("/agencies/{}", cast.agency)).await.body;
    assert!(agency.contains(">Pia</a>") && agency.contains("Handläggare") && agency.contains("Kontaktperson"));
}

#[tokio::test]
async fn who_invites_whom() {
    let mut cast = cast().await;
    let (agency, other) = (cast.agency.to_string(), cast.other.to_string());
    assert_eq!(cast.participant.get("/people/invite").await.status, 404);
    let csrf = cast.participant.get("/me").await.field("csrf").unwrap();
    let fields = [("csrf", &*csrf), ("email", "ny@x.example"), ("agency", &agency), ("role", "participant")];
    assert_eq!(cast.participant.post("/people/invite", &fields).await.status, 404);

    let form = cast.contact.get("/people/invite").await.body;
    assert!(form.contains(&agency) && !form.contains(&other) && !form.contains("value=\"secretariat\""));
    let invite = |email, agency, role| [("email", email), ("agency", agency), ("role", role)];
    for (agency, role) in [(&other, "participant"), (&agency, "secretariat")] {
        let fields = invite("ny@x.example", agency, role);
        let refused = cast.contact.submit("/people/invite", "/people/invite", &fields).await;
        assert_eq!(refused.status, 403, "{role}");
    }

    for (fields, error) in [
        (invite("ny", &agency, "participant"), "error-email"),
        (invite("p@x.example", &agency, "participant"), "error-email"),
        (invite("ny@x.example", "x", "participant"), "error-agency"),
        (invite("ny@x.example", &agency, "king"), "error-role"),
    ] {
        let refused = cast.contact.submit("/people/invite", "/people/invite", &fields).await;
        assert_eq!(refused.status, 422, "{error}");
        assert!(refused.body.contains(error) && refused.body.contains(fields[0].1), "{error}: {}", refused.body);
    }

    let done =
        cast.contact.submit("/people/invite", "/people/invite", &invite("ny@x.example", &agency, "participant")).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let path = done.location().to_owned();
    assert!(cast.contact.get(&path).await.body.contains("ny@x.example"));
    assert!(cast.contact.get("/people").await.body.contains("ny@x.example"));
    cast.world.read(cast.world.head().await).await;
    for browser in [&mut cast.participant, &mut cast.other_contact] {
        assert_eq!(browser.get(&path).await.status, 404, "an invitation is not theirs to see");
        assert!(!browser.get("/people").await.body.contains("ny@x.example"));
    }
    let done = cast
        .secretariat
        .submit("/people/invite", "/people/invite", &invite("z@x.example", &other, "secretariat"))
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
}

#[tokio::test]
async fn who_grants_and_ends_mandates() {
    let mut cast = cast().await;
    let path = format!("/people/{}", cast.colleague);
    let grant = format!("{path}/mandates");
    let agency = cast.agency.to_string();
    let fields = |role, until| [("role", role), ("agency", &*agency), ("until", until)];
    for browser in [&mut cast.participant, &mut cast.other_contact] {
        let page = browser.get(&path).await;
        assert!(!page.body.contains("mandates") || !page.body.contains(&format!("action=\"{grant}\"")));
        let csrf = page.field("csrf").unwrap();
        let mut forged = vec![("csrf", &*csrf)];
        forged.extend(fields("contact-person", ""));
        let refused = browser.post(&grant, &forged).await;
        assert!([403, 404].contains(&refused.status.as_u16()), "{}", refused.status);
    }
    let above = cast.contact.submit(&path, &grant, &fields("secretariat", "")).await;
    assert_eq!(above.status, 403);
    for (until, error) in [("2026-03-01", "error-until"), ("i morgon", "error-until")] {
        let refused = cast.contact.submit(&path, &grant, &fields("contact-person", until)).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains(error));
    }
    let held = cast.contact.submit(&path, &grant, &fields("participant", "")).await;
    assert_eq!(held.status, 422);
    assert!(held.body.contains("error-role"));

    let granted = cast.contact.submit(&path, &grant, &fields("contact-person", "2026-12-31")).await;
    assert_eq!((granted.status.as_u16(), granted.location()), (303, &*path), "{}", granted.body);
    let page = cast.contact.get(&path).await;
    assert!(page.body.contains("<strong>Kontaktperson</strong>"));
    let mandates: Vec<_> = page.body.split(&format!("action=\"{grant}/")).skip(1).collect();
    let [taking_part, contact_person] = mandates[..] else { panic!("two mandates: {}", page.body) };
    let path_of = |mandate: &str| format!("{grant}/{}", mandate.split('"').next().unwrap());
    let (end, end_taking_part) = (path_of(contact_person), path_of(taking_part));
    let csrf = cast.participant.get("/me").await.field("csrf").unwrap();
    assert_eq!(cast.participant.post(&end, &[("csrf", &csrf)]).await.status, 404);
    assert_eq!(cast.contact.submit(&path, &end, &[]).await.status, 303);
    assert!(!cast.contact.get(&path).await.body.contains("<strong>Kontaktperson</strong>"));

    let mut colleague = cast.world.browser_of(cast.colleague).await;
    assert_eq!(colleague.get("/agencies").await.status, 200);
    assert_eq!(cast.contact.submit(&path, &end_taking_part, &[]).await.status, 303);
    cast.world.read(cast.world.head().await).await;
    assert_eq!(colleague.get("/agencies").await.status, 303, "nobody takes part without a mandate");
}

#[tokio::test]
async fn who_has_left_is_shut_out_at_once() {
    let mut cast = cast().await;
    let mut leaver = cast.world.browser_of(cast.colleague).await;
    assert_eq!(leaver.get("/agencies").await.status, 200);
    let path = format!("/people/{}", cast.colleague);
    let end = format!("{path}/affiliations/{}/end", cast.agency);
    let csrf = cast.participant.get("/me").await.field("csrf").unwrap();
    assert_eq!(cast.participant.post(&end, &[("csrf", &csrf)]).await.status, 404);
    assert_eq!(cast.contact.submit(&path, &end, &[]).await.status, 303);
    cast.world.read(cast.world.head().await).await;
    assert_eq!(leaver.get("/agencies").await.status, 303);
    assert!(!cast.contact.get("/people").await.body.contains(">Cim</a>"));
    assert_eq!(cast.participant.get(&path).await.status, 404, "they are named no more");
    let seen = cast.contact.get(&path).await;
    assert!(seen.body.contains("Cim") && seen.body.contains("Tidigare"), "but to those who looked after them");
}
