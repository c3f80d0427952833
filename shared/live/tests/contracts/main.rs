//! The published contract of the protocol: `proto/asyncapi.yaml`.

#[cfg(test)]
mod asyncapi;
#[cfg(test)]
mod yaml;
