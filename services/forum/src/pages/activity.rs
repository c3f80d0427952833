//! How lively an arena is: posts per day as a small picture, and the same numbers as a table.

use jiff::civil::Date;

use crate::views::activity::Day;

/// The picture's height for the day with the most posts, in its own units.
const HEIGHT: u32 = 40;
/// The width of a day, in the same units.
const DAY_WIDTH: u32 = 10;

/// The picture and its numbers.
pub(super) struct Activity {
    pub(super) bars: Vec<Bar>,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Posts on all days.
    pub(super) posts: u32,
    /// The days with posts, the latest first.
    pub(super) days: Vec<(Date, u32)>,
}

/// One day in the picture.
pub(super) struct Bar {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) height: u32,
}

impl Activity {
    pub(super) fn new(days: &[Day]) -> Self {
        let most = days.iter().map(|day| day.posts).max().unwrap_or_default().max(1);
        let bar = |(index, day): (usize, &Day)| {
            // A day with a post is seen, however many another day had; an empty one is a thin line.
            let height = (day.posts * HEIGHT).div_ceil(most).max(1);
            Bar { x: u32::try_from(index).unwrap_or(0) * DAY_WIDTH, y: HEIGHT - height, height }
        };
        Self {
            bars: days.iter().enumerate().map(bar).collect(),
            width: u32::try_from(days.len()).unwrap_or(0) * DAY_WIDTH,
            height: HEIGHT,
            posts: days.iter().map(|day| day.posts).sum(),
            days: days.iter().rev().filter(|day| day.posts > 0).map(|day| (day.date, day.posts)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tallest_bar_fills_the_picture_and_a_single_post_is_seen() {
        let day = |posts| Day { date: Date::constant(2026, 11, 22), posts };
        let heights = |posts: &[u32]| {
            let days: Vec<_> = posts.iter().map(|posts| day(*posts)).collect();
            Activity::new(&days).bars.iter().map(|bar| bar.height).collect::<Vec<_>>()
        };
        assert_eq!(heights(&[0, 0]), [1, 1]);
        assert_eq!(heights(&[0, 1, 100]), [1, 1, 40]);
        assert_eq!(heights(&[25, 50]), [20, 40]);
        assert_eq!(Activity::new(&[day(3), day(4)]).posts, 7);
    }
}
