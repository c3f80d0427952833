//! Durable appends with an expected revision, one event to a commit, through the public trait.

mod case;
mod figures;
mod log_turns;

use crate::{
    groups::Groups,
    options::{Appends, Options},
    progress::say,
    report::Report,
    text::Texts,
    turn::Turn,
    yardstick::Yardstick,
};
use case::Case;
use log_turns::LogTurns;

/// The log, or what it is held against.
type Contender = Option<Yardstick>;

pub(crate) async fn measure(
    report: &mut Report,
    options: &Options,
    narrow: &Appends,
    groups: &Groups,
) -> anyhow::Result<()> {
    for case in case::wanted(narrow, &options.filter) {
        say(&format!("appends, {case}"));
        let turns = turns(options, case, groups).await?;
        figures::add(report, case, turns)?;
    }
    Ok(())
}

/// Turn by turn: the log, the bare file and the peers; then back in the other order, and so on.
async fn turns(options: &Options, case: Case, groups: &Groups) -> anyhow::Result<Vec<(Contender, Vec<Turn>)>> {
    let (texts, time) = (Texts::of(case.bytes), options.turn());
    let mut log = LogTurns::prepare(options.data.join("appends"), case, &texts).await?;
    // A short turn warms up, and shows which groups the log forms.
    let mut formed = log.turn(time / 4, groups).await?.groups;
    let mut contenders = vec![(Some(Yardstick::BareFile), Vec::new()), (None, Vec::new())];
    if case.peers {
        contenders.extend([Yardstick::Fjall, Yardstick::Redb, Yardstick::Sled].map(|peer| (Some(peer), Vec::new())));
    }
    for _ in 0..options.rounds {
        for (contender, turns) in &mut contenders {
            let turn = match contender {
                Some(yardstick) => yardstick.turn(&options.data.join("yardstick"), &formed, &texts, time)?,
                None => log.turn(time, groups).await?,
            };
            if contender.is_none() {
                formed.clone_from(&turn.groups);
            }
            turns.push(turn);
            crate::disk::settle(&options.data)?;
        }
        contenders.reverse();
    }
    log.end()?;
    Ok(contenders)
}
