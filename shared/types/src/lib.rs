//! The small values that everything else is said with: ids, positions, time and bounded text.
//!
//! No I/O and no async lives here. The wall clock and the operating system's randomness enter Erfa
//! through [`SystemClock`] and [`SystemIds`], and nowhere else.

mod clock;
mod digest_id;
mod id;
mod need_area;
mod position;
mod stream;
mod text;

pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use id::{
    AgencyId, ArenaId, CommitId, EventId, IdentityId, Ids, LogEpoch, MandateId, PersonId, PostId, SequentialIds,
    SessionId, SystemIds, ThreadId, TokenId,
};
pub use need_area::NeedArea;
pub use position::{Position, Revision};
pub use stream::{Category, InvalidStream, StreamId};
pub use text::{Line, Paragraphs, TextError, is_forbidden};
