use super::*;

/// The proxies of these tests: one address, and a network of each kind.
fn proxies(header: ForwardedHeader) -> Proxies {
    let trusted = ["192.0.2.1", "10.0.0.0/8", "2001:db8:1::/48"].map(|text| Proxies::parse(text).expect("a network"));
    Proxies { trusted: trusted.to_vec(), header }
}

fn client(proxies: &Proxies, peer: &str, lines: &[(&'static str, &str)]) -> String {
    let mut headers = HeaderMap::new();
    for (name, line) in lines {
        headers.append(*name, line.parse().expect("a header"));
    }
    proxies.client(peer.parse().expect("an address"), &headers).0.to_string()
}

#[test]
fn x_forwarded_for_is_read_from_the_right_up_to_whom_nobody_vouches_for() {
    let proxies = proxies(ForwardedHeader::XForwardedFor);
    for (peer, line, expected) in [
        ("192.0.2.1", "203.0.113.7", "203.0.113.7"),
        ("192.0.2.1", "203.0.113.7, 10.1.2.3", "203.0.113.7"),
        // What a client says about itself stands to the left of what the proxy saw.
        ("192.0.2.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("192.0.2.1", "rubbish, 203.0.113.7", "203.0.113.7"),
        ("192.0.2.1", "10.9.9.9, 203.0.113.7", "203.0.113.7"),
        // Nobody vouches for the peer itself.
        ("198.51.100.9", "203.0.113.7", "198.51.100.9"),
        // With ports, in brackets, IPv4 in IPv6.
        ("192.0.2.1", "203.0.113.7:4711", "203.0.113.7"),
        ("192.0.2.1", "2001:db8:2::7", "2001:db8:2::7"),
        ("192.0.2.1", "[2001:db8:2::7]", "2001:db8:2::7"),
        ("192.0.2.1", "[2001:db8:2::7]:4711", "2001:db8:2::7"),
        ("192.0.2.1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("::ffff:192.0.2.1", "203.0.113.7", "203.0.113.7"),
        ("2001:db8:1::5", "::ffff:10.0.0.4, 203.0.113.7", "203.0.113.7"),
        ("192.0.2.1", "203.0.113.7, ::ffff:10.0.0.4", "203.0.113.7"),
        // A proxy that does not say counts itself, and so does the last one before it that was understood.
        ("192.0.2.1", "unknown", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.7, unknown", "192.0.2.1"),
        ("192.0.2.1", "unknown, 10.1.2.3", "10.1.2.3"),
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.7,", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.7:99999", "192.0.2.1"),
        ("192.0.2.1", "[2001:db8:2::7", "192.0.2.1"),
        ("192.0.2.1", "[2001:db8:2::7]x", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.7.example", "192.0.2.1"),
        // All of them are proxies: the outermost asks for itself.
        ("192.0.2.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
    ] {
        assert_eq!(client(&proxies, peer, &[("x-forwarded-for", line)]), expected, "{peer} with {line}");
    }
}

#[test]
fn forwarded_is_read_as_rfc_7239_says() {
    let proxies = proxies(ForwardedHeader::Forwarded);
    for (line, expected) in [
        ("for=203.0.113.7", "203.0.113.7"),
        ("For=\"203.0.113.7:4711\";proto=https;by=192.0.2.1", "203.0.113.7"),
        ("for=198.51.100.1, for=203.0.113.7", "203.0.113.7"),
        ("for=198.51.100.1;host=\"a,b;c=\\\"d\\\"\" , for=203.0.113.7 ; proto=http , for=10.0.0.3", "203.0.113.7"),
        ("for=\"[2001:db8:2::7]:4711\"", "2001:db8:2::7"),
        ("for=\"[2001:db8:2::7]:_port\"", "2001:db8:2::7"),
        ("for=\"[::ffff:203.0.113.7]\"", "203.0.113.7"),
        ("for=\"[2001:db8:2::7]\", for=\"[2001:db8:1::9]\"", "2001:db8:2::7"),
        ("for=203.0.113.7, for=_hidden", "192.0.2.1"),
        ("for=203.0.113.7, for=unknown, for=10.0.0.3", "10.0.0.3"),
        ("for=203.0.113.7, proto=https", "192.0.2.1"),
        ("for=_SEVKISEK;by=_x", "192.0.2.1"),
        // Not well formed: what could stand within quotes is not guessed at.
        ("for=\"203.0.113.7", "192.0.2.1"),
        ("for=\"a, for=203.0.113.7", "192.0.2.1"),
        ("for=203.0.113.7;for=198.51.100.1", "192.0.2.1"),
        ("203.0.113.7", "192.0.2.1"),
        ("for=", "192.0.2.1"),
        ("for=203.0.113.7 x", "192.0.2.1"),
        ("for=203.0.113.7,", "192.0.2.1"),
    ] {
        assert_eq!(client(&proxies, "192.0.2.1", &[("forwarded", line)]), expected, "{line}");
    }
}

#[test]
fn the_last_line_is_the_last_hop() {
    let proxies = proxies(ForwardedHeader::Forwarded);
    let said = ("forwarded", "for=198.51.100.1;x=\"");
    assert_eq!(client(&proxies, "192.0.2.1", &[said, ("forwarded", "for=203.0.113.7")]), "203.0.113.7");
    assert_eq!(client(&proxies, "192.0.2.1", &[said, ("forwarded", "for=10.0.0.3")]), "10.0.0.3");
}

#[test]
fn only_the_header_that_the_proxies_set_counts() {
    let lines = [("x-forwarded-for", "203.0.113.7"), ("x-real-ip", "203.0.113.8"), ("forwarded", "for=203.0.113.9")];
    for (header, expected) in
        [(ForwardedHeader::XForwardedFor, "203.0.113.7"), (ForwardedHeader::Forwarded, "203.0.113.9")]
    {
        assert_eq!(client(&proxies(header), "192.0.2.1", &lines), expected);
        let nobody = Proxies { trusted: Vec::new(), header };
        assert_eq!(client(&nobody, "192.0.2.1", &lines), "192.0.2.1", "without proxies nothing is believed");
    }
}

#[test]
fn limits_count_by_what_one_site_has() {
    let prefix = |text: &str| ClientAddress(text.parse().expect("an address")).prefix();
    assert_ne!(prefix("203.0.113.7"), prefix("203.0.113.8"));
    assert_eq!(prefix("2001:db8:2:1ff::1"), prefix("2001:db8:2:100:ffff::"));
    assert_ne!(prefix("2001:db8:2:200::"), prefix("2001:db8:2:1ff::"));
    assert_ne!(prefix("203.0.113.7").number(), prefix("203.0.113.8").number());
}

#[test]
fn a_proxy_is_an_address_or_a_network() {
    for (text, expected) in [
        ("192.0.2.1", Some("192.0.2.1/32")),
        ("10.1.2.3/8", Some("10.0.0.0/8")),
        ("2001:db8::1", Some("2001:db8::1/128")),
        ("::ffff:10.0.0.1", None),
        ("nginx", None),
        ("10.0.0.0/33", None),
        ("", None),
    ] {
        let parsed = Proxies::parse(text).ok().map(|network| network.to_string());
        assert_eq!(parsed.as_deref(), expected, "{text}");
    }
}

#[test]
fn a_proxy_that_does_not_fit_the_configuration_is_told_of() {
    let said = |proxies: &Proxies, peer: &str, header: &'static str| {
        let headers =
            HeaderMap::from_iter([(HeaderName::from_static(header), "203.0.113.7".parse().expect("a header"))]);
        proxies.misfit(peer.parse().expect("an address"), &headers).unwrap_or_default()
    };
    let (none, one) = (Proxies::default(), proxies(ForwardedHeader::Forwarded));
    for (proxies, peer, header, words) in [
        (&none, "127.0.0.1", "x-forwarded-for", "127.0.0.1 sends `x-forwarded-for` as a proxy does"),
        (&none, "::1", "forwarded", "name it there"),
        (&one, "172.16.0.1", "forwarded", "is not in `proxies.trusted`"),
        (&one, "10.0.0.1", "x-forwarded-for", "`proxies.header` is \"forwarded\""),
        (&one, "10.0.0.1", "forwarded", ""),
        (&none, "127.0.0.1", "x-real-ip", ""),
        (&none, "203.0.113.9", "x-forwarded-for", ""),
    ] {
        let said = said(proxies, peer, header);
        assert!(said.contains(words) && said.is_empty() == words.is_empty(), "{peer} with {header}: {said}");
    }
}
