//! What a target may be, by example.

use super::*;

const BLOCKED: &[&str] = &[
    // Loopback, in every way to write it.
    "http://127.0.0.1/",
    "http://127.0.0.1:8080/x",
    "https://127.0.0.1",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.255.255.254/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0x7F.0x0.0x0.0x1/",
    "http://0177.0.0.1/",
    "http://0177.1/",
    "http://017700000001/",
    "http://00000177.0.0.1/",
    "http://127.0.0.1./",
    "http://127.0.0.01/",
    "http://127.0x0.0.1/",
    "http://0x7f.0.0.1/",
    "HTTP://127.0.0.1/",
    "http:127.0.0.1/",
    "http:/127.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "http:///127.0.0.1/",
    "http://%31%32%37.0.0.1/",
    "http://127%2e0%2e0%2e1/",
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127.0.0.1?x",
    "http://127.0.0.1:443/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://a.localhost/",
    "http://localhost:8080/",
    "http://ｌocalhost/",
    "http://localhost.localdomain/",
    // This network.
    "http://0/",
    "http://0.0.0.0/",
    "http://0.0.0.0:9000/",
    "http://0x0/",
    "http://00/",
    "http://0.1.2.3/",
    "http://0.255.255.255/",
    // Private.
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://10.1/",
    "http://167772161/",
    "http://0xa000001/",
    "http://012.0.0.1/",
    "http://0xa.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://2886729729/",
    "http://0xac100001/",
    "http://192.168.0.1/",
    "http://192.168.1/",
    "http://192.168.255.255/",
    "http://3232235521/",
    "http://0xc0a80001/",
    "http://0300.0250.0.1/",
    // Link-local and metadata.
    "http://169.254.169.254/",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.0.1/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0xa9.0xfe.0xa9.0xfe/",
    "http://0251.0376.0251.0376/",
    "http://169.254.43518/",
    "http://168.63.129.16/",
    "http://100.100.100.200/",
    "http://192.0.0.192/",
    "http://169.254.170.2/",
    // The other reserved networks.
    "http://100.64.0.1/",
    "http://100.127.255.255/",
    "http://192.0.0.1/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://198.19.255.255/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://239.255.255.255/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://4294967295/",
    // IPv6.
    "http://[::1]/",
    "http://[::1]:8080/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[0000:0000:0000:0000:0000:0000:0000:0001]/",
    "http://[::]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[0:0:0:0:0:ffff:10.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::ffff:192.168.0.1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::a00:1]/",
    "http://[64:ff9b::10.0.0.1]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a00:1::1]/",
    "http://[2001:0:7f00:1::]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[2001:2::1]/",
    "http://[2001:20::1]/",
    "http://[100::1]/",
    "http://[5f00::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[fe80::1%eth0]:80/x",
    "http://[::1%25lo]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
];

const BAD: &[&str] = &[
    "",
    "x",
    "/hook",
    "//example.org/",
    "example.org/hook",
    "gopher://example.org/",
    "file:///etc/passwd",
    "ftp://example.org/",
    "data:text/plain,x",
    "javascript:alert(1)",
    "unix:/var/run/docker.sock",
    "ws://example.org/",
    "dict://example.org:11211/",
    "ldap://example.org/",
    "http://",
    "http:///",
    "https://user@example.org/",
    "https://user:word@example.org/",
    "https://:word@example.org/",
    "https://example.org@127.0.0.1/",
    "https://example.org/#here",
    "https://example.org/#",
    "http://example.org:22/",
    "https://example.org:25/",
    "http://example.org:6379/",
    "http://example.org:0/",
    "http://example.org:5432/",
    "http://example.org:11211/",
    "http://example.org:99999/",
    "http://example.org:x/",
    "http://exa mple.org/",
    " https://example.org/",
    "https://example.org/\n",
    "https://exam\tple.org/",
    "https://example.org/\u{0}",
    "http://256.256.256.256/",
    "http://1.2.3.4.5/",
    "http://[::1/",
    "http://[::g]/",
    "http://0x100000000/",
    "http://exa%00mple.org/",
    "http://a..%/",
];

const GOOD: &[&str] = &[
    "https://example.org",
    "https://example.org/hook?x=1&y=2",
    "http://example.org:8080/",
    "https://example.org:8443/a/b",
    "https://hooks.example.co.uk/T00/B00/xyz",
    "http://8.8.8.8/",
    "http://[2606:4700::1111]/",
    "https://bücher.example/",
    "https://1.1.1.1:8443/",
    "https://127.0.0.1.example.org/",
    "http://intranet/",
    "https://localhost.example.org/",
];

#[test]
fn what_is_not_public_is_blocked_however_it_is_written() {
    assert!(BLOCKED.len() >= 100, "only {} forms", BLOCKED.len());
    for text in BLOCKED {
        let error = Target::parse(text, &AllowList::default()).expect_err(text);
        assert_eq!(error.reason(), "BLOCKED_TARGET", "{text}: {error}");
    }
}

#[test]
fn what_is_no_webhook_address_is_bad() {
    for text in BAD {
        let error = Target::parse(text, &AllowList::default()).expect_err(text);
        assert_eq!(error.reason(), "BAD_TARGET", "{text:?}: {error}");
    }
    let long = format!("https://example.org/{}", "x".repeat(TARGET_BYTES_MAX));
    let error = Target::parse(&long, &AllowList::default()).expect_err("too long");
    assert_eq!(error.reason(), "BAD_TARGET");
}

#[test]
fn public_targets_pass() {
    for text in GOOD {
        Target::parse(text, &AllowList::default()).expect(text);
    }
}

#[test]
fn the_allow_list_opens_what_it_names() {
    let allow: AllowList = "127.0.0.0/8,10.1.2.3".parse().expect("a list");

    for text in ["http://127.0.0.1:9/../x".replace(":9", ":9000"), "http://localhost/".to_owned()] {
        Target::parse(&text, &allow).expect(&text);
    }
    Target::parse("http://10.1.2.3/", &allow).expect("listed");
    Target::parse("http://10.1.2.4/", &allow).expect_err("not listed");
    // The list is about where, not about how.
    let error = Target::parse("http://127.0.0.1:6379/", &allow).expect_err("a port of Redis");
    assert_eq!(error.reason(), "BAD_TARGET");
}

#[test]
fn the_list_of_ports_is_sorted() {
    assert!(PORTS_NOT_HTTP.is_sorted());
}
