//! What has to be true when all is quiet. Every check says what it found otherwise.

use std::collections::BTreeMap;

use crate::fold::Post;

/// What two who should agree do not agree on.
pub(crate) type Verdict = Result<(), String>;

/// An event of a thread, as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) id: String,
    pub(crate) position: u64,
    /// Whether others than its author may no longer read it, because its post was withdrawn.
    pub(crate) hidden: bool,
}

/// Somebody is shown the same posts as stand in the log.
pub(crate) fn agree(who: &str, truth: &[Post], shown: &[Post]) -> Verdict {
    let longest = truth.len().max(shown.len());
    match (0..longest).find(|&at| truth.get(at) != shown.get(at)) {
        None => Ok(()),
        Some(at) => Err(format!("{who}: expected {:?} as post {at}, found {:?}", truth.get(at), shown.get(at))),
    }
}

/// A program that listens has the posts that were not withdrawn; of those that were, it shows nothing.
pub(crate) fn agree_on_standing(who: &str, truth: &[Post], shown: &[Post]) -> Verdict {
    let standing = |posts: &[Post]| posts.iter().filter(|post| post.body.is_some()).cloned().collect::<Vec<_>>();
    agree(who, &standing(truth), &standing(shown))
}

/// Somebody heard every event up to `until` once and in order, save those that are hidden now, and nothing after it.
pub(crate) fn once_in_order(who: &str, log: &[Recorded], heard: &[String], until: Option<u64>) -> Verdict {
    let places: BTreeMap<_, _> = log.iter().enumerate().map(|(place, event)| (event.id.as_str(), place)).collect();
    let mut next = 0;
    for id in heard {
        let place = *places.get(id.as_str()).ok_or_else(|| format!("{who} heard {id}, which is not in the log"))?;
        if place < next {
            return Err(format!("{who} heard {:?} again, or late", log[place]));
        }
        if let Some(missed) = log[next..place].iter().find(|event| !event.hidden) {
            return Err(format!("{who} missed {missed:?}"));
        }
        if until.is_some_and(|until| log[place].position > until) {
            return Err(format!("{who} heard {:?} after it was no longer theirs, at {until:?}", log[place]));
        }
        next = place + 1;
    }
    // Whoever was shut out may not have got all that came just before.
    match log[next..].iter().find(|event| !event.hidden && until.is_none()) {
        Some(missed) => Err(format!("{who} missed {missed:?}")),
        None => Ok(()),
    }
}

/// Whoever begins at the start now hears what is not hidden, and nothing else.
pub(crate) fn replayed(who: &str, log: &[Recorded], heard: &[String]) -> Verdict {
    let visible: Vec<_> = log.iter().filter(|event| !event.hidden).map(|event| &event.id).collect();
    match heard.iter().eq(visible.iter().copied()) {
        true => Ok(()),
        false => Err(format!("{who}: expected {visible:?} from the start, heard {heard:?}")),
    }
}

/// A page shows nothing of what came after it was no longer theirs.
pub(crate) fn nothing_after(who: &str, last: u64, shown: &[Post]) -> Verdict {
    match shown.iter().find(|post| post.number > last) {
        Some(post) => Err(format!("{who} was shown {post:?}, though {last} is the last that was theirs")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posts() -> Vec<Post> {
        let body = |number| (number != 2).then(|| format!("ord {number}"));
        (1..=4).map(|number| Post { number, body: body(number) }).collect()
    }

    fn log() -> (Vec<Recorded>, Vec<String>) {
        let log: Vec<_> = (0..5)
            .map(|place| Recorded { id: format!("e{place}"), position: 10 + 3 * place, hidden: place == 1 })
            .collect();
        let heard = log.iter().map(|event| event.id.clone()).collect();
        (log, heard)
    }

    /// What is wrong with a list: it is named, and made of a good one.
    type Lie<T> = (&'static str, fn(&mut Vec<T>));

    #[test]
    fn the_truth_is_agreed_on_and_every_lie_is_noticed() {
        assert_eq!(agree("page", &posts(), &posts()), Ok(()));
        assert_eq!(agree_on_standing("socket", &posts(), &[&posts()[..1], &posts()[2..]].concat()), Ok(()));
        let lies: [Lie<Post>; 6] = [
            ("missing", |posts| _ = posts.remove(2)),
            ("missing at the end", |posts| _ = posts.pop()),
            ("doubled", |posts| posts.insert(3, posts[2].clone())),
            ("reordered", |posts| posts.swap(2, 3)),
            ("changed", |posts| posts[3].body = Some("ord".to_owned())),
            ("withdrawn and shown", |posts| posts[1].body = Some("ord 2".to_owned())),
        ];
        for (lie, tell) in lies {
            let mut told = posts();
            tell(&mut told);
            assert!(agree("page", &posts(), &told).is_err(), "{lie}");
            assert!(agree_on_standing("socket", &posts(), &told).is_err(), "{lie}");
        }
        let mut gone = posts();
        gone.remove(1);
        assert!(agree("page", &posts(), &gone).is_err(), "a page says that there was a post");
    }

    #[test]
    fn what_a_socket_heard_is_told_apart_from_what_it_should_have_heard() {
        let (log, all) = log();
        assert_eq!(once_in_order("socket", &log, &all, None), Ok(()));
        let without = |place: usize| [&all[..place], &all[place + 1..]].concat();
        assert_eq!(once_in_order("socket", &log, &without(1), None), Ok(()), "it was hidden before it was heard");
        assert_eq!(once_in_order("socket", &log, &all[..3], Some(16)), Ok(()));
        assert_eq!(once_in_order("socket", &log, &all[..2], Some(16)), Ok(()), "the last was not delivered in time");
        let lies: [Lie<String>; 5] = [
            ("missing", |heard| _ = heard.remove(2)),
            ("missing at the end", |heard| _ = heard.pop()),
            ("doubled", |heard| heard.insert(3, heard[2].clone())),
            ("reordered", |heard| heard.swap(3, 4)),
            ("invented", |heard| heard.push("e9".to_owned())),
        ];
        for (lie, tell) in lies {
            let mut told = all.clone();
            tell(&mut told);
            assert!(once_in_order("socket", &log, &told, None).is_err(), "{lie}");
            assert!(replayed("replay", &log, &told).is_err(), "{lie}");
        }
        assert!(once_in_order("socket", &log, &all[..4], Some(16)).is_err(), "heard after it was revoked");
        assert_eq!(replayed("replay", &log, &without(1)), Ok(()));
        assert!(replayed("replay", &log, &all).is_err(), "what is hidden is gone from history too");
        assert!(nothing_after("page", 3, &posts()).is_err());
        assert_eq!(nothing_after("page", 4, &posts()), Ok(()));
    }
}
