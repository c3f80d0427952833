//! Live fragments are the page's own HTML; topics are open to those who may read.

use ::live::{Action, Fragment, Lang, Topics as _};
use access::{Credentials, Viewer};
use contracts::forum::ArenaAccess;
use http::Method;
use serde_json::json;
use types::{ArenaId, ThreadId};

use super::world::{Someone, World};
use crate::live::ForumTopics;

struct Talk {
    world: World,
    anna: Someone,
    bo: Someone,
    arena: ArenaId,
    thread: ThreadId,
}

async fn talk() -> Talk {
    let world = World::new().await;
    let agency = world.agency("Ena verket").await;
    let kansli = world.secretariat("Kim", agency).await;
    let (anna, bo) = (world.person("Anna", agency).await, world.person("Bo", agency).await);
    let arena = world.arena(&kansli, ArenaAccess::Members, &[&anna, &bo]).await;
    let thread = world.thread(&anna, arena).await;
    Talk { world, anna, bo, arena, thread }
}

impl Talk {
    async fn viewer(&self, who: &Someone) -> Viewer {
        let credentials = Credentials::Token(who.token().to_owned());
        self.world.forum.gate().reading(&credentials, None).await.unwrap().viewer
    }

    /// What the newest event of this kind changes for somebody.
    async fn fragments(&self, who: &Someone, topic: &str, kind: &str) -> Vec<Fragment> {
        self.world.settle().await;
        let event = self.world.newest(&format!("se.erfa.forum.{kind}.v1")).await;
        assert!(ForumTopics.topics_of(&event).contains(&topic.to_owned()));
        let snapshot = self.world.forum.views().snapshot().unwrap();
        ForumTopics.fragments(&snapshot, &self.viewer(who).await, Lang::Sv, topic, &event).unwrap()
    }

    async fn post(&self, who: &Someone) -> String {
        let answer = self.world.post(who, &format!("/threads/{}/posts", self.thread), json!({ "body": "*Hej*" })).await;
        answer.is(201).json()["id"].as_str().unwrap().to_owned()
    }

    async fn page_has(&self, who: &Someone, path: &str, html: &str) {
        let page = self.world.page(who, path).await.is(200).text;
        assert!(!html.is_empty() && page.contains(html), "{html}\nis not in\n{page}");
    }
}

#[tokio::test]
async fn what_happens_in_a_thread_is_put_in_as_it_stands_in_the_page() {
    let talk = talk().await;
    let (topic, path) = (format!("thread/{}", talk.thread), format!("/threads/{}", talk.thread));
    let post = talk.post(&talk.bo).await;
    for who in [&talk.anna, &talk.bo] {
        let [added] = &talk.fragments(who, &topic, "post-added").await[..] else { panic!("one fragment") };
        assert_eq!((added.target.as_str(), added.action), ("posts", Action::Append));
        assert!(added.html.starts_with(r#"<li class="post" id="post-2""#) && added.html.contains("<em>Hej</em>"));
        talk.page_has(who, &path, &added.html).await;
    }
    let body = Some(json!({ "body": "Ändrat" }));
    talk.world
        .api_with(&talk.bo, Method::PATCH, &format!("/posts/{post}"), &[("if-match", "\"0\"")], body)
        .await
        .is(200);
    let [edited] = &talk.fragments(&talk.anna, &topic, "post-edited").await[..] else { panic!("one fragment") };
    assert_eq!((edited.target.as_str(), edited.action), ("post-2", Action::Replace));
    talk.page_has(&talk.anna, &path, &edited.html).await;

    talk.world.api_with(&talk.bo, Method::DELETE, &format!("/posts/{post}"), &[], None).await.is(200);
    let [gone] = &talk.fragments(&talk.anna, &topic, "post-withdrawn").await[..] else { panic!("one fragment") };
    assert!(!gone.html.contains("Ändrat") && gone.html.contains("tagit tillbaka"));
    talk.page_has(&talk.anna, &path, &gone.html).await;

    let reason = Some(json!({ "reason": "Klart <b>nu</b>" }));
    talk.world.api_with(&talk.anna, Method::PUT, &format!("{path}/closing"), &[], reason).await.is(200);
    let [closed] = &talk.fragments(&talk.bo, &topic, "thread-closed").await[..] else { panic!("one fragment") };
    assert_eq!((closed.target.as_str(), closed.action), ("thread-state", Action::Replace));
    assert!(!closed.html.contains("<b>"));
    talk.page_has(&talk.bo, &path, &closed.html).await;
}

#[tokio::test]
async fn a_new_thread_comes_first_and_a_known_one_stays_in_its_place() {
    let talk = talk().await;
    let (topic, path) = (format!("arena/{}", talk.arena), format!("/arenas/{}", talk.arena));
    let [new, empty] = &talk.fragments(&talk.bo, &topic, "post-added").await[..] else { panic!("two fragments") };
    assert_eq!((new.target.as_str(), new.action), ("threads-new", Action::Replace));
    assert_eq!((empty.target.as_str(), empty.action), ("threads-empty", Action::Remove));
    let (place, item) = new.html.split_once("</li>").unwrap();
    talk.page_has(&talk.bo, &path, &format!("{place}</li>")).await;
    talk.page_has(&talk.bo, &path, item).await;

    talk.post(&talk.bo).await;
    let [item] = &talk.fragments(&talk.anna, &topic, "post-added").await[..] else { panic!("one fragment") };
    assert_eq!((item.target.clone(), item.action), (format!("thread-{}", talk.thread), Action::Replace));
    talk.page_has(&talk.anna, &path, &item.html).await;
}

#[tokio::test]
async fn topics_are_open_to_those_who_may_read() {
    let talk = talk().await;
    let agency = talk.world.agency("Andra verket").await;
    let outsider = talk.world.person("Cecilia", agency).await;
    talk.world.settle().await;
    let snapshot = talk.world.forum.views().snapshot().unwrap();
    let nobody = "00000000-0000-7000-8000-000000000000";
    for (topic, member) in [
        (format!("thread/{}", talk.thread), true),
        (format!("arena/{}", talk.arena), true),
        (format!("thread/{nobody}"), false),
        (format!("arena/{nobody}"), false),
        (format!("thread/{}", talk.arena), false),
        ("thread".to_owned(), false),
        (format!("person/{}", talk.anna.id), false),
    ] {
        let open = |viewer: &Viewer| ForumTopics.open(&snapshot, viewer, &topic).unwrap().is_some();
        assert_eq!(open(&talk.viewer(&talk.anna).await), member, "{topic}");
        assert!(!open(&talk.viewer(&outsider).await), "{topic}");
        assert!(!open(&Viewer::Anonymous), "{topic}");
    }
}

#[tokio::test]
async fn a_filter_lets_through_what_belongs_to_its_topic() {
    let talk = talk().await;
    talk.post(&talk.bo).await;
    let page = talk.world.log.read_all(types::Position::START, &event_log::Filter::all(), 4_096).await.unwrap();
    let mut seen = 0;
    for event in &page.events {
        for topic in ForumTopics.topics_of(event) {
            assert!(ForumTopics.filter(&topic).matches(event), "{topic}");
            seen += 1;
        }
    }
    assert_eq!(seen, 3 * 2 + 3, "three events of the thread in two topics, three of the arena in one");
}
