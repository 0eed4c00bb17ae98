//! Which addresses a channel may call.
//!
//! Whoever may create a channel chooses where the server connects to, so the
//! server must not be talked into calling what only it can reach: itself, its
//! private network, or the metadata service of its cloud. The rule is deny by
//! default for IPv6, where all but one eighth of the space is reserved, and a
//! list for IPv4. What a self-hoster needs beyond it stands in the
//! [`AllowList`].

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;

/// Whether an address is public: one that anybody on the Internet can reach.
///
/// IPv4 addresses written as IPv6 are judged as what they stand for.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => !V4_RESERVED.iter().any(|net| net.holds(v4)),
        IpAddr::V6(v6) => {
            V6_GLOBAL.holds(v6) && !V6_RESERVED_WITHIN_GLOBAL.iter().any(|net| net.holds(v6))
        }
    }
}

struct V4Net(Ipv4Addr, u32);

impl V4Net {
    fn holds(&self, address: Ipv4Addr) -> bool {
        let beyond = 32 - self.1;
        address.to_bits() >> beyond == self.0.to_bits() >> beyond
    }
}

struct V6Net(Ipv6Addr, u32);

impl V6Net {
    fn holds(&self, address: Ipv6Addr) -> bool {
        let beyond = 128 - self.1;
        address.to_bits() >> beyond == self.0.to_bits() >> beyond
    }
}

const V4_RESERVED: &[V4Net] = &[
    // "This network", which many systems take for themselves.
    V4Net(Ipv4Addr::UNSPECIFIED, 8),
    // Private.
    V4Net(Ipv4Addr::new(10, 0, 0, 0), 8),
    // Carrier-grade NAT, and the metadata service of one cloud.
    V4Net(Ipv4Addr::new(100, 64, 0, 0), 10),
    // Loopback.
    V4Net(Ipv4Addr::new(127, 0, 0, 0), 8),
    // The metadata service of Azure, on an address that looks public.
    V4Net(Ipv4Addr::new(168, 63, 129, 16), 32),
    // Link-local, and the metadata service of most clouds.
    V4Net(Ipv4Addr::new(169, 254, 0, 0), 16),
    // Private.
    V4Net(Ipv4Addr::new(172, 16, 0, 0), 12),
    // Protocol assignments, and the metadata service of one cloud.
    V4Net(Ipv4Addr::new(192, 0, 0, 0), 24),
    // Documentation.
    V4Net(Ipv4Addr::new(192, 0, 2, 0), 24),
    // Relays of 6to4.
    V4Net(Ipv4Addr::new(192, 88, 99, 0), 24),
    // Private.
    V4Net(Ipv4Addr::new(192, 168, 0, 0), 16),
    // Benchmarking.
    V4Net(Ipv4Addr::new(198, 18, 0, 0), 15),
    // Documentation.
    V4Net(Ipv4Addr::new(198, 51, 100, 0), 24),
    V4Net(Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast.
    V4Net(Ipv4Addr::new(224, 0, 0, 0), 4),
    // Class E and broadcast.
    V4Net(Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// All that is handed out for use on the Internet. Outside of it lie loopback,
/// unspecified, IPv4-compatible, NAT64 (`64:ff9b::/96` and `64:ff9b:1::/48`),
/// discard (`100::/64`), segment routing (`5f00::/16`), unique-local (`fc00::/7`),
/// link-local (`fe80::/10`), site-local (`fec0::/10`) and multicast (`ff00::/8`).
const V6_GLOBAL: V6Net = V6Net(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

const V6_RESERVED_WITHIN_GLOBAL: &[V6Net] = &[
    // Protocol assignments: Teredo, benchmarking, ORCHID.
    V6Net(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation.
    V6Net(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    V6Net(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    // 6to4, which carries any IPv4 address.
    V6Net(Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
];

/// What an operator lets channels reach although it is not public.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowList {
    nets: Vec<IpNet>,
    names: Vec<String>,
}

impl AllowList {
    /// Whether a channel may connect to this address.
    pub fn permits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || self.nets.iter().any(|net| net.contains(&address))
    }

    /// Whether every address of this name may be connected to. Names match
    /// exactly: a name says nothing about names below it.
    pub fn permits_name(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name);
        self.names.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
    }

    /// Whether nothing but public addresses may be reached.
    pub fn is_empty(&self) -> bool {
        self.nets.is_empty() && self.names.is_empty()
    }

    /// The same, and this address or exact host name.
    ///
    /// # Errors
    ///
    /// It is neither.
    pub fn and(&self, entry: &str) -> Result<Self, BadEntry> {
        let more: Self = entry.parse()?;
        let mut both = self.clone();
        both.nets.extend(more.nets);
        both.names.extend(more.names);
        Ok(both)
    }

    /// The entries, as they would be written in the settings.
    pub fn entries(&self) -> impl Iterator<Item = String> + '_ {
        self.nets.iter().map(ToString::to_string).chain(self.names.iter().cloned())
    }
}

/// An entry of an allow-list that is neither an address nor a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{entry}` is neither a network such as 10.1.0.0/16, nor an address, nor an exact host name"
)]
pub struct BadEntry {
    /// The entry as it was written.
    pub entry: String,
}

impl FromStr for AllowList {
    type Err = BadEntry;

    /// Reads networks, addresses and exact host names, separated by commas.
    fn from_str(text: &str) -> Result<Self, BadEntry> {
        let mut list = Self::default();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            if let Ok(net) = entry.parse::<IpNet>() {
                list.nets.push(net.trunc());
            } else if let Ok(address) = entry.parse::<IpAddr>() {
                list.nets.push(IpNet::from(address.to_canonical()));
            } else if is_name(entry) {
                let name = entry.strip_suffix('.').unwrap_or(entry);
                list.names.push(name.to_ascii_lowercase());
            } else {
                return Err(BadEntry { entry: entry.to_owned() });
            }
        }
        Ok(list)
    }
}

/// Whether the text is a host name. What ends in a number is an address gone
/// wrong, such as 10.1.2, and must not be taken for a name.
fn is_name(text: &str) -> bool {
    matches!(url::Host::parse(text), Ok(url::Host::Domain(name)) if name.eq_ignore_ascii_case(text))
        && !text.contains('*')
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn both_ends_of_every_reserved_network_are_closed_and_the_next_is_open() {
        for net in V4_RESERVED {
            let first = net.0.to_bits();
            let last = first | u32::MAX.checked_shr(net.1).unwrap_or(0);
            assert!(!is_public(Ipv4Addr::from_bits(first).into()), "{}/{}", net.0, net.1);
            assert!(!is_public(Ipv4Addr::from_bits(last).into()), "{}/{}", net.0, net.1);
        }
        for open in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "168.63.129.17",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.88.98.255",
            "192.88.100.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "198.51.101.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2003::1",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(address(open)), "{open} is public");
        }
    }

    #[test]
    fn reserved_ipv6_is_closed() {
        for closed in [
            "::",
            "::1",
            "::8.8.8.8",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:0:8.8.8.8",
            "64:ff9b::a00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "100:0:0:1::1",
            "2001::1",
            "2001:0:4136:e378::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:808:808::1",
            "3fff::1",
            "3fff:fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "ffff::1",
        ] {
            assert!(!is_public(address(closed)), "{closed} is not public");
        }
    }

    proptest! {
        /// Writing an IPv4 address as IPv6 opens no door.
        #[test]
        fn a_mapped_address_is_judged_as_what_it_stands_for(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            prop_assert_eq!(is_public(v4.into()), is_public(v4.to_ipv6_mapped().into()));
        }
    }

    #[test]
    fn the_allow_list_opens_exactly_what_it_names() {
        let list: AllowList = "10.1.0.0/16, 192.168.1.7,Hooks.Example.internal, fd12::/16,::1"
            .parse()
            .expect("a list");

        for open in ["10.1.255.1", "192.168.1.7", "::ffff:192.168.1.7", "fd12::1", "::1", "8.8.8.8"]
        {
            assert!(list.permits(address(open)), "{open}");
        }
        for closed in ["10.2.0.1", "192.168.1.8", "127.0.0.1", "fd13::1"] {
            assert!(!list.permits(address(closed)), "{closed}");
        }
        assert!(list.permits_name("hooks.example.internal."));
        assert!(!list.permits_name("a.hooks.example.internal"));
        assert!(!list.permits_name("example.internal"));
    }

    #[test]
    fn an_entry_that_is_nothing_is_named() {
        for bad in ["10.0.0.0/33", "10.1.2", "*.example.org", "http://a", "a b", "0x7f.1", "10.*"] {
            let error = format!("ok.example,{bad}").parse::<AllowList>().expect_err(bad);
            assert_eq!(error.entry, bad);
        }
    }
}
