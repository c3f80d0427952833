//! What a process says to the one that leads.

use std::io::{self, Write as _};

use crate::orders::Said;

/// Says it.
pub(crate) fn say(said: &Said) -> io::Result<()> {
    let mut line = serde_json::to_vec(said)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()
}
