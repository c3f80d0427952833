//! What a service's tests check of its templates and catalogues.

mod catalogues;

pub use catalogues::check_catalogues;
