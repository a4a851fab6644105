//! Points in time, read and written without a clock or a time zone database.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

const MICROS: i64 = 1_000_000;
const DAY: i64 = 86_400;

/// A point in time, in microseconds since 1970-01-01 UTC, and the offset it was written with.
#[derive(Clone, Copy, Debug)]
pub struct Instant {
    micros: i64,
    offset: Option<i32>,
}

/// Equal when they are the same point in time, whatever offset they were written with.
impl PartialEq for Instant {
    fn eq(&self, other: &Self) -> bool {
        self.micros == other.micros
    }
}

impl Instant {
    /// From microseconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self {
            micros,
            offset: Some(0),
        }
    }

    /// From seconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(MICROS))
    }

    /// From a date and a time of day, in UTC. None for a month or day that does not exist.
    #[must_use]
    pub fn from_parts(
        year: i64,
        month: i64,
        day: i64,
        hour: i64,
        minute: i64,
        second: i64,
    ) -> Option<Self> {
        let valid = (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..=60).contains(&second);
        let seconds = days_from_civil(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
        valid.then(|| Self::from_seconds(seconds))
    }

    /// From ISO 8601: a date, or a date and a time with or without a fraction and an offset.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once(['T', ' ']) {
            Some((date, time)) => (date, time),
            None => (text, "00:00:00"),
        };
        let (year, month, day) = three(date, '-')?;
        if date.len() != 10 {
            return None;
        }
        let split = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
        let (time, zone) = time.split_at(split);
        let offset = match zone {
            "" => None,
            "Z" | "z" => Some(0),
            zone => Some(parse_offset(zone)?),
        };
        let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let (hour, minute, second) =
            three(time, ':').or_else(|| three(&format!("{time}:00"), ':'))?;
        let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
        let mut at = Self::from_parts(year, month, day, hour, minute, second)?;
        at.micros += fraction.parse::<i64>().ok()? - i64::from(offset.unwrap_or(0)) * MICROS;
        at.offset = offset;
        Some(at)
    }

    /// From a value of a fact or argument: text, or text tagged `$datetime`.
    #[must_use]
    pub fn from_json(value: &Json) -> Option<Self> {
        let text = value.get("$datetime").unwrap_or(value).as_str()?;
        Self::parse(text)
    }

    /// The same clock reading with an offset in seconds, unless it has one already.
    #[must_use]
    pub fn or_offset(self, offset: i32) -> Self {
        match self.offset {
            Some(_) => self,
            None => Self {
                micros: self.micros - i64::from(offset) * MICROS,
                offset: Some(offset),
            },
        }
    }

    /// The clock reading where it was written, as if that were UTC.
    #[must_use]
    pub fn wall_clock(self) -> Self {
        Self {
            micros: self.micros + i64::from(self.offset.unwrap_or(0)) * MICROS,
            offset: None,
        }
    }

    /// The offset it was written with, in seconds east of UTC.
    #[must_use]
    pub fn offset(self) -> Option<i32> {
        self.offset
    }

    /// Microseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.micros
    }

    /// Seconds since 1970-01-01 UTC, rounded down: what file systems tell.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.micros.div_euclid(MICROS)
    }

    /// The year, in UTC.
    #[must_use]
    pub fn year(self) -> i64 {
        civil_from_days(self.seconds().div_euclid(DAY)).0
    }

    /// In ISO 8601 and UTC, without an offset; with a fraction where there is one.
    #[must_use]
    pub fn to_iso(self) -> String {
        let seconds = self.seconds();
        let (year, month, day) = civil_from_days(seconds.div_euclid(DAY));
        let of_day = seconds.rem_euclid(DAY);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        match self.micros.rem_euclid(MICROS) {
            0 => text,
            micros => format!("{text}.{micros:06}"),
        }
    }

    /// The year in which the run began, for listings that leave it out.
    #[must_use]
    pub fn year_of_run() -> Option<i64> {
        let stamp = windlass_sdk::context::timestamp();
        stamp.get(..4)?.parse().ok().filter(|_| stamp.contains('T'))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_iso())
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Json::deserialize(deserializer)?;
        Self::from_json(&value)
            .ok_or_else(|| D::Error::custom("expected a date and time in ISO 8601"))
    }
}

/// An offset such as `+02:00`, `-0600` or `+02`, in seconds.
fn parse_offset(text: &str) -> Option<i32> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.get(1..)?.chars().filter(|c| *c != ':').collect();
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = match digits.get(2..) {
        None | Some("") => 0,
        Some(minutes) => minutes.get(..2)?.parse().ok()?,
    };
    Some(sign * (hours * 3600 + minutes * 60))
}

fn three(text: &str, separator: char) -> Option<(i64, i64, i64)> {
    let mut parts = text.split(separator);
    let mut next = || {
        let part = parts.next()?;
        part.chars()
            .all(|c| c.is_ascii_digit())
            .then(|| part.parse().ok())?
    };
    let three = (next()?, next()?, next()?);
    parts.next().is_none().then_some(three)
}

/// Days from 1970-01-01 to a date, by the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date
/// algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date some days after 1970-01-01; the other way round of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (
        year + era * 400 + i64::from(month <= 2),
        month,
        of_year - (153 * shifted + 2) / 5 + 1,
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn iso_round_trips() {
        for text in [
            "1970-01-01T00:00:00",
            "2020-02-29T23:59:59",
            "1969-12-31T12:00:00.000001",
            "2000-05-01T00:01:00",
        ] {
            assert_eq!(Instant::parse(text).unwrap().to_iso(), text);
        }
        assert_eq!(
            Instant::from_seconds(1_594_804_774).to_iso(),
            "2020-07-15T09:19:34"
        );
    }

    #[test]
    fn offsets_move_the_clock() {
        assert_eq!(
            Instant::parse("2022-11-17T20:45:00-06:00")
                .unwrap()
                .to_iso(),
            "2022-11-18T02:45:00"
        );
        let local = Instant::parse("2022-11-17T20:45").unwrap();
        assert_eq!(local.offset(), None);
        assert_eq!(local.or_offset(-6 * 3600).to_iso(), "2022-11-18T02:45:00");
        assert_eq!(
            Instant::parse("2019-01-01T00:00:00+0100")
                .unwrap()
                .wall_clock()
                .to_iso(),
            "2019-01-01T00:00:00"
        );
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "today",
            "/var/x-1-2",
            "2020-13-01",
            "2020-1-1",
            "2020-01-01T25:00:00",
            "2020-01-01T00:00:00+x",
        ] {
            assert!(Instant::parse(text).is_none(), "{text}");
        }
    }
}
