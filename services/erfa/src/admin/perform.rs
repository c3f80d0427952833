//! Doing what the administrator asks.

use std::time::Duration;

use contracts::directory::Scope;
use directory::{By, commands::NewToken, import, views::people};
use event_log::Stats;
use serde_json::{Value, json};
use types::{PersonId, Position};

use super::{Ask, Progress, Refusal};
use crate::{cli::Service, parts::Parts};

/// Who acts, in the log's words.
pub(crate) const PART: &str = "administrator";

/// How long an answer waits until every service knows of what was done.
const KNOWN_WITHIN: Duration = Duration::from_secs(5);

/// Does it with the running parts. What was done is durable when this answers, and every service knows of it, so that a
/// token that was just printed works; a service that is far behind the log is not waited for.
pub(crate) async fn perform(
    parts: &Parts,
    ask: Ask,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Value, Refusal> {
    let done = act(parts, ask, progress).await?;
    let head = parts.log.head().await.map_err(Refusal::new)?;
    for (_, name, views) in parts.views() {
        if let Err(error) = views.wait_for(head, KNOWN_WITHIN).await {
            tracing::warn!(%error, service = name, "a command was answered before the service knew of it");
        }
    }
    Ok(done)
}

async fn act(parts: &Parts, ask: Ask, progress: &(dyn Fn(Progress) + Send + Sync)) -> Result<Value, Refusal> {
    match ask {
        Ask::ImportAgencies { csv } => import_agencies(parts, &csv, progress).await,
        Ask::IssueToken { person, label, scopes, days } => issue_token(parts, &person, &label, scopes, days).await,
        Ask::SignInLink { person } => {
            let person = find_person(parts, &person)?;
            let link = parts.directory.commands().sign_in_link_for(person).await.map_err(Refusal::new)?;
            Ok(json!({ "person": person, "link": link.url, "expiresAt": link.expires_at }))
        }
        Ask::LogTail { events } => tail(parts, events).await,
        Ask::LogStats => {
            let engine = parts.engine.clone();
            let stats = tokio::task::spawn_blocking(move || engine.stats()).await.map_err(Refusal::new)?;
            let Stats { events, streams, head, epoch, origin, chain, disk_bytes, read_only } =
                stats.map_err(Refusal::new)?;
            Ok(json!({
                "events": events, "streams": streams, "head": head, "chain": chain, "epoch": epoch, "origin": origin,
                "diskBytes": disk_bytes, "readOnly": read_only,
            }))
        }
        Ask::LogVerify => {
            let verified = parts.engine.verify(|done, of| progress(Progress { done, of })).await;
            serde_json::to_value(verified.map_err(Refusal::new)?).map_err(Refusal::new)
        }
        Ask::LogBackup(_) => Err(Refusal::new("blocks are not an answer")),
        Ask::Rebuild { service } => rebuild(parts, service, progress).await,
    }
}

async fn import_agencies(
    parts: &Parts,
    csv: &str,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Value, Refusal> {
    let rows = import::parse(csv.as_bytes()).map_err(Refusal::new)?;
    let read = rows.len();
    let report = |done: usize, of: usize| progress(Progress { done: done as u64, of: of as u64 });
    let done = parts.directory.commands().import_agencies(&rows, report).await;
    let done = done.map_err(Refusal::new)?;
    Ok(json!({
        "read": read, "registered": done.registered, "renamed": done.renamed, "changed": done.changed,
        "unchanged": done.unchanged,
    }))
}

async fn issue_token(
    parts: &Parts,
    person: &str,
    label: &str,
    scopes: Vec<Scope>,
    days: u16,
) -> Result<Value, Refusal> {
    let person = find_person(parts, person)?;
    let label = types::Line::new(label).map_err(|error| Refusal::new(format_args!("the label: {error}")))?;
    let wanted = NewToken { label, scopes, days, integration: None, arenas: None };
    let issued = parts.directory.commands().issue_token(&By::system(PART), person, wanted).await;
    let issued = issued.map_err(Refusal::new)?.value;
    Ok(json!({ "person": person, "id": issued.id, "token": issued.token, "expiresAt": issued.expires_at }))
}

/// By id, or by mail address.
fn find_person(parts: &Parts, text: &str) -> Result<PersonId, Refusal> {
    if let Ok(person) = text.parse() {
        return Ok(person);
    }
    let snapshot = parts.directory.views().snapshot().map_err(Refusal::new)?;
    let found = people::by_address(&snapshot, text).map_err(Refusal::new)?;
    found.map(|person| person.id).ok_or_else(|| {
        Refusal::new(format_args!(
            "nobody has the mail address or id `{text}`: look under Deltagare, or invite them first"
        ))
    })
}

/// The newest events, as many at the most as were asked for: fewer where positions have gaps.
async fn tail(parts: &Parts, events: usize) -> Result<Value, Refusal> {
    let head = parts.log.head().await.map_err(Refusal::new)?;
    let after = Position::new(head.get().saturating_sub(events as u64));
    let page = parts.log.read_all(after, &event_log::Filter::all(), events).await.map_err(Refusal::new)?;
    let show = |event: &std::sync::Arc<event_log::Recorded>| {
        json!({
            "position": event.position, "recordedAt": event.recorded_at, "type": &*event.kind,
            "stream": event.stream, "revision": event.revision, "audience": event.meta.audience,
        })
    };
    Ok(json!({ "events": page.events.iter().map(show).collect::<Vec<_>>() }))
}

async fn rebuild(
    parts: &Parts,
    service: Option<Service>,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Value, Refusal> {
    let mut rebuilt = Vec::new();
    for (which, name, views) in parts.views() {
        if service.is_none_or(|service| service == which) {
            let report = |done: Position, of: Position| progress(Progress { done: done.get(), of: of.get() });
            views.rebuild(report).await.map_err(Refusal::new)?;
            rebuilt.push(name);
        }
    }
    Ok(json!({ "rebuilt": rebuilt }))
}
