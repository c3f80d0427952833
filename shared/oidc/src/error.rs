//! Why a sign-in came to nothing.

/// Why a sign-in, or the end of one, came to nothing. None of these says what stood in a token or an answer, so all of
/// them may be logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The provider could not be reached, or did not answer as one.
    #[error("the provider can't be used: {0}")]
    Provider(String),
    /// The provider says that it won't.
    #[error("the provider answered with the error `{0}`")]
    Denied(String),
    /// What came is not to be believed: somebody may be trying something.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
}

/// What was wrong with what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each is its message")]
pub enum Refusal {
    #[error("the answer carries no code")]
    NoCode,
    #[error("the state is not that of this sign-in")]
    State,
    #[error("the answer names another issuer, or none where the provider names itself")]
    AnswerIssuer,
    #[error("the answer came to the address of another provider")]
    OtherProvider,
    #[error("the token is no signed token")]
    NotAToken,
    #[error("the token is of a kind that is not taken here")]
    TokenType,
    #[error("the token is signed with an algorithm that is not allowed")]
    Algorithm,
    #[error("the token is signed with a key that the provider does not publish")]
    UnknownKey,
    #[error("the token's signature does not fit")]
    Signature,
    #[error("the token's claims can't be read")]
    Claims,
    #[error("the token is of another issuer")]
    Issuer,
    #[error("the token is for another audience")]
    Audience,
    #[error("the token was issued to another party")]
    AuthorizedParty,
    #[error("the token has expired, or does not say when it does")]
    Expired,
    #[error("the token was issued in the future, or too long ago")]
    IssuedAt,
    #[error("the token carries another nonce, or none")]
    Nonce,
    #[error("the token's subject is missing or too long")]
    Subject,
    #[error("the access token is not the one that the token was issued with")]
    AccessTokenHash,
    #[error("the level of assurance is not one that was demanded")]
    Assurance,
    #[error("the person was authenticated longer ago than was demanded")]
    AuthenticatedAt,
    #[error("the user information is about somebody else")]
    UserInfoSubject,
    #[error("the logout token carries a nonce, as a token of a sign-in does")]
    LogoutNonce,
    #[error("the logout token does not say that it is one")]
    LogoutEvent,
    #[error("the logout token names neither a session nor a subject")]
    LogoutOfNobody,
    #[error("the logout token has no id")]
    LogoutId,
    #[error("the logout token was used before")]
    Replayed,
}
