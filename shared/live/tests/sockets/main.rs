//! Whole sockets over a log in memory: real connections on port 0, a real view, real access.

#[cfg(test)]
mod access_ends;
#[cfg(test)]
mod arriving;
#[cfg(test)]
mod client;
#[cfg(test)]
mod following;
#[cfg(test)]
mod idle;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod presence;
#[cfg(test)]
mod quiet;
#[cfg(test)]
mod random;
#[cfg(test)]
mod topics;
#[cfg(test)]
mod world;
