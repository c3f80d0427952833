//! What a command does to one stream.

use contracts::EventSet;

/// The rules of one kind of stream: pure and synchronous. Time, ids and whatever else comes from outside arrive in the
/// command.
pub trait Decider: Send + Sync + 'static {
    /// What the stream's events have led to.
    type State: Default + Send + 'static;
    /// What can be asked for.
    type Command: Send + 'static;
    /// What can happen.
    type Event: EventSet;
    /// Why a command is refused.
    type Error: std::error::Error + Clone + Send + Sync + 'static;

    /// What the command leads to. No events means that all is already as the command wants it.
    fn decide(state: &Self::State, command: &Self::Command) -> Result<Vec<Self::Event>, Self::Error>;

    /// The state after an event, which can't fail: it has happened.
    fn evolve(state: Self::State, event: &Self::Event) -> Self::State;
}
