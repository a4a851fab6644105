//! How much compiled code is kept, and for how long.

use std::ffi::OsString;
use std::time::Duration;

use windlass_engine::quantity::{bytes, hours};

/// Says how long code is kept that no run uses: a whole number with `h` or `d`.
const AGE: &str = "WINDLASS_CACHE_AGE";

/// Says how large the cache may be: a whole number with `KiB`, `MiB` or `GiB`.
const SIZE: &str = "WINDLASS_CACHE_SIZE";

const HOUR: Duration = Duration::from_secs(60 * 60);

/// What may stay in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// How long an entry stays that no run uses.
    pub(super) age: Duration,
    /// Bytes of all entries together.
    pub(super) size: u64,
}

impl Default for Room {
    /// 30 days, since compiling again costs seconds and no network; 1 GiB, which is thirty components with an
    /// interpreter (36 MB, measured) or a thousand and more without.
    fn default() -> Self {
        Self {
            age: 30 * 24 * HOUR,
            size: 1 << 30,
        }
    }
}

impl Room {
    /// What the environment says, which `variable` reads; the defaults for what it doesn't say.
    ///
    /// # Errors
    /// The variable, and what it takes.
    pub(super) fn of(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, String> {
        let number = |name: &str, parse: fn(&str) -> Result<u64, String>| {
            variable(name)
                .filter(|text| !text.is_empty())
                .map(|text| parse(&text.to_string_lossy()))
                .transpose()
                .map_err(|message| format!("{name}: {message}"))
        };
        let default = Self::default();
        let age = number(AGE, hours)?.map(|hours| {
            let seconds = hours.saturating_mul(HOUR.as_secs());
            Duration::from_secs(seconds)
        });
        Ok(Self {
            age: age.unwrap_or(default.age),
            size: number(SIZE, bytes)?.unwrap_or(default.size),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &'static str, value: &'static str) -> Result<Room, String> {
        Room::of(|asked| (asked == name).then(|| value.into()))
    }

    #[test]
    fn the_environment_says_how_much_is_kept() {
        let default = Room::default();
        assert_eq!(of("ANOTHER", "1"), Ok(default));
        assert_eq!(of(AGE, ""), Ok(default));
        let age = 36 * HOUR;
        assert_eq!(of(AGE, "36h"), Ok(Room { age, ..default }));
        let size = 5 << 30;
        assert_eq!(of(SIZE, "5GiB"), Ok(Room { size, ..default }));
    }

    #[test]
    fn what_is_no_size_is_refused_with_its_variable() {
        let error = of(SIZE, "lots");
        assert!(
            error
                .as_ref()
                .is_err_and(|error| error.starts_with("WINDLASS_CACHE_SIZE: `lots` is no size")),
            "{error:?}"
        );
        assert!(of(AGE, "30").is_err_and(|error| error.contains("as `30d`")));
    }
}
