//! A value of the chain as people and scripts see it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{
    hex::{hex, unhex},
    layout::block::Chain,
};

/// The value of the chain after an event: two logs that have the same value at a position hold the same up to there.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChainValue(pub(super) Chain);

/// A text that is no value of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a value of the chain is 64 digits of 0-9 and a-f")]
pub struct InvalidChainValue;

impl fmt::Display for ChainValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for ChainValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ChainValue {
    type Err = InvalidChainValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        unhex(text).map(Self).ok_or(InvalidChainValue)
    }
}

impl TryFrom<String> for ChainValue {
    type Error = InvalidChainValue;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ChainValue> for String {
    fn from(value: ChainValue) -> Self {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_value_is_read_as_it_was_written(chain: [u8; 32]) {
            let text = ChainValue(chain).to_string();
            prop_assert_eq!(text.len(), 64);
            prop_assert_eq!(text.parse(), Ok(ChainValue(chain)));
            prop_assert_eq!(text.to_uppercase().parse::<ChainValue>().is_ok(), text == text.to_uppercase());
        }

        #[test]
        fn odd_text_is_refused(text in "\\PC{0,70}") {
            prop_assert_eq!(text.parse::<ChainValue>(), Err(InvalidChainValue));
        }
    }
}
