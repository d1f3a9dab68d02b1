//! A connection and its capture as `synfin flows --format json` gives them.
//!
//! Times are nanoseconds; points in time count from 1970-01-01 00:00 UTC. Frames are numbered from 1 on, as Wireshark
//! does. Offsets count a side's payload bytes from 0 on; a range is `[start, end)`. Lists of frames hold the first 64;
//! the count beside them is of all.

use schemars::JsonSchema;
use serde::Serialize;

/// All connections of a capture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FlowsDocument {
    /// Version of this format, 1. Of a line of jsonl too, which is an element of `connections` and carries none.
    pub schema: u32,
    /// The capture.
    pub capture: CaptureRecord,
    /// Its connections; by number, unless another order was asked for.
    pub connections: Vec<ConnectionRecord>,
}

/// A capture as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CaptureRecord {
    /// Its file, as it was named; `-` for standard input.
    pub file: String,
    /// Frames read.
    pub frames: u64,
    /// TCP connections in them, those that a filter left out included.
    pub connections: u64,
    /// Frames whose headers contradict themselves.
    pub malformed_frames: u64,
    /// How it ended.
    pub tail: TailRecord,
    /// Places of which no frame could be made, the first 64.
    pub skipped: Vec<SkippedRecord>,
    /// How many such places there are.
    pub skipped_count: u64,
}

/// How a capture ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum TailRecord {
    /// After a whole record.
    Whole,
    /// Inside a record.
    Truncated {
        /// Where the record begins that is not whole: bytes into the capture, after decompression.
        offset: u64,
        /// What the reader met.
        reason: String,
    },
}

/// A place in a capture of which no frame could be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SkippedRecord {
    /// Where it begins: bytes into the capture, after decompression.
    pub offset: u64,
    /// How many bytes were passed over.
    pub bytes: u64,
    /// Why.
    pub reason: String,
}

/// A connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ConnectionRecord {
    /// Its number in the capture, from 0 on.
    pub connection: u32,
    /// The end that sent the first SYN, `address:port`.
    pub initiator: String,
    /// The end that answered.
    pub responder: String,
    /// How the two were told apart.
    pub roles: AddressRoles,
    /// The VLANs that it was seen in, outermost first.
    pub vlan_ids: Vec<u16>,
    /// How many frames it has.
    pub frames: u64,
    /// Its first frame.
    pub first: Moment,
    /// Its last frame.
    pub last: Moment,
    /// From the first frame to the last.
    pub duration_ns: u64,
    /// Its handshake.
    pub setup: SetupRecord,
    /// What the initiator sent.
    pub by_initiator: SideRecord,
    /// What the responder sent.
    pub by_responder: SideRecord,
    /// How it ended.
    pub ending: EndingName,
    /// Who sent the RST that ended it.
    pub reset_by: Option<SideName>,
    /// Whose FIN came first.
    pub closed_first: Option<SideName>,
    /// Payload that came after the first FIN from the other side, bytes.
    pub half_close_bytes: u64,
    /// Whether it was given up, still open, because too many were open at once: what followed on it is told as another.
    pub pushed_out: bool,
    /// Wireshark's `tcp.completeness`.
    pub completeness: CompletenessRecord,
    /// Zeek's `conn_state`.
    pub conn_state: String,
    /// Zeek's `history`.
    pub history: String,
    /// A Wireshark display filter that shows it, and nothing that was sent before or after between the same ends.
    pub wireshark_filter: String,
}

/// How initiator and responder were told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AddressRoles {
    /// By a SYN.
    Syn,
    /// By a SYN-ACK; the SYN was not captured.
    SynAck,
    /// Guessed: the capture began in mid-stream.
    Guessed,
}

/// A side of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SideName {
    /// Who sent the first SYN.
    Initiator,
    /// Who answered.
    Responder,
}

/// A frame and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Moment {
    /// The frame.
    pub frame: u64,
    /// When it was captured.
    pub time_ns: u64,
}

/// A handshake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SetupRecord {
    /// Which steps it has.
    pub kind: SetupName,
    /// The SYN that was answered, or the first one.
    pub syn: Option<Moment>,
    /// SYNs sent again with the same number.
    pub syn_retransmissions: u32,
    /// The SYN-ACK (or, in a simultaneous open, the other SYN).
    pub syn_ack: Option<Moment>,
    /// The initiator's first segment that acknowledges the responder's SYN.
    pub ack: Option<Moment>,
    /// From the SYN to the acknowledgment of the SYN-ACK: a round trip, seen from wherever the capture was made.
    pub rtt_ns: Option<u64>,
    /// Payload in the SYN.
    pub fast_open: Option<FastOpenRecord>,
}

/// Which steps a handshake has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SetupName {
    /// No SYN was captured.
    Unseen,
    /// SYN, SYN-ACK and ACK, as far as they came.
    Ordinary,
    /// Both sides sent a SYN before they saw the other's (RFC 9293, figure 7).
    Simultaneous,
}

/// Payload in a SYN (RFC 7413).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FastOpenRecord {
    /// How much the SYN carried.
    pub sent_bytes: u32,
    /// How much of it the SYN-ACK acknowledged.
    pub accepted_bytes: u32,
}

/// What one side sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SideRecord {
    /// Its initial sequence number, if its SYN was captured.
    pub isn: Option<u32>,
    /// Segments, every copy counted.
    pub segments: u64,
    /// Payload bytes of all of them, every copy counted.
    pub sent_payload_bytes: u64,
    /// Payload bytes captured, each once.
    pub unique_bytes: u64,
    /// The payload ranges captured, ascending and apart.
    pub ranges: Vec<[u64; 2]>,
    /// The payload ranges that the other side acknowledged and no frame holds: the capture is not whole.
    pub missing: Vec<[u64; 2]>,
    /// How many bytes those are.
    pub missing_bytes: u64,
    /// The highest payload offset that the other side acknowledged.
    pub acknowledged: u64,
    /// Payload bytes sent again.
    pub retransmitted_bytes: u64,
    /// Payload bytes that filled a hole left earlier.
    pub out_of_order_bytes: u64,
    /// Payload bytes that no offset could be given: further away than any window, or one hole too many.
    pub unplaced_bytes: u64,
    /// Bytes sent again with another content.
    pub conflicts: ConflictRecord,
    /// Frames that the capture holds twice.
    pub capture_duplicates: DuplicateRecord,
    /// Frames with SYN and no ACK.
    pub syn_frames: Vec<u64>,
    /// Frames with SYN and ACK.
    pub syn_ack_frames: Vec<u64>,
    /// Frames with FIN.
    pub fin_frames: Vec<u64>,
    /// RSTs, the first 64.
    pub rsts: Vec<ResetRecord>,
    /// How many RSTs there are.
    pub rst_count: u64,
    /// Its first acknowledgment that is neither SYN nor RST.
    pub first_ack: Option<Moment>,
    /// Its first payload.
    pub first_data: Option<Moment>,
    /// Its last payload not seen before.
    pub last_data: Option<Moment>,
    /// Its FIN.
    pub fin: Option<FinRecord>,
    /// Frames that announced a zero window.
    pub zero_windows: u64,
    /// Probes of the other side's zero window.
    pub zero_window_probes: u64,
    /// Keep-alive probes.
    pub keep_alives: u64,
    /// Segments that filled the other side's window to its end.
    pub window_full: u64,
}

/// Payload sent again with another content; the first copy counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ConflictRecord {
    /// How many bytes differ.
    pub bytes: u64,
    /// The offset of the first that does.
    pub first_offset: Option<u64>,
    /// The frame with the copy that counts, if it is still known.
    pub kept_frame: Option<u64>,
    /// The frame with the copy that differs.
    pub other_frame: Option<u64>,
    /// Bytes sent again that could not be compared.
    pub uncompared_bytes: u64,
}

/// Frames that the capture holds twice, though they were sent once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DuplicateRecord {
    /// How many frames.
    pub frames: u64,
    /// Payload bytes in them.
    pub bytes: u64,
}

/// An RST.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ResetRecord {
    /// Its frame.
    pub frame: u64,
    /// When it was captured.
    pub time_ns: u64,
    /// What it did.
    pub effect: EffectName,
}

/// What an RST did (RFC 9293, 3.5.3; RFC 5961, 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EffectName {
    /// It refused the SYN.
    Refused,
    /// It ended the connection.
    Aborted,
    /// It came when the connection was over.
    AfterClose,
    /// Nothing.
    Ignored,
}

/// A FIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FinRecord {
    /// The first frame that carried it.
    pub frame: u64,
    /// When that was captured.
    pub time_ns: u64,
    /// The payload offset at which it stands.
    pub offset: u64,
    /// The frame that acknowledged it.
    pub acknowledged: Option<Moment>,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EndingName {
    /// FIN and ACK both ways.
    Orderly,
    /// One side's FIN only, or both and not both acknowledged.
    HalfClosed,
    /// An RST before both FINs were acknowledged.
    Reset,
    /// The SYN was answered by an RST.
    Refused,
    /// The SYN was never answered.
    Unanswered,
    /// Neither FIN nor RST.
    StillOpen,
}

/// Wireshark's `tcp.completeness`: which kinds of segments there were, in any order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CompletenessRecord {
    /// A sum of 1 SYN, 2 SYN-ACK, 4 ACK, 8 data, 16 FIN and 32 RST.
    pub value: u8,
    /// The same as Wireshark's column shows it: a letter each, a dot for what is absent.
    pub flags: String,
    /// The same in Wireshark's words.
    pub words: String,
}

impl FlowsDocument {
    /// The version of this format.
    pub const SCHEMA: u32 = 1;
}

impl EndingName {
    /// All of them, in the order of their declaration.
    pub(crate) const ALL: [Self; 6] = [
        Self::Orderly,
        Self::HalfClosed,
        Self::Reset,
        Self::Refused,
        Self::Unanswered,
        Self::StillOpen,
    ];

    /// As the JSON has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Orderly => "orderly",
            Self::HalfClosed => "half-closed",
            Self::Reset => "reset",
            Self::Refused => "refused",
            Self::Unanswered => "unanswered",
            Self::StillOpen => "still-open",
        }
    }
}

impl SideName {
    /// As the JSON has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Initiator => "initiator",
            Self::Responder => "responder",
        }
    }
}

impl AddressRoles {
    /// As the JSON has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Syn => "syn",
            Self::SynAck => "syn-ack",
            Self::Guessed => "guessed",
        }
    }
}

impl SetupName {
    /// As the JSON has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unseen => "unseen",
            Self::Ordinary => "ordinary",
            Self::Simultaneous => "simultaneous",
        }
    }
}
