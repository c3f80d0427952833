//! Whose address a request comes from, where proxies may stand in between.

mod header;

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap, HeaderName, header::FORWARDED};
use ipnet::IpNet;

use header::Hop;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// How much of an IPv4 address counts for limits: all of it.
const IPV4_PREFIX_BITS: u8 = 32;
/// How much of an IPv6 address counts for limits. A home or a small site is given a /56, and a machine in it takes
/// as many addresses of its /64 as it likes. Agencies and providers have more: whoever has a /48 has 256 of these.
const IPV6_PREFIX_BITS: u8 = 56;

/// The address that a request comes from, as far as those say who are believed. Handlers find it among the extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The part of a client's address that limits count by: IPv4 whole, IPv6 to 56 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressPrefix(IpAddr);

/// The proxies that stand before a server, and how they say whom they speak for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxies {
    /// Their addresses and networks. Without any, forwarded headers are ignored.
    pub trusted: Vec<IpNet>,
    /// The header that they set; any other is ignored.
    pub header: ForwardedHeader,
}

/// Where proxies write whom they speak for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`: addresses with commas between them.
    XForwardedFor,
    /// `Forwarded` of RFC 7239.
    Forwarded,
}

impl ClientAddress {
    /// The part that limits count by.
    pub fn prefix(self) -> AddressPrefix {
        let Self(address) = self;
        let bits = if address.is_ipv4() { IPV4_PREFIX_BITS } else { IPV6_PREFIX_BITS };
        AddressPrefix(IpNet::new(address, bits).map_or(address, |net| net.network()))
    }
}

impl AddressPrefix {
    /// A number of its own for each prefix.
    pub fn number(self) -> u128 {
        let address = match self.0 {
            IpAddr::V4(address) => address.to_ipv6_mapped(),
            IpAddr::V6(address) => address,
        };
        Ipv6Addr::to_bits(address)
    }
}

impl ForwardedHeader {
    /// The header's name.
    pub fn name(self) -> HeaderName {
        match self {
            Self::XForwardedFor => X_FORWARDED_FOR,
            Self::Forwarded => FORWARDED,
        }
    }
}

impl Default for Proxies {
    fn default() -> Self {
        Self { trusted: Vec::new(), header: ForwardedHeader::XForwardedFor }
    }
}

impl Proxies {
    /// A proxy's address, or a network of proxies.
    pub(crate) fn parse(text: &str) -> Result<IpNet, String> {
        let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        let network =
            network.ok_or_else(|| format!("`{text}` is no address (192.0.2.1) and no network (10.0.0.0/8)"))?;
        // What comes is compared as IPv4, so a proxy that is written as IPv4 in IPv6 would never be met.
        match network {
            IpNet::V6(v6) if v6.addr().to_ipv4_mapped().is_some() => {
                Err(format!("write `{text}` as the IPv4 address or network that it is"))
            }
            network => Ok(network.trunc()),
        }
    }

    /// The address that a request comes from: of the hops, the last that is not a trusted proxy itself, walking from
    /// this server outwards. Where a trusted proxy says nothing that can be understood, its own address counts.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let mut known = peer.to_canonical();
        if !self.trusts(known) {
            return ClientAddress(known);
        }
        // A proxy may add to the last line or add a line: the last hop is the last in the last line.
        let lines: Vec<_> = headers.get_all(self.header.name()).iter().collect();
        for line in lines.into_iter().rev() {
            for hop in header::hops_from_the_end(self.header, line) {
                let Hop::Address(address) = hop else { return ClientAddress(known) };
                known = address.to_canonical();
                if !self.trusts(known) {
                    return ClientAddress(known);
                }
            }
        }
        ClientAddress(known)
    }

    /// The address that a request with these extensions and headers comes from; `None` where it came over no network.
    pub(crate) fn client_of(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<ClientAddress> {
        let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
        Some(self.client(peer.ip(), headers))
    }

    /// What an administrator should know, where headers show that a proxy stands here of which the configuration knows
    /// nothing, or that it sets another header. Only what is near is looked at: anybody can send such a header.
    pub(crate) fn misfit(&self, peer: IpAddr, headers: &HeaderMap) -> Option<String> {
        let peer = peer.to_canonical();
        let is_near = match peer {
            IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
            IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
        };
        let both = [ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded];
        let set = both.into_iter().find(|header| headers.contains_key(header.name()))?;
        if self.trusts(peer) {
            let (expected, set) = (self.header.name(), set.name());
            return (!headers.contains_key(&expected)).then(|| {
                format!(
                    "the proxy at {peer} sets `{set}`, but `proxies.header` is \"{expected}\": everybody who comes through \
                     it shares its limits until the two fit"
                )
            });
        }
        is_near.then(|| {
            format!(
                "{peer} sends `{}` as a proxy does, but is not in `proxies.trusted`, so it is not believed: if it is your \
                 proxy, name it there, or everybody who comes through it shares its limits",
                set.name()
            )
        })
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests;
