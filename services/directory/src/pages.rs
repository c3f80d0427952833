//! The directory's pages, one a file. All routes stand here.

mod admin;
mod admin_person;
mod admin_security;
mod agencies;
mod agency;
mod agency_end;
mod agency_form;
mod credentials;
mod delegation;
mod demo;
mod fields;
mod identities;
mod invite;
mod join;
mod mandates;
mod me;
mod my_data;
pub(crate) mod openid;
mod people;
mod person;
mod sessions;
mod shell;
mod sign_in;
mod sign_in_link;
mod sign_out;
mod suspension;
mod token_form;
mod tokens;

use web::{
    PageRouter,
    routes::{get, post},
};

use crate::app::App;

pub(crate) use fields::percent_encoded;
pub(crate) use shell::Shell;

pub(crate) fn routes() -> PageRouter<App> {
    PageRouter::new()
        .route(access::SIGN_IN_PATH, get(sign_in::show).post(sign_in::send))
        .route("/sign-in/sent", get(sign_in::sent))
        .route("/sign-in/link", get(sign_in_link::show).post(sign_in_link::send))
        .route("/sign-in/demo", post(demo::send))
        .route("/sign-in/step-up", get(openid::step_up::show).post(openid::step_up::send))
        .route("/sign-in/openid/keys", get(openid::keys))
        .route("/sign-in/openid/{provider}", post(openid::begin))
        .route("/sign-in/openid/{provider}/answer", get(openid::answer::show))
        .route("/sign-in/openid/{provider}/logout", post(openid::logout::receive))
        .route("/sign-out", post(sign_out::send))
        .route(access::JOIN_PATH, get(join::show).post(join::send))
        .route("/me", get(me::show).post(me::send))
        .route("/me/identities", post(identities::link))
        .route("/me/identities/{identity}/unlink", post(identities::unlink))
        .route("/me/sessions/{session}/end", post(sessions::end))
        .route("/me/tokens", post(tokens::issue))
        .route("/me/tokens/{token}/revoke", post(tokens::revoke))
        .route("/me/tokens/{token}/rotate", post(tokens::rotate))
        .route("/me/data.json", post(my_data::json))
        .route("/me/data.txt", post(my_data::plain))
        .route("/me/mandates/{mandate}/delegation", get(delegation::show).post(delegation::send))
        .route("/agencies", get(agencies::show))
        .route("/agencies/new", get(agency_form::new).post(agency_form::register))
        .route("/agencies/{agency}", get(agency::show))
        .route("/agencies/{agency}/edit", get(agency_form::edit).post(agency_form::describe))
        .route("/agencies/{agency}/end", get(agency_end::show).post(agency_end::send))
        .route("/people", get(people::show))
        .route("/people/invite", get(invite::show).post(invite::send))
        .route("/people/{person}", get(person::show))
        .route("/people/{person}/mandates", post(mandates::grant))
        .route("/people/{person}/mandates/{mandate}/end", post(mandates::end))
        .route("/people/{person}/affiliations/{agency}/end", post(mandates::end_affiliation))
        .route("/admin", get(admin::show))
        .route("/admin/security", get(admin_security::show))
        .route("/admin/people/{person}", get(admin_person::show))
        .route("/admin/people/{person}/suspension", post(suspension::begin))
        .route("/admin/people/{person}/suspension/end", post(suspension::end))
        .route("/admin/people/{person}/sessions/{session}/end", post(admin_person::end_session))
        .route("/admin/people/{person}/tokens/{token}/revoke", post(admin_person::revoke_token))
        .route("/admin/people/{person}/identities/{identity}/unlink", post(admin_person::unlink))
}

#[cfg(test)]
mod tests;
