//! What the log's commands answer, in words.

use serde_json::Value;

pub(crate) fn tail(done: &Value) -> String {
    let events = done["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |event: &Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
    let lines = events.iter().map(|event| {
        let (at, kind, stream) = (text(event, "recordedAt"), text(event, "type"), text(event, "stream"));
        let position = event["position"].as_u64().unwrap_or_default();
        format!("{position:>8}  {at}  {kind:<44}  {stream} {}", event["revision"])
    });
    if events.is_empty() { "The log is empty.".to_owned() } else { lines.collect::<Vec<_>>().join("\n") }
}

pub(crate) fn stats(done: &Value) -> String {
    let number = |key: &str| done[key].as_u64().unwrap_or_default();
    let text = |key: &str| done[key].as_str().unwrap_or("-").to_owned();
    let mut words = format!(
        "events      {}\nstreams     {}\nhead        {}\nchain       {}\nepoch       {}\norigin      {}\non disk     {}",
        number("events"),
        number("streams"),
        number("head"),
        text("chain"),
        text("epoch"),
        text("origin"),
        indicatif::HumanBytes(number("diskBytes")),
    );
    if let Some(reason) = done["readOnly"].as_str() {
        words += &format!("\nread-only   {reason}");
    }
    words
}
