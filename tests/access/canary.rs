//! Everything that is not for everybody carries a word of its own. After random histories everybody looks everywhere, and
//! finds no word that is not theirs.
//!
//! `ERFA_PLAN=<seed>` plays the history of a seed that was printed, `ERFA_PLAN=<file>` the shrunk one that a failed run
//! saved, and `ERFA_PLANS=<number>` so many new ones. What the administrator's commands print is no channel: whoever runs
//! them owns the data directory.

pub(crate) mod crawl;
pub(crate) mod oracle;
pub(crate) mod plan;
pub(crate) mod stage;
mod standing;
mod talking;

use std::{collections::BTreeSet, path::Path};

use crawl::{CHANNELS, Crawl, Found, Shown};
use oracle::{ADMINISTRATOR, SHY, Truth, Viewer, What};
use plan::Plan;
use stage::{Earlier, Stage};
use types::{Ids as _, SystemIds};

use crate::{setting, table::Route};

/// New histories that are played, unless it is said otherwise.
const PLANS: usize = 1;
/// How many times a shorter history is tried once one has failed.
const TRIES: usize = 10;
/// Event types that no history brings about for certain, and why.
const NOT_HERE: [(&str, &str); 2] = [
    ("se.erfa.log.loss-accepted.v1", "only the administrator's command writes it, where a log was damaged"),
    ("se.erfa.directory.token-used.v1", "it holds no text that somebody wrote, and comes now and then by itself"),
];

/// Those who look, and what they show.
fn viewers(stage: &Stage) -> Vec<(String, Viewer, Shown)> {
    let nobody = Viewer { who: None, holds: false };
    let joining = Shown { cookie: stage.joining.clone(), token: String::new() };
    let mut viewers = vec![
        ("nobody".to_owned(), nobody, Shown::default()),
        ("somebody who has not joined".to_owned(), nobody, joining),
    ];
    for (who, someone) in stage.people.iter().enumerate() {
        let shown = |it: &system_tests::Inhabitant| Shown { cookie: it.cookie.clone(), token: it.token.clone() };
        let holds = !stage.truth.signed_out.contains(&who);
        viewers.push((format!("{who}"), Viewer { who: Some(who), holds }, shown(&someone.main)));
        let second = shown(&someone.second);
        let carried = |which: usize| Shown { cookie: String::new(), token: someone.carried[which].clone() };
        if !holds || stage.truth.left.contains(&who) {
            viewers.push((format!("{who}, whose session was carried elsewhere"), nobody, carried(0)));
        }
        if stage.truth.sessions_ended.contains(&who) {
            viewers.push((
                format!("{who}, whose session ended"),
                nobody,
                Shown { token: String::new(), ..second.clone() },
            ));
            viewers.push((format!("{who}, whose session was carried elsewhere and ended"), nobody, carried(1)));
        }
        if stage.truth.tokens_ended.contains(&who) {
            viewers.push((format!("{who}, whose token ended"), nobody, Shown { cookie: String::new(), ..second }));
        }
    }
    for Earlier { who, holds, what, shown } in &stage.earlier {
        viewers.push((format!("{who}, {what}"), Viewer { who: Some(*who), holds: *holds }, shown.clone()));
    }
    viewers
}

/// What somebody found that is not theirs.
fn leaks(truth: &Truth, name: &str, viewer: Viewer, shy: &str, found: &[Found]) -> Vec<String> {
    let mut leaks = Vec::new();
    for Found { channel, address, text } in found {
        for word in Truth::words_in(text) {
            let what = truth.words.get(word).copied().unwrap_or(What::Nobody);
            if !truth.sees(viewer, what) {
                leaks.push(format!("{name} finds word {word} of {what:?} in {channel} at {address}"));
            }
        }
        // What somebody wrote without their name does not lead to them.
        let of_thread = address.contains("thread") || address.contains("/posts");
        if of_thread && viewer.who != Some(SHY) {
            let named = Truth::words_in(text).intersection(&truth.names_of_shy).next().is_some();
            if named || text.contains(shy) {
                leaks.push(format!("{name} finds who wrote as a role in {channel} at {address}"));
            }
        }
    }
    leaks
}

/// What somebody must find, since else nothing is said by what they don't: something in every channel, and whoever looks
/// after an agency's people those who are invited for it.
fn unseen(truth: &Truth, name: &str, viewer: Viewer, shown: &Shown, found: &[Found]) -> Vec<String> {
    let Some(who) = viewer.who.filter(|who| viewer.holds && !truth.left.contains(who)) else { return Vec::new() };
    let mut unseen = Vec::new();
    // A history that was cut short may have nothing to listen to, and whoever takes no part hears nothing.
    let hears = !truth.arenas.is_empty() && who != ADMINISTRATOR;
    let channels = CHANNELS.iter().filter(|it| it.is_for(shown) && (hears || !it.name.starts_with("live")));
    for silent in channels.filter(|channel| !found.iter().any(|it| it.channel == channel.name)) {
        unseen.push(format!("{name} was shown nothing in {}", silent.name));
    }
    let words: BTreeSet<_> = found.iter().flat_map(|it| Truth::words_in(&it.text)).collect();
    let cares = |agency| truth.contact_of(who) == Some(agency) && !shown.cookie.is_empty();
    for (word, agency) in truth.invitations.iter().filter(|(word, agency)| cares(*agency) && !words.contains(word)) {
        unseen.push(format!("{name} looks after {agency} and was not shown word {word}"));
    }
    unseen
}

/// Plays a history and looks; `Err` says what was found. Else the types of all events.
async fn attempt(plan: &Plan) -> Result<BTreeSet<String>, String> {
    let mut stage = Stage::set().await;
    for step in &plan.steps {
        stage.perform(*step).await;
    }
    let rows = Route::all();
    let (mut leaks_found, mut missing, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    let shy = stage.people[SHY].main.person.to_string();
    for (name, viewer, shown) in viewers(&stage) {
        let found = Crawl { stage: &stage, rows: &rows, shown: shown.clone() }.everything().await;
        missing.extend(unseen(&stage.truth, &name, viewer, &shown, &found));
        seen.extend(found.iter().flat_map(|it| Truth::words_in(&it.text)));
        leaks_found.extend(leaks(&stage.truth, &name, viewer, &shy, &found));
    }
    leaks_found.extend(elsewhere(&stage).await);
    leaks_found.extend(missing.into_iter().map(|missing| format!("the crawl is blind: {missing}")));
    if !leaks_found.is_empty() {
        return Err(leaks_found.join("\n"));
    }
    // Whoever looked did look: what stands in posts was found, also what they said before.
    let standing = stage.truth.words.iter().enumerate().filter(|(_, what)| match what {
        What::Post(post) => !stage.truth.posts[*post].withdrawn,
        _ => false,
    });
    let missed: Vec<_> = standing.map(|(word, _)| word).filter(|word| !seen.contains(word)).collect();
    if !missed.is_empty() {
        return Err(format!("the crawl is blind: nobody found {missed:?}"));
    }
    let Stage { server, data, .. } = stage;
    assert_eq!(tokio::task::block_in_place(|| server.stop()), Some(0), "the server stops in an orderly way");
    Ok(setting::kinds(data.path()).await)
}

/// What no viewer asks for: metrics, diagnostics, and mails to others.
async fn elsewhere(stage: &Stage) -> Vec<String> {
    let mut leaks = Vec::new();
    let mut nowhere = vec![("diagnostics", setting::diagnostics(stage.data.path()))];
    for path in ["/metrics", "/health/ready", "/health/live"] {
        let answer = reqwest::get(format!("{}{path}", stage.server.metrics_url)).await.expect("the server answers");
        nowhere.push((path, answer.text().await.expect("an answer has a text")));
    }
    for (place, text) in nowhere {
        let words = Truth::words_in(&text);
        if !words.is_empty() {
            leaks.push(format!("{place} holds {words:?}"));
        }
    }
    for (who, told) in &stage.told {
        for word in Truth::words_in(told) {
            let what = stage.truth.words[word];
            if !Truth::is_told(*who, what) {
                leaks.push(format!("{who}, who is shut out, is told word {word} of {what:?}"));
            }
        }
    }
    for mail in stage.outbox() {
        let to = mail.lines().find_map(|line| line.strip_prefix("To: ")).unwrap_or_default();
        let who = stage.people.iter().position(|it| to.contains(&it.main.email));
        let own = Truth::words_in(to);
        for word in Truth::words_in(&mail).difference(&own) {
            let what = stage.truth.words[*word];
            if !stage.truth.sees(Viewer { who, holds: true }, what) {
                leaks.push(format!("a mail to {to} holds word {word} of {what:?}"));
            }
        }
    }
    leaks
}

/// Leaves out steps, in pieces that become smaller, for as long as it still fails.
async fn shrink(mut plan: Plan, mut fault: String) -> (Plan, String) {
    // A crawl that sees too little is no leak: its history is as good as a shorter one.
    let (mut tries, mut piece) = (if fault.contains("blind") { 0 } else { TRIES }, plan.steps.len() / 2);
    while piece > 0 && tries > 0 {
        let mut at = 0;
        while at < plan.steps.len() && tries > 0 {
            tries -= 1;
            let mut less = plan.clone();
            less.steps.drain(at..(at + piece).min(plan.steps.len()));
            match attempt(&less).await {
                Ok(_) => at += piece,
                Err(again) if again.contains("blind") => at += piece,
                Err(again) => (plan, fault) = (less, again),
            }
        }
        piece /= 2;
    }
    (plan, fault)
}

fn plans() -> Vec<Plan> {
    let new = |_| Plan::of(SystemIds.uuid().as_u128() as u64);
    match (std::env::var("ERFA_PLAN"), std::env::var("ERFA_PLANS")) {
        (Ok(plan), _) => vec![plan.parse().map_or_else(|_| Plan::read(Path::new(&plan)), Plan::of)],
        (_, Ok(number)) => (0..number.parse().expect("ERFA_PLANS is a number")).map(new).collect(),
        _ => (0..PLANS).map(new).collect(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_finds_what_is_not_theirs() {
    let mut kinds = BTreeSet::new();
    for plan in plans() {
        println!("ERFA_PLAN={}", plan.seed);
        match attempt(&plan).await {
            Ok(of_plan) => kinds.extend(of_plan),
            Err(fault) => {
                println!("{fault}\nlooking for a shorter history that does it too");
                let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("canary-{}.json", plan.seed));
                let (less, fault) = shrink(plan, fault).await;
                less.save(&path);
                panic!("{fault}\nplay it again with ERFA_PLAN={}\n{less:?}", path.display());
            }
        }
    }
    let declared: BTreeSet<_> = contracts::descriptors().map(|it| it.event_type.to_owned()).collect();
    kinds.extend(NOT_HERE.map(|(kind, _)| kind.to_owned()));
    let missing: Vec<_> = declared.difference(&kinds).collect();
    assert!(missing.is_empty(), "no history brings about {missing:?}: add a step to canary/plan.rs, with a word in it");
}
