//! What one subscription was told, and whether that was right.

use std::collections::BTreeSet;

use super::book::{Book, Form, Topic, Viewer};

/// A subscription of a socket.
#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) topic: Topic,
    pub(super) form: Form,
    pub(super) window: usize,
    viewer: Viewer,
    /// Where it began, and how far the forum had come then.
    began: (u64, u64),
    /// Up to here everything was heard.
    heard: u64,
    acknowledged: u64,
    /// Frames that were taken and not acknowledged.
    pub(super) out: usize,
    /// What was hidden before it can have been sent.
    never: BTreeSet<u64>,
    pub(super) live: bool,
    /// Where it ceased to be theirs.
    ends_at: Option<u64>,
    was_theirs: bool,
    /// It was not theirs for a while: it may have ended, and need not have.
    may_end: bool,
    pub(super) ended: bool,
}

impl Subscription {
    pub(super) fn new(book: &Book, viewer: Viewer, (topic, form): (Topic, Form), window: usize, from: u64) -> Self {
        let hidden = book.of(topic, form, from).filter(|fact| book.hides(viewer, fact));
        let was_theirs = book.reads(viewer, topic.arena());
        Self {
            topic,
            form,
            window,
            viewer,
            began: (from, book.head),
            heard: from,
            acknowledged: from,
            out: 0,
            never: hidden.map(|fact| fact.position).collect(),
            live: false,
            ends_at: (!was_theirs).then_some(0),
            was_theirs,
            may_end: false,
            ended: false,
        }
    }

    /// Whether it is theirs to listen to.
    pub(super) fn is_theirs(&self, book: &Book) -> bool {
        book.reads(self.viewer, self.topic.arena())
    }

    /// What is to be sent, or may be on its way, as things stand.
    pub(super) fn coming(&self, book: &Book) -> Vec<u64> {
        let of_topic = book.of(self.topic, self.form, self.acknowledged);
        of_topic.filter(|fact| book.shows(self.viewer, self.form, fact)).map(|fact| fact.position).collect()
    }

    /// Something has happened, of which the forum knows, when this was coming: what can it not say any more, and does it
    /// end?
    pub(super) fn look(&mut self, book: &Book, coming: &[u64]) {
        match (self.is_theirs(book), self.ends_at) {
            (false, None) => self.ends_at = Some(book.head),
            (true, Some(_)) => (self.ends_at, self.may_end) = (None, true),
            (false, Some(_)) => {}
            (true, None) => {
                // What the window had room for may have been sent before.
                let beyond = &coming[self.window.min(coming.len())..];
                let hidden = book.of(self.topic, self.form, 0).filter(|fact| book.hides(self.viewer, fact));
                let hidden = hidden.map(|fact| fact.position).filter(|position| beyond.contains(position));
                self.never.extend(hidden);
            }
        }
    }

    /// A frame brought what happened at a position.
    pub(super) fn brought(&mut self, book: &Book, position: u64, frame: &str) {
        assert!(position > self.heard, "{position} again, or late: {self:#?}");
        let fact = book.of(self.topic, self.form, 0).find(|fact| fact.position == position);
        let fact = fact.unwrap_or_else(|| panic!("{position} is not of {self:#?}"));
        if self.never.contains(&position) {
            assert_eq!(self.form, Form::Html, "{position} was hidden before it was sent: {self:#?}");
            let text = fact.text.as_deref().unwrap();
            assert!(!frame.contains(text), "{text} was hidden before it was sent: {frame}");
        }
        assert!(self.ends_at.is_none_or(|end| position < end), "{position} came after the end: {self:#?}");
        self.nothing_missed(book, position - 1);
        self.heard = position;
        self.out += 1;
    }

    /// A frame said that everything up to a position was told.
    pub(super) fn reached(&mut self, book: &Book, position: u64) {
        assert!(position >= self.heard, "{position} is behind: {self:#?}");
        self.nothing_missed(book, position);
        self.heard = position;
    }

    /// A frame said that it is live, as far as a position.
    pub(super) fn is_live(&mut self, book: &Book, position: u64) {
        assert!(position >= self.began.1, "live at {position}, which was not the end: {self:#?}");
        self.reached(book, position);
        self.live = true;
    }

    fn nothing_missed(&self, book: &Book, to: u64) {
        if self.is_theirs(book) {
            let missed =
                book.of(self.topic, self.form, self.heard).find(|fact| book.shows(self.viewer, self.form, fact));
            assert!(missed.is_none_or(|fact| fact.position > to), "missed {missed:?} up to {to}: {self:#?}");
        }
    }

    pub(super) fn dropped(&mut self) {
        assert!(self.ends_at.is_some() || self.may_end, "it was theirs all the time: {self:#?}");
        self.ended = true;
    }

    /// It was not theirs when they asked for it.
    pub(super) fn refused(&mut self) {
        assert!(!self.was_theirs || self.ends_at.is_some() || self.may_end, "it was theirs: {self:#?}");
        self.ended = true;
    }

    pub(super) fn acknowledge(&mut self) {
        (self.acknowledged, self.out) = (self.heard, 0);
    }

    /// Whether everything up to the mark was heard, or nothing more is to come.
    pub(super) fn is_quiet(&self, mark: u64) -> bool {
        self.ended || (self.ends_at.is_none() && self.heard >= mark)
    }
}
