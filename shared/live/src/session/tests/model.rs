//! The session against a model: what a viewer may see, once, in order, and `live` only when true.

use super::*;

/// What happens to a client that wants to know everything it may see.
#[derive(Clone, Debug)]
enum Step {
    /// An event is added; whether the client may see it, and in how many frames.
    Append { visible: bool, frames: usize },
    /// The session does so many things.
    Work(usize),
    /// The client takes so many frames that were sent.
    Take(usize),
    /// The client acknowledges what it took.
    Ack,
    /// The connection breaks, whatever was sent is lost, and the client resumes.
    Reconnect,
    /// Time goes by.
    Tick(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<bool>(), 1_usize..4).prop_map(|(visible, frames)| Step::Append { visible, frames }),
        4 => (1_usize..12).prop_map(Step::Work),
        4 => (1_usize..6).prop_map(Step::Take),
        2 => Just(Step::Ack),
        1 => Just(Step::Reconnect),
        1 => (1_u64..40).prop_map(Step::Tick),
    ]
}

/// A log with gaps, a session, and a client that keeps what it heard.
struct World {
    log: Vec<(u64, bool, usize)>,
    session: Session,
    window: u32,
    now: Elapsed,
    /// Sent, and not taken by the client.
    wire: Vec<(Outgoing, u64)>,
    heard: Vec<u64>,
    resume_after: u64,
    unacknowledged: usize,
}

impl World {
    fn new(window: u32) -> Self {
        let mut world = Self {
            log: Vec::new(),
            session: ready(),
            window,
            now: Duration::ZERO,
            wire: Vec::new(),
            heard: Vec::new(),
            resume_after: 0,
            unacknowledged: 0,
        };
        sub(&mut world.session, 1, "start", window, 0, Duration::ZERO);
        world.gather();
        world
    }

    fn head(&self) -> u64 {
        self.log.last().map_or(0, |(position, ..)| *position)
    }

    fn gather(&mut self) {
        let head = self.head();
        for effect in self.session.take_effects() {
            match effect {
                Effect::Send(outgoing) => self.wire.push((outgoing, head)),
                other => panic!("{other:?}"),
            }
        }
    }

    /// `false` if there was nothing to do.
    fn work(&mut self) -> bool {
        let busy = match self.session.next() {
            Next::Idle => false,
            Next::Read { s, after } => {
                let events = self.log.iter().filter(|(position, ..)| *position > after.get());
                let events: Vec<_> = events.take(5).map(|(position, ..)| event(*position)).collect();
                let read_to = events.last().map_or(after.get().max(self.head()), |event| event.position.get());
                self.session.page(s, events, (Position::new(read_to), read_to >= self.head()), self.now);
                true
            }
            Next::Judge { s, event } => {
                let (_, visible, frames) =
                    *self.log.iter().find(|(position, ..)| *position == event.position.get()).unwrap();
                let fragment =
                    || crate::Fragment { target: "a".into(), action: crate::Action::Append, html: String::new() };
                let fragments: Vec<_> = (0..frames).map(|_| fragment()).collect();
                let verdict = match visible {
                    true => Verdict::Shown(Arc::new(Rendered::fragments(&fragments))),
                    false => Verdict::Hidden,
                };
                self.session.judged(s, verdict, self.now);
                true
            }
        };
        self.gather();
        busy
    }

    fn take(&mut self) -> bool {
        if self.wire.is_empty() {
            return false;
        }
        let (outgoing, head) = self.wire.remove(0);
        let visible_to =
            |to: u64| self.log.iter().filter(move |(p, visible, _)| *visible && *p <= to).map(|(p, ..)| *p);
        match outgoing {
            Outgoing::Event { position, rendered, .. } => {
                self.unacknowledged += rendered.frames();
                self.heard.push(position.get());
                self.resume_after = position.get();
            }
            Outgoing::Checkpoint { position, .. } | Outgoing::Behind { position, .. } => {
                assert!(self.heard.iter().copied().eq(visible_to(position.get())), "nothing is skipped");
                self.resume_after = position.get();
            }
            Outgoing::Live { position, .. } => {
                assert!(position.get() >= head, "live only at the head: {position}, {head}");
                assert!(self.heard.iter().copied().eq(visible_to(position.get())), "live only when true");
                self.resume_after = position.get();
            }
            Outgoing::Subscribed { from, .. } => assert_eq!(from.get(), self.resume_after),
            Outgoing::Ping => self.session.received(r#"{"t":"pong"}"#, self.now, &Plain),
            other => panic!("{other:?}"),
        }
        true
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Append { visible, frames } => {
                let gap = 1 + self.head() % 3;
                self.log.push((self.head() + gap, *visible, *frames));
                self.session.woken(1);
            }
            Step::Work(times) => (0..*times).for_each(|_| {
                self.work();
                let largest = self.log.iter().map(|(_, _, frames)| *frames).max().unwrap_or(0);
                let wired = self.wire.iter().map(|(outgoing, _)| match outgoing {
                    Outgoing::Event { rendered, .. } => rendered.frames(),
                    _ => 0,
                });
                let out = self.unacknowledged + wired.sum::<usize>();
                assert!(out <= largest.max(self.window as usize), "{out} frames out in a window of {}", self.window);
            }),
            Step::Take(times) => (0..*times).for_each(|_| {
                self.take();
            }),
            Step::Ack => {
                let ack = json!({ "t": "ack", "s": 1, "c": format!("p{}", self.resume_after) });
                self.now += Duration::from_millis(50);
                self.session.received(&ack.to_string(), self.now, &Plain);
                self.unacknowledged = 0;
                self.gather();
            }
            Step::Reconnect => {
                self.wire.clear();
                self.unacknowledged = 0;
                self.now = Duration::ZERO;
                self.session = ready();
                let head = self.head();
                sub(&mut self.session, 1, &format!("p{}", self.resume_after), self.window, head, self.now);
                self.gather();
            }
            Step::Tick(seconds) => {
                // A client that is there answers its pings.
                while self.take() {}
                self.now += Duration::from_secs(*seconds);
                self.session.tick(self.now);
                self.gather();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn everything_visible_comes_once_in_order(
        window in 1_u32..8,
        steps in prop::collection::vec(step(), 1..200),
    ) {
        let mut world = World::new(window);
        for step in &steps {
            world.step(step);
        }
        // All is quiet: the client takes and acknowledges until nothing more comes.
        loop {
            let worked = world.work();
            let taken = world.take();
            if !worked && !taken {
                if world.unacknowledged == 0 {
                    break;
                }
                world.step(&Step::Ack);
            }
        }
        let visible: Vec<_> = world.log.iter().filter(|(_, visible, _)| *visible).map(|(p, ..)| *p).collect();
        prop_assert_eq!(&world.heard, &visible);
        prop_assert_eq!(world.session.cursors(), vec![(1, Position::new(world.head()), true)]);
    }
}
