//! How blocks go over the socket: a byte that says what it is, the length (4, big-endian), and that many bytes.

use std::io;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use types::Position;

use super::Refusal;

/// No frame is longer; the largest block takes less.
const FRAME_BYTES_MAX: u32 = 4 * 1024 * 1024;

/// What is sent to a backup.
#[derive(Debug)]
pub(crate) enum Frame {
    /// The next block.
    Block(Bytes),
    /// Everything up to here was sent, and that is all there is now. Sent again now and then while nothing comes.
    Head(Position),
    /// That was all that was wanted.
    End,
    /// Nothing more comes, and why.
    Refused(Refusal),
}

/// Sends a frame.
pub(super) async fn send(write: &mut (impl AsyncWrite + Unpin), frame: &Frame) -> io::Result<()> {
    let (kind, bytes) = match frame {
        Frame::Block(value) => (b'b', value.clone()),
        Frame::Head(position) => (b'h', Bytes::copy_from_slice(&position.get().to_be_bytes())),
        Frame::End => (b'e', Bytes::new()),
        Frame::Refused(refusal) => (b'r', serde_json::to_vec(refusal)?.into()),
    };
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= FRAME_BYTES_MAX);
    let length = length.ok_or(io::ErrorKind::InvalidData)?;
    write.write_u8(kind).await?;
    write.write_u32(length).await?;
    write.write_all(&bytes).await
}

/// Receives the next frame; an error if the other side went away.
pub(crate) async fn receive(read: &mut (impl AsyncRead + Unpin)) -> io::Result<Frame> {
    let (kind, length) = (read.read_u8().await?, read.read_u32().await?);
    if length > FRAME_BYTES_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length as usize];
    read.read_exact(&mut bytes).await?;
    match (kind, <[u8; 8]>::try_from(&bytes[..])) {
        (b'b', _) => Ok(Frame::Block(bytes.into())),
        (b'h', Ok(position)) => Ok(Frame::Head(Position::new(u64::from_be_bytes(position)))),
        (b'e', _) => Ok(Frame::End),
        (b'r', _) => Ok(Frame::Refused(serde_json::from_slice(&bytes)?)),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn frames_are_received_as_they_were_sent() {
        let frames = [
            Frame::Block(Bytes::from_static(b"a block")),
            Frame::Head(Position::new(7)),
            Frame::Refused(Refusal::new("no")),
            Frame::End,
        ];
        let (mut here, mut there) = tokio::io::duplex(64);
        let sending = async {
            for frame in &frames {
                send(&mut here, frame).await.unwrap();
            }
            assert!(send(&mut here, &Frame::Block(vec![0; 5 << 20].into())).await.is_err(), "it is too long");
            drop(here);
        };
        let receiving = async {
            for frame in &frames {
                assert_eq!(format!("{:?}", receive(&mut there).await.unwrap()), format!("{frame:?}"));
            }
            assert!(receive(&mut there).await.is_err());
        };
        tokio::join!(sending, receiving);
    }

    #[tokio::test]
    async fn odd_frames_are_refused_without_room_for_what_they_claim() {
        for bytes in [&[b'b', 255, 255, 255, 255][..], b"x\0\0\0\0", b"h\0\0\0\x01\0", b"r\0\0\0\x01x", b"b\0"] {
            assert!(receive(&mut &bytes[..]).await.is_err(), "{bytes:?}");
        }
    }
}
