//! Random histories, against what a reader of the rules would say.

use std::collections::BTreeMap;

use contracts::{
    Audience,
    directory::{AffiliationStarted, PersonEvent, PersonJoined, PersonReinstated, Role},
    forum::{ArenaAccess, ArenaChanged, ArenaEvent, MemberLeft},
};
use proptest::{prelude::*, test_runner::Config};
use types::{AgencyId, ArenaId, Line, MandateId, Paragraphs, PersonId, SessionId, Timestamp};

use super::world::World;
use crate::{Viewer, readers_of, renew, standing};

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
    Suspended(usize, Option<i64>),
    Reinstated(usize),
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
        (who.clone(), what).prop_map(|(who, what)| Step::MemberLeft(who, what)),
        (who.clone(), proptest::option::of(1..15_i64)).prop_map(|(who, until)| Step::Suspended(who, until)),
        who.prop_map(Step::Reinstated),
        (1..15_i64).prop_map(Step::TimePasses),
    ]
}

#[derive(Default)]
struct Someone {
    joined: bool,
    ever_affiliated: bool,
    works_for: Vec<AgencyId>,
    mandate: Option<(MandateId, Timestamp, Option<Timestamp>)>,
    /// They signed out, or their session ended with their last affiliation or when they were shut out.
    signed_out: bool,
    /// That they are shut out, and until when.
    suspended: Option<Option<Timestamp>>,
}

impl Someone {
    fn is_secretariat(&self, now: Timestamp) -> bool {
        self.joined && self.mandate.is_some_and(|(_, from, until)| from <= now && until.is_none_or(|until| now < until))
    }

    /// Whoever works somewhere was also given a mandate there.
    fn participates(&self, now: Timestamp) -> bool {
        self.joined && !self.is_suspended(now) && (!self.works_for.is_empty() || self.is_secretariat(now))
    }

    fn is_suspended(&self, now: Timestamp) -> bool {
        self.suspended.is_some_and(|until| until.is_none_or(|until| now < until))
    }

    fn acts_for(&self, now: Timestamp, secretariat: AgencyId, invited_for: AgencyId) -> Option<AgencyId> {
        let is_secretariat =
            self.mandate.is_some_and(|(_, from, until)| from <= now && until.is_none_or(|until| now < until));
        let of_secretariat = is_secretariat.then_some(secretariat);
        let of_invitation = (!self.ever_affiliated).then_some(invited_for);
        self.works_for.last().copied().or(of_secretariat).or(of_invitation)
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
    /// By person and arena: whether they are a member, or only invited; and for which agency they acted then.
    members: BTreeMap<(usize, usize), (bool, Option<AgencyId>)>,
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

    fn acts_for(&self, who: usize) -> Option<AgencyId> {
        self.someone[who].acts_for(self.world.now(), self.agencies[0], self.agencies[who])
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
                world.mandate(self.people[who], Role::Participant, agency, world.now(), None).await;
            }
            Step::Leaves(who, what) => {
                let (left, someone) = (self.agencies[what], &mut self.someone[who]);
                someone.works_for.retain(|agency| *agency != left);
                someone.signed_out |= someone.works_for.is_empty();
                self.members.retain(|(of, _), (_, agency)| *of != who || *agency != Some(left));
                world.leaves(self.people[who], left).await;
            }
            Step::Suspended(who, until) => {
                let until = until.map(|until| world.after(until));
                self.someone[who].suspended = Some(until);
                self.someone[who].signed_out = true;
                world.suspends(self.people[who], until).await;
            }
            Step::Reinstated(who) => {
                self.someone[who].suspended = None;
                let (id, audience) = (self.people[who].uuid(), Audience::Secretariat);
                world.append::<PersonEvent>(id, audience, PersonReinstated {}).await;
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
                let acts_for = self.acts_for(who);
                self.members.entry((who, what)).or_insert((false, acts_for));
                world.invites(self.arenas[what], self.people[who]).await;
            }
            Step::Member(who, what) => {
                // Whoever was invited for one agency and joins for another is a member for that one.
                let acts_for = self.acts_for(who);
                let before = self.members.get(&(who, what)).and_then(|(_, agency)| *agency);
                self.members.insert((who, what), (true, acts_for.or(before)));
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

            let is_viewer = !someone.signed_out && !someone.is_suspended(now) && self.acts_for(who).is_some();
            assert_eq!(fresh.signed_in().is_some(), is_viewer);
            assert_eq!(fresh.participant().is_some(), is_viewer && someone.participates(now));
            assert_eq!(fresh.is_secretariat(), is_viewer && someone.is_secretariat(now));
            if is_viewer {
                assert_eq!(fresh.agency(), self.acts_for(who));
            }
            for what in 0..2 {
                let standing = standing(&snapshot, &fresh, self.arenas[what]).unwrap();
                let takes_part = fresh.participant().is_some();
                let member = self.members.get(&(who, what)).map(|(joined, _)| *joined);
                let inside = member == Some(true) || someone.is_secretariat(now);
                let (sees, reads) = match self.access[what] {
                    ArenaAccess::Open => (true, true),
                    ArenaAccess::Members => (true, inside),
                    ArenaAccess::Invited => (inside || member.is_some(), inside),
                };
                assert_eq!((standing.sees_card, standing.reads), (takes_part && sees, takes_part && reads));
                assert_eq!(standing.writes, takes_part && member == Some(true));
            }
            // Who is gone stays gone: a viewer that is no longer one is not looked up again.
            viewers.push(if fresh.signed_in().is_some() { renewed } else { before[who].clone() });
        }
        if self.access[0] == ArenaAccess::Open {
            let counted = readers_of(&snapshot, self.arenas[0], now).unwrap().unwrap().persons;
            assert_eq!(counted, self.someone.iter().filter(|someone| someone.participates(now)).count());
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
