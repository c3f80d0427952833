//! The rules of a thread, as given, when, then.

use event_sourcing::testing::given;
use uuid::Uuid;

use super::*;

const OPENER: u128 = 1;
const OTHER: u128 = 2;

fn person(number: u128) -> PersonId {
    PersonId::from_uuid(Uuid::from_u128(number))
}

fn post(number: u32) -> PostId {
    PostId::from_uuid(Uuid::from_u128(u128::from(number)))
}

fn body(text: &str) -> Markdown {
    Markdown::new(text).unwrap()
}

fn reason() -> Reason {
    Reason::new("Frågan är besvarad").unwrap()
}

fn new_post(number: u32, author: u128, reply_to: Option<u32>) -> NewPost {
    NewPost {
        post: post(number),
        author: person(author),
        agency: AgencyId::from_uuid(Uuid::from_u128(author)),
        shown_as: ShownAs::Name,
        reply_to: reply_to.map(post),
        body: body("Hej"),
    }
}

fn added(number: u32, author: u128, reply_to: Option<u32>) -> ThreadEvent {
    let NewPost { post, author, agency, shown_as, reply_to, body } = new_post(number, author, reply_to);
    PostAdded { post, number, author, agency, shown_as, reply_to, body }.into()
}

fn opened() -> ThreadEvent {
    ThreadOpened {
        arena: ArenaId::from_uuid(Uuid::from_u128(7)),
        kind: ThreadKind::Question,
        title: ThreadTitle::new("Vem har gjort detta?").unwrap(),
    }
    .into()
}

fn open() -> Command {
    Command::Open {
        arena: ArenaId::from_uuid(Uuid::from_u128(7)),
        kind: ThreadKind::Question,
        title: ThreadTitle::new("Vem har gjort detta?").unwrap(),
        first: new_post(1, OPENER, None),
    }
}

fn edited(number: u32, edit: u32) -> ThreadEvent {
    PostEdited { post: post(number), edit, body: body("Hej igen") }.into()
}

fn edit(number: u32, by: u128, expected_edit: u32) -> Command {
    Command::EditPost { post: post(number), by: person(by), expected_edit, body: body("Hej igen") }
}

fn withdrawn(number: u32) -> ThreadEvent {
    PostWithdrawn { post: post(number) }.into()
}

fn withdraw(number: u32, by: u128) -> Command {
    Command::WithdrawPost { post: post(number), by: person(by) }
}

fn closed() -> ThreadEvent {
    ThreadClosed { reason: reason() }.into()
}

fn reopened() -> ThreadEvent {
    ThreadReopened { reason: reason() }.into()
}

fn asker(number: u128, secretariat: bool) -> Asker {
    Asker { person: person(number), secretariat }
}

fn close(by: Asker) -> Command {
    Command::Close { by, reason: reason() }
}

fn reopen(by: Asker) -> Command {
    Command::Reopen { by, reason: reason() }
}

/// A thread with a post of its opener and one of somebody else, and then these events.
fn thread(more: impl IntoIterator<Item = ThreadEvent>) -> Vec<ThreadEvent> {
    [opened(), added(1, OPENER, None), added(2, OTHER, None)].into_iter().chain(more).collect()
}

#[test]
fn a_thread_opens_once_with_its_first_post() {
    given::<Thread>([]).when(open()).then([opened(), added(1, OPENER, None)]);
    given::<Thread>(thread([])).when(open()).then_refused(Error::AlreadyOpened);
    let mut answering = new_post(1, OPENER, Some(9));
    answering.shown_as = ShownAs::Role;
    let Command::Open { arena, kind, title, .. } = open() else { unreachable!() };
    given::<Thread>([])
        .when(Command::Open { arena, kind, title, first: answering })
        .then_refused(Error::NothingToAnswer(post(9)));
}

#[test]
fn nothing_happens_to_a_thread_that_was_never_opened() {
    for command in [
        Command::AddPost(new_post(1, OTHER, None)),
        edit(1, OTHER, 0),
        withdraw(1, OTHER),
        close(asker(OTHER, true)),
        reopen(asker(OTHER, true)),
    ] {
        given::<Thread>([]).when(command).then_refused(Error::NotOpened);
    }
}

#[test]
fn posts_are_numbered_from_one_and_withdrawn_ones_keep_their_number() {
    given::<Thread>(thread([])).when(Command::AddPost(new_post(3, OTHER, None))).then([added(3, OTHER, None)]);
    given::<Thread>(thread([withdrawn(2)]))
        .when(Command::AddPost(new_post(3, OTHER, None)))
        .then([added(3, OTHER, None)]);
}

#[test]
fn an_answer_needs_a_post_that_is_there() {
    let answer = |to| Command::AddPost(new_post(3, OTHER, Some(to)));
    given::<Thread>(thread([])).when(answer(1)).then([added(3, OTHER, Some(1))]);
    given::<Thread>(thread([])).when(answer(9)).then_refused(Error::NothingToAnswer(post(9)));
    given::<Thread>(thread([withdrawn(2)])).when(answer(2)).then_refused(Error::NothingToAnswer(post(2)));
}

#[test]
fn a_post_is_changed_by_its_author_who_has_seen_the_last_change() {
    given::<Thread>(thread([])).when(edit(2, OTHER, 0)).then([edited(2, 1)]);
    given::<Thread>(thread([edited(2, 1)])).when(edit(2, OTHER, 1)).then([edited(2, 2)]);
    given::<Thread>(thread([edited(2, 1)]))
        .when(edit(2, OTHER, 0))
        .then_refused(Error::PostChanged { post: post(2), current: 1 });
    given::<Thread>(thread([])).when(edit(2, OPENER, 0)).then_refused(Error::NotTheAuthor(post(2)));
    given::<Thread>(thread([])).when(edit(9, OTHER, 0)).then_refused(Error::PostNotFound(post(9)));
    given::<Thread>(thread([withdrawn(2)])).when(edit(2, OTHER, 0)).then_refused(Error::PostWithdrawn(post(2)));
}

#[test]
fn a_post_is_not_changed_for_ever() {
    let edits = (1..=EDITS_MAX).map(|edit| edited(2, edit));
    given::<Thread>(thread(edits)).when(edit(2, OTHER, EDITS_MAX)).then_refused(Error::TooManyEdits(post(2)));
}

#[test]
fn a_post_is_withdrawn_by_its_author_once_also_when_the_thread_is_closed() {
    given::<Thread>(thread([])).when(withdraw(2, OTHER)).then([withdrawn(2)]);
    given::<Thread>(thread([closed()])).when(withdraw(2, OTHER)).then([withdrawn(2)]);
    given::<Thread>(thread([withdrawn(2)])).when(withdraw(2, OTHER)).then([]);
    given::<Thread>(thread([])).when(withdraw(2, OPENER)).then_refused(Error::NotTheAuthor(post(2)));
    given::<Thread>(thread([])).when(withdraw(9, OTHER)).then_refused(Error::PostNotFound(post(9)));
}

#[test]
fn a_thread_is_closed_and_reopened_by_its_opener_or_the_secretariat() {
    for by in [asker(OPENER, false), asker(OTHER, true)] {
        given::<Thread>(thread([])).when(close(by)).then([closed()]);
        given::<Thread>(thread([closed()])).when(close(by)).then([]);
        given::<Thread>(thread([closed()])).when(reopen(by)).then([reopened()]);
        given::<Thread>(thread([])).when(reopen(by)).then([]);
    }
    given::<Thread>(thread([])).when(close(asker(OTHER, false))).then_refused(Error::NotTheOpener);
    given::<Thread>(thread([closed()])).when(reopen(asker(OTHER, false))).then_refused(Error::NotTheOpener);
}

#[test]
fn a_closed_thread_takes_no_posts_and_no_changes_until_it_is_reopened() {
    let post = || Command::AddPost(new_post(3, OTHER, None));
    given::<Thread>(thread([closed()])).when(post()).then_refused(Error::Closed);
    given::<Thread>(thread([closed()])).when(edit(2, OTHER, 0)).then_refused(Error::Closed);
    given::<Thread>(thread([closed(), reopened()])).when(post()).then([added(3, OTHER, None)]);
}

#[test]
fn a_full_thread_takes_no_more() {
    let posts = (2..=POSTS_MAX as u32).map(|number| added(number, OTHER, None));
    let full: Vec<_> = [opened(), added(1, OPENER, None)].into_iter().chain(posts).collect();
    given::<Thread>(full).when(Command::AddPost(new_post(0, OTHER, None))).then_refused(Error::Full);
}
