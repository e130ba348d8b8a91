//! A share in percent.

use std::fmt;
use std::str::FromStr;

/// A share in percent: a number from 0 to 100. Neither NaN nor an infinity can get in, so no comparison with it can be
/// false by accident.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percent(f64);

/// The error for a number outside 0 to 100.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a number from 0 to 100")]
pub struct NotPercent;

impl Percent {
    /// Everything.
    pub const ALL: Self = Percent(100.0);
    /// 25 percent.
    pub const QUARTER: Self = Percent(25.0);

    /// So many percent.
    ///
    /// # Errors
    /// When the number is not from 0 to 100.
    pub fn new(number: f64) -> Result<Self, NotPercent> {
        if (0.0..=100.0).contains(&number) {
            Ok(Percent(number))
        } else {
            Err(NotPercent)
        }
    }

    /// Whether `part` is a larger share of `whole` than this.
    pub fn is_exceeded_by(self, part: usize, whole: usize) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52 records")]
        let (part, whole) = (part as f64, whole as f64);
        part * 100.0 > self.0 * whole
    }
}

impl FromStr for Percent {
    type Err = NotPercent;

    fn from_str(text: &str) -> Result<Self, NotPercent> {
        text.parse().map_err(|_| NotPercent).and_then(Percent::new)
    }
}

impl fmt::Display for Percent {
    /// The number alone: `25`, `12.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_a_share_gets_in() {
        for text in [
            "nan", "NaN", "-nan", "inf", "-inf", "infinity", "1e999", "101", "100.0001", "-1", "-0.1", "",
            "x", "5%",
        ] {
            assert_eq!(text.parse::<Percent>(), Err(NotPercent), "{text}");
        }
        for (text, shown) in [("0", "0"), ("12.5", "12.5"), ("1e2", "100"), ("100", "100")] {
            assert_eq!(text.parse::<Percent>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn a_share_is_exceeded_by_more_than_it() {
        let quarter = Percent::QUARTER;
        assert!(!quarter.is_exceeded_by(1, 4) && quarter.is_exceeded_by(2, 4));
        assert!(Percent::new(0.0).unwrap().is_exceeded_by(1, 1_000_000));
        assert!(!Percent::ALL.is_exceeded_by(4, 4) && Percent::ALL.is_exceeded_by(1, 0));
        assert!(!quarter.is_exceeded_by(0, 0));
    }
}
