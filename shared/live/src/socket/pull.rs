//! Reading for the session, and judging what the viewer gets.

use std::sync::Arc;

use access::people::rights_at;
use contracts::Audience;
use event_log::{ReadError, Recorded};
use event_sourcing::ViewError;
use types::Position;

use super::{Socket, viewer::complain};
use crate::{
    hub::Topic,
    limits,
    protocol::Form,
    render::{FragmentKey, Rendered},
    session::{Next, Verdict},
};

/// How many events are judged before the client is heard again.
const JUDGED_AT_ONCE: usize = 128;

/// Events, how far they go, and whether that is as far as the view.
type Read = (Vec<Arc<Recorded>>, Position, bool);

impl Socket {
    /// Reads and judges for as long as there is room; `true` if there is more to do.
    pub(super) async fn pull(&mut self) -> bool {
        if !self.session.is_ready() {
            return false;
        }
        self.check_access();
        self.perform();
        for _ in 0..JUDGED_AT_ONCE {
            if self.outbox.is_full() {
                // Goes on when something was written.
                return false;
            }
            match self.session.next() {
                Next::Idle => return false,
                Next::Read { s, after } => {
                    let Some((topic, _)) = self.of(s) else { return false };
                    let read = match self.read_newest(&topic, after) {
                        Some(newest) => Ok(newest),
                        // On the heap, because it is rarely needed and most sockets are idle.
                        None => Box::pin(self.read_log(&topic, after)).await,
                    };
                    match read {
                        Ok((events, read_to, at_head)) => {
                            self.session.page(s, events, (read_to, at_head), self.began.elapsed());
                        }
                        Err(error) => {
                            tracing::error!(%error, topic = &*topic.name, "a topic could not be read");
                            self.session.drop_subscription(s, "unavailable", true);
                        }
                    }
                    self.check_access();
                }
                Next::Judge { s, event } => match self.judge(s, &event) {
                    // Access may have ended for a moment that nobody has looked at: it is judged again as things stand.
                    Ok(Verdict::Hidden) if self.check_access() => {}
                    Ok(verdict) => self.session.judged(s, verdict, self.began.elapsed()),
                    Err(error) => {
                        complain(&error);
                        self.session.drop_subscription(s, "unavailable", true);
                    }
                },
            }
            self.perform();
        }
        true
    }

    fn of(&self, s: u32) -> Option<(Arc<Topic>, Form)> {
        let subscribed = self.subscribed.iter().find(|subscribed| subscribed.s == s)?;
        Some((subscribed.topic.clone(), subscribed.form))
    }

    /// What is in the topic after a position, if the newest events go back so far.
    fn read_newest(&self, topic: &Topic, after: Position) -> Option<Read> {
        // If the hub has not heard of all that the view has, a wake-up is late, or was lost.
        let is_told = self.live.hub.applied() >= self.live.door.position();
        is_told.then(|| self.live.hub.read(topic, after, limits::READ_EVENTS)).flatten()
    }

    /// What is in the topic after a position, from the log.
    async fn read_log(&self, topic: &Topic, after: Position) -> Result<Read, ReadError> {
        let reached = self.live.door.position();
        if reached <= after {
            return Ok((Vec::new(), after, true));
        }
        let page = self.live.reader.read(&topic.name, after, reached).await?;
        let at_head = page.read_to >= self.live.door.position();
        Ok((page.events, page.read_to, at_head))
    }

    /// What the viewer gets of an event.
    fn judge(&mut self, s: u32, event: &Recorded) -> Result<Verdict, ViewError> {
        let Some((topic, form)) = self.of(s) else { return Ok(Verdict::Hidden) };
        let Some(known) = &mut self.known else { return Ok(Verdict::Hidden) };
        let snapshot = self.live.door.snapshot()?;
        if snapshot.position() < event.position {
            return Err(ViewError::Inconsistent("the view is behind an event that was read from it".into()));
        }
        // What the hub has not heard of may have altered the topic too.
        let altered = (self.live.hub.applied() >= snapshot.position()).then(|| topic.altered());
        let visibility = self.live.visibilities.of(&snapshot, altered, event)?;
        let (viewer, may_see) = (&known.viewer, &mut known.may_see);
        let topics = self.live.hub.topics();
        let mut may_see = |audience: &Audience| may_see.look(&snapshot, viewer, *audience);
        let seen = visibility.to_whom(viewer, &mut may_see)?;
        let place = !seen && form == Form::Html && topics.keeps_place(event) && visibility.is_known_to(may_see)?;
        if !seen && !place {
            return Ok(Verdict::Hidden);
        }
        let rendered = match form {
            Form::Event => self.live.renders.event(event.position, || Rendered::event(&topics.event(event))),
            Form::Html => {
                let key = FragmentKey {
                    position: event.position,
                    lang: self.lang,
                    variant: topics.variant(&known.viewer, event),
                    topic: topic.name.clone(),
                    place,
                };
                // Fragments name people and agencies, who may be called otherwise now.
                let altered = topic.altered().max(rights_at(&snapshot)?);
                self.live.renders.fragments(key, altered, snapshot.position(), || {
                    let fragments = topics.fragments(&snapshot, &known.viewer, self.lang, &topic.name, event)?;
                    Ok::<_, ViewError>(Rendered::fragments(&fragments))
                })?
            }
        };
        Ok(Verdict::Shown(rendered))
    }
}
