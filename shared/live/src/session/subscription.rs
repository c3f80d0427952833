//! One subscription: how far it has come, what was read for it, what is out and not acknowledged.

use std::{collections::VecDeque, sync::Arc};

use event_log::Recorded;
use types::Position;

use super::{Effect, Elapsed, Outgoing};
use crate::limits;

/// A subscription.
#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) s: u32,
    pub(super) topic: Arc<str>,
    window: usize,
    /// Everything up to here was sent, or is not for this viewer.
    pub(super) cursor: Position,
    /// The last position that a frame told the client; what it may acknowledge.
    pub(super) told: Position,
    told_at: Elapsed,
    /// Frames out that were not acknowledged: their position, and how many they are.
    out: VecDeque<(Position, usize)>,
    out_frames: usize,
    /// What was read and not judged yet.
    pub(super) pending: VecDeque<Arc<Recorded>>,
    /// How far what is pending was read, and whether that was all.
    read_to: Position,
    at_head: bool,
    /// Told that it is live.
    pub(super) live: bool,
    /// There may be more to read.
    pub(super) due: bool,
    /// The next event is for this viewer, and waits for the window.
    pub(super) stalled: bool,
}

impl Subscription {
    pub(super) fn new(s: u32, topic: Arc<str>, window: usize, from: Position, now: Elapsed) -> Self {
        Self {
            s,
            topic,
            window,
            cursor: from,
            told: from,
            told_at: now,
            out: VecDeque::new(),
            out_frames: 0,
            pending: VecDeque::new(),
            read_to: from,
            at_head: false,
            live: false,
            due: true,
            stalled: false,
        }
    }

    /// Looks again whether there is more.
    pub(super) fn look(&mut self) {
        self.due = true;
    }

    /// Takes what was read after its cursor.
    pub(super) fn page(&mut self, events: Vec<Arc<Recorded>>, read_to: Position, at_head: bool) {
        debug_assert!(self.pending.is_empty() && events.is_sorted_by_key(|event| event.position));
        self.pending.extend(events.into_iter().filter(|event| event.position > self.cursor));
        self.read_to = self.read_to.max(read_to).max(self.cursor);
        self.at_head = at_head;
        self.due = !at_head;
    }

    /// Whether so many more frames may go out. What one event causes goes out together; if it is more than the window,
    /// it goes out alone.
    pub(super) fn has_room(&self, frames: usize) -> bool {
        self.out_frames == 0 || self.out_frames + frames <= self.window
    }

    /// An event was sent, in so many frames.
    pub(super) fn sent(&mut self, position: Position, frames: usize, now: Elapsed) {
        self.cursor = position;
        if frames > 0 {
            self.out.push_back((position, frames));
            self.out_frames += frames;
            self.tell(now);
        }
    }

    /// Everything up to `position` was taken by the client; `false` if it was never sent so far.
    pub(super) fn acknowledged(&mut self, position: Position) -> bool {
        if position > self.told {
            return false;
        }
        while let Some(&(sent, frames)) = self.out.front()
            && sent <= position
        {
            self.out.pop_front();
            self.out_frames -= frames;
            self.stalled = false;
        }
        true
    }

    /// Nothing is pending: its cursor is as far as was read, and it is live if that was all.
    pub(super) fn settle(&mut self, now: Elapsed, effects: &mut Vec<Effect>) {
        if !self.pending.is_empty() {
            return;
        }
        self.cursor = self.cursor.max(self.read_to);
        if self.at_head && !self.due && !self.live {
            self.live = true;
            self.tell(now);
            effects.push(Effect::Send(Outgoing::Live { s: self.s, position: self.cursor }));
        } else if !self.live {
            self.checkpoint(now, effects);
        }
    }

    /// The next event waits for the window: it is no longer live.
    pub(super) fn stall(&mut self, now: Elapsed, effects: &mut Vec<Effect>) {
        self.stalled = true;
        if self.live {
            self.live = false;
            self.tell(now);
            effects.push(Effect::Send(Outgoing::Behind { s: self.s, position: self.cursor }));
        }
    }

    /// Says how far it has come, if that was not said for long. By time alone: what it would say by count would tell how
    /// much there is that the viewer may not see.
    pub(super) fn checkpoint(&mut self, now: Elapsed, effects: &mut Vec<Effect>) {
        let every = if self.live { limits::CHECKPOINT_IDLE } else { limits::CHECKPOINT_BUSY };
        if now >= self.told_at + every {
            self.tell(now);
            effects.push(Effect::Send(Outgoing::Checkpoint { s: self.s, position: self.cursor }));
        }
    }

    fn tell(&mut self, now: Elapsed) {
        self.told = self.cursor;
        self.told_at = now;
    }
}
