//! The one secret of a server, and what is made from it.
//!
//! Thirty-two random bytes in a file that only its owner can read. Three keys
//! are derived from them: one that hashes API keys, so that a stolen database
//! is no list of hashes to try keys against; one that seals the secrets of
//! channels; and one that signs tokens. Servers that share a database share the
//! file.

use super::key_text::{KeySecret, MadeKeyText};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hkdf, hmac};
use nightbell_domain::key::Role;
use rand::distr::{Alphanumeric, SampleString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

const SECRET_LEN: usize = 32;

/// The form of sealed bytes; the first of them.
const SEALED_V1: u8 = 1;

/// Why the server secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("cannot read the server secret {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// There is no file and none can be made.
    #[error("cannot make the server secret {}", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// Others than its owner may read or change the file.
    #[error(
        "the server secret {path} has mode {mode:04o}, so others than its owner can use it; \
         make sure nobody did, then run: chmod 600 {path}",
        path = path.display()
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },

    /// The file holds something else.
    #[error("{} is not a server secret: it must hold exactly 32 bytes", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
    },

    /// The crypto library refused to work.
    #[error("the crypto library refused to derive keys")]
    Crypto,
}

impl From<Unspecified> for SecretError {
    fn from(_: Unspecified) -> Self {
        Self::Crypto
    }
}

/// Sealed bytes that this server did not seal, or not for this context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed secret was damaged, moved, or sealed with another server secret")]
pub struct OpenError;

/// A new key: what to show once, and what to keep.
#[derive(Debug)]
pub struct MadeKey {
    /// The text, to be shown to its owner once.
    pub text: MadeKeyText,
    /// What is kept of its secret.
    pub secret_hash: [u8; 32],
}

/// The keys derived from the server's secret.
pub struct ServerSecret {
    pepper: hmac::Key,
    sealing: RandomizedNonceKey,
    token_seed: [u8; 32],
    mark: i64,
}

impl std::fmt::Debug for ServerSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerSecret(redacted)")
    }
}

impl ServerSecret {
    /// Reads the secret of the file, after making the file if there is none.
    ///
    /// Blocks on the file system; call it once, at start. Of several processes
    /// that start together one makes the file and all use it.
    pub fn load_or_create(path: &Path) -> Result<Self, SecretError> {
        if let Err(source) = fs::symlink_metadata(path)
            && source.kind() == io::ErrorKind::NotFound
        {
            create(path).map_err(|source| SecretError::Create { path: path.to_owned(), source })?;
        }
        Self::from_bytes(&read(path)?)
    }

    /// Derives the keys from a secret that is kept elsewhere.
    pub fn from_bytes(secret: &[u8; SECRET_LEN]) -> Result<Self, SecretError> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"nightbell server secret").extract(secret);
        let derive = |purpose: &[u8]| -> Result<[u8; 32], Unspecified> {
            let mut key = [0; 32];
            root.expand(&[purpose], hkdf::HKDF_SHA256)?.fill(&mut key)?;
            Ok(key)
        };
        let mark = derive(b"mark, v1")?;
        Ok(Self {
            mark: i64::from_be_bytes(std::array::from_fn(|index| mark[index])),
            pepper: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"key hashes, v1")?),
            sealing: RandomizedNonceKey::new(&AES_256_GCM, &derive(b"channel secrets, v1")?)?,
            token_seed: derive(b"token signatures, v1")?,
        })
    }

    /// A number that tells this secret from others and says nothing of it.
    pub fn mark(&self) -> i64 {
        self.mark
    }

    /// Makes a key of this role.
    pub fn make_key(&self, role: Role) -> MadeKey {
        let text = MadeKeyText::generate(role);
        let secret_hash = self.hash_key(text.secret());
        MadeKey { text, secret_hash }
    }

    /// What is kept of a key's secret.
    ///
    /// One round of HMAC is enough: the secret is 190 random bits, not a
    /// password that could be guessed.
    pub fn hash_key(&self, secret: KeySecret<'_>) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(hmac::sign(&self.pepper, secret.expose()).as_ref());
        hash
    }

    /// Seals bytes so that only [`ServerSecret::open`] with the same context
    /// reads them. The context names where they belong, such as a channel's id:
    /// sealed bytes that are copied elsewhere do not open there.
    pub fn seal(&self, plain: &[u8], context: &[u8]) -> Result<Vec<u8>, SecretError> {
        let mut body = plain.to_vec();
        let nonce = self.sealing.seal_in_place_append_tag(Aad::from(context), &mut body)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + body.len());
        sealed.push(SEALED_V1);
        sealed.extend_from_slice(nonce.as_ref());
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// Opens what [`ServerSecret::seal`] sealed.
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, OpenError> {
        let body = sealed.strip_prefix(&[SEALED_V1]).ok_or(OpenError)?;
        let (nonce, body) = body.split_first_chunk::<NONCE_LEN>().ok_or(OpenError)?;
        let mut body = body.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self
            .sealing
            .open_in_place(nonce, Aad::from(context), &mut body)
            .map_err(|_| OpenError)?;
        let len = plain.len();
        body.truncate(len);
        Ok(body)
    }

    pub(super) fn token_seed(&self) -> &[u8; 32] {
        &self.token_seed
    }
}

fn read(path: &Path) -> Result<[u8; SECRET_LEN], SecretError> {
    let unreadable = |source| SecretError::Read { path: path.to_owned(), source };
    let malformed = || SecretError::Malformed { path: path.to_owned() };

    // The open file is judged, not its name: a name can change in between.
    let mut file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(SecretError::Exposed { path: path.to_owned(), mode });
    }
    if !metadata.is_file() || metadata.len() != SECRET_LEN as u64 {
        return Err(malformed());
    }
    let mut secret = [0; SECRET_LEN];
    file.read_exact(&mut secret).map_err(unreadable)?;
    Ok(secret)
}

/// Makes the file whole or not at all.
///
/// The bytes go into a file beside it that then gets the name, if nothing else
/// has it: a link never replaces, and whoever finds the name finds all bytes.
fn create(path: &Path) -> io::Result<()> {
    let mut secret = [0; SECRET_LEN];
    aws_lc_rs::rand::fill(&mut secret).map_err(|_| io::Error::other("no randomness"))?;

    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.new", Alphanumeric.sample_string(&mut rand::rng(), 12)));
    let draft = PathBuf::from(draft);

    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let linked = file
        .write_all(&secret)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        // Ours has the name, or that of a process which was faster.
        _ => sync_folder_of(path),
    }
}

/// A name survives power loss only once its folder is written.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn secret_of(byte: u8) -> ServerSecret {
        ServerSecret::from_bytes(&[byte; 32]).unwrap()
    }

    #[test]
    fn the_file_is_private_and_lasts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let first = ServerSecret::load_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");

        let second = ServerSecret::load_or_create(&path).unwrap();
        assert_eq!(first.token_seed(), second.token_seed());
    }

    #[test]
    fn racing_processes_end_up_with_one_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let seeds: Vec<_> = std::thread::scope(|scope| {
            let load = || *ServerSecret::load_or_create(&path).unwrap().token_seed();
            let racers: Vec<_> = (0..16).map(|_| scope.spawn(load)).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        assert!(seeds.iter().all(|seed| *seed == seeds[0]));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        ServerSecret::load_or_create(&path).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o610] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = ServerSecret::load_or_create(&path).unwrap_err();
            assert!(matches!(error, SecretError::Exposed { .. }), "{mode:o}");
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
    }

    #[test]
    fn a_damaged_file_is_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        ServerSecret::load_or_create(&path).unwrap();
        for len in [0, 31, 33] {
            fs::write(&path, vec![7; len]).unwrap();
            let error = ServerSecret::load_or_create(&path).unwrap_err();
            assert!(matches!(error, SecretError::Malformed { .. }));
            assert_eq!(fs::metadata(&path).unwrap().len(), len as u64);
        }
        let nowhere = folder.path().join("none").join("secret");
        let error = ServerSecret::load_or_create(&nowhere).unwrap_err();
        assert!(matches!(error, SecretError::Create { .. }));
    }

    proptest! {
        #[test]
        fn sealed_bytes_open_only_where_they_belong(plain in prop::collection::vec(any::<u8>(), 0..100),
                                                    flipped in any::<prop::sample::Index>()) {
            let secret = secret_of(1);
            let sealed = secret.seal(&plain, b"channel 1").unwrap();
            prop_assert_eq!(secret.open(&sealed, b"channel 1"), Ok(plain.clone()));
            prop_assert_eq!(secret.open(&sealed, b"channel 2"), Err(OpenError));
            prop_assert_eq!(secret_of(2).open(&sealed, b"channel 1"), Err(OpenError));
            prop_assert_ne!(&secret.seal(&plain, b"channel 1").unwrap(), &sealed);

            let at = flipped.index(sealed.len());
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            prop_assert_eq!(secret.open(&damaged, b"channel 1"), Err(OpenError));
            prop_assert_eq!(secret.open(&sealed[..at], b"channel 1"), Err(OpenError));
        }
    }

    #[test]
    fn hashes_depend_on_secret_and_server() {
        let made = secret_of(1).make_key(Role::Reporter);
        assert_eq!(secret_of(1).hash_key(made.text.secret()), made.secret_hash);
        assert_ne!(secret_of(2).hash_key(made.text.secret()), made.secret_hash);
        assert_ne!(secret_of(1).make_key(Role::Reporter).secret_hash, made.secret_hash);
        assert_eq!(format!("{:?}", secret_of(1)), "ServerSecret(redacted)");
    }
}
