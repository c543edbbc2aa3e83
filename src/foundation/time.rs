//! Simulated time in whole milliseconds.
//!
//! Instants are integers, so that "never across a protocol boundary" is exact and two runs that
//! reach the same instant by different ticks agree on it to the last bit.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// An instant of simulated time, or the distance between two instants, in milliseconds.
///
/// Zero is the end of the burn-in; the burn-in has negative instants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Time(i64);

impl Time {
    /// The end of the burn-in.
    pub const ZERO: Self = Self(0);
    /// One minute.
    pub const MINUTE: Self = Self(60_000);
    /// One hour.
    pub const HOUR: Self = Self(3_600_000);
    /// One day.
    pub const DAY: Self = Self(24 * Self::HOUR.0);
    /// Later than every instant that a protocol can name.
    pub const NEVER: Self = Self(i64::MAX);

    /// The instant `ms` milliseconds after zero.
    #[must_use]
    pub const fn from_milliseconds(ms: i64) -> Self {
        Self(ms)
    }

    /// The instant nearest to `hours` after zero.
    #[must_use]
    pub fn from_hours(hours: f64) -> Self {
        Self((hours * 3_600_000.0).round() as i64)
    }

    /// Milliseconds since zero.
    #[must_use]
    pub const fn milliseconds(self) -> i64 {
        self.0
    }

    /// Hours since zero.
    #[must_use]
    pub fn hours(self) -> f64 {
        self.0 as f64 / 3_600_000.0
    }

    /// Days since zero.
    #[must_use]
    pub fn days(self) -> f64 {
        self.hours() / 24.0
    }

    /// The next multiple of `grid` that lies strictly after this instant; [`Time::NEVER`] if none can be named.
    #[must_use]
    pub fn next_multiple_of(self, grid: Self) -> Self {
        Self(self.0.div_euclid(grid.0).saturating_add(1).saturating_mul(grid.0))
    }

    /// The last multiple of `grid` at or before this instant.
    #[must_use]
    pub fn multiple_at_or_before(self, grid: Self) -> Self {
        Self(self.0.div_euclid(grid.0).saturating_mul(grid.0))
    }

    /// Whether this instant is a multiple of `grid`.
    #[must_use]
    pub fn is_multiple_of(self, grid: Self) -> bool {
        self.0.rem_euclid(grid.0) == 0
    }
}

impl Add for Time {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Time {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_multiple_is_strictly_later_on_both_sides_of_zero() {
        assert_eq!(Time::ZERO.next_multiple_of(Time::HOUR), Time::HOUR);
        let before = Time::from_hours(-0.25);
        assert_eq!(before.next_multiple_of(Time::HOUR), Time::ZERO);
        assert_eq!(Time::from_hours(-1.0).next_multiple_of(Time::HOUR), Time::ZERO);
        assert_eq!(Time::NEVER.next_multiple_of(Time::HOUR), Time::NEVER);
    }
}
