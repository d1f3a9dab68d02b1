//! Which frames of the host's `lo` are a scenario's: a classic BPF program (the kernel's document `filter`) for its packet
//! socket.

use libc::{
    BPF_ABS, BPF_B, BPF_H, BPF_IND, BPF_JEQ, BPF_JMP, BPF_JSET, BPF_K, BPF_LD, BPF_LDX, BPF_MSH,
    BPF_RET, sock_filter,
};

/// More than any frame of `lo` has, bytes.
const WHOLE_FRAME: u32 = 1 << 18;

/// Where an Ethernet header has the type of what follows it, and where that follows.
const ETHER_TYPE: u32 = 12;
const NETWORK: u32 = 14;

const IPV4: u32 = 0x0800;
const IPV6: u32 = 0x86dd;
const TCP: u32 = 6;
const UDP: u32 = 17;

/// The low bits of an IPv4 header's fragment field: where in its datagram a fragment belongs.
const FRAGMENT_OFFSET: u32 = 0x1fff;

/// The places of the two ends in the program.
const TAKE: usize = 21;
const LEAVE: usize = 22;

/// Lets through TCP from and to `port`, and UDP over IPv4 to `sentinels`, and nothing else.
pub(super) fn scenario(port: u16, sentinels: u16) -> Vec<sock_filter> {
    let (port, sentinels) = (u32::from(port), u32::from(sentinels));
    let program = [
        Step::Load(BPF_H | BPF_ABS, ETHER_TYPE),
        Step::Is(IPV6, 2, 8),
        // IPv6, whose first header must be TCP's; 4: source port, 6: destination port.
        Step::Load(BPF_B | BPF_ABS, NETWORK + 6),
        Step::Is(TCP, 4, LEAVE),
        Step::Load(BPF_H | BPF_ABS, NETWORK + 40),
        Step::Is(port, TAKE, 6),
        Step::Load(BPF_H | BPF_ABS, NETWORK + 42),
        Step::Is(port, TAKE, LEAVE),
        // 8: IPv4, whose header has a length of its own.
        Step::Is(IPV4, 9, LEAVE),
        Step::Load(BPF_H | BPF_ABS, NETWORK + 6),
        Step::HasAny(FRAGMENT_OFFSET, LEAVE, 11),
        Step::LoadHeaderLength,
        Step::Load(BPF_B | BPF_ABS, NETWORK + 9),
        Step::Is(UDP, 14, 16),
        Step::Load(BPF_H | BPF_IND, NETWORK + 2),
        Step::Is(sentinels, TAKE, LEAVE),
        // 16: TCP over IPv4.
        Step::Is(TCP, 17, LEAVE),
        Step::Load(BPF_H | BPF_IND, NETWORK),
        Step::Is(port, TAKE, 19),
        Step::Load(BPF_H | BPF_IND, NETWORK + 2),
        Step::Is(port, TAKE, LEAVE),
        Step::Return(WHOLE_FRAME),
        Step::Return(0),
    ];
    program
        .iter()
        .enumerate()
        .map(|(place, step)| step.encode(place))
        .collect()
}

/// One instruction. Those that decide name the places where it goes on.
#[derive(Clone, Copy)]
enum Step {
    /// Loads a number of this size from this place of the frame.
    Load(u32, u32),
    /// Loads the length of the IPv4 header, to which places are relative.
    LoadHeaderLength,
    /// Whether what was loaded is this.
    Is(u32, usize, usize),
    /// Whether it has any of these bits.
    HasAny(u32, usize, usize),
    /// The end: how many bytes are let through.
    Return(u32),
}

impl Step {
    fn encode(self, place: usize) -> sock_filter {
        // Jumps count the instructions between.
        let away = |to: usize| u8::try_from(to - place - 1).expect("the program is short");
        let (code, k, jt, jf) = match self {
            Self::Load(how, at) => (BPF_LD | how, at, 0, 0),
            Self::LoadHeaderLength => (BPF_LDX | BPF_B | BPF_MSH, NETWORK, 0, 0),
            Self::Is(value, yes, no) => (BPF_JMP | BPF_JEQ | BPF_K, value, away(yes), away(no)),
            Self::HasAny(bits, yes, no) => (BPF_JMP | BPF_JSET | BPF_K, bits, away(yes), away(no)),
            Self::Return(bytes) => (BPF_RET | BPF_K, bytes, 0, 0),
        };
        let code = u16::try_from(code).expect("an operation has 16 bits");
        sock_filter { code, jt, jf, k }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORT: u16 = 5001;
    const SENTINELS: u16 = 40_000;

    /// The kernel's interpreter, as far as this program needs it; `None` is a load beyond the frame, which ends it.
    fn run(program: &[sock_filter], frame: &[u8]) -> Option<u32> {
        let byte = |at: u32| frame.get(at as usize).copied().map(u32::from);
        let half = |at: u32| Some(byte(at)? << 8 | byte(at + 1)?);
        let (mut a, mut x, mut at) = (0, 0, 0);
        loop {
            let sock_filter { code, jt, jf, k } = program[at];
            let code = u32::from(code);
            at += 1;
            let mut jump = |is: bool| at += usize::from(if is { jt } else { jf });
            match code {
                _ if code == BPF_LD | BPF_H | BPF_ABS => a = half(k)?,
                _ if code == BPF_LD | BPF_B | BPF_ABS => a = byte(k)?,
                _ if code == BPF_LD | BPF_H | BPF_IND => a = half(x + k)?,
                _ if code == BPF_LDX | BPF_B | BPF_MSH => x = (byte(k)? & 0xf) * 4,
                _ if code == BPF_JMP | BPF_JEQ | BPF_K => jump(a == k),
                _ if code == BPF_JMP | BPF_JSET | BPF_K => jump(a & k != 0),
                _ if code == BPF_RET | BPF_K => return Some(k),
                _ => panic!("operation {code:#x}"),
            }
        }
    }

    fn ipv4(protocol: u8, header_words: u8, fragment: u16, ports: [u16; 2]) -> Vec<u8> {
        let mut frame = vec![0; 12];
        frame.extend([0x08, 0x00, 0x40 | header_words, 0, 0, 0, 0, 0]);
        frame.extend(fragment.to_be_bytes());
        frame.extend([64, protocol, 0, 0]);
        frame.resize(14 + usize::from(header_words) * 4, 0);
        frame.extend(ports.map(u16::to_be_bytes).concat());
        frame
    }

    fn ipv6(next_header: u8, ports: [u16; 2]) -> Vec<u8> {
        let mut frame = vec![0; 12];
        frame.extend([0x86, 0xdd, 0x60, 0, 0, 0, 0, 0, next_header]);
        frame.resize(14 + 40, 0);
        frame.extend(ports.map(u16::to_be_bytes).concat());
        frame
    }

    #[track_caller]
    fn check(frame: &[u8], is_taken: bool) {
        let taken = run(&scenario(PORT, SENTINELS), frame).unwrap_or(0);
        assert_eq!(taken, if is_taken { WHOLE_FRAME } else { 0 });
    }

    #[test]
    fn both_directions_of_the_port_are_taken_over_either_family() {
        for ports in [[PORT, 40_001], [40_001, PORT]] {
            check(&ipv4(6, 5, 0, ports), true);
            check(&ipv4(6, 15, 0x4000, ports), true);
            check(&ipv6(6, ports), true);
        }
    }

    #[test]
    fn what_is_of_others_is_left() {
        let of_others = [5002, 40_001];
        check(&ipv4(6, 5, 0, of_others), false);
        check(&ipv6(6, of_others), false);
        check(&ipv4(17, 5, 0, [40_001, PORT]), false);
        check(&ipv4(6, 5, 0, [40_001, SENTINELS]), false);
        check(&ipv6(17, [40_001, SENTINELS]), false);
        check(&ipv4(1, 5, 0, [40_001, PORT]), false);
        check(&ipv4(6, 5, 185, [PORT, PORT]), false);
        check(&[0; 60], false);
        check(&[], false);
    }

    #[test]
    fn sentinels_are_taken() {
        check(&ipv4(17, 5, 0, [33_333, SENTINELS]), true);
    }
}
