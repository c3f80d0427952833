//! What is kept with every commit beside its events, among the records of a block:
//!
//! format (1) · which of the optional parts are there (1) · seconds (8) · nanoseconds (4) · actor · audience · the optional
//! parts, in the order of their bits
//!
//! There is one for nearly every event: as JSON, which logs began with, it made up a third of what was stored, and of the
//! time that reading took. JSON begins with a brace, and stays readable.

use contracts::{Actor, Audience, Meta, OnBehalfOf, RequestDigest, directory::Role};
use types::{AgencyId, ArenaId, EventId, PersonId, Timestamp, TokenId};
use uuid::Uuid;

use super::{
    super::hex::{hex, unhex},
    BadValue, Input, put_varint,
};

const FORMAT: u8 = 1;
const JSON: u8 = b'{';

const ON_BEHALF_OF: u8 = 1;
const CAUSATION: u8 = 1 << 1;
const CORRELATION: u8 = 1 << 2;
/// The request's digest, as what its hexadecimal digits stand for.
const REQUEST: u8 = 1 << 3;
/// The request's digest, as a text that is none.
const ODD_REQUEST: u8 = 1 << 4;
const TRACE: u8 = 1 << 5;
const ALL: u8 = (1 << 6) - 1;

const PERSON: u8 = 0;
const PERSON_WITH_TOKEN: u8 = 1;
const SYSTEM: u8 = 2;

pub(crate) fn encode(meta: &Meta) -> Vec<u8> {
    let Meta { actor, on_behalf_of, audience, occurred_at, causation, correlation, request, trace } = meta;
    let mut out = vec![FORMAT, 0];
    let mut parts = 0;
    out.extend_from_slice(&occurred_at.as_second().to_be_bytes());
    out.extend_from_slice(&occurred_at.subsec_nanosecond().to_be_bytes());
    put_actor(&mut out, actor);
    put_audience(&mut out, *audience);
    if let Some(OnBehalfOf { agency, role }) = on_behalf_of {
        parts |= ON_BEHALF_OF;
        out.extend_from_slice(agency.uuid().as_bytes());
        out.push(role_number(*role));
    }
    if let Some(causation) = causation {
        parts |= CAUSATION;
        out.extend_from_slice(causation.uuid().as_bytes());
    }
    if let Some(correlation) = correlation {
        parts |= CORRELATION;
        out.extend_from_slice(correlation.as_bytes());
    }
    if let Some(RequestDigest(digest)) = request {
        match unhex(digest) {
            Some(digest) => {
                parts |= REQUEST;
                out.extend_from_slice(&digest);
            }
            None => {
                parts |= ODD_REQUEST;
                put_text(&mut out, digest);
            }
        }
    }
    if let Some(trace) = trace {
        parts |= TRACE;
        put_text(&mut out, trace);
    }
    out[1] = parts;
    out
}

pub(in crate::engine) fn decode(bytes: &[u8]) -> Result<Meta, BadValue> {
    if bytes.first() == Some(&JSON) {
        return serde_json::from_slice(bytes).map_err(|_| BadValue::Wrong("the meta of a commit can't be read"));
    }
    let mut input = Input::new("the meta of a commit", bytes);
    let (format, parts) = (input.byte()?, input.byte()?);
    if format != FORMAT {
        return Err(BadValue::Format { what: "the meta of a commit", found: format, known: FORMAT });
    }
    if parts & !ALL != 0 || parts & REQUEST != 0 && parts & ODD_REQUEST != 0 {
        return Err(BadValue::Wrong("the meta of a commit has parts that none has"));
    }
    let (second, nanosecond) = (i64::from_be_bytes(input.array()?), i32::from_be_bytes(input.array()?));
    let occurred_at =
        Timestamp::new(second, nanosecond).map_err(|_| BadValue::Wrong("a commit occurred at no time"))?;
    let mut meta = Meta::new(actor(&mut input)?, audience(&mut input)?, occurred_at);
    if parts & ON_BEHALF_OF != 0 {
        meta.on_behalf_of =
            Some(OnBehalfOf { agency: AgencyId::from_uuid(uuid(&mut input)?), role: role(&mut input)? });
    }
    if parts & CAUSATION != 0 {
        meta.causation = Some(EventId::from_uuid(uuid(&mut input)?));
    }
    if parts & CORRELATION != 0 {
        meta.correlation = Some(uuid(&mut input)?);
    }
    if parts & REQUEST != 0 {
        meta.request = Some(RequestDigest(hex(&input.array::<32>()?)));
    }
    if parts & ODD_REQUEST != 0 {
        meta.request = Some(RequestDigest(text(&mut input)?));
    }
    if parts & TRACE != 0 {
        meta.trace = Some(text(&mut input)?);
    }
    input.end().map(|()| meta)
}

fn put_actor(out: &mut Vec<u8>, actor: &Actor) {
    match actor {
        Actor::Person { person, token: None } => {
            out.push(PERSON);
            out.extend_from_slice(person.uuid().as_bytes());
        }
        Actor::Person { person, token: Some(token) } => {
            out.push(PERSON_WITH_TOKEN);
            out.extend_from_slice(person.uuid().as_bytes());
            out.extend_from_slice(token.uuid().as_bytes());
        }
        Actor::System { part } => {
            out.push(SYSTEM);
            put_text(out, part);
        }
    }
}

fn actor(input: &mut Input<'_>) -> Result<Actor, BadValue> {
    match input.byte()? {
        PERSON => Ok(Actor::Person { person: PersonId::from_uuid(uuid(input)?), token: None }),
        PERSON_WITH_TOKEN => {
            let person = PersonId::from_uuid(uuid(input)?);
            Ok(Actor::Person { person, token: Some(TokenId::from_uuid(uuid(input)?)) })
        }
        SYSTEM => Ok(Actor::System { part: text(input)? }),
        _ => Err(BadValue::Wrong("a commit is of nobody")),
    }
}

fn put_audience(out: &mut Vec<u8>, audience: Audience) {
    let (class, id) = match audience {
        Audience::Public => (0, None),
        Audience::Participants => (1, None),
        Audience::ArenaCard(arena) => (2, Some(arena.uuid())),
        Audience::Arena(arena) => (3, Some(arena.uuid())),
        Audience::Agency(agency) => (4, Some(agency.uuid())),
        Audience::Leadership(agency) => (5, Some(agency.uuid())),
        Audience::Secretariat => (6, None),
        Audience::Person(person) => (7, Some(person.uuid())),
        Audience::System => (8, None),
        Audience::Administration => (9, None),
    };
    out.push(class);
    if let Some(id) = id {
        out.extend_from_slice(id.as_bytes());
    }
}

fn audience(input: &mut Input<'_>) -> Result<Audience, BadValue> {
    Ok(match input.byte()? {
        0 => Audience::Public,
        1 => Audience::Participants,
        2 => Audience::ArenaCard(ArenaId::from_uuid(uuid(input)?)),
        3 => Audience::Arena(ArenaId::from_uuid(uuid(input)?)),
        4 => Audience::Agency(AgencyId::from_uuid(uuid(input)?)),
        5 => Audience::Leadership(AgencyId::from_uuid(uuid(input)?)),
        6 => Audience::Secretariat,
        7 => Audience::Person(PersonId::from_uuid(uuid(input)?)),
        8 => Audience::System,
        9 => Audience::Administration,
        _ => return Err(BadValue::Wrong("a commit is for nobody")),
    })
}

fn role_number(role: Role) -> u8 {
    match role {
        Role::Participant => 0,
        Role::ContactPerson => 1,
        Role::Secretariat => 2,
        Role::Leadership => 3,
        Role::PortfolioLead => 4,
        Role::Reviewer => 5,
        Role::Registrar => 6,
        Role::Administrator => 7,
        Role::Integrator => 8,
    }
}

fn role(input: &mut Input<'_>) -> Result<Role, BadValue> {
    let number = input.byte()?;
    Role::ALL.into_iter().find(|role| role_number(*role) == number).ok_or(BadValue::Wrong("a role that nobody has"))
}

fn uuid(input: &mut Input<'_>) -> Result<Uuid, BadValue> {
    input.array().map(Uuid::from_bytes)
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn text(input: &mut Input<'_>) -> Result<String, BadValue> {
    let length = input.length()?;
    let text = std::str::from_utf8(input.take(length)?);
    Ok(text.map_err(|_| BadValue::Wrong("the meta of a commit is not text"))?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{option::of, prelude::*};

    fn metas() -> impl Strategy<Value = Meta> {
        let uuid = || any::<u128>().prop_map(Uuid::from_u128);
        let actor = prop_oneof![
            uuid().prop_map(|person| Actor::Person { person: PersonId::from_uuid(person), token: None }),
            (uuid(), uuid()).prop_map(|(person, token)| Actor::Person {
                person: PersonId::from_uuid(person),
                token: Some(TokenId::from_uuid(token)),
            }),
            any::<String>().prop_map(|part| Actor::System { part }),
        ];
        let audience = (0..9_u8, uuid()).prop_map(|(class, id)| {
            let value = [&[class][..], id.as_bytes()].concat();
            super::audience(&mut Input::new("a class", &value)).unwrap()
        });
        let on_behalf_of = (uuid(), 0..3_u8).prop_map(|(agency, number)| OnBehalfOf {
            agency: AgencyId::from_uuid(agency),
            role: role(&mut Input::new("a role", &[number])).unwrap(),
        });
        let request = prop_oneof!["[0-9a-f]{64}", "[0-9a-f]{62,66}", "[0-9A-F]{64}", any::<String>()];
        let seconds = Timestamp::MIN.as_second() + 1..Timestamp::MAX.as_second();
        let occurred_at = (seconds, 0..1_000_000_000).prop_map(|(s, n)| Timestamp::new(s, n).unwrap());
        let optional = (of(on_behalf_of), of(uuid()), of(uuid()), of(request), of(any::<String>()));
        (actor, audience, occurred_at, optional).prop_map(|(actor, audience, occurred_at, optional)| {
            let (on_behalf_of, causation, correlation, request, trace) = optional;
            let (causation, request) = (causation.map(EventId::from_uuid), request.map(RequestDigest));
            Meta { actor, on_behalf_of, audience, occurred_at, causation, correlation, request, trace }
        })
    }

    proptest! {
        #[test]
        fn meta_is_read_as_it_was_written(meta in metas()) {
            prop_assert_eq!(decode(&encode(&meta)), Ok(meta.clone()));
            prop_assert_eq!(decode(&serde_json::to_vec(&meta).unwrap()), Ok(meta), "as logs began with");
        }

        #[test]
        fn meta_that_was_cut_off_or_goes_on_is_refused(meta in metas(), at: prop::sample::Index) {
            let mut bytes = encode(&meta);
            prop_assert!(decode(&bytes[..at.index(bytes.len())]).is_err());
            bytes.push(0);
            prop_assert_eq!(decode(&bytes), Err(BadValue::Long("the meta of a commit")));
        }

        #[test]
        fn odd_bytes_never_panic(bytes: Vec<u8>, meta in metas(), at: prop::sample::Index, to: u8) {
            let _ = decode(&bytes);
            let mut bytes = encode(&meta);
            let at = at.index(bytes.len());
            bytes[at] = to;
            let _ = decode(&bytes);
        }
    }

    #[test]
    fn a_newer_format_is_named() {
        let newer = BadValue::Format { what: "the meta of a commit", found: 2, known: 1 };
        assert_eq!(decode(&[2, 0, 0]), Err(newer));
    }
}
