//! Against a provider that does what a test tells it to.

mod flow;
mod keys;
mod logout;
mod stage;
