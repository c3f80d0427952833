//! Whoever may no longer see something is told nothing of it from the revoking commit on, and hears no more within a second,
//! while others write all the time.
//!
//! A kind of revocation is a row in `kinds.rs`, a channel in which something is delivered a row in `channels.rs`. Every row
//! is played in every channel against a started server; afterwards the log itself says what stood where.

mod channels;
mod kinds;
mod load;
mod stage;

use std::{collections::BTreeSet, time::Duration};

use access::{Cursors, Subject};
use event_log::Recorded;
use futures_util::future::join_all;
use tokio::time::Instant;
use types::Position;

use channels::{CHANNELS, COMMON, End, Told, Want};
use kinds::{KINDS, Kind, Loses, SPARES};
use load::Load;
use stage::{Case, Stage};

/// What is promised: so long after a revocation was acknowledged, nobody whom it concerns still listens.
const GONE_WITHIN: Duration = Duration::from_secs(1);
/// The code of a socket whose credential was revoked.
const REVOKED: u16 = 4503;
/// How long it waits for what is late before it says so.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it waits until those who listen hear enough of what is written.
const HEARS_WITHIN: Duration = Duration::from_secs(60);

/// One row, played.
struct Played<'c> {
    kind: &'static Kind,
    case: &'c Case,
    /// By channel and credential: what should have ended, and what was told.
    listened: Vec<(String, BTreeSet<End>, Told)>,
    acknowledged: Instant,
}

/// Plays a row in every channel, with every credential that it ends.
async fn play<'c>(stage: &Stage, kind: &'static Kind, case: &'c Case) -> Result<Played<'c>, String> {
    let load = Load::begin(stage, [case.thread, stage.common]);
    let session_token = stage.session_token(case).await?;
    let mut listening = Vec::new();
    for channel in &CHANNELS {
        let busy = kind.shown.iter().map(|shown| (*shown, true));
        for (shown, busy) in busy.chain([(kind.shown[0], false)]) {
            let name = format!("{}{} by {shown:?}", channel.name, if busy { "" } else { ", quiet," });
            let want = Want::of(stage, kind, case, (shown, &session_token), busy);
            let until = want.until.clone();
            listening.push((name, until, (channel.listen)(want).await));
        }
    }
    for (name, _, ear) in &mut listening {
        let heard = tokio::time::timeout(HEARS_WITHIN, ear.hears()).await;
        heard.map_err(|_| format!("{}: nothing is heard in {name} before the revocation", kind.name))?;
    }
    for (by, request) in kind.before {
        stage.send(case, by, request).await?;
    }
    let acknowledged = stage.send(case, kind.by, kind.request).await?;
    let late = Instant::now() + PATIENCE;
    let told = listening.into_iter().map(async |(name, until, ear)| {
        let told = tokio::time::timeout_at(late, ear.told).await;
        let told = told.map_err(|_| format!("{}: still listening in {name} after {PATIENCE:?}", kind.name))?;
        Ok::<_, String>((name, until, told.expect("a listener does not fail")))
    });
    let listened = join_all(told).await.into_iter().collect::<Result<_, _>>()?;
    load.end().await;
    Ok(Played { kind, case, listened, acknowledged })
}

/// What of it is not as promised, given what stands in the log.
fn faults(played: &Played<'_>, cursors: &Cursors, events: &[std::sync::Arc<Recorded>]) -> Vec<String> {
    let Played { kind, case, listened, acknowledged } = played;
    let of_case = |event: &Recorded| case.concerns.contains(&event.stream.id());
    let revoking = |event_type: &str| events.iter().rfind(|it| of_case(it) && *it.kind == *event_type);
    let Some(revoked) = revoking(kind.event) else {
        return vec![format!("{}: no {} was written", kind.name, kind.event)];
    };
    let mut faults = Vec::new();
    if let Some(missing) = kind.with.iter().find(|it| revoking(it).is_none()) {
        faults.push(format!("{}: no {missing} was written", kind.name));
    }
    let after = |it: &&std::sync::Arc<Recorded>| it.stream.id() == case.thread.uuid() && it.position > revoked.position;
    if !events.iter().any(|it| after(&it)) {
        faults.push(format!("{}: nothing was written afterwards that could have been told", kind.name));
    }
    let position = |told: &Told, cursor: &str| -> Result<Position, String> {
        let opened = cursors.open(cursor).and_then(|it| it.position_for(Subject::Person(case.person), told.epoch));
        opened.map_err(|bad| format!("a cursor that can't be read: {bad}"))
    };
    for (name, expected, told) in listened {
        let mut fault = |what: String| faults.push(format!("{}, {name}: {what}", kind.name));
        for (topic, cursor) in &told.delivered {
            match position(told, cursor) {
                Ok(position) if position > revoked.position && kind.loses.is_lost(topic) => {
                    fault(format!("{topic} was told of {position}, after the revocation at {}", revoked.position));
                }
                Ok(_) => {}
                Err(bad) => fault(bad),
            }
        }
        if !told.ended.keys().eq(expected) {
            fault(format!("ended were {:?}, expected {expected:?}", told.ended.keys()));
        }
        for (end, at) in &told.ended {
            let took = at.saturating_duration_since(*acknowledged);
            if took > GONE_WITHIN {
                fault(format!("{end:?} came {took:?} after the acknowledgement"));
            }
        }
        if let Some(again) = &told.came_back {
            fault(format!("came back and was told {again}"));
        }
    }
    faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_delivered_after_a_revocation_and_whoever_listened_is_gone() {
    let (stage, cases) = Stage::set().await;
    let (mut played, mut faults_found) = (Vec::new(), Vec::new());
    for (kind, case) in KINDS.iter().zip(&cases) {
        match play(&stage, kind, case).await {
            Ok(row) => played.push(row),
            Err(fault) => faults_found.push(fault),
        }
    }
    let (cursors, events) = (stage.cursors.clone(), stage.stop().await);
    for row in &played {
        faults_found.extend(faults(row, &cursors, &events));
        let slowest = row.listened.iter().flat_map(|(_, _, told)| told.ended.values());
        let slowest = slowest.map(|at| at.saturating_duration_since(row.acknowledged)).max();
        println!("{}: gone {:?} after the acknowledgement", row.kind.name, slowest.unwrap_or_default());
    }
    assert!(faults_found.is_empty(), "{}", faults_found.join("\n"));
}

/// An event type that takes something from somebody has a row; of every other it is said why it has none.
#[test]
fn every_event_type_revokes_by_a_row_or_spares() {
    let rows = KINDS.iter().flat_map(|kind| [kind.event].into_iter().chain(kind.with.iter().copied()));
    let known: Vec<_> = rows.chain(SPARES.iter().map(|(event_type, _)| *event_type)).collect();
    let declared: BTreeSet<_> = contracts::descriptors().map(|it| it.event_type).collect();
    let missing: Vec<_> = declared.iter().filter(|it| !known.contains(it)).collect();
    assert!(missing.is_empty(), "add a row to revocation/kinds.rs for {missing:?}, or say why they revoke nothing");
    let stale: Vec<_> = known.iter().filter(|it| !declared.contains(*it)).collect();
    assert!(stale.is_empty(), "there are no {stale:?} any more");
    let spared_and_not = |it: &&(&str, &str)| KINDS.iter().any(|kind| kind.event == it.0 || kind.with.contains(&it.0));
    assert_eq!(SPARES.iter().find(spared_and_not), None, "it has a row");
}

/// What is delivered over every published channel is listened to here.
#[test]
fn every_channel_has_a_row() {
    let rows: BTreeSet<_> = CHANNELS.iter().map(|channel| channel.name.to_owned()).collect();
    assert_eq!(
        rows,
        channels::published(),
        "every channel and form that the documents tell of is a row in channels.rs"
    );
}

impl Loses {
    fn is_lost(self, topic: &str) -> bool {
        matches!(self, Self::Everything | Self::EveryTopic) || topic != COMMON
    }
}
