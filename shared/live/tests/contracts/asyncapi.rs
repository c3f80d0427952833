//! What is published of the protocol is what is spoken.

use std::{fs, path::Path};

use live::protocol::{
    About, Action, After, ClientFrame, CloseCode, Form, Lang, LimitsFrame, PersonHere, PresenceState, Problem,
    SUB_PROTOCOL, ServerFrame,
};
use schemars::schema_for;
use serde_json::{Map, Value, json};
use types::{LogEpoch, PersonId, Timestamp};
use uuid::Uuid;

use crate::yaml;

/// The variants of a frame: the value of `t`, and the schema of the whole frame.
fn variants(schema: Value, shared: &mut Map<String, Value>) -> Vec<(String, Value)> {
    let text = schema.to_string().replace("#/$defs/", "#/components/schemas/");
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    if let Some(Value::Object(definitions)) = schema.get_mut("$defs").map(Value::take) {
        shared.extend(definitions);
    }
    let Some(Value::Array(frames)) = schema.get_mut("oneOf").map(Value::take) else { panic!("{schema}") };
    frames.into_iter().map(|frame| (frame["properties"]["t"]["const"].as_str().unwrap().to_owned(), frame)).collect()
}

fn document() -> Value {
    let mut schemas = Map::new();
    let client = variants(schema_for!(ClientFrame).to_value(), &mut schemas);
    let server = variants(schema_for!(ServerFrame).to_value(), &mut schemas);
    let mut messages = Map::new();
    let (mut channel, mut refs) = (Map::new(), [Vec::new(), Vec::new()]);
    for (side, (prefix, frames)) in [("client", client), ("server", server)].into_iter().enumerate() {
        for (t, mut payload) in frames {
            let name = format!("{prefix}.{t}");
            let summary = payload.as_object_mut().unwrap().remove("description").unwrap_or_default();
            messages.insert(
                name.clone(),
                json!({ "name": t, "summary": summary, "contentType": "application/json", "payload": payload }),
            );
            channel.insert(name.clone(), json!({ "$ref": format!("#/components/messages/{name}") }));
            refs[side].push(json!({ "$ref": format!("#/channels/live/messages/{name}") }));
        }
    }
    let [said_by_client, said_by_server] = refs;
    let codes: Vec<_> = CloseCode::ALL
        .map(|code| json!({ "code": code.number(), "reason": code.reason(), "reconnect": code.may_reconnect() }))
        .into();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Erfa live",
            "version": "1.0.0",
            "license": { "name": "Apache-2.0" },
            "description": "What happens, while it happens. Each frame is one JSON text, which `t` names; a frame with an \
                unknown field is refused. A program sends an API token in `hello`, never in the address; a page is known \
                by its session cookie and must be one of Erfa's own. Commands never go over the socket.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "live": {
                "address": "/api/{service}/v1/live",
                "description": "A WebSocket that everything which was subscribed to comes over.",
                "parameters": { "service": { "description": "The service whose topics they are, such as `forum`." } },
                "bindings": { "ws": { "method": "GET", "bindingVersion": "0.1.0", "headers": {
                    "type": "object",
                    "required": ["Sec-WebSocket-Protocol"],
                    "properties": { "Sec-WebSocket-Protocol": { "const": SUB_PROTOCOL } },
                } } },
                "messages": channel,
            },
        },
        "operations": {
            "hear": {
                "action": "receive",
                "summary": "What a client says.",
                "channel": { "$ref": "#/channels/live" },
                "messages": said_by_client,
            },
            "tell": {
                "action": "send",
                "summary": "What the server says.",
                "channel": { "$ref": "#/channels/live" },
                "messages": said_by_server,
            },
        },
        "components": { "messages": messages, "schemas": schemas },
        "x-close-codes": codes,
        "x-limits": {
            "helloWithinSeconds": live::limits::HELLO_WITHIN.as_secs(),
            "heartbeatSeconds": live::limits::HEARTBEAT.as_secs(),
            "subscriptions": live::limits::SUBSCRIPTIONS_MAX,
            "frameBytes": live::limits::FRAME_IN_BYTES_MAX,
            "framesPerSecond": live::limits::FRAMES_IN_PER_SECOND,
            "framesAtOnce": live::limits::FRAMES_IN_BURST,
            "socketsPerPerson": live::limits::SOCKETS_PER_PERSON_MAX,
            "window": live::limits::WINDOW_MAX,
            "windowDefault": live::limits::WINDOW_DEFAULT,
        },
    })
}

/// `cargo xtask contracts` runs this with `UPDATE_CONTRACTS=1`, which writes the file instead of comparing it.
#[test]
fn contracts_asyncapi_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/asyncapi.yaml");
    let text = yaml::write(&document());
    if std::env::var_os("UPDATE_CONTRACTS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let stands = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(stands, text, "proto/asyncapi.yaml is stale: run `cargo xtask contracts`");
}

fn client_examples() -> Vec<ClientFrame> {
    let topic = || "thread/0192f0c1-2a3b-7c4d-8e5f-001122334455".to_owned();
    let sub = |after, r#as, window| ClientFrame::Sub { s: 1, topic: topic(), after, r#as, window };
    vec![
        ClientFrame::Hello { v: 1, client: "page".into(), lang: Lang::Sv, token: None, replaces: Some(Uuid::nil()) },
        ClientFrame::Hello {
            v: 1,
            client: "program".into(),
            lang: Lang::En,
            token: Some("erfa_…".into()),
            replaces: None,
        },
        sub(After::Now, Form::Event, Some(256)),
        sub(After::Cursor("x".into()), Form::Html, None),
        ClientFrame::Unsub { s: 1 },
        ClientFrame::Ack { s: 1, c: "x".into() },
        ClientFrame::Auth { token: "erfa_…".into() },
        ClientFrame::Presence { topic: topic(), state: PresenceState::Here },
        ClientFrame::Typing { topic: topic() },
        ClientFrame::Pong {},
    ]
}

fn server_examples() -> Vec<ServerFrame> {
    let (epoch, c, topic) = (LogEpoch::from_uuid(Uuid::nil()), || "x".to_owned(), || "thread/1".to_owned());
    let limits =
        LimitsFrame { subscriptions: 64, frame_bytes: 65_536, frames_per_second: 20, window: 1_024, sockets: 8 };
    let here = PersonHere {
        person: PersonId::from_uuid(Uuid::nil()),
        name: "Astrid".into(),
        agency: "Åmyndigheten".into(),
        state: PresenceState::Away,
    };
    let problem =
        Problem { r#type: "/problems/not-found".into(), title: "Finns inte".into(), status: 404, detail: None };
    let html = |more| ServerFrame::Html {
        s: 1,
        c: c(),
        more,
        target: "posts".into(),
        action: Action::Append,
        html: "<li></li>".into(),
    };
    vec![
        ServerFrame::Welcome {
            session: Uuid::nil(),
            epoch,
            heartbeat: 25,
            limits,
            auth_expires: Some(Timestamp::UNIX_EPOCH),
        },
        ServerFrame::Subd { s: 1, from: c(), recovered: true, epoch },
        ServerFrame::Ev { s: 1, c: c(), e: json!({ "specversion": "1.0" }) },
        html(true),
        html(false),
        ServerFrame::Chk { s: 1, c: c() },
        ServerFrame::Live { s: 1, c: c() },
        ServerFrame::Behind { s: 1, c: c() },
        ServerFrame::Presence { topic: topic(), count: 1, people: Some(vec![here]) },
        ServerFrame::Typing { topic: topic(), count: 99, people: None },
        ServerFrame::Drop { s: 1, code: "access-ended".into(), retry: false },
        ServerFrame::AuthRequired { by: Timestamp::UNIX_EPOCH },
        ServerFrame::Ping {},
        ServerFrame::Err { re: About { t: Some("sub".into()), s: Some(1) }, problem },
        ServerFrame::Bye { code: 4001, after_ms: 1_234 },
    ]
}

/// Every kind of frame is described, and its description takes it and nothing with a field more.
fn check(prefix: &str, frames: Vec<Value>) {
    let document = document();
    let mut described: Vec<_> = document["components"]["messages"]
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| name.starts_with(prefix))
        .collect();
    for mut frame in frames {
        let name = format!("{prefix}.{}", frame["t"].as_str().unwrap());
        described.retain(|described| **described != name);
        let mut schema = document["components"]["messages"][&name]["payload"].clone();
        schema["components"] = document["components"].clone();
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(validator.is_valid(&frame), "{name}: {frame}");
        frame["extra"] = json!(1);
        assert!(!validator.is_valid(&frame), "{name} takes a field more");
    }
    assert!(described.is_empty(), "no example of {described:?}");
}

#[test]
fn contracts_every_frame_is_as_described() {
    check("client", client_examples().iter().map(|frame| serde_json::to_value(frame).unwrap()).collect());
    check("server", server_examples().iter().map(|frame| serde_json::to_value(frame).unwrap()).collect());
    for frame in client_examples() {
        assert_eq!(serde_json::from_str::<ClientFrame>(&serde_json::to_string(&frame).unwrap()).unwrap(), frame);
    }
    for frame in server_examples() {
        assert_eq!(serde_json::from_str::<ServerFrame>(&serde_json::to_string(&frame).unwrap()).unwrap(), frame);
    }
}
