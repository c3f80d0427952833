//! How far a subscription is.

use std::fmt::Write as _;

use serde_json::json;

use crate::{
    orders::{Form, Readers},
    read::count::Count,
};

/// A subscription to a thread.
pub(super) struct Subscription {
    /// Which, as an index.
    pub(super) thread: usize,
    /// The number of the post that comes next.
    pub(super) next: u64,
    /// What that was when frames were last counted anew.
    pub(super) counted_from: u64,
    /// Frames that were not acknowledged.
    pub(super) unacknowledged: u32,
    /// When it last acknowledged.
    pub(super) acknowledged_at: u64,
    /// Where to go on; empty before anything came.
    cursor: Vec<u8>,
}

impl Subscription {
    pub(super) fn new(thread: usize, next: u64) -> Self {
        Self { thread, next, counted_from: next, unacknowledged: 0, acknowledged_at: 0, cursor: Vec::new() }
    }

    /// Post `number` came.
    pub(super) fn take(&mut self, number: u64, count: &mut Count) {
        if number < self.next {
            count.repeated += 1;
            return;
        }
        count.done += 1;
        count.missing += number - self.next;
        self.next = number + 1;
    }

    /// Everything up to this cursor came.
    pub(super) fn reached(&mut self, cursor: &[u8]) {
        self.cursor.clear();
        self.cursor.extend(cursor);
    }

    /// Asks for what comes after what it has.
    pub(super) fn ask(&mut self, at: usize, task: &Readers) -> String {
        self.unacknowledged = 0;
        let topic = &task.threads[self.thread].topic;
        let after = if self.cursor.is_empty() { "now".into() } else { String::from_utf8_lossy(&self.cursor) };
        let form = match task.form {
            Form::Event => "event",
            Form::Html => "html",
        };
        json!({ "t": "sub", "s": at + 1, "topic": topic, "after": after, "as": form, "window": task.window })
            .to_string()
    }

    /// Says how far it is.
    pub(super) fn acknowledge(&mut self, at: usize, text: &mut String) {
        self.unacknowledged = 0;
        text.clear();
        let cursor = String::from_utf8_lossy(&self.cursor);
        // A cursor is base64url, which JSON need not escape.
        let _ = write!(text, r#"{{"t":"ack","s":{},"c":"{cursor}"}}"#, at + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_and_what_comes_again_is_counted() {
        let (mut subscription, mut count) = (Subscription::new(0, 2), Count::default());
        for number in [2, 3, 5, 4, 5, 6] {
            subscription.take(number, &mut count);
        }
        assert_eq!((count.done, count.missing, count.repeated, subscription.next), (4, 1, 2, 7));
    }
}
