//! What comes of a client before it is a whole frame.

use service_kit::Received;

use crate::limits;

/// How much has come since the last whole frame. A frame may come in parts, each as small as a byte or empty, of which
/// nothing is heard before the last.
pub(crate) struct Intake {
    /// `None` where nobody counts.
    received: Option<Received>,
    at_last: u64,
}

impl Intake {
    /// Nothing has come of what is sent from now on.
    pub(crate) fn new(received: Option<Received>) -> Self {
        let mut intake = Self { received, at_last: 0 };
        intake.whole();
        intake
    }

    /// A whole frame came.
    pub(crate) fn whole(&mut self) {
        self.at_last = self.bytes();
    }

    /// Whether more has come than a frame takes.
    pub(crate) fn is_too_much(&self) -> bool {
        self.bytes() - self.at_last > limits::FRAME_WIRE_BYTES_MAX
    }

    fn bytes(&self) -> u64 {
        self.received.as_ref().map_or(0, Received::bytes)
    }
}
