//! The patterns that checks and stories meet.

use super::causes::*;
use super::program_causes::*;
use crate::flow::{Connection, Side};

/// Something that goes wrong on the wire or beside it in a way that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// A program could not be started.
    NoSuchProgram,
    /// The server ended before it listened.
    DiedBeforeListening,
    /// The server ended because its address was still in use.
    AddressInUse,
    /// The server listens at the right port of another address.
    ListensAtOtherAddress,
    /// The server listens at the right port in the other IP family.
    ListensInOtherFamily,
    /// The server runs and listens nowhere.
    ListensNowhere,
    /// The server listens at another address or port.
    ListensElsewhere,
    /// A client sent no SYN.
    NoSyn,
    /// A client's SYN went to another address than the server's.
    DialsElsewhere,
    /// A SYN was answered by RST.
    Refused,
    /// A SYN was never answered.
    SynUnanswered,
    /// Handshakes complete, but the server takes the connections up one after the other.
    NeverAccepted,
    /// Connections are accepted at once and served one after the other.
    ServedOneAfterAnother,
    /// A request lies unread while the server sleeps.
    NobodyReads,
    /// A request was read and is not answered, while the server sleeps.
    RequestIgnored,
    /// As many clients as there are workers are served, and the others wait.
    WorkersTaken,
    /// The server closes a connection upon a request that it did not answer.
    ClosedUnanswered,
    /// The server turns clients away beyond some number.
    TurnedAway,
    /// A client is connected and sends no request.
    NoRequest,
    /// A client was answered, and does not go on.
    StuckAfterReply,
    /// A client ended before it asked for what its step is.
    EndedUnasked,
    /// A connection carried no payload.
    NoPayload,
    /// RST before both FINs were acknowledged.
    Reset,
    /// A side never sent FIN.
    NeverClosed,
    /// The FIN came only because we, or a crash, ended the program.
    ClosedByDeath,
    /// The client's FIN came first, where the server's should.
    ClientClosedFirst,
    /// The server's FIN came first, where the client's should.
    ServerClosedFirst,
    /// The server keeps the socket of a client that said goodbye.
    LeakedSocket,
    /// The server keeps the socket of a client that vanished without a word.
    HalfOpen,
    /// A reply began too late.
    SlowReply,
    /// Something else was said than the protocol's next words.
    OutOfScript,
    /// A file arrived with other bytes than were sent.
    FileDiffers,
    /// A file arrived up to a multiple of a buffer's size.
    FileCutAtBlock,
    /// A sender ended its stream, and had sent only the beginning of a file.
    FileSentShort,
    /// A file arrived as its base64 text.
    FileIsBase64,
    /// More bytes arrived than a file has.
    FileGrew,
    /// A file's size crossed the wire with its bytes in the wrong order.
    LengthInHostOrder,
    /// A file did not arrive.
    FileMissing,
    /// A file arrived, but its bytes did not cross the wire.
    FileNotOnTheWire,
    /// The server ended while clients still needed it.
    ServerEnded,
    /// The server ended when a client died.
    DiedWithClient,
    /// The server ended when a client sent what is no request.
    DiedOfInput,
    /// A program wrote to a connection that nobody reads, and a signal ended it.
    BrokenPipe,
    /// A signal ended a program for what it did with memory.
    MemoryFault,
    /// A program ended itself by a signal, as a check in it or in its libraries demanded.
    Aborted,
    /// The server did not listen when it was started again.
    NotStartedAgain,
    /// A client had the server's port when the server was started again.
    TakenByClient,
    /// A thread runs without end and without input.
    Spinning,
    /// SIGTERM did not end the server.
    IgnoresSigterm,
    /// Processes that the server started outlive it.
    LeavesChildren,
    /// A client did not say that it could not connect.
    SilentWhenRefused,
    /// A client crashed when it could not connect.
    CrashedWhenRefused,
    /// A program is no Windows executable.
    NotWindows,
    /// RST after the sender's own FIN: the other side still sent.
    ResetAfterFin,
    /// A FIN that was not acknowledged before the capture ended.
    FinUnacknowledged,
    /// Neither FIN nor RST.
    StillOpen,
    /// The capture began when the connection was open.
    MidStream,
    /// A SYN had to be sent again.
    SynAgain,
    /// Payload was sent again.
    Retransmission,
    /// Payload came in another order than it was sent.
    OutOfOrder,
    /// Payload was sent again with another content.
    Conflict,
    /// Bytes were acknowledged that no frame holds.
    CaptureLoss,
    /// Bytes in the middle of a stream were neither captured nor acknowledged.
    NeverArrived,
    /// Frames stand in the capture twice.
    CaptureDuplicates,
    /// A side took no more data for a while.
    ZeroWindow,
    /// A side's receive window was filled to its end.
    WindowFull,
    /// Probes on an idle connection.
    KeepAlive,
    /// An RST that the other side did not heed.
    IgnoredReset,
    /// An RST when all was over.
    ResetAfterClose,
    /// Payload in the SYN that was not taken.
    FastOpenRefused,
    /// Both sides sent a SYN at once.
    SimultaneousOpen,
    /// Payload behind a FIN.
    DataAfterFin,
}

impl Pattern {
    /// Why this side sent RST: after its own FIN for what still came or, if nothing did, for what lay there unread.
    pub(crate) fn of_reset(connection: &Connection, by: Side) -> Self {
        let fin = connection.sent_by(by).fin.map(|fin| fin.sent);
        let still_came = connection.sent_by(by.peer()).last_payload;
        match (fin, still_came) {
            (Some(fin), Some(came)) if fin < came => Self::ResetAfterFin,
            (Some(_) | None, Some(_) | None) => Self::Reset,
        }
    }

    /// Its causes, likeliest first.
    #[expect(clippy::too_many_lines, reason = "a table: one line a pattern")]
    pub(super) fn causes(self) -> &'static [Cause] {
        match self {
            Self::NoSuchProgram => NO_SUCH_PROGRAM,
            Self::DiedBeforeListening => DIED_BEFORE_LISTENING,
            Self::AddressInUse => ADDRESS_IN_USE,
            Self::ListensAtOtherAddress => LISTENS_AT_OTHER_ADDRESS,
            Self::ListensInOtherFamily => LISTENS_IN_OTHER_FAMILY,
            Self::ListensNowhere => LISTENS_NOWHERE,
            Self::ListensElsewhere => LISTENS_ELSEWHERE,
            Self::NoSyn => NO_SYN,
            Self::DialsElsewhere => DIALS_ELSEWHERE,
            Self::Refused => REFUSED,
            Self::SynUnanswered => SYN_UNANSWERED,
            Self::NeverAccepted => NEVER_ACCEPTED,
            Self::ServedOneAfterAnother => ONE_AFTER_ANOTHER,
            Self::NobodyReads => NOBODY_READS,
            Self::RequestIgnored => REQUEST_IGNORED,
            Self::WorkersTaken => WORKERS_TAKEN,
            Self::ClosedUnanswered => CLOSED_UNANSWERED,
            Self::TurnedAway => TURNED_AWAY,
            Self::NoRequest => NO_REQUEST,
            Self::StuckAfterReply => STUCK_AFTER_REPLY,
            Self::EndedUnasked => ENDED_UNASKED,
            Self::NoPayload => NO_PAYLOAD,
            Self::Reset => RESET,
            Self::NeverClosed => NEVER_CLOSED,
            Self::ClosedByDeath => CLOSED_BY_DEATH,
            Self::ClientClosedFirst => CLIENT_CLOSED_FIRST,
            Self::ServerClosedFirst => SERVER_CLOSED_FIRST,
            Self::LeakedSocket => LEAKED_SOCKET,
            Self::HalfOpen => HALF_OPEN,
            Self::SlowReply => SLOW_REPLY,
            Self::OutOfScript => OUT_OF_SCRIPT,
            Self::FileDiffers => FILE_DIFFERS,
            Self::FileCutAtBlock => FILE_CUT_AT_BLOCK,
            Self::FileSentShort => FILE_SENT_SHORT,
            Self::FileIsBase64 => FILE_IS_BASE64,
            Self::FileGrew => FILE_GREW,
            Self::LengthInHostOrder => LENGTH_IN_HOST_ORDER,
            Self::FileMissing => FILE_MISSING,
            Self::FileNotOnTheWire => FILE_NOT_ON_THE_WIRE,
            Self::ServerEnded => SERVER_ENDED,
            Self::DiedWithClient => DIED_WITH_CLIENT,
            Self::DiedOfInput => DIED_OF_INPUT,
            Self::BrokenPipe => BROKEN_PIPE,
            Self::MemoryFault => MEMORY_FAULT,
            Self::Aborted => ABORTED,
            Self::NotStartedAgain => NOT_STARTED_AGAIN,
            Self::TakenByClient => TAKEN_BY_CLIENT,
            Self::Spinning => SPINNING,
            Self::IgnoresSigterm => IGNORES_SIGTERM,
            Self::LeavesChildren => LEAVES_CHILDREN,
            Self::SilentWhenRefused => SILENT_WHEN_REFUSED,
            Self::CrashedWhenRefused => CRASHED_WHEN_REFUSED,
            Self::NotWindows => NOT_WINDOWS,
            Self::ResetAfterFin => RESET_AFTER_FIN,
            Self::FinUnacknowledged => FIN_UNACKNOWLEDGED,
            Self::StillOpen => STILL_OPEN,
            Self::MidStream => MID_STREAM,
            Self::SynAgain => SYN_AGAIN,
            Self::Retransmission => RETRANSMISSION,
            Self::OutOfOrder => OUT_OF_ORDER,
            Self::Conflict => CONFLICT,
            Self::CaptureLoss => CAPTURE_LOSS,
            Self::NeverArrived => NEVER_ARRIVED,
            Self::CaptureDuplicates => CAPTURE_DUPLICATES,
            Self::ZeroWindow => ZERO_WINDOW,
            Self::WindowFull => WINDOW_FULL,
            Self::KeepAlive => KEEP_ALIVE,
            Self::IgnoredReset => IGNORED_RESET,
            Self::ResetAfterClose => RESET_AFTER_CLOSE,
            Self::FastOpenRefused => FAST_OPEN_REFUSED,
            Self::SimultaneousOpen => SIMULTANEOUS_OPEN,
            Self::DataAfterFin => DATA_AFTER_FIN,
        }
    }
}
