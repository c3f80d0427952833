//! Who sees what: one table.

use std::collections::{BTreeSet, HashSet};

use contracts::{
    Actor, Audience, AudienceRule, Meta,
    directory::{AffiliationEnded, AffiliationStarted, Role, Scope},
    forum::ArenaAccess,
};
use event_log::Recorded;
use types::{AgencyId, ArenaId, CommitId, EventId, PersonId, Position, Revision, StreamId};
use uuid::Uuid;

use super::world::World;
use crate::{Viewer, may_see, readers_of, standing, visible};

/// `of-a` and `of-b` take part for agency A and B. `member` and `guest` are of agency C, a member of and invited to each
/// arena. `waiting` was invited for agency A, which they work for, and has not
/// joined. `former` left agency C and is still a member of each arena.
/// `was-secr` and `soon-secr` have a mandate of the secretariat that is over and one that has not begun. `reads` and `writes`
/// are tokens of somebody of agency A who is a member of each arena, with the one scope; `of-arena` is one that reads in
/// the open arena alone. `colleague` works for agency C without a mandate, `admin` with that of an administrator alone;
/// `lead-a` answers for agency A. `suspended` is a secretary who was shut out. `program` is a token for a program of
/// agency A, of somebody who is its integrator and nothing else.
const VIEWERS: [&str; 18] = [
    "anonymous",
    "waiting",
    "former",
    "of-a",
    "of-b",
    "member",
    "guest",
    "secr",
    "was-secr",
    "soon-secr",
    "reads",
    "writes",
    "colleague",
    "admin",
    "lead-a",
    "suspended",
    "program",
    "of-arena",
];

const SEES: &str = "
                    anonymous waiting former of-a of-b member guest secr was-secr soon-secr reads writes colleague admin lead-a suspended program of-arena
public              yes       yes     yes    yes  yes  yes    yes   yes  yes      yes       yes   yes    yes       yes   yes    yes       yes     yes
participants        -         -       -      yes  yes  yes    yes   yes  yes      yes       yes   -      -         -     yes    -         yes     yes
card-of-open        -         -       -      yes  yes  yes    yes   yes  yes      yes       yes   -      -         -     yes    -         yes     yes
card-of-members     -         -       -      yes  yes  yes    yes   yes  yes      yes       yes   -      -         -     yes    -         yes     -
card-of-invited     -         -       -      -    -    yes    yes   yes  -        -         yes   -      -         -     -      -         -       -
card-of-nothing     -         -       -      -    -    -      -     -    -        -         -     -      -         -     -      -         -       -
open                -         -       -      yes  yes  yes    yes   yes  yes      yes       yes   -      -         -     yes    -         yes     yes
members             -         -       -      -    -    yes    -     yes  -        -         yes   -      -         -     -      -         -       -
invited             -         -       -      -    -    yes    -     yes  -        -         yes   -      -         -     -      -         -       -
nothing             -         -       -      -    -    -      -     -    -        -         -     -      -         -     -      -         -       -
agency-a            -         -       -      yes  -    -      -     yes  -        -         yes   -      -         -     yes    -         yes     yes
agency-b            -         -       -      -    yes  -      -     yes  -        -         -     -      -         -     -      -         -       -
leadership-a        -         -       -      -    -    -      -     yes  -        -         -     -      -         -     yes    -         -       -
secretariat         -         -       -      -    -    -      -     yes  -        -         -     -      -         -     -      -         -       -
person-of-a         -         -       -      yes  -    -      -     -    -        -         -     -      -         -     -      -         -       -
person-waiting      -         -       -      -    -    -      -     -    -        -         -     -      -         -     -      -         -       -
administration      -         -       -      -    -    -      -     -    -        -         -     -      -         yes   -      -         -       -
system              -         -       -      -    -    -      -     -    -        -         -     -      -         -     -      -         -       -
";

/// c: sees the card, r: reads, w: writes, j: may join.
const STANDS: &str = "
                    anonymous waiting former of-a of-b member guest secr was-secr soon-secr reads writes colleague admin lead-a suspended program of-arena
open                -         -       -      crj  crj  crw    crj   crj  crj      crj       cr    crw    -         -     crj    -         cr      cr
members             -         -       -      cj   cj   crw    cj    crj  cj       cj        cr    crw    -         -     cj     -         c       -
invited             -         -       -      -    -    crw    cj    cr   -        -         cr    crw    -         -     -      -         -       -
nothing             -         -       -      -    -    -      -     -    -        -         -     -      -         -     -      -         -       -
";

struct Exchange {
    world: World,
    viewers: Vec<Viewer>,
    agency_a: AgencyId,
    agency_b: AgencyId,
    arenas: [(&'static str, ArenaId); 4],
    of_a: PersonId,
    waiting: PersonId,
}

impl Exchange {
    async fn new() -> Self {
        let world = World::new().await;
        let w = &world;
        let (a, b, c) = (w.agency("A").await, w.agency("B").await, w.agency("C").await);
        let (waiting, former) = (w.invited(a).await, w.person(c).await);
        w.happened(waiting, AffiliationStarted { agency: a }).await;
        let (of_a, of_b) = (w.person(a).await, w.person(b).await);
        let (member, guest, reader) = (w.person(c).await, w.person(c).await, w.person(a).await);
        let (secretary, was, soon) = (w.secretary(c).await, w.person(c).await, w.person(c).await);
        let (colleague, admin, integrator) = (w.colleague(c).await, w.colleague(c).await, w.colleague(a).await);
        w.mandate(admin, Role::Administrator, c, w.now(), None).await;
        w.mandate(integrator, Role::Integrator, a, w.now(), None).await;
        let (lead_a, suspended) = (w.person(a).await, w.secretary(c).await);
        w.mandate(lead_a, Role::Leadership, a, w.now(), None).await;
        w.suspends(suspended, None).await;
        w.mandate(was, Role::Secretariat, c, w.after(-100), Some(w.now())).await;
        w.mandate(soon, Role::Secretariat, c, w.after(1), None).await;
        let arenas = [
            ("open", w.arena(ArenaAccess::Open).await),
            ("members", w.arena(ArenaAccess::Members).await),
            ("invited", w.arena(ArenaAccess::Invited).await),
            ("nothing", ArenaId::from_uuid(Uuid::from_u128(1))),
        ];
        for (_, arena) in &arenas[..3] {
            for person in [member, reader, former] {
                w.joins(*arena, person).await;
            }
            w.invites(*arena, guest).await;
        }
        let former_viewer = w.viewer(former).await;
        assert!(former_viewer.participant().is_some());
        w.leaves(former, c).await;
        let (_, program) = w.token_for(integrator, &[Scope::Read], None, Some(a)).await;
        let (_, of_arena) = w.token_for(reader, &[Scope::Read], Some(vec![arenas[0].1]), None).await;
        let viewers = vec![
            Viewer::Anonymous,
            w.viewer(waiting).await,
            crate::renew(&w.snapshot().await, &former_viewer, w.now()).unwrap().unwrap_or(Viewer::Anonymous),
            w.viewer(of_a).await,
            w.viewer(of_b).await,
            w.viewer(member).await,
            w.viewer(guest).await,
            w.viewer(secretary).await,
            w.viewer(was).await,
            w.viewer(soon).await,
            w.viewer_with(reader, &[Scope::Read]).await,
            w.viewer_with(reader, &[Scope::Write]).await,
            w.viewer(colleague).await,
            w.viewer(admin).await,
            w.viewer(lead_a).await,
            w.viewer(suspended).await,
            w.viewer_by(&program).await,
            w.viewer_by(&of_arena).await,
        ];
        assert!(viewers[1].signed_in().is_some_and(|waiting| !waiting.joined));
        Self { viewers, agency_a: a, agency_b: b, arenas, of_a, waiting, world }
    }

    fn audience(&self, name: &str) -> Audience {
        let arena = |name| self.arenas.iter().find(|(it, _)| *it == name).unwrap().1;
        match name {
            "public" => Audience::Public,
            "participants" => Audience::Participants,
            "agency-a" => Audience::Agency(self.agency_a),
            "agency-b" => Audience::Agency(self.agency_b),
            "leadership-a" => Audience::Leadership(self.agency_a),
            "secretariat" => Audience::Secretariat,
            "person-of-a" => Audience::Person(self.of_a),
            "person-waiting" => Audience::Person(self.waiting),
            "administration" => Audience::Administration,
            "system" => Audience::System,
            name => match name.strip_prefix("card-of-") {
                Some(name) => Audience::ArenaCard(arena(name)),
                None => Audience::Arena(arena(name)),
            },
        }
    }

    /// An audience that this rule admits.
    fn audience_of(&self, rule: AudienceRule) -> Audience {
        self.audience(match rule {
            AudienceRule::Public => "public",
            AudienceRule::Participants => "participants",
            AudienceRule::ArenaCard => "card-of-open",
            AudienceRule::Arena => "open",
            AudienceRule::Agency => "agency-a",
            AudienceRule::Leadership => "leadership-a",
            AudienceRule::Secretariat => "secretariat",
            AudienceRule::Person => "person-of-a",
            AudienceRule::Administration => "administration",
            AudienceRule::System => "system",
        })
    }
}

fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let mut lines = table.trim_matches('\n').lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    assert_eq!(lines.next().unwrap(), VIEWERS);
    lines.map(|cells| {
        assert_eq!(cells.len(), 1 + VIEWERS.len(), "{cells:?}");
        (cells[0], cells[1..].to_vec())
    })
}

#[tokio::test]
async fn everyone_sees_what_the_table_says() {
    let exchange = Exchange::new().await;
    let snapshot = exchange.world.snapshot().await;
    let mut classes = BTreeSet::new();
    for (name, cells) in rows(SEES) {
        let audience = exchange.audience(name);
        classes.insert(format!("{:?}", audience.rule()));
        for ((viewer, who), expected) in exchange.viewers.iter().zip(VIEWERS).zip(cells) {
            let sees = may_see(&snapshot, viewer, &audience).unwrap();
            assert_eq!(if sees { "yes" } else { "-" }, expected, "{who} and {name}");
        }
    }
    assert_eq!(classes.len(), 10, "a row for each kind of audience: {classes:?}");
}

#[tokio::test]
async fn everyone_stands_to_arenas_as_the_table_says() {
    let exchange = Exchange::new().await;
    let snapshot = exchange.world.snapshot().await;
    for (name, cells) in rows(STANDS) {
        let arena = exchange.arenas.iter().find(|(it, _)| *it == name).unwrap().1;
        for ((viewer, who), expected) in exchange.viewers.iter().zip(VIEWERS).zip(cells) {
            let it = standing(&snapshot, viewer, arena).unwrap();
            let flags = [(it.sees_card, 'c'), (it.reads, 'r'), (it.writes, 'w'), (it.may_join, 'j')];
            let mut stands: String = flags.iter().filter(|(set, _)| *set).map(|(_, letter)| letter).collect();
            if stands.is_empty() {
                stands.push('-');
            }
            assert_eq!(stands, expected, "{who} and {name}");
        }
    }
}

/// One stored event of every type and version.
const GOLDEN: &str = include_str!("../../../contracts/golden/events.jsonl");

#[tokio::test]
async fn every_event_type_is_for_the_audience_that_it_declares_and_for_no_other() {
    let exchange = Exchange::new().await;
    let snapshot = exchange.world.snapshot().await;
    let [secretary, of_a, administrator] = [7, 3, 13].map(|viewer| &exchange.viewers[viewer]);
    for descriptor in contracts::descriptors() {
        let event = |audience| recorded(descriptor.category, descriptor.event_type, audience);
        // They see between them everything that anybody sees.
        let seen = |audience| {
            let event = event(audience);
            [secretary, of_a, administrator].into_iter().any(|viewer| visible(&snapshot, viewer, &event).unwrap())
        };
        let declared = exchange.audience_of(descriptor.audience);
        assert_eq!(seen(declared), descriptor.audience != AudienceRule::System, "{}", descriptor.event_type);
        let other = if descriptor.audience == AudienceRule::Public { Audience::Participants } else { Audience::Public };
        assert!(!seen(other), "{} does not declare {other:?}", descriptor.event_type);
    }
    assert!(!visible(&snapshot, secretary, &recorded("thread", "se.erfa.unknown.v1", Audience::Public)).unwrap());
}

/// The golden event of this type.
fn recorded(category: &'static str, kind: &str, audience: Audience) -> Recorded {
    let mut events = GOLDEN.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let data = events.find(|event| event["type"] == kind).map(|event| event["data"].to_string());
    Recorded {
        position: Position::new(1),
        stream: StreamId::new(types::Category::declared(category), Uuid::from_u128(1)),
        revision: Revision::FIRST,
        recorded_at: types::Timestamp::UNIX_EPOCH,
        commit: CommitId::from_uuid(Uuid::from_u128(1)),
        id: EventId::from_uuid(Uuid::from_u128(1)),
        kind: kind.into(),
        data: data.unwrap_or_default().into(),
        meta: Meta::new(Actor::System { part: "test".into() }, audience, types::Timestamp::UNIX_EPOCH).into(),
    }
}

#[tokio::test]
async fn those_who_will_read_are_counted_as_they_are_let_in() {
    let exchange = Exchange::new().await;
    let (world, [open, members, invited, nothing]) = (&exchange.world, exchange.arenas.map(|(_, arena)| arena));
    let snapshot = world.snapshot().await;
    let of = |arena| readers_of(&snapshot, arena, world.now()).unwrap().map(|it| (it.persons, it.agencies));
    // of-a, of-b, member, guest, reader, secretary, was-secr, soon-secr, lead-a.
    assert_eq!(of(open), Some((9, 3)));
    // member, reader, secretary.
    assert_eq!(of(members), Some((3, 2)));
    assert_eq!(of(invited), Some((3, 2)));
    assert_eq!(of(nothing), None);
    let people = crate::members(&snapshot, members).unwrap();
    let joined = people.iter().filter(|it| it.joined).count();
    assert_eq!((joined, people.len()), (2, 3), "who left the agency is a member no longer");
    assert_eq!(crate::member_count(&snapshot, members).unwrap(), 2);
}

#[tokio::test]
async fn those_who_will_read_are_counted_as_they_come_move_and_go() {
    let world = World::new().await;
    let (a, b) = (world.agency("A").await, world.agency("B").await);
    let arena = world.arena(ArenaAccess::Open).await;
    let now = async || {
        let snapshot = world.snapshot().await;
        let readers = readers_of(&snapshot, arena, world.now()).unwrap().unwrap();
        // Counted one by one, from the records of all.
        let persons = crate::people::persons(&snapshot).unwrap();
        let taking_part: Vec<_> = persons.iter().filter(|it| it.participates(world.now())).collect();
        let agencies: HashSet<_> = taking_part.iter().map(|it| it.acts_for(world.now()).unwrap()).collect();
        assert_eq!((readers.persons, readers.agencies), (taking_part.len(), agencies.len()));
        (readers.persons, readers.agencies)
    };
    assert_eq!(now().await, (0, 0));
    let (kim, alex) = (world.person(a).await, world.person(a).await);
    assert_eq!(now().await, (2, 1));
    world.secretary(b).await;
    assert_eq!(now().await, (3, 2));
    world.happened(kim, AffiliationEnded { agency: a }).await;
    assert_eq!(now().await, (2, 2));
    world.happened(kim, AffiliationStarted { agency: b }).await;
    assert_eq!(now().await, (2, 2), "nobody takes part without a mandate");
    let mandate = world.mandate(kim, Role::Participant, b, world.after(10), Some(world.after(30))).await;
    for (seconds, persons) in [(9, 2), (1, 3)] {
        world.clock.advance_seconds(seconds);
        assert_eq!(now().await, (persons, 2), "from its beginning, without an event");
    }
    world.suspends(kim, Some(world.after(5))).await;
    for (seconds, persons) in [(4, 2), (1, 3), (14, 3), (1, 2)] {
        world.clock.advance_seconds(seconds);
        assert_eq!(now().await, (persons, 2), "but while they are shut out, and until its end");
    }
    world.mandate_ends(kim, mandate).await;
    world.mandate(kim, Role::Participant, b, world.now(), Some(world.after(5))).await;
    assert_eq!(now().await, (3, 2));
    world.clock.advance_seconds(5);
    assert_eq!(now().await, (2, 2), "what begins at once and has an end does end");
    world.mandate(kim, Role::Participant, b, world.now(), None).await;
    assert_eq!(now().await, (3, 2));
    world.happened(alex, AffiliationEnded { agency: a }).await;
    assert_eq!(now().await, (2, 1), "nobody is left of A");
    world.happened(alex, AffiliationEnded { agency: a }).await;
    assert_eq!(now().await, (2, 1), "what has ended ends once");
}

#[tokio::test]
async fn people_know_of_those_who_joined_and_of_their_own_agencys_invitations() {
    let exchange = Exchange::new().await;
    let snapshot = exchange.world.snapshot().await;
    let knows = |viewer: usize| {
        let persons = crate::people::persons_for(&snapshot, &exchange.viewers[viewer]).unwrap();
        (persons.len(), persons.iter().any(|it| it.id == exchange.waiting))
    };
    assert_eq!(knows(0), (0, false));
    assert_eq!(knows(1), (0, false));
    assert_eq!(knows(3), (15, true));
    assert_eq!(knows(4), (14, false));
    assert_eq!(knows(7), (15, true));
}
