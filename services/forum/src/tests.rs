//! The forum as a whole: its router over a log in memory, with people who were entered straight into the log.

mod api_arenas;
mod api_threads;
mod contract;
mod leaks;
mod live;
mod model;
mod pages;
mod published;
mod world;
