//! Servers and disks that do harm.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::real;

/// What can be the matter with a server.
pub(crate) const SERVERS: [&str; 6] =
    ["refused", "black hole", "30 s slow", "500", "no TLS", "untrusted certificate"];

/// What can be the matter with the disk.
pub(crate) const DISKS: [&str; 2] = ["full", "read-only"];

/// A server that does something else than serve, for as long as this is kept.
pub(crate) struct Faulty {
    pub(crate) url: String,
    _server: Option<real::Server>,
}

impl Faulty {
    pub(crate) fn server(fault: &str) -> Self {
        if fault == "untrusted certificate" {
            let server = with_tls();
            return Self { url: server.url.clone(), _server: Some(server) };
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let scheme = if fault == "no TLS" { "https" } else { "http" };
        match fault {
            "refused" => {}
            "black hole" => serve(listener, std::mem::forget),
            "30 s slow" => serve(listener, |stream| {
                answer(stream, Duration::from_secs(30), b"200 OK");
            }),
            "500" | "no TLS" => serve(listener, |stream| answer(stream, Duration::ZERO, b"500 No")),
            _ => panic!("no such fault: {fault}"),
        }
        Self { url: format!("{scheme}://{address}"), _server: None }
    }
}

/// The real server, with a certificate that nobody trusts unless told to.
pub(crate) fn with_tls() -> real::Server {
    let certificate = certificate();
    let key = certificate.with_file_name("key.pem");
    let settings = [("NIGHTBELL_TLS_CERT", &*certificate), ("NIGHTBELL_TLS_KEY", &*key)];
    real::Server::start_as("https://localhost", &settings)
}

/// That certificate.
pub(crate) fn certificate() -> PathBuf {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let mut found = above.map(|it| it.join("server/src/listen/testdata/cert.pem"));
    found.find(|it| it.exists()).expect("the server's own test has one")
}

fn serve(listener: TcpListener, act: fn(TcpStream)) {
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || act(stream));
        }
    });
}

/// To whatever is said, as often as it is said.
fn answer(mut stream: TcpStream, wait: Duration, status: &[u8]) {
    let answer = [b"HTTP/1.1 ", status, b"\r\ncontent-length: 2\r\n\r\n{}"].concat();
    let mut request = [0; 8192];
    while matches!(stream.read(&mut request), Ok(1..)) {
        std::thread::sleep(wait);
        if stream.write_all(&answer).is_err() {
            return;
        }
    }
}

/// A program, on a disk of its own that is `fault`. Its arguments are yet to be given.
pub(crate) fn on_disk(fault: &str, folder: &Path, program: &str) -> Command {
    let disk = match fault {
        "full" => {
            "mount -t tmpfs -o size=64k none \"$0\"; head -c 1m /dev/zero >\"$0/filler\" 2>/dev/null"
        }
        "read-only" => "mount -t tmpfs -o ro none \"$0\" || exit 99",
        _ => panic!("no such fault: {fault}"),
    };
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", &format!("{disk}; exec \"$@\"")]);
    command.arg(folder).arg(program).env("NIGHTBELL_SPOOL_DIR", folder);
    command
}
