//! Whole sockets over a log in memory: real connections on port 0, a real view, real access.

mod access_ends;
mod arriving;
mod client;
mod following;
mod limits;
mod presence;
mod quiet;
mod random;
mod topics;
mod world;
