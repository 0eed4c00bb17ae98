//! Reads along with HTTP/2, just far enough to see what kind of frames pass.

/// What a client sends first when it speaks HTTP/2.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADER_BYTES: usize = 9;

/// The kinds of frames that matter here.
pub(super) const DATA: u8 = 0x0;
pub(super) const HEADERS: u8 = 0x1;
pub(super) const PING: u8 = 0x6;

/// Where in the stream of bytes we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frames {
    /// This much of the preface has come.
    Preface { matched: usize },
    /// This much of a frame's header has come.
    Header { read: [u8; HEADER_BYTES], filled: usize },
    /// This much of a frame's payload is still to come.
    Payload { left: usize },
    /// Not HTTP/2: nothing to see.
    Opaque,
}

impl Frames {
    /// A client's side, which shows what it speaks by its first bytes.
    pub(super) fn from_client() -> Self {
        Self::Preface { matched: 0 }
    }

    /// A server's side, which has no preface.
    pub(super) fn from_server() -> Self {
        Self::Header { read: [0; HEADER_BYTES], filled: 0 }
    }

    /// Whether this has turned out to be HTTP/2.
    pub(super) fn is_http2(self) -> bool {
        matches!(self, Self::Header { .. } | Self::Payload { .. })
    }

    /// Reads on, and calls `frame` with the kind of every frame that begins.
    pub(super) fn read(&mut self, mut bytes: &[u8], mut frame: impl FnMut(u8)) {
        while !bytes.is_empty() {
            match self {
                Self::Opaque => return,
                Self::Preface { matched } => {
                    if bytes[0] != PREFACE[*matched] {
                        *self = Self::Opaque;
                        return;
                    }
                    *matched += 1;
                    bytes = &bytes[1..];
                    if *matched == PREFACE.len() {
                        *self = Self::from_server();
                    }
                }
                Self::Header { read, filled } => {
                    let count = bytes.len().min(HEADER_BYTES - *filled);
                    read[*filled..*filled + count].copy_from_slice(&bytes[..count]);
                    *filled += count;
                    bytes = &bytes[count..];
                    if *filled == HEADER_BYTES {
                        let left = u32::from_be_bytes([0, read[0], read[1], read[2]]);
                        frame(read[3]);
                        *self = match left {
                            0 => Self::from_server(),
                            left => Self::Payload { left: left as usize },
                        };
                    }
                }
                Self::Payload { left } => {
                    let count = bytes.len().min(*left);
                    *left -= count;
                    bytes = &bytes[count..];
                    if *left == 0 {
                        *self = Self::from_server();
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    fn kinds(frames: &mut Frames, bytes: &[u8]) -> Vec<u8> {
        let mut seen = Vec::new();
        frames.read(bytes, |kind| seen.push(kind));
        seen
    }

    proptest! {
        /// However the network cuts the bytes up, the same frames are seen.
        #[test]
        fn every_frame_is_seen_however_the_bytes_arrive(
            sent in prop::collection::vec((0_u8..10, 0_u8..40), 0..20),
            cut in 1_usize..50,
        ) {
            let mut bytes = PREFACE.to_vec();
            for (kind, length) in &sent {
                bytes.extend_from_slice(&[0, 0, *length, *kind, 0, 0, 0, 0, 1]);
                bytes.extend(vec![PING; usize::from(*length)]);
            }

            let mut frames = Frames::from_client();
            let seen: Vec<_> =
                bytes.chunks(cut).flat_map(|chunk| kinds(&mut frames, chunk)).collect();

            prop_assert!(frames.is_http2());
            prop_assert_eq!(seen, sent.iter().map(|(kind, _)| *kind).collect::<Vec<_>>());
        }
    }

    #[test]
    fn http1_is_not_looked_into() {
        let mut frames = Frames::from_client();

        assert!(kinds(&mut frames, b"PRINT / HTTP/1.1\r\n").is_empty());
        assert_eq!(frames, Frames::Opaque);
    }
}
