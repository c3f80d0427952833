//! Reading the log for many sockets at once: what one has read, the others need not decode again.

use std::sync::Arc;

use event_log::{Filter, Log, ReadError, Recorded};
use quick_cache::{Weighter, sync::Cache};
use types::Position;

use crate::Topics;

/// Near the head, the log is read in pieces of so many positions, the same ones for everyone.
const PIECE: u64 = 256;
/// From farther back than this, it is read for one topic with a filter.
const FAR: u64 = 4_096;
/// How many events a filtered read takes.
const FAR_EVENTS: usize = 256;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// Everything after a position and up to another.
    Piece { after: u64, to: u64 },
    /// What of it belongs to a topic.
    OfTopic { topic: Arc<str>, after: u64, to: u64 },
    /// What belongs to a topic after a position, with a filter.
    Far { topic: Arc<str>, after: u64 },
}

/// Events, and how far they go: nothing else is between the position that was asked for and there.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) events: Vec<Arc<Recorded>>,
    pub(crate) read_to: Position,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Arc<Page>> for Bytes {
    fn weight(&self, _: &Key, page: &Arc<Page>) -> u64 {
        let bytes: usize = page.events.iter().map(|event| event.data.len() + size_of::<Recorded>()).sum();
        (bytes + size_of::<Key>() + size_of::<Page>()) as u64
    }
}

/// Reads the log for many sockets.
pub(crate) struct Reader {
    log: Log,
    topics: Arc<dyn Topics>,
    pages: Cache<Key, Arc<Page>, Bytes>,
}

impl Reader {
    pub(crate) fn new(log: Log, topics: Arc<dyn Topics>, bytes_max: usize) -> Self {
        let pages = Cache::with_weighter(bytes_max / 16_384, bytes_max as u64, Bytes);
        Self { log, topics, pages }
    }

    /// What belongs to the topic after `after`, as far as one read goes, and no farther than `to`, which lies behind
    /// `after` and which the log has reached.
    pub(crate) async fn read(&self, topic: &Arc<str>, after: Position, to: Position) -> Result<Page, ReadError> {
        let page = match to.get().saturating_sub(after.get()) > FAR {
            true => self.far(topic, after).await?,
            false => self.near(topic, after, to).await?,
        };
        let wanted = |event: &&Arc<Recorded>| event.position > after && event.position <= to;
        let events = page.events.iter().filter(wanted).cloned().collect();
        Ok(Page { events, read_to: page.read_to.min(to) })
    }

    async fn near(&self, topic: &Arc<str>, after: Position, to: Position) -> Result<Arc<Page>, ReadError> {
        let begin = after.get() / PIECE * PIECE;
        let to = to.get().min(begin + PIECE);
        let key = Key::OfTopic { topic: topic.clone(), after: begin, to };
        self.pages
            .get_or_insert_async(&key, async {
                let piece = self.piece(begin, to).await?;
                Ok(Arc::new(self.of_topic(topic, &piece.events, piece.read_to)))
            })
            .await
    }

    async fn piece(&self, begin: u64, to: u64) -> Result<Arc<Page>, ReadError> {
        self.pages
            .get_or_insert_async(&Key::Piece { after: begin, to }, async {
                let (mut events, mut read_to) = (Vec::new(), Position::new(begin));
                let filter = Filter::all();
                while read_to.get() < to {
                    metrics::counter!("erfa_live_log_reads_total").increment(1);
                    let page = self.log.read_all(read_to, &filter, PIECE as usize).await?;
                    events.extend(page.events.into_iter().filter(|event| event.position.get() <= to));
                    if page.at_head || page.read_to <= read_to {
                        break;
                    }
                    read_to = page.read_to;
                }
                Ok(Arc::new(Page { events, read_to: Position::new(to) }))
            })
            .await
    }

    async fn far(&self, topic: &Arc<str>, after: Position) -> Result<Arc<Page>, ReadError> {
        // A page that was read when the log ended earlier is shorter, and as true as it was.
        let key = Key::Far { topic: topic.clone(), after: after.get() };
        self.pages
            .get_or_insert_async(&key, async {
                metrics::counter!("erfa_live_log_reads_total").increment(1);
                let page = self.log.read_all(after, &self.topics.filter(topic), FAR_EVENTS).await?;
                Ok(Arc::new(self.of_topic(topic, &page.events, page.read_to)))
            })
            .await
    }

    fn of_topic(&self, topic: &str, events: &[Arc<Recorded>], read_to: Position) -> Page {
        let belongs = |event: &&Arc<Recorded>| self.topics.topics_of(event).iter().any(|of| *of == *topic);
        Page { events: events.iter().filter(belongs).cloned().collect(), read_to }
    }
}
