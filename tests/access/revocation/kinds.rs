//! The kinds of revocation. A new one is a row in [`KINDS`]; an event type that revokes nothing is one in [`SPARES`].

use contracts::forum::ArenaAccess;

/// What somebody shows to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// The cookie of their session.
    Session,
    /// A token of their session.
    SessionToken,
    /// Their API token.
    Token,
    /// The token of their agency's program.
    Program,
}

/// What is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loses {
    /// The credential: the channel is closed.
    Everything,
    /// The arena: its topics end, and others go on.
    Arena,
    /// All topics, though not the credential.
    EveryTopic,
}

/// Who it is that loses something, before they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// A member of the arena.
    Member,
    /// Somebody who may read there without being one.
    Reader,
    /// Somebody of the secretariat, who is not a member.
    Secretary,
    /// A member who works for another agency too, for which they became one.
    OfTwoAgencies,
}

/// A kind of revocation.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// The event by which it happens, in a stream of the case.
    pub(crate) event: &'static str,
    /// What else is written for it.
    pub(crate) with: &'static [&'static str],
    pub(crate) class: ArenaAccess,
    pub(crate) who: Who,
    /// With what they listen.
    pub(crate) shown: &'static [Shown],
    pub(crate) loses: Loses,
    /// Who does it (`victim` is themselves), and how: as a line of `routes.txt`.
    pub(crate) by: &'static str,
    pub(crate) request: &'static str,
    /// What is done before, and takes nothing from anybody.
    pub(crate) before: &'static [(&'static str, &'static str)],
}

const SESSION: &[Shown] = &[Shown::Session, Shown::SessionToken];
const TOKEN: &[Shown] = &[Shown::Token];
const BOTH: &[Shown] = &[Shown::Session, Shown::Token];
const ALL: &[Shown] = &[Shown::Session, Shown::Token, Shown::Program];

/// What most rows have.
const KIND: Kind = Kind {
    name: "",
    event: "",
    with: &[],
    class: ArenaAccess::Members,
    who: Who::Member,
    shown: BOTH,
    loses: Loses::Everything,
    by: "",
    request: "",
    before: &[],
};

const ROTATE: &str = "POST /me/tokens/{token}/rotate page.any form commit={new}";

/// All of them.
pub(crate) const KINDS: [Kind; 18] = [
    Kind {
        name: "a session ended by its person elsewhere",
        event: "se.erfa.directory.session-revoked.v1",
        shown: SESSION,
        by: "victim",
        request: "DELETE /api/directory/v1/me/sessions/{session} api.any",
        ..KIND
    },
    Kind {
        name: "signing out",
        event: "se.erfa.directory.session-revoked.v1",
        shown: SESSION,
        by: "victim",
        request: "POST /sign-out page.any form",
        ..KIND
    },
    Kind {
        name: "a session ended by an administrator",
        event: "se.erfa.directory.session-revoked.v1",
        shown: SESSION,
        by: "administrator",
        request: "POST /admin/people/{x=person}/sessions/{session}/end page.any form",
        ..KIND
    },
    Kind {
        name: "a token revoked by its person",
        event: "se.erfa.directory.token-revoked.v1",
        shown: TOKEN,
        by: "victim",
        request: "DELETE /api/directory/v1/me/tokens/{token} api.any",
        ..KIND
    },
    Kind {
        name: "a token revoked by an administrator",
        event: "se.erfa.directory.token-revoked.v1",
        shown: TOKEN,
        by: "administrator",
        request: "POST /admin/people/{x=person}/tokens/{token}/revoke page.any form",
        ..KIND
    },
    Kind {
        name: "a token's secret that was rotated away",
        event: "se.erfa.directory.token-rotated.v1",
        shown: TOKEN,
        by: "victim",
        request: ROTATE,
        // The secret before the last still works for a while; the one before that does not.
        before: &[("victim", ROTATE)],
        ..KIND
    },
    Kind {
        name: "leaving an arena",
        event: "se.erfa.forum.member-left.v1",
        loses: Loses::Arena,
        by: "victim",
        request: "DELETE /api/forum/v1/arenas/{id}/members/{x=person} api.any",
        ..KIND
    },
    Kind {
        name: "being removed from an arena",
        event: "se.erfa.forum.member-removed.v1",
        loses: Loses::Arena,
        by: "secretary",
        request: r#"DELETE /api/forum/v1/arenas/{id}/members/{x=person} api.any json {"reason": "Skäl."}"#,
        ..KIND
    },
    Kind {
        name: "being removed from an arena for the invited",
        event: "se.erfa.forum.member-removed.v1",
        class: ArenaAccess::Invited,
        loses: Loses::Arena,
        by: "secretary",
        request: r#"DELETE /api/forum/v1/arenas/{id}/members/{x=person} api.any json {"reason": "Skäl."}"#,
        ..KIND
    },
    Kind {
        name: "an arena that is closed to those who are no members",
        event: "se.erfa.forum.arena-changed.v1",
        class: ArenaAccess::Open,
        who: Who::Reader,
        loses: Loses::Arena,
        by: "secretary",
        request: r#"PATCH /api/forum/v1/arenas/{id} api.any json {"access": "members"}"#,
        ..KIND
    },
    Kind {
        name: "the mandate to take part",
        event: "se.erfa.directory.mandate-ended.v1",
        loses: Loses::EveryTopic,
        by: "contact",
        request: "POST /people/{x=person}/mandates/{mandate}/end page.any form",
        ..KIND
    },
    Kind {
        name: "a mandate of the secretariat",
        event: "se.erfa.directory.mandate-ended.v1",
        who: Who::Secretary,
        loses: Loses::Arena,
        by: "secretary",
        request: "POST /people/{x=person}/mandates/{x=secretariat-mandate}/end page.any form",
        ..KIND
    },
    Kind {
        name: "an integrator's mandate, of their agency's program",
        event: "se.erfa.directory.mandate-ended.v1",
        shown: &[Shown::Program],
        by: "contact",
        request: "POST /people/{x=person}/mandates/{x=integrator-mandate}/end page.any form",
        ..KIND
    },
    Kind {
        name: "the only affiliation",
        event: "se.erfa.directory.affiliation-ended.v1",
        shown: ALL,
        by: "contact",
        request: "POST /people/{x=person}/affiliations/{x=agency}/end page.any form",
        ..KIND
    },
    Kind {
        name: "one of two affiliations",
        event: "se.erfa.directory.affiliation-ended.v1",
        who: Who::OfTwoAgencies,
        loses: Loses::Arena,
        by: "secretary",
        request: "POST /people/{x=person}/affiliations/{x=own-agency}/end page.any form",
        ..KIND
    },
    Kind {
        name: "an agency that is closed",
        event: "se.erfa.directory.affiliation-ended.v1",
        with: &["se.erfa.directory.agency-closed.v1"],
        who: Who::OfTwoAgencies,
        loses: Loses::Arena,
        by: "secretary",
        request: "POST /agencies/{x=own-agency}/end page.any form how=closed&successor=",
        ..KIND
    },
    Kind {
        name: "a suspension",
        event: "se.erfa.directory.person-suspended.v1",
        shown: ALL,
        by: "administrator",
        request: "POST /admin/people/{x=person}/suspension page.any form reason=Utredning&until=",
        ..KIND
    },
    Kind {
        name: "a suspension of somebody of the secretariat",
        event: "se.erfa.directory.person-suspended.v1",
        who: Who::Secretary,
        by: "administrator",
        request: "POST /admin/people/{x=person}/suspension page.any form reason=Utredning&until=",
        ..KIND
    },
];

const GIVES: &str = "it gives something to somebody, and takes nothing from anybody";
const TELLS: &str = "it changes what is shown, and not to whom";
const NOTES: &str = "it takes note of what happened";

/// Event types that take nothing from anybody, and why.
pub(crate) const SPARES: [(&str, &str); 30] = [
    ("se.erfa.directory.agency-registered.v1", GIVES),
    ("se.erfa.directory.agency-renamed.v1", TELLS),
    ("se.erfa.directory.agency-details-changed.v1", TELLS),
    ("se.erfa.directory.agency-succeeded.v1", "its people go on at the agency that follows it, with all they have"),
    ("se.erfa.directory.person-invited.v1", GIVES),
    ("se.erfa.directory.person-joined.v1", GIVES),
    ("se.erfa.directory.affiliation-started.v1", GIVES),
    ("se.erfa.directory.mandate-granted.v1", GIVES),
    ("se.erfa.directory.mandate-delegated.v1", GIVES),
    ("se.erfa.directory.person-reinstated.v1", GIVES),
    ("se.erfa.directory.profile-changed.v1", TELLS),
    ("se.erfa.directory.identity-linked.v1", GIVES),
    ("se.erfa.directory.identity-unlinked.v1", "a session that was opened with the account goes on until it is ended"),
    ("se.erfa.directory.sign-in-link-issued.v1", GIVES),
    ("se.erfa.directory.signed-in.v1", GIVES),
    ("se.erfa.directory.token-issued.v1", GIVES),
    ("se.erfa.directory.token-used.v1", NOTES),
    ("se.erfa.directory.access-refused.v1", NOTES),
    ("se.erfa.directory.sign-in-refused.v1", NOTES),
    ("se.erfa.directory.data-exported.v1", NOTES),
    ("se.erfa.forum.arena-opened.v1", GIVES),
    ("se.erfa.forum.member-invited.v1", GIVES),
    ("se.erfa.forum.member-joined.v1", GIVES),
    ("se.erfa.forum.thread-opened.v1", GIVES),
    ("se.erfa.forum.post-added.v1", GIVES),
    ("se.erfa.forum.post-edited.v1", TELLS),
    (
        "se.erfa.forum.post-withdrawn.v1",
        "it hides one post from everybody, and ends nothing: canary.rs and shared/live look",
    ),
    ("se.erfa.forum.thread-closed.v1", TELLS),
    ("se.erfa.forum.thread-reopened.v1", TELLS),
    ("se.erfa.log.loss-accepted.v1", NOTES),
];
