//! The rules of a person, case by case.

use contracts::directory::{AffiliationEnded, AffiliationStarted, MandateEnded, PersonReinstated};
use event_sourcing::testing::given;
use uuid::Uuid;

use super::*;

const AGENCY: AgencyId = AgencyId::from_uuid(Uuid::from_u128(1));
const OTHER_AGENCY: AgencyId = AgencyId::from_uuid(Uuid::from_u128(2));
const PERSON: PersonId = PersonId::from_uuid(Uuid::from_u128(3));
const SOMEBODY: PersonId = PersonId::from_uuid(Uuid::from_u128(4));
const MANDATE: MandateId = MandateId::from_uuid(Uuid::from_u128(5));
const NEXT_MANDATE: MandateId = MandateId::from_uuid(Uuid::from_u128(6));
const DELEGATED: MandateId = MandateId::from_uuid(Uuid::from_u128(7));

const SECRETARIAT: Authority = Authority::secretariat(SOMEBODY);
const CONTACT: Authority = Authority::contact_person(SOMEBODY, AGENCY);
const OTHER_CONTACT: Authority = Authority::contact_person(SOMEBODY, OTHER_AGENCY);
const ADMINISTRATOR: Authority = Authority::administrator(SOMEBODY);
const COLLEAGUE: Authority = Authority::of(SOMEBODY);

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
    use Role::{Administrator, ContactPerson, Leadership, Participant, Reviewer, Secretariat};
    for (by, role, may) in [
        (Authority::System, Secretariat, true),
        (SECRETARIAT, Participant, true),
        (SECRETARIAT, ContactPerson, true),
        (SECRETARIAT, Secretariat, true),
        (CONTACT, Participant, true),
        (CONTACT, ContactPerson, true),
        (CONTACT, Leadership, true),
        (CONTACT, Reviewer, false),
        (CONTACT, Administrator, false),
        (CONTACT, Secretariat, false),
        (SECRETARIAT, Administrator, true),
        (ADMINISTRATOR, Participant, false),
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
    let own = Authority::secretariat(PERSON);
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

fn held() -> Vec<PersonEvent> {
    vec![invited(), started(), granted(Role::Participant, None), joined()]
}

fn original(role: Role, until: Option<i64>) -> Original {
    Original { mandate: NEXT_MANDATE, holder: SOMEBODY, role, agency: AGENCY, until: until.map(at) }
}

fn delegation(original: Original) -> Delegation {
    let (from, until, by) = (at(200), at(300), Authority::of(SOMEBODY));
    Delegation { mandate: DELEGATED, to: PERSON, original, from, until, by, now: at(200) }
}

fn delegated(role: Role) -> PersonEvent {
    let (mandate, of, by, agency, from, until) = (DELEGATED, NEXT_MANDATE, SOMEBODY, AGENCY, at(200), at(300));
    MandateDelegated { mandate, of, by, role, agency, from, until }.into()
}

#[test]
fn who_holds_a_mandate_lets_a_colleague_hold_it_for_a_time() {
    let delegate = |original| Command::Delegate(delegation(original));
    let leadership = original(Role::Leadership, Some(300));
    given::<Person>(held()).when(delegate(leadership)).then([delegated(Role::Leadership)]);
    for role in [Role::Participant, Role::Reviewer, Role::Secretariat, Role::Administrator, Role::Integrator] {
        given::<Person>(held()).when(delegate(original(role, None))).then_refused(Error::NotDelegable);
    }
    let by = |by| Command::Delegate(Delegation { by, ..delegation(leadership) });
    given::<Person>(held()).when(by(Authority::secretariat(PERSON))).then_refused(Error::NotYours);
    given::<Person>(held()).when(by(Authority::System)).then_refused(Error::NotYours);
    let to_oneself = Delegation { to: SOMEBODY, ..delegation(leadership) };
    given::<Person>(held()).when(Command::Delegate(to_oneself)).then_refused(Error::NotDelegable);
    given::<Person>([invited(), started()]).when(delegate(leadership)).then_refused(Error::NotDelegable);
    given::<Person>([invited(), joined()]).when(delegate(leadership)).then_refused(Error::NotAffiliated);
    let twice = [held(), vec![delegated(Role::Leadership)]].concat();
    given::<Person>(twice).when(delegate(leadership)).then_refused(Error::AlreadyHeld);
}

#[test]
fn a_delegation_lasts_no_longer_than_what_it_comes_from() {
    let shorter = original(Role::Leadership, Some(299));
    given::<Person>(held()).when(Command::Delegate(delegation(shorter))).then_refused(Error::DelegatedTooLong);
    let lasting = |from, until| {
        let delegation = delegation(original(Role::Leadership, None));
        Command::Delegate(Delegation { from: at(from), until: at(until), ..delegation })
    };
    let days = DELEGATION_DAYS_MAX * 24 * 60 * 60;
    given::<Person>(held()).when(lasting(200, 201 + days)).then_refused(Error::DelegatedTooLong);
    given::<Person>(held()).when(lasting(150, 200)).then_refused(Error::EndsBeforeItBegins);
    given::<Person>(held()).when(lasting(300, 250)).then_refused(Error::EndsBeforeItBegins);
}

#[test]
fn who_delegated_ends_it_too() {
    let history = || [held(), vec![delegated(Role::Leadership)]].concat();
    let end = |by| Command::EndMandate { person: PERSON, mandate: DELEGATED, by, now: at(250) };
    let ended = || [PersonEvent::from(MandateEnded { mandate: DELEGATED })];
    given::<Person>(history()).when(end(Authority::of(SOMEBODY))).then(ended());
    given::<Person>(history()).when(end(CONTACT)).then(ended());
    given::<Person>(history()).when(end(Authority::of(PERSON))).then_refused(Error::NotYours);
    let own = Command::EndMandate { person: PERSON, mandate: MANDATE, by: Authority::of(SOMEBODY), now: at(250) };
    given::<Person>(history()).when(own).then_refused(Error::NotYours);
}

fn suspend(by: Authority, until: Option<i64>) -> Command {
    let reason = SuspensionReason::new("Utredning").unwrap();
    Command::Suspend { person: PERSON, reason, until: until.map(at), by, now: at(200) }
}

fn suspended(until: Option<i64>) -> PersonEvent {
    PersonSuspended { reason: SuspensionReason::new("Utredning").unwrap(), until: until.map(at) }.into()
}

#[test]
fn somebody_is_shut_out_with_a_reason_and_an_end() {
    for by in [SECRETARIAT, ADMINISTRATOR, Authority::System] {
        given::<Person>(held()).when(suspend(by, Some(300))).then([suspended(Some(300))]);
    }
    for by in [CONTACT, COLLEAGUE] {
        given::<Person>(held()).when(suspend(by, None)).then_refused(Error::NotYours);
    }
    given::<Person>(held()).when(suspend(SECRETARIAT, Some(200))).then_refused(Error::SuspensionOver);
    given::<Person>([]).when(suspend(SECRETARIAT, None)).then_refused(Error::Unknown);
    let own = suspend(Authority::administrator(PERSON), None);
    given::<Person>(held()).when(own).then_refused(Error::OwnSuspension);
    let history = [held(), vec![suspended(None)]].concat();
    given::<Person>(history.clone()).when(suspend(SECRETARIAT, None)).then_nothing();
    given::<Person>(history).when(suspend(SECRETARIAT, Some(300))).then([suspended(Some(300))]);
}

#[test]
fn somebody_is_let_in_again_once() {
    let reinstate = |by| Command::Reinstate { by, now: at(250) };
    let history = |until| [held(), vec![suspended(until)]].concat();
    given::<Person>(history(None)).when(reinstate(ADMINISTRATOR)).then([PersonReinstated {}.into()]);
    given::<Person>(history(None)).when(reinstate(CONTACT)).then_refused(Error::NotYours);
    given::<Person>(history(Some(250))).when(reinstate(SECRETARIAT)).then_nothing();
    given::<Person>(held()).when(reinstate(SECRETARIAT)).then_nothing();
}

#[test]
fn who_moves_holds_the_same_for_the_other_agency() {
    let by = SECRETARIAT;
    let to = Move { from: AGENCY, to: OTHER_AGENCY, by, now: at(200) };
    let begun = AffiliationStarted { agency: OTHER_AGENCY }.into();
    let mandate = MandateId::derived(MANDATE.uuid(), &format!("at {OTHER_AGENCY}"));
    let (role, agency, from) = (Role::Participant, OTHER_AGENCY, at(200));
    let granted = MandateGranted { mandate, role, agency, from, until: None }.into();
    let left = AffiliationEnded { agency: AGENCY }.into();
    given::<Person>(held()).when(Command::Move(to.clone())).then([begun, granted, ended(), left]);
    given::<Person>([invited(), joined()]).when(Command::Move(to.clone())).then_nothing();
    given::<Person>(held()).when(Command::Move(Move { by: CONTACT, ..to })).then_refused(Error::NotYours);
}
