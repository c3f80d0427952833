//! What somebody may not see might as well not have happened: in a world with it and in a world without it they are
//! answered the same, byte for byte, but for what names and dates things. `ERFA_SEED=<seed>` has chance add the same again.
//!
//! The other world knows nothing under the ids that the hidden things have, so that they are also asked for there: what
//! is hidden answers as what does not exist. That something was written somewhere can be told from a cursor, which is
//! another one then; what, where, for whom and how much can not, and that is what is looked at here.

mod chance;
mod plain;
mod script;

use std::collections::{BTreeMap, BTreeSet};

use plain::{Names, right_length};
use script::{Kind, SCRIPTS, Script};

use crate::{
    canary::{
        crawl::{Crawl, Found, Shown},
        oracle::What,
        plan::Step,
        stage::Stage,
    },
    table::Route,
};

/// How much of two texts is shown from where they begin to differ.
const SHOWN_CHARS: usize = 300;

/// The same history twice: with what is hidden, and without.
struct Worlds {
    with: Stage,
    without: Stage,
}

impl Worlds {
    async fn play(script: &Script) -> Self {
        let mut worlds = Self { with: Stage::set().await, without: Stage::set().await };
        for (kind, step) in script.steps {
            worlds.perform(*kind, *step).await;
        }
        for draw in chance::draws() {
            if let Some(step) = draw.step(&worlds.with.truth) {
                worlds.perform(draw.kind, step).await;
            }
        }
        worlds
    }

    async fn perform(&mut self, kind: Kind, step: Step) {
        match kind {
            Kind::Shown => {
                self.with.perform(step).await;
                self.without.perform(step).await;
            }
            Kind::Hidden => {
                self.with.perform(step).await;
                self.skip();
            }
            // The word is another one in each world.
            Kind::Otherwise => {
                self.with.truth.word(What::Nobody);
                self.with.perform(step).await;
                self.without.perform(step).await;
                self.without.truth.word(What::Nobody);
            }
        }
        assert_eq!(self.with.truth.shape(), self.without.truth.shape(), "{step:?} was done in one world alone");
    }

    /// What has just happened in the one world did not happen in the other, where nothing has the ids that it has.
    fn skip(&mut self) {
        let (with, without) = (&self.with.truth, &mut self.without.truth);
        assert_ne!(with.shape(), without.shape(), "what is hidden was not done either");
        without.pretend(with);
    }
}

/// What somebody finds in a world, by where, as [`plain`] has it.
async fn look(stage: &Stage, rows: &[Route], shown: Shown) -> BTreeMap<String, String> {
    let names = Names::of(stage);
    let found = Crawl { stage, rows, shown }.everything().await;
    let plain =
        |it: Found| (format!("{}: {}", it.channel, names.plain(&it.address)), names.plain(&right_length(&it.text)));
    found.into_iter().map(plain).collect()
}

/// Where two looks differ.
fn differences(who: &str, with: &BTreeMap<String, String>, without: &BTreeMap<String, String>) -> Vec<String> {
    let addresses: BTreeSet<_> = with.keys().chain(without.keys()).collect();
    let differs = |address: &&&String| with.get(**address) != without.get(**address);
    let describe = |address: &String| {
        let texts = [with, without].map(|look| look.get(address).map_or("(nothing)", String::as_str));
        let same = texts[0].chars().zip(texts[1].chars()).take_while(|(one, other)| one == other).count();
        let [with, without] =
            texts.map(|it| it.chars().skip(same.saturating_sub(60)).take(SHOWN_CHARS).collect::<String>());
        format!("{who}, {address}\n  with:    {with}\n  without: {without}")
    };
    addresses.iter().filter(differs).map(|address| describe(address)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_hidden_might_as_well_not_have_happened() {
    let rows = Route::all();
    let mut different = Vec::new();
    for script in &SCRIPTS {
        let Worlds { with, without } = Worlds::play(script).await;
        for outsider in script.outsiders {
            let (shown_with, shown_without) = (outsider.shows(&with), outsider.shows(&without));
            let looks = tokio::join!(look(&with, &rows, shown_with), look(&without, &rows, shown_without));
            assert!(!looks.0.is_empty(), "{outsider:?} looked nowhere");
            different.extend(differences(&format!("{outsider:?}"), &looks.0, &looks.1));
        }
        for stage in [with, without] {
            assert_eq!(tokio::task::block_in_place(|| stage.server.stop()), Some(0), "the server stops in order");
        }
    }
    assert!(different.is_empty(), "{} differences:\n{}", different.len(), different.join("\n"));
}
