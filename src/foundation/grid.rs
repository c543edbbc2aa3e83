//! The grid of time: how long ticks are, and so where they end and where rows can fall.
//!
//! Every length divides the one before, so a tick ends on every whole hour, whatever happened within it. That is
//! where arms can part and where rows of all arms meet.

use super::time::Time;

/// Lengths of ticks, descending: an hour at rest, a minute while a drug is changing fast.
pub const TICKS: [Time; 5] = [LONGEST_TICK, minutes(30), minutes(15), FIVE_MINUTES, SHORTEST_TICK];
/// The length of a tick at rest, on whose multiples a tick always ends.
pub const LONGEST_TICK: Time = Time::HOUR;
/// The length of a tick while a drug changes fastest.
pub const SHORTEST_TICK: Time = Time::MINUTE;
/// Rows after a dose are this far apart, …
pub const ROWS_AFTER_DOSE: Time = FIVE_MINUTES;
/// … for so long.
pub const AFTER_DOSE: Time = Time::from_milliseconds(4 * Time::HOUR.milliseconds());

const FIVE_MINUTES: Time = minutes(5);

const fn minutes(count: i64) -> Time {
    Time::from_milliseconds(count * Time::MINUTE.milliseconds())
}

/// The last instant at or before `instant` at which a tick ends whatever happens; never stays never.
#[must_use]
pub fn last_common_end(instant: Time) -> Time {
    if instant == Time::NEVER { instant } else { instant.multiple_at_or_before(LONGEST_TICK) }
}

/// Whether rows this far apart fall on ends of ticks, and meet on every whole hour or on some.
#[must_use]
pub fn takes_rows(every: Time) -> bool {
    every > Time::ZERO
        && every.is_multiple_of(SHORTEST_TICK)
        && (LONGEST_TICK.is_multiple_of(every) || every.is_multiple_of(LONGEST_TICK))
}

/// How many steps of length `step` a stretch of time has.
#[must_use]
pub const fn steps(length: Time, step: Time) -> u64 {
    (length.milliseconds() / step.milliseconds()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_divides_the_one_before_and_rows_fall_on_it() {
        assert!(TICKS.windows(2).all(|pair| pair[0] > pair[1] && pair[0].is_multiple_of(pair[1])));
        assert_eq!((TICKS[0], TICKS[TICKS.len() - 1]), (LONGEST_TICK, SHORTEST_TICK));
        assert!(TICKS.contains(&ROWS_AFTER_DOSE) && TICKS.into_iter().all(takes_rows));
        for (min, taken) in [(0, false), (-5, false), (7, false), (10, true), (90, false), (120, true)] {
            assert_eq!(takes_rows(minutes(min)), taken, "{min} min");
        }
        assert!(!takes_rows(Time::from_milliseconds(90_000)), "between two minutes no tick need end");
    }

    #[test]
    fn the_last_common_end_is_the_hour_itself_or_the_one_before() {
        let ms = Time::from_milliseconds;
        assert_eq!(last_common_end(Time::HOUR), Time::HOUR);
        assert_eq!(last_common_end(Time::HOUR - ms(1)), Time::ZERO);
        assert_eq!(last_common_end(ms(-1)), Time::ZERO - Time::HOUR);
        assert_eq!(last_common_end(Time::NEVER), Time::NEVER);
    }
}
