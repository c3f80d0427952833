//! Events as others read them: CloudEvents 1.0.

use event_log::Recorded;
use serde_json::{Value, json};

/// The event as a CloudEvent with its own data, without a cursor. Only for events whose data everyone who may see them
/// may read as it stands; else [`cloud_event_with`].
pub fn cloud_event(event: &Recorded) -> Value {
    // The log takes nothing but JSON.
    cloud_event_with(event, serde_json::from_slice(&event.data).unwrap_or_default())
}

/// The event as a CloudEvent with this data, without a cursor.
pub fn cloud_event_with(event: &Recorded, data: Value) -> Value {
    // `se.erfa.<service>.<name>.v<n>`
    let service = event.kind.split('.').nth(2).unwrap_or("erfa");
    let mut cloud_event = json!({
        "specversion": "1.0",
        "id": event.id,
        "source": format!("/api/{service}/v1"),
        "type": &*event.kind,
        "subject": event.stream.to_string(),
        "time": event.meta.occurred_at,
        "datacontenttype": "application/json",
        "dataschema": format!("/schemas/events/{}.json", event.kind),
        "sequence": format!("{:020}", event.revision.get()),
        "data": data,
    });
    if let Some(correlation) = event.meta.correlation {
        cloud_event["correlationid"] = json!(correlation);
    }
    if let Some(causation) = event.meta.causation {
        cloud_event["causationid"] = json!(causation);
    }
    cloud_event
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contracts::{Actor, Audience, Meta};
    use types::{Category, CommitId, EventId, Position, Revision, StreamId, Timestamp};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn it_has_what_the_specification_asks_for() {
        let (id, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut meta = Meta::new(Actor::System { part: "test".into() }, Audience::Public, Timestamp::UNIX_EPOCH);
        (meta.correlation, meta.causation) = (Some(other), Some(EventId::from_uuid(other)));
        let event = Recorded {
            position: Position::new(17),
            stream: StreamId::new(Category::declared("thread"), id),
            revision: Revision::new(3),
            recorded_at: Timestamp::UNIX_EPOCH,
            commit: CommitId::from_uuid(id),
            id: EventId::from_uuid(id),
            kind: "se.erfa.forum.post-added.v1".into(),
            data: br#"{"body":"text"}"#.to_vec().into(),
            meta: Arc::new(meta),
        };
        let expected = json!({
            "specversion": "1.0",
            "id": "00000000-0000-0000-0000-000000000001",
            "source": "/api/forum/v1",
            "type": "se.erfa.forum.post-added.v1",
            "subject": "thread-00000000-0000-0000-0000-000000000001",
            "time": "1970-01-01T00:00:00Z",
            "datacontenttype": "application/json",
            "dataschema": "/schemas/events/se.erfa.forum.post-added.v1.json",
            "sequence": "00000000000000000003",
            "correlationid": "00000000-0000-0000-0000-000000000002",
            "causationid": "00000000-0000-0000-0000-000000000002",
            "data": { "body": "text" },
        });
        assert_eq!(cloud_event(&event), expected);
        assert!(!expected.to_string().contains("17"), "a position is never shown");
    }
}
