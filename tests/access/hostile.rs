//! Bodies that nobody well-behaved sends, made from one that is taken.

use serde_json::{Map, Value, json};

/// More characters than any field takes, and fewer than a body may have.
const HUGE: usize = 30_000;
/// More than a body may have.
pub(crate) const BODY_BYTES: usize = 2 * 1024 * 1024;
const NESTED: usize = 20_000;

/// A body, and whether it must be refused; else it may be taken, if it is taken for what it says.
pub(crate) struct Bad {
    pub(crate) what: String,
    pub(crate) media_type: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) must_be_refused: bool,
}

/// Texts in which something hides. Those of the first list no text of a person may hold.
const FORBIDDEN: [(&str, &str); 10] = [
    ("NUL", "a\u{0}b"),
    ("a bell", "a\u{7}b"),
    ("an escape", "\u{1b}[2J"),
    ("a C1 control", "a\u{9b}b"),
    ("an override", "a\u{202e}b"),
    ("an isolate", "a\u{2066}b"),
    ("a mark of direction", "a\u{200f}b"),
    ("a line separator", "a\u{2028}b"),
    ("a byte order mark", "\u{feff}a"),
    ("an interlinear annotation", "a\u{fff9}b\u{fffa}c\u{fffb}"),
];
const ODD: [(&str, &str); 9] = [
    ("nothing", ""),
    ("blanks", " \t "),
    ("two lines", "a\nb"),
    ("carriage returns", "a\rb\r\nc"),
    ("zero width", "a\u{200b}b\u{200d}c"),
    ("tags", "a\u{e0041}b"),
    ("no character", "a\u{fffe}b\u{10ffff}"),
    ("a number", "7"),
    ("markup", "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"),
];

/// What is made of a JSON body that is taken.
pub(crate) fn json_bodies(valid: &Value) -> Vec<Bad> {
    let mut bad = broken_json(valid);
    let fields = valid.as_object().expect("commands are objects");
    bad.push(of("an unknown field", with(fields, "okänt", json!(1)), true));
    bad.push(of("a name of the prototype", with(fields, "__proto__", json!({"name": 1})), true));
    for (name, value) in fields {
        let mut add = |what: &str, value: Value, refused| {
            bad.push(of(&format!("{name}: {what}"), with(fields, name, value), refused))
        };
        for (what, other) in [
            ("a number", json!(-1)),
            ("a fraction", json!(1.5)),
            ("a large number", json!(1e300)),
            ("a truth", json!(true)),
            ("a list", json!([[]])),
            ("an object", json!({"a": {}})),
        ] {
            add(what, other, true);
        }
        add("null", Value::Null, false);
        for (what, text) in FORBIDDEN {
            add(what, json!(text), true);
        }
        for (what, text) in ODD {
            add(what, json!(text), false);
        }
        add("huge", json!("å".repeat(HUGE)), true);
        add("many marks on a letter", json!(format!("a{}", "\u{301}".repeat(HUGE))), true);
        let mut without = fields.clone();
        without.remove(name);
        bad.push(of(&format!("without {name}"), Value::Object(without), false));
        let twice = format!("{{\"{name}\":{value},{}", &Value::Object(fields.clone()).to_string()[1..]);
        bad.push(raw(&format!("{name} twice"), twice.into_bytes()));
        let lone = with(fields, name, json!("PLACE")).to_string().replace("PLACE", "\\ud800");
        bad.push(raw(&format!("{name}: half a character"), lone.into_bytes()));
    }
    bad
}

fn broken_json(valid: &Value) -> Vec<Bad> {
    let text = valid.to_string();
    let deep = format!("{}1{}", "[".repeat(NESTED), "]".repeat(NESTED));
    let deep_object = format!("{}1{}", "{\"a\":".repeat(NESTED), "}".repeat(NESTED));
    let large = format!("{text}{}", " ".repeat(BODY_BYTES));
    let latin1 = [b"{\"\xe5\":1,".as_slice(), &text.as_bytes()[1..]].concat();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, Vec<u8>); 14] = [
        ("nothing", Vec::new()),
        ("half of it", text.as_bytes()[..text.len() - 1].to_vec()),
        ("two of it", [text.as_bytes(), text.as_bytes()].concat()),
        ("a list", b"[]".to_vec()),
        ("a list of it", format!("[{text}]").into_bytes()),
        ("a text", b"\"x\"".to_vec()),
        ("null", b"null".to_vec()),
        ("a number", b"1e999".to_vec()),
        ("deep lists", deep.into_bytes()),
        ("deep objects", deep_object.into_bytes()),
        ("Latin-1", latin1),
        ("UTF-16", utf16),
        ("a comment", format!("/* x */{text}").into_bytes()),
        ("a large body", large.into_bytes()),
    ];
    let mut bad: Vec<_> = cases.into_iter().map(|(what, body)| raw(what, body)).collect();
    for media_type in ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"]
    {
        bad.push(Bad { media_type, ..raw(&format!("as `{media_type}`"), text.clone().into_bytes()) });
    }
    bad
}

/// The same of a form. What a field of it means is not known here, so that a form which is taken is looked at later.
pub(crate) fn form_bodies(valid: &str) -> Vec<Bad> {
    let form = |what: &str, body: String, must_be_refused| Bad {
        what: what.to_owned(),
        media_type: "application/x-www-form-urlencoded",
        body: body.into_bytes(),
        must_be_refused,
    };
    let mut bad = vec![
        form("an unknown field", format!("{valid}&ok%C3%A4nt=1"), true),
        form("a large form", format!("{valid}&x={}", "x".repeat(BODY_BYTES)), true),
        form("no form token", valid.split_once('&').map_or("", |(_, rest)| rest).to_owned(), true),
        Bad { media_type: "text/plain", ..form("text", valid.to_owned(), true) },
        Bad { media_type: "application/json", ..form("JSON", valid.to_owned(), true) },
        Bad { media_type: "multipart/form-data; boundary=x", ..form("parts", valid.to_owned(), true) },
    ];
    let fields: Vec<_> = valid.split('&').skip(1).filter_map(|field| field.split_once('=')).collect();
    for (at, (name, value)) in fields.iter().enumerate() {
        let with = |other: &str| {
            let field = |(n, &(name, value)): (usize, &(&str, &str))| {
                if n == at { other.to_owned() } else { format!("{name}={value}") }
            };
            let fields: Vec<_> = fields.iter().enumerate().map(field).collect();
            format!("{}&{}", valid.split('&').next().unwrap_or_default(), fields.join("&"))
        };
        let mut add =
            |what: &str, other: String, refused| bad.push(form(&format!("{name}: {what}"), with(&other), refused));
        add("left out", String::new(), false);
        add("twice", format!("{name}={value}&{name}={value}"), false);
        add("no UTF-8", format!("{name}=%FF%FE"), false);
        add("no code", format!("{name}=%zz%"), false);
        add("bytes", format!("{name}=\u{1}å"), false);
        add("huge", format!("{name}={}", "x".repeat(HUGE)), false);
        for (what, text) in FORBIDDEN.iter().chain(&ODD) {
            add(what, format!("{name}={}", encoded(text)), false);
        }
    }
    bad
}

/// Texts that nobody is to find in the log.
pub(crate) fn hides_something(text: &str) -> bool {
    FORBIDDEN.iter().any(|(_, forbidden)| forbidden.chars().any(|c| !c.is_ascii_graphic() && text.contains(c)))
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn with(fields: &Map<String, Value>, name: &str, value: Value) -> Value {
    let mut fields = fields.clone();
    fields.insert(name.to_owned(), value);
    Value::Object(fields)
}

fn of(what: &str, body: Value, must_be_refused: bool) -> Bad {
    Bad { must_be_refused, ..raw(what, body.to_string().into_bytes()) }
}

fn raw(what: &str, body: Vec<u8>) -> Bad {
    Bad { what: what.to_owned(), media_type: "application/json", body, must_be_refused: true }
}
