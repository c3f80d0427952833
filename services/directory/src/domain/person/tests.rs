//! The rules of a person, case by case.

use event_sourcing::testing::given;
use uuid::Uuid;

use super::*;

const AGENCY: AgencyId = AgencyId::from_uuid(Uuid::from_u128(1));
const OTHER_AGENCY: AgencyId = AgencyId::from_uuid(Uuid::from_u128(2));
const PERSON: PersonId = PersonId::from_uuid(Uuid::from_u128(3));
const SOMEBODY: PersonId = PersonId::from_uuid(Uuid::from_u128(4));
const MANDATE: MandateId = MandateId::from_uuid(Uuid::from_u128(5));
const NEXT_MANDATE: MandateId = MandateId::from_uuid(Uuid::from_u128(6));

const SECRETARIAT: Authority = Authority::Secretariat(SOMEBODY);
const CONTACT: Authority = Authority::ContactPerson(SOMEBODY, AGENCY);
const OTHER_CONTACT: Authority = Authority::ContactPerson(SOMEBODY, OTHER_AGENCY);
const COLLEAGUE: Authority = Authority::Person(SOMEBODY);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn email() -> Option<Address> {
    Some(Address::new("namn@myndighet.example").unwrap())
}

fn invite(role: Role, by: Authority) -> Command {
    Command::Invite { email: email(), agency: AGENCY, role, by }
}

fn grant(role: Role, by: Authority) -> Grant {
    Grant { mandate: MANDATE, role, agency: AGENCY, from: at(100), until: None, by }
}

fn profile(name: &str) -> Profile {
    Profile { name: PersonName::new(name).unwrap(), title: None }
}

fn invited() -> PersonEvent {
    PersonInvited { email: email(), agency: AGENCY }.into()
}

fn started() -> PersonEvent {
    AffiliationStarted { agency: AGENCY }.into()
}

fn joined() -> PersonEvent {
    PersonJoined { name: profile("Namn").name, title: None }.into()
}

fn granted(role: Role, until: Option<i64>) -> PersonEvent {
    MandateGranted { mandate: MANDATE, role, agency: AGENCY, from: at(100), until: until.map(at) }.into()
}

fn ended() -> PersonEvent {
    MandateEnded { mandate: MANDATE }.into()
}

fn end_mandate(by: Authority, now: i64) -> Command {
    Command::EndMandate { person: PERSON, mandate: MANDATE, by, now: at(now) }
}

fn end_affiliation(by: Authority) -> Command {
    Command::EndAffiliation { person: PERSON, agency: AGENCY, by, now: at(200) }
}

#[test]
fn who_may_invite_whom() {
    use Role::{ContactPerson, Participant, Secretariat};
    for (by, role, may) in [
        (Authority::System, Secretariat, true),
        (SECRETARIAT, Participant, true),
        (SECRETARIAT, ContactPerson, true),
        (SECRETARIAT, Secretariat, true),
        (CONTACT, Participant, true),
        (CONTACT, ContactPerson, true),
        (CONTACT, Secretariat, false),
        (OTHER_CONTACT, Participant, false),
        (COLLEAGUE, Participant, false),
    ] {
        let case = |history: &[PersonEvent], command, events: &[PersonEvent]| {
            let outcome = given::<Person>(history.to_vec()).when(command);
            if may {
                outcome.then(events.to_vec());
            } else {
                outcome.then_refused(Error::NotYours);
            }
        };
        case(&[], invite(role, by), &[invited()]);
        case(&[invited()], Command::Admit(grant(role, by)), &[started(), granted(role, None)]);
        case(&[invited(), started()], Command::Grant(grant(role, by)), &[granted(role, None)]);
        case(&[invited(), started(), granted(role, None)], end_mandate(by, 200), &[ended()]);
    }
}

#[test]
fn nobody_is_invited_twice() {
    given::<Person>([invited()]).when(invite(Role::Participant, SECRETARIAT)).then_refused(Error::AlreadyInvited);
}

#[test]
fn admitting_again_is_nothing_and_needs_an_invitation() {
    let admit = || Command::Admit(grant(Role::Participant, SECRETARIAT));
    given::<Person>([invited(), started()]).when(admit()).then_nothing();
    given::<Person>([]).when(admit()).then_refused(Error::Unknown);
}

#[test]
fn who_was_invited_joins_once() {
    let join = || Command::Join(profile("Namn"));
    given::<Person>([invited()]).when(join()).then([joined()]);
    given::<Person>([]).when(join()).then_refused(Error::Unknown);
    given::<Person>([invited(), joined()]).when(join()).then_refused(Error::AlreadyJoined);
}

#[test]
fn a_profile_changes_after_joining() {
    let change = |name| Command::ChangeProfile(profile(name));
    given::<Person>([invited(), joined()]).when(change("Annat namn")).then([ProfileChanged {
        name: profile("Annat namn").name,
        title: None,
    }
    .into()]);
    given::<Person>([invited(), joined()]).when(change("Namn")).then_nothing();
    given::<Person>([invited()]).when(change("Namn")).then_refused(Error::NotJoined);
}

#[test]
fn a_mandate_needs_an_affiliation() {
    let command = || Command::Grant(grant(Role::ContactPerson, SECRETARIAT));
    given::<Person>([]).when(command()).then_refused(Error::Unknown);
    given::<Person>([invited()]).when(command()).then_refused(Error::NotAffiliated);
    given::<Person>([invited(), started(), AffiliationEnded { agency: AGENCY }.into()])
        .when(command())
        .then_refused(Error::NotAffiliated);
}

#[test]
fn a_mandate_is_held_once_at_a_time() {
    let next = |from, until: Option<i64>| {
        let grant = grant(Role::Participant, SECRETARIAT);
        Command::Grant(Grant { mandate: NEXT_MANDATE, from: at(from), until: until.map(at), ..grant })
    };
    let held = |until| [invited(), started(), granted(Role::Participant, until)];
    given::<Person>(held(None)).when(next(300, None)).then_refused(Error::AlreadyHeld);
    given::<Person>(held(Some(300))).when(next(299, None)).then_refused(Error::AlreadyHeld);
    given::<Person>(held(None)).when(next(50, Some(101))).then_refused(Error::AlreadyHeld);
    let event = |from, until: Option<i64>| {
        MandateGranted {
            mandate: NEXT_MANDATE,
            role: Role::Participant,
            agency: AGENCY,
            from: at(from),
            until: until.map(at),
        }
        .into()
    };
    given::<Person>(held(Some(300))).when(next(300, None)).then([event(300, None)]);
    given::<Person>(held(None)).when(next(50, Some(100))).then([event(50, Some(100))]);
    given::<Person>([invited(), started(), granted(Role::Participant, None), ended()])
        .when(next(150, None))
        .then([event(150, None)]);
}

#[test]
fn a_mandate_ends_after_it_begins() {
    let backwards = Grant { until: Some(at(100)), ..grant(Role::Participant, SECRETARIAT) };
    given::<Person>([invited(), started()]).when(Command::Grant(backwards)).then_refused(Error::EndsBeforeItBegins);
}

#[test]
fn only_a_mandate_in_force_is_ended() {
    let held = |until| [invited(), started(), granted(Role::Participant, until)];
    given::<Person>(held(Some(300))).when(end_mandate(SECRETARIAT, 299)).then([ended()]);
    given::<Person>(held(Some(300))).when(end_mandate(SECRETARIAT, 300)).then_refused(Error::NoSuchMandate);
    given::<Person>([invited(), started()]).when(end_mandate(SECRETARIAT, 200)).then_refused(Error::NoSuchMandate);
    given::<Person>([invited(), started(), granted(Role::Participant, None), ended()])
        .when(end_mandate(SECRETARIAT, 200))
        .then_refused(Error::NoSuchMandate);
}

#[test]
fn leaving_an_agency_ends_what_was_held_for_it() {
    let held = || [invited(), started(), granted(Role::Participant, None), joined()];
    let left = || AffiliationEnded { agency: AGENCY }.into();
    given::<Person>(held()).when(end_affiliation(CONTACT)).then([ended(), left()]);
    given::<Person>(held()).when(end_affiliation(OTHER_CONTACT)).then_refused(Error::NotYours);
    given::<Person>(held()).when(end_affiliation(COLLEAGUE)).then_refused(Error::NotYours);
    given::<Person>([invited()]).when(end_affiliation(SECRETARIAT)).then_refused(Error::NotAffiliated);
    given::<Person>([invited(), started(), granted(Role::Participant, Some(150))])
        .when(end_affiliation(CONTACT))
        .then([left()]);
}

#[test]
fn a_contact_person_does_not_remove_the_secretariat() {
    given::<Person>([invited(), started(), granted(Role::Secretariat, None)])
        .when(end_affiliation(CONTACT))
        .then_refused(Error::NotYours);
}

#[test]
fn nobody_shuts_themselves_out_of_the_secretariat() {
    let own = Authority::Secretariat(PERSON);
    let held = || [invited(), started(), granted(Role::Secretariat, None)];
    given::<Person>(held()).when(end_mandate(own, 200)).then_refused(Error::OwnSecretariatMandate);
    given::<Person>(held()).when(end_affiliation(own)).then_refused(Error::OwnSecretariatMandate);
    given::<Person>(held()).when(end_mandate(SECRETARIAT, 200)).then([ended()]);
}

#[test]
fn the_history_of_mandates_is_bounded() {
    let mut history = vec![invited(), started()];
    for _ in 0..MANDATES_MAX {
        history.extend([granted(Role::Participant, None), ended()]);
    }
    given::<Person>(history)
        .when(Command::Grant(grant(Role::Participant, SECRETARIAT)))
        .then_refused(Error::TooManyMandates);
}
