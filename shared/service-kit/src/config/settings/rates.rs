//! The settings of how many requests are taken in a minute.

use super::{
    super::value::{number, shown_number},
    Setting,
};

/// More than any machine answers.
const PER_MINUTE_MAX: u64 = 100_000_000;

macro_rules! rate {
    ($key:literal, $field:ident, $help:literal) => {
        Setting {
            key: $key,
            help: $help,
            set: |config, value| {
                let requests = number(value, 0..=PER_MINUTE_MAX)?;
                config.rates.$field = u32::try_from(requests).unwrap_or(u32::MAX);
                Ok(())
            },
            get: |config| shown_number(config.rates.$field as usize),
        }
    };
}

pub(super) const SETTINGS: &[Setting] = &[
    rate!(
        "rates.address",
        address,
        "Requests a minute of those who are not signed in, for each client address (IPv6: each /56). 0 is no limit, as below."
    ),
    rate!("rates.sign_in", sign_in, "Steps of signing in a minute, for each client address (IPv6: each /56)."),
    rate!("rates.person_reads", person_reads, "What one person's browsers read in a minute."),
    rate!("rates.person_writes", person_writes, "What one person's browsers write in a minute."),
    rate!("rates.token_reads", token_reads, "What is read with one API token in a minute."),
    rate!("rates.token_writes", token_writes, "What is written with one API token in a minute."),
    rate!("rates.agency_reads", agency_reads, "What one agency's people and tokens read in a minute."),
    rate!("rates.agency_writes", agency_writes, "What one agency's people and tokens write in a minute."),
];
