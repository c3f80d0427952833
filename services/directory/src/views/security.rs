//! What the administration looks through afterwards: who signed in and who was refused, mandates, tokens, moderation,
//! exports. It is folded from what happened anyway, and from [`SecurityEvent`]s where nothing else was written. It holds
//! no content and no addresses.

use contracts::{
    EventSet,
    directory::{
        AgencyEvent, IdentityEvent, PersonEvent, Role, SecurityEvent, SessionEnd, SessionEvent, SignInRefusal,
        TokenEvent,
    },
    forum::{ArenaEvent, ThreadEvent},
};
use event_log::Recorded;
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{self, Json, key},
    redb::{ReadableTable as _, ReadableTableMetadata as _, TableDefinition, WriteTransaction},
};
use serde::{Deserialize, Serialize};
use types::{AgencyId, ArenaId, PersonId, Timestamp};

use super::{Part, people, sessions, tokens};

/// Entries by the position of their event.
const ENTRIES: TableDefinition<u64, Json<Entry>> = TableDefinition::new("directory-security");

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What, as the end of its key in the catalogues (`security-<what>`).
    pub what: String,
    /// Who did it, if it was a person.
    pub by: Option<PersonId>,
    /// Whom it concerns.
    pub about: Option<PersonId>,
    /// Which role, where it is about a mandate.
    pub role: Option<Role>,
    /// Which agency.
    pub agency: Option<AgencyId>,
    /// In which arena.
    pub arena: Option<ArenaId>,
    /// Which route was refused.
    pub route: Option<String>,
}

/// What is said of an event beside when it was and who caused it.
#[derive(Default)]
struct Said {
    what: &'static str,
    about: Option<PersonId>,
    role: Option<Role>,
    agency: Option<AgencyId>,
    arena: Option<ArenaId>,
    route: Option<String>,
}

impl Said {
    fn of(what: &'static str, about: PersonId) -> Self {
        Self { what, about: Some(about), ..Self::default() }
    }
}

pub(super) fn create(tx: &WriteTransaction) -> Result<(), ViewError> {
    tx.open_table(ENTRIES)?;
    Ok(())
}

/// **Invariant:** people, sessions and tokens are folded before, so that the end of one is known to be whose.
pub(super) fn apply(tx: &WriteTransaction, recorded: &Recorded) -> Result<(), ViewError> {
    let said = match recorded.stream.category() {
        "session" => session(tx, recorded)?,
        "token" => token(tx, recorded)?,
        "person" => person(tx, PersonId::from_uuid(recorded.stream.id()), decode(recorded)?)?,
        "agency" => decode(recorded)?.and_then(|event| agency(AgencyId::from_uuid(recorded.stream.id()), &event)),
        "identity" => decode(recorded)?.map(|event| identity(&event)),
        "arena" => decode(recorded)?.and_then(|event| arena(ArenaId::from_uuid(recorded.stream.id()), &event)),
        "thread" => thread(recorded)?,
        "security" => decode(recorded)?.map(security),
        _ => None,
    };
    let Some(Said { what, about, role, agency, arena, route }) = said else { return Ok(()) };
    let (at, by) = (recorded.recorded_at, recorded.meta.actor.person());
    let entry = Entry { at, what: what.to_owned(), by, about, role, agency, arena, route };
    json_value::put(&mut tx.open_table(ENTRIES)?, recorded.position.get(), &entry)
}

fn decode<E: EventSet>(recorded: &Recorded) -> Result<Option<E>, ViewError> {
    Ok(E::decode(&recorded.kind, &recorded.data)?)
}

fn session(tx: &WriteTransaction, recorded: &Recorded) -> Result<Option<Said>, ViewError> {
    let whose = sessions::person_of(tx, key(recorded.stream.id()))?;
    Ok(match decode(recorded)? {
        Some(SessionEvent::LinkIssued(it)) => Some(Said::of("link-issued", it.person)),
        Some(SessionEvent::SignedIn(it)) if it.openid.is_some() => Some(Said::of("signed-in-openid", it.person)),
        Some(SessionEvent::SignedIn(it)) => Some(Said::of("signed-in", it.person)),
        Some(SessionEvent::Revoked(it)) => {
            let what = match it.reason {
                SessionEnd::SignedOut => "signed-out",
                SessionEnd::EndedByPerson => "session-ended",
                SessionEnd::EndedByProvider => "session-ended-by-provider",
                SessionEnd::EndedByAdministrator => "session-ended-by-administrator",
            };
            Some(Said { what, about: whose, ..Said::default() })
        }
        None => None,
    })
}

fn token(tx: &WriteTransaction, recorded: &Recorded) -> Result<Option<Said>, ViewError> {
    let whose = tokens::person_of(tx, key(recorded.stream.id()))?;
    let what = match decode(recorded)? {
        Some(TokenEvent::Issued(it)) => {
            return Ok(Some(Said { agency: it.integration, ..Said::of("token-issued", it.person) }));
        }
        Some(TokenEvent::Rotated(_)) => "token-rotated",
        Some(TokenEvent::Revoked(_)) => "token-revoked",
        Some(TokenEvent::Used(_)) | None => return Ok(None),
    };
    Ok(Some(Said { what, about: whose, ..Said::default() }))
}

fn person(tx: &WriteTransaction, person: PersonId, event: Option<PersonEvent>) -> Result<Option<Said>, ViewError> {
    let (Some(event), said) = (event, |what| Said::of(what, person)) else { return Ok(None) };
    Ok(Some(match event {
        PersonEvent::Invited(it) => Said { agency: Some(it.agency), ..said("invited") },
        PersonEvent::Joined(_) => said("joined"),
        PersonEvent::AffiliationStarted(it) => Said { agency: Some(it.agency), ..said("affiliation-started") },
        PersonEvent::AffiliationEnded(it) => Said { agency: Some(it.agency), ..said("affiliation-ended") },
        PersonEvent::MandateGranted(it) => {
            Said { role: Some(it.role), agency: Some(it.agency), ..said("mandate-granted") }
        }
        PersonEvent::MandateDelegated(it) => {
            Said { role: Some(it.role), agency: Some(it.agency), ..said("mandate-delegated") }
        }
        PersonEvent::MandateEnded(it) => {
            let held = people::mandate(tx, person, it.mandate)?;
            let (role, agency) = held.map(|held| (held.role, held.agency)).unzip();
            Said { role, agency, ..said("mandate-ended") }
        }
        PersonEvent::Suspended(_) => said("suspended"),
        PersonEvent::Reinstated(_) => said("reinstated"),
        PersonEvent::ProfileChanged(_) => return Ok(None),
    }))
}

fn agency(agency: AgencyId, event: &AgencyEvent) -> Option<Said> {
    let what = match event {
        AgencyEvent::Succeeded(_) => "agency-succeeded",
        AgencyEvent::Closed(_) => "agency-closed",
        AgencyEvent::Registered(_) | AgencyEvent::Renamed(_) | AgencyEvent::DetailsChanged(_) => return None,
    };
    Some(Said { what, agency: Some(agency), ..Said::default() })
}

fn identity(event: &IdentityEvent) -> Said {
    match event {
        IdentityEvent::Linked(it) => Said::of("identity-linked", it.person),
        IdentityEvent::Unlinked(it) => Said::of("identity-unlinked", it.person),
    }
}

/// Moderation: what is done to others.
fn arena(arena: ArenaId, event: &ArenaEvent) -> Option<Said> {
    let said = |what, about| Said { what, about, arena: Some(arena), ..Said::default() };
    Some(match event {
        ArenaEvent::Opened(_) => said("arena-opened", None),
        ArenaEvent::Changed(_) => said("arena-changed", None),
        ArenaEvent::MemberInvited(it) => said("member-invited", Some(it.person)),
        ArenaEvent::MemberRemoved(it) => said("member-removed", Some(it.person)),
        ArenaEvent::MemberJoined(_) | ArenaEvent::MemberLeft(_) => return None,
    })
}

/// Posts are many: only what may be moderation is decoded.
fn thread(recorded: &Recorded) -> Result<Option<Said>, ViewError> {
    if recorded.kind.contains("post-") {
        return Ok(None);
    }
    let what = match decode(recorded)? {
        Some(ThreadEvent::Closed(_)) => "thread-closed",
        Some(ThreadEvent::Reopened(_)) => "thread-reopened",
        _ => return Ok(None),
    };
    Ok(Some(Said { what, ..Said::default() }))
}

fn security(event: SecurityEvent) -> Said {
    match event {
        SecurityEvent::SignInRefused(it) => {
            let what = match it.reason {
                SignInRefusal::LinkUsed => "refused-link-used",
                SignInRefusal::LinkExpired => "refused-link-expired",
                SignInRefusal::OtherBrowser => "refused-other-browser",
                SignInRefusal::WrongSecret => "refused-wrong-secret",
                SignInRefusal::Suspended => "refused-suspended",
            };
            Said { what, about: it.person, ..Said::default() }
        }
        SecurityEvent::AccessRefused(it) => Said {
            what: "access-refused",
            about: Some(it.person),
            route: Some(it.route.to_string()),
            ..Said::default()
        },
        SecurityEvent::DataExported(it) => Said::of("data-exported", it.person),
    }
}

/// Page `page` (from 1) of what happened, the newest first.
pub fn list(snapshot: &Snapshot, limit: usize, page: usize) -> Result<Part<Entry>, ViewError> {
    let entries = snapshot.table(ENTRIES)?;
    let total = usize::try_from(entries.len()?).unwrap_or(usize::MAX);
    let skipped = limit.saturating_mul(page.saturating_sub(1));
    let newest = entries.iter()?.rev().skip(skipped).take(limit);
    let items = newest.map(|entry| entry?.1.value().read()).collect::<Result<_, ViewError>>()?;
    Ok(Part { items, total })
}
