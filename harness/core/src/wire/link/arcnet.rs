//! ARCNET (RFC 1201, RFC 1051).

use crate::wire::bytes::Bytes;
use crate::wire::layer::{Layer, Step, Stop};

const CUT: &str = "the ARCNET header is cut";

/// Source, destination, and the type, as BSDs capture it.
pub(super) fn bsd(bytes: Bytes<'_>) -> Step<'_> {
    typed(bytes.after(2, CUT)?)
}

/// The same with two bytes of padding before the type, as Linux captures it.
pub(super) fn linux(bytes: Bytes<'_>) -> Step<'_> {
    typed(bytes.after(4, CUT)?)
}

/// A type, and for those of RFC 1201 how the packet was split: only one that was not is read.
fn typed(bytes: Bytes<'_>) -> Step<'_> {
    const IP_OF_RFC_1051: u8 = 240;
    const IPV4: u8 = 212;
    const IPV6: u8 = 196;
    const UNSPLIT: u8 = 0;
    const EXCEPTION: u8 = 0xFF;
    let ([number], rest) = bytes.split::<1>(CUT)?;
    match *number {
        IP_OF_RFC_1051 => Ok((Layer::Ip, rest)),
        IPV4 | IPV6 => match rest.split::<3>(CUT)? {
            ([UNSPLIT, _, _], datagram) => Ok((Layer::Ip, datagram)),
            // A length that the hardware cannot send: the header comes again behind three bytes of padding.
            ([EXCEPTION, _, _], padded) => Ok((Layer::Ip, padded.after(4, CUT)?)),
            _ => Err(Stop::Other),
        },
        _ => Err(Stop::Other),
    }
}
