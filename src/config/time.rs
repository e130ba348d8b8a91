//! How a text or a number becomes a moment, and a moment a text or number again.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;

use super::{TimeRule, Unit};

impl TimeRule {
    /// A text as milliseconds since 1970 UTC, or what is wrong with it.
    pub fn read_text(&self, text: &str) -> Result<i64, String> {
        let moment = match &self.format {
            Some(format) => self.read_format(format, text),
            None => self.read_iso(text),
        };
        moment.map(Timestamp::as_millisecond)
    }

    /// A whole number as milliseconds since 1970 UTC.
    pub fn read_whole(&self, number: i64) -> Result<i64, String> {
        let milliseconds = match self.unit {
            None => return Err(self.no_unit()),
            Some(Unit::Milliseconds) => Some(number),
            Some(Unit::Seconds) => number.checked_mul(1000),
        };
        milliseconds.ok_or_else(|| format!("{number} seconds are out of range"))
    }

    /// A number with a fraction as milliseconds since 1970 UTC; what is finer than a millisecond is dropped.
    pub fn read_fraction(&self, number: f64) -> Result<i64, String> {
        const FAR: f64 = 8.0e18;
        let milliseconds = match self.unit {
            None => return Err(self.no_unit()),
            Some(Unit::Milliseconds) => number,
            // Rounded to microseconds first: 1.001 seconds are not 1000.9999 milliseconds.
            Some(Unit::Seconds) => (number * 1e6).round() / 1e3,
        };
        if milliseconds.abs() < FAR {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "bounded above; the fraction is meant to go"
            )]
            Ok(milliseconds.trunc() as i64)
        } else {
            Err(format!("{number} is out of range"))
        }
    }

    /// A moment as the text that reads back as it; `None` where no text can.
    pub fn write(&self, milliseconds: i64) -> Option<String> {
        let moment = Timestamp::from_millisecond(milliseconds).ok()?;
        match &self.format {
            None => Some(moment.to_string()),
            Some(format) => strtime::format(format, &moment.to_zoned(self.zone.clone())).ok(),
        }
    }

    fn no_unit(&self) -> String {
        let expected = match &self.format {
            Some(format) => format!("a text like {format}"),
            None => "an ISO 8601 text".to_owned(),
        };
        format!(
            "a number where {expected} was expected; for a number set unit = \"seconds\" or \"milliseconds\""
        )
    }

    fn read_iso(&self, text: &str) -> Result<Timestamp, String> {
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Ok(moment);
        }
        let local = text
            .parse::<DateTime>()
            .map_err(|_| format!("'{text}' is no ISO 8601 time"))?;
        self.in_zone(local, text)
    }

    fn read_format(&self, format: &str, text: &str) -> Result<Timestamp, String> {
        let parts = BrokenDownTime::parse(format, text)
            .map_err(|cause| format!("'{text}' does not fit the format '{format}': {cause}"))?;
        if let Ok(moment) = parts.to_timestamp() {
            return Ok(moment);
        }
        let date = parts
            .to_date()
            .map_err(|cause| format!("'{text}' names no day: {cause}"))?;
        // A format without a time of day means midnight.
        let time = parts
            .to_time()
            .map_err(|cause| format!("'{text}' names no time: {cause}"))?;
        self.in_zone(date.to_datetime(time), text)
    }

    fn in_zone(&self, local: DateTime, text: &str) -> Result<Timestamp, String> {
        let zone = self.zone.clone();
        zone.to_ambiguous_timestamp(local)
            .compatible()
            .map_err(|cause| format!("'{text}' is out of range: {cause}"))
    }
}

/// Why a text is no strptime format.
pub(super) fn format_fault(format: &str) -> Option<String> {
    let sample = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    let written = match strtime::format(format, &sample) {
        Ok(written) => written,
        Err(cause) => return Some(cause.to_string()),
    };
    match BrokenDownTime::parse(format, &written) {
        Err(cause) => Some(cause.to_string()),
        Ok(parts) if parts.to_date().is_err() && parts.to_timestamp().is_err() => {
            Some("it does not tell the day".to_owned())
        }
        Ok(_) => None,
    }
}
