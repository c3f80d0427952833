//! Random histories, against what a reader of the rules would say.

use std::collections::BTreeMap;

use contracts::{
    Audience,
    directory::{AffiliationStarted, PersonJoined, Role},
    forum::{ArenaAccess, ArenaChanged, ArenaEvent, MemberLeft},
};
use proptest::{prelude::*, test_runner::Config};
use types::{AgencyId, ArenaId, Line, MandateId, Paragraphs, PersonId, SessionId, Timestamp};

use super::world::World;
use crate::{Viewer, renew, standing};

/// One thing that happens. The numbers say to whom, to which agency or in which arena.
#[derive(Clone, Debug)]
enum Step {
    Joins(usize),
    Starts(usize, usize),
    Leaves(usize, usize),
    Granted(usize, i64, Option<i64>),
    MandateEnds(usize),
    SignsOut(usize),
    Access(usize, ArenaAccess),
    Invited(usize, usize),
    Member(usize, usize),
    MemberLeft(usize, usize),
    TimePasses(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let (who, what, seconds) = (0..2_usize, 0..2_usize, -20..20_i64);
    let access = prop_oneof![Just(ArenaAccess::Open), Just(ArenaAccess::Members), Just(ArenaAccess::Invited)];
    prop_oneof![
        who.clone().prop_map(Step::Joins),
        (who.clone(), what.clone()).prop_map(|(who, what)| Step::Starts(who, what)),
        (who.clone(), what.clone()).prop_map(|(who, what)| Step::Leaves(who, what)),
        (who.clone(), seconds.clone(), proptest::option::of(seconds)).prop_map(|(w, f, u)| Step::Granted(w, f, u)),
        who.clone().prop_map(Step::MandateEnds),
        who.clone().prop_map(Step::SignsOut),
        (what.clone(), access).prop_map(|(what, access)| Step::Access(what, access)),
        (who.clone(), what.clone()).prop_map(|(who, what)| Step::Invited(who, what)),
        (who.clone(), what.clone()).prop_map(|(who, what)| Step::Member(who, what)),
        (who, what).prop_map(|(who, what)| Step::MemberLeft(who, what)),
        (1..15_i64).prop_map(Step::TimePasses),
    ]
}

#[derive(Default)]
struct Someone {
    joined: bool,
    ever_affiliated: bool,
    works_for: Vec<AgencyId>,
    mandate: Option<(MandateId, Timestamp, Option<Timestamp>)>,
    signed_out: bool,
}

impl Someone {
    fn is_secretariat(&self, now: Timestamp) -> bool {
        self.joined && self.mandate.is_some_and(|(_, from, until)| from <= now && until.is_none_or(|until| now < until))
    }

    fn participates(&self, now: Timestamp) -> bool {
        self.joined && (!self.works_for.is_empty() || self.is_secretariat(now))
    }
}

/// Two people, two agencies and two arenas, and what is to be known of them.
struct History {
    world: World,
    agencies: Vec<AgencyId>,
    arenas: Vec<ArenaId>,
    people: Vec<PersonId>,
    sessions: Vec<(SessionId, String)>,
    someone: [Someone; 2],
    access: [ArenaAccess; 2],
    /// By person and arena: whether they are a member, or only invited.
    members: BTreeMap<(usize, usize), bool>,
}

impl History {
    async fn new() -> Self {
        let world = World::new().await;
        let agencies = vec![world.agency("A").await, world.agency("B").await];
        let arenas = vec![world.arena(ArenaAccess::Open).await, world.arena(ArenaAccess::Open).await];
        let people = vec![world.invited(agencies[0]).await, world.invited(agencies[1]).await];
        let sessions = vec![world.signs_in(people[0]).await, world.signs_in(people[1]).await];
        let (someone, access, members) = (Default::default(), [ArenaAccess::Open; 2], BTreeMap::new());
        Self { world, agencies, arenas, people, sessions, someone, access, members }
    }

    async fn goes_on(&mut self, step: &Step) {
        let world = &self.world;
        match *step {
            Step::Joins(who) => {
                self.someone[who].joined = true;
                world.happened(self.people[who], PersonJoined { name: Line::new("Kim").unwrap(), title: None }).await;
            }
            Step::Starts(who, what) => {
                let agency = self.agencies[what];
                self.someone[who].ever_affiliated = true;
                self.someone[who].works_for.push(agency);
                world.happened(self.people[who], AffiliationStarted { agency }).await;
            }
            Step::Leaves(who, what) => {
                self.someone[who].works_for.retain(|agency| *agency != self.agencies[what]);
                world.leaves(self.people[who], self.agencies[what]).await;
            }
            Step::Granted(who, from, until) => {
                if self.someone[who].mandate.is_none() {
                    let (from, until) = (world.after(from), until.map(|until| world.after(until)));
                    let mandate =
                        world.mandate(self.people[who], Role::Secretariat, self.agencies[0], from, until).await;
                    self.someone[who].mandate = Some((mandate, from, until));
                }
            }
            Step::MandateEnds(who) => {
                if let Some((mandate, ..)) = self.someone[who].mandate.take() {
                    world.mandate_ends(self.people[who], mandate).await;
                }
            }
            Step::SignsOut(who) => {
                self.someone[who].signed_out = true;
                world.signs_out(self.sessions[who].0).await;
            }
            Step::Access(what, access) => {
                self.access[what] = access;
                let (name, purpose) = (Line::new("Arena").unwrap(), Paragraphs::new("Talk").unwrap());
                let event = ArenaChanged { name, purpose, need_areas: Vec::new(), access };
                let arena = self.arenas[what];
                world.append::<ArenaEvent>(arena.uuid(), Audience::ArenaCard(arena), event).await;
            }
            Step::Invited(who, what) => {
                self.members.entry((who, what)).or_insert(false);
                world.invites(self.arenas[what], self.people[who]).await;
            }
            Step::Member(who, what) => {
                self.members.insert((who, what), true);
                world.joins(self.arenas[what], self.people[who]).await;
            }
            Step::MemberLeft(who, what) => {
                self.members.remove(&(who, what));
                let (arena, person) = (self.arenas[what], self.people[who]);
                world.append::<ArenaEvent>(arena.uuid(), Audience::Arena(arena), MemberLeft { person }).await;
            }
            Step::TimePasses(seconds) => world.clock.advance_seconds(seconds),
        }
    }

    /// Compares what is answered with what is to be known; answers with the viewers as they are now.
    async fn check(&self, before: &[Viewer]) -> Vec<Viewer> {
        let (snapshot, now) = (self.world.snapshot().await, self.world.now());
        let mut viewers = Vec::new();
        for (who, someone) in self.someone.iter().enumerate() {
            let fresh = self.world.gate.viewer_of_session(&snapshot, &self.sessions[who].1).unwrap();
            let renewed = renew(&snapshot, &before[who], now).unwrap().unwrap_or(Viewer::Anonymous);
            let rights = |viewer: &Viewer| {
                viewer.signed_in().map(|it| (it.agency, it.joined, it.participates, it.roles.clone()))
            };
            assert_eq!(rights(&renewed), rights(&fresh), "a viewer is renewed to who they are");

            let is_viewer = !someone.signed_out
                && (!someone.works_for.is_empty()
                    || !someone.ever_affiliated
                    || someone.mandate.is_some_and(|(_, from, until)| from <= now && until.is_none_or(|it| now < it)));
            assert_eq!(fresh.signed_in().is_some(), is_viewer);
            assert_eq!(fresh.participant().is_some(), is_viewer && someone.participates(now));
            assert_eq!(fresh.is_secretariat(), is_viewer && someone.is_secretariat(now));
            if let (true, Some(agency)) = (is_viewer, someone.works_for.last()) {
                assert_eq!(fresh.agency(), Some(*agency));
            }
            for what in 0..2 {
                let standing = standing(&snapshot, &fresh, self.arenas[what]).unwrap();
                let takes_part = fresh.participant().is_some();
                let member = self.members.get(&(who, what));
                let inside = member == Some(&true) || someone.is_secretariat(now);
                let (sees, reads) = match self.access[what] {
                    ArenaAccess::Open => (true, true),
                    ArenaAccess::Members => (true, inside),
                    ArenaAccess::Invited => (inside || member.is_some(), inside),
                };
                assert_eq!((standing.sees_card, standing.reads), (takes_part && sees, takes_part && reads));
                assert_eq!(standing.writes, takes_part && member == Some(&true));
            }
            // Who is gone stays gone: a viewer that is no longer one is not looked up again.
            viewers.push(if fresh.signed_in().is_some() { renewed } else { before[who].clone() });
        }
        viewers
    }
}

proptest! {
    #![proptest_config(Config { cases: 24, ..Config::default() })]

    #[test]
    fn rights_follow_from_what_has_happened(steps in proptest::collection::vec(step(), 1..40)) {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(async {
            let mut history = History::new().await;
            let snapshot = history.world.snapshot().await;
            let mut viewers: Vec<_> = history
                .sessions
                .iter()
                .map(|(_, cookie)| history.world.gate.viewer_of_session(&snapshot, cookie).unwrap())
                .collect();
            drop(snapshot);
            for step in &steps {
                history.goes_on(step).await;
                viewers = history.check(&viewers).await;
            }
        });
    }
}
