//! `mtu`, `loss` and `delay` of a scenario.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::time::Duration;

use toml::Spanned;

use super::Problems;
use super::file::ScenarioFile;
use crate::spec::Link;

/// Every host must take packets of 576 bytes (RFC 1122, 3.3.2); `lo` carries no longer ones than 64 KiB.
const MTU_BYTES: RangeInclusive<u32> = 576..=65536;

/// Of a loss that is rarer, a scenario sees nothing; with one that is more frequent, few connections are opened in time.
const LOSS_PER_MILLE: RangeInclusive<f64> = 1.0..=200.0;

const DELAY_MS: RangeInclusive<u64> = 1..=1000;

pub(super) fn link(file: &ScenarioFile, problems: &mut Problems) -> Link {
    Link {
        mtu_bytes: file.mtu.as_ref().and_then(|written| {
            let read = mtu(*written.get_ref());
            read.or_else(|| out_of_range(written, "from 576 to 65536 bytes", problems))
        }),
        loses_one_of: file.loss.as_ref().and_then(|written| {
            let read = loss(written.get_ref());
            read.or_else(|| {
                out_of_range(
                    written,
                    "a share of all TCP segments, `0.1%` to `20%`",
                    problems,
                )
            })
        }),
        delay: file.delay.as_ref().and_then(|written| {
            let read = delay(written.get_ref());
            read.or_else(|| out_of_range(written, "milliseconds, `1ms` to `1000ms`", problems))
        }),
    }
}

/// Notes it; the file is not read with a problem.
fn out_of_range<F: fmt::Debug, T>(
    written: &Spanned<F>,
    range: &str,
    problems: &mut Problems,
) -> Option<T> {
    let message = format!("{:?} is out of range", written.get_ref());
    problems.suggest(written.span(), message, Some(format!("write {range}")));
    None
}

fn mtu(bytes: u32) -> Option<u32> {
    MTU_BYTES.contains(&bytes).then_some(bytes)
}

/// `2%` is one of 50.
fn loss(text: &str) -> Option<NonZeroU32> {
    let per_mille = text.strip_suffix('%')?.parse::<f64>().ok()? * 10.0;
    if !LOSS_PER_MILLE.contains(&per_mille) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 5 to 1000"
    )]
    let one_of = (1000.0 / per_mille).round() as u32;
    NonZeroU32::new(one_of)
}

fn delay(text: &str) -> Option<Duration> {
    let ms = text.strip_suffix("ms")?.parse().ok()?;
    DELAY_MS.contains(&ms).then(|| Duration::from_millis(ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_one_of_so_many() {
        for (text, one_of) in [("2%", 50), ("20%", 5), ("0.1%", 1000), ("3%", 33)] {
            assert_eq!(loss(text), NonZeroU32::new(one_of), "{text}");
        }
        for text in [
            "0%", "0.05%", "21%", "-1%", "2", "two%", "NaN%", "inf%", "%",
        ] {
            assert_eq!(loss(text), None, "{text}");
        }
    }

    #[test]
    fn a_delay_is_in_milliseconds() {
        assert_eq!(delay("20ms"), Some(Duration::from_millis(20)));
        for text in ["0ms", "1001ms", "20", "1s", "-1ms", "ms"] {
            assert_eq!(delay(text), None, "{text}");
        }
    }
}
