//! What a yardstick sends: a text that looks like an event of Erfa, so that its reader has the same to do.

/// Its size, about that of a post.
pub(crate) const BYTES: usize = 300;

/// Message `number`, with a mark.
pub(crate) fn text(number: u64, mark: &str) -> String {
    let cursor = "x".repeat(60);
    let text = format!(r#"{{"t":"ev","s":1,"c":"{cursor}","e":{{"data":{{"number":{number},"body":"{mark} "#);
    format!(r#"{text:.<width$}"}}}}}}"#, width = BYTES - 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_an_event_of_the_right_size() {
        let text = text(17, &crate::mark::mark(99));
        assert_eq!(text.len(), BYTES);
        let event: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&event["t"], &event["e"]["data"]["number"]), (&"ev".into(), &17.into()));
    }
}
