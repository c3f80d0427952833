//! What happens to the log itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use types::{Line, LogEpoch};

use crate::{EventDescriptor, EventSet, event_set::event_set};

/// The log was taken into use again though something in it was lost. Its stream's id is the log's origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LossAccepted {
    /// The first position whose event is lost, and at which another stands now.
    pub from: u64,
    /// The last position that was surely there; `None` if it is not known that anything was.
    pub to: Option<u64>,
    /// The log's epoch before.
    pub former_epoch: LogEpoch,
    /// What was wrong with the log.
    pub reason: Line<500>,
    /// The name of the directory, beside the log's, in which the log lies as it was.
    pub set_aside: Line<120>,
}

event_set! {
    /// What can happen to the log.
    pub enum LogEvent of "log" in "log" {
        LossAccepted(LossAccepted) = "loss-accepted.v1" for Secretariat,
    }
}

/// Every event type of the log.
pub fn descriptors() -> impl Iterator<Item = &'static EventDescriptor> {
    LogEvent::DESCRIPTORS.iter()
}
