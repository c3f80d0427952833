//! Nothing acknowledged is lost when the power is cut; and if the disk lied when it was asked to sync, that shows.
//!
//! `ERFA_SEED=<seed> cargo test -p power-cuts` chooses the same cuts again. How the threads of a session take turns is not
//! in the seed's hands, so what a failing cut has left is kept, and named.

#[cfg(test)]
mod tests {
    use power_cuts::{Deaf, Explorer, Place, Plan, Scenario, seed};

    /// sled overwrites a segment that it has given up, which is safe as long as no sync has to cover more than one.
    const SEGMENT_BYTES: u64 = 16 * 1024 * 1024;

    /// Plays a scenario until there were so many cuts.
    fn explore(deaf: Deaf, cuts: usize, scenario: &Scenario) -> Explorer {
        let seed = seed();
        println!("seed {seed}");
        let mut explorer = Explorer::new(env!("CARGO_BIN_EXE_session"), deaf, seed);
        while explorer.cut_count() < cuts && (explorer.failures.is_empty() || deaf != Deaf::ToNothing) {
            explorer.explore(scenario);
        }
        println!(
            "{deaf:?}: {} of {} cuts broke a promise, {:?}, {} bytes in a sync",
            explorer.failures.len(),
            explorer.cut_count(),
            explorer.cuts,
            explorer.synced_bytes_max
        );
        explorer
    }

    /// Nothing is lost by so many cuts, some of which were at this place.
    #[track_caller]
    fn nothing_is_lost(cuts: usize, place: Place, scenario: &Scenario) {
        let explorer = explore(Deaf::ToNothing, cuts, scenario);
        let failures: Vec<_> = explorer.failures.iter().map(ToString::to_string).collect();
        assert!(failures.is_empty(), "{}", failures.join("\n\n"));
        assert!(
            explorer.synced_bytes_max < SEGMENT_BYTES,
            "a sync covered {} bytes, and in a segment are {SEGMENT_BYTES}",
            explorer.synced_bytes_max
        );
        assert!(explorer.cuts.contains_key(&place), "the sessions never came to {place}");
    }

    #[test]
    fn nothing_is_lost_in_a_new_log() {
        nothing_is_lost(150, Place::Mark, &Scenario { name: "new", plans: vec![Plan::some()], cuts: vec![8, 2, 1] });
    }

    #[test]
    fn nothing_is_lost_after_a_program_has_died() {
        let plans = vec![Plan::some(), Plan::some().dying(), Plan::few()];
        nothing_is_lost(200, Place::Opening, &Scenario { name: "died", plans, cuts: vec![10, 2, 1] });
    }

    #[test]
    fn nothing_is_lost_while_the_index_is_written() {
        let plans = vec![Plan::indexed().dying(), Plan::few().dying()];
        nothing_is_lost(100, Place::Index, &Scenario { name: "indexed", plans, cuts: vec![12, 2] });
    }

    #[test]
    fn nothing_is_lost_while_a_segment_begins() {
        nothing_is_lost(
            50,
            Place::Segment,
            &Scenario { name: "segments", plans: vec![Plan::segments()], cuts: vec![12, 1] },
        );
    }

    #[test]
    fn nothing_is_lost_while_blocks_are_merged() {
        nothing_is_lost(20, Place::Index, &Scenario { name: "merged", plans: vec![Plan::lone()], cuts: vec![20] });
    }

    /// The proof that the tests above can fail.
    #[track_caller]
    fn a_lie_shows(deaf: Deaf, scenario: &Scenario) {
        let explorer = explore(deaf, 40, scenario);
        println!("first: {}", explorer.failures.first().expect("the disk lied, and nobody noticed"));
    }

    fn one_session() -> Scenario {
        Scenario { name: "one session", plans: vec![Plan::some()], cuts: vec![40] }
    }

    #[test]
    fn without_the_sync_of_data_acknowledged_commits_are_lost() {
        a_lie_shows(Deaf::ToDataSyncs, &one_session());
    }

    #[test]
    fn without_the_sync_of_directories_acknowledged_commits_are_lost() {
        a_lie_shows(Deaf::ToDirectories, &one_session());
    }

    #[test]
    fn without_the_sync_of_the_mark_logs_do_not_open() {
        a_lie_shows(Deaf::ToMarks, &one_session());
    }
}
