//! How fast a capture is read, layer by layer: container → frames, frames → segments, segments → connections.
//!
//! Everything lies in memory, so that no disk is measured. Whole processes are timed by `harness/bench/compare`.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use synfin_bench::Traffic;
use synfin_core::flow::{FlowTable, Milestone};
use synfin_core::pcap::{Frame, Reader};
use synfin_core::wire::{Dissector, Packet, Segment, parse};

/// What is read, and how many frames of it.
const TRAFFICS: [(&str, Traffic, u64); 3] = [
    ("64K bulk", Traffic::Bulk64k, 300),
    ("MTU bulk", Traffic::Mtu1500, 10_000),
    ("small packets", Traffic::Connections, 100_000),
];

fn main() {
    let mut criterion = Criterion::default()
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    for (name, traffic, frames) in TRAFFICS {
        let capture = traffic.capture(frames);
        let copies = copies_of_frames(&capture);
        let frames: Vec<Frame<'_>> = copies.iter().map(FrameCopy::frame).collect();
        let segments: Vec<_> = frames.iter().filter_map(segment).collect();

        measure(&mut criterion, "container read", name, frames.len(), || {
            container_read(&capture)
        });
        measure(&mut criterion, "header parse", name, frames.len(), || {
            header_parse(&frames);
        });
        measure(&mut criterion, "flow push", name, frames.len(), || {
            flow_push(&segments);
        });
    }
    criterion.final_summary();
}

fn measure<T>(
    criterion: &mut Criterion,
    layer: &str,
    traffic: &str,
    frames: usize,
    mut read: impl FnMut() -> T,
) {
    let mut group = criterion.benchmark_group(layer);
    group.throughput(Throughput::Elements(frames as u64));
    group.bench_function(BenchmarkId::from_parameter(traffic), |bencher| {
        bencher.iter(&mut read);
    });
}

fn container_read(capture: &[u8]) -> u64 {
    let mut reader = Reader::new(capture).expect("a generated capture is one");
    let mut bytes = 0;
    while let Some(frame) = reader.next_frame() {
        bytes += black_box(frame).data.len() as u64;
    }
    bytes
}

fn header_parse(frames: &[Frame<'_>]) {
    let mut dissector = Dissector::default();
    for frame in frames {
        black_box(dissector.dissect(frame));
    }
}

/// Drains what is finished, as `synfin flows` does.
fn flow_push(segments: &[(Milestone, Segment<'_>)]) {
    let mut table = FlowTable::default();
    for (at, segment) in segments {
        black_box(table.push(*at, segment));
        while let Some(connection) = table.take_finished() {
            drop(black_box(connection));
        }
    }
    drop(black_box(table.finish()));
}

/// A frame with bytes of its own: those that a reader lends end with the next.
struct FrameCopy {
    data: Vec<u8>,
    /// All else of it; its data is empty.
    header: Frame<'static>,
}

impl FrameCopy {
    fn frame(&self) -> Frame<'_> {
        Frame {
            data: &self.data,
            ..self.header
        }
    }
}

fn copies_of_frames(capture: &[u8]) -> Vec<FrameCopy> {
    let mut reader = Reader::new(capture).expect("a generated capture is one");
    let mut copies = Vec::new();
    while let Some(frame) = reader.next_frame() {
        copies.push(FrameCopy {
            data: frame.data.to_vec(),
            header: Frame { data: &[], ..frame },
        });
    }
    copies
}

fn segment<'a>(frame: &Frame<'a>) -> Option<(Milestone, Segment<'a>)> {
    let at = Milestone {
        frame: frame.number,
        at: frame.timestamp,
    };
    match parse(frame.link_type, frame.original_len, frame.data) {
        Packet::Tcp(segment) => Some((at, segment)),
        _ => None,
    }
}
