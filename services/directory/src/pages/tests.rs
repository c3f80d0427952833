//! The pages, asked for as a browser does.

mod administer;
mod manage;
mod own;
mod signing_in;
mod tokens;

use crate::testing::World;

#[test]
fn texts_and_templates_agree() {
    web::testing::check_catalogues(env!("CARGO_MANIFEST_DIR"));
}

#[tokio::test]
async fn who_has_not_signed_in_sees_the_pages_to_sign_in_alone() {
    let world = World::empty().await;
    let agency = world.agency("Verket").await;
    let mut browser = world.browser();
    for path in ["/me", "/agencies", "/people", "/people/invite", "/join", &format!("/agencies/{agency}")] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.location().starts_with("/sign-in?next="), "{path}: {}", answer.location());
    }
    for path in ["/sign-in", "/sign-in/sent"] {
        assert_eq!(browser.get(path).await.status, 200, "{path}");
    }
}
