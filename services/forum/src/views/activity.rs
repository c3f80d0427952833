//! How many posts an arena got on each day.

use event_log::Recorded;
use event_sourcing::{
    Snapshot, ViewError,
    json_value::{IdKey, key},
};
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use redb::{ReadableTable as _, TableDefinition};
use types::{ArenaId, Timestamp};

use super::Tables;

/// Posts by arena and day.
pub(super) const ACTIVITY: TableDefinition<'_, (IdKey, i32), u32> = TableDefinition::new("forum_activity");

pub(super) type Table<'tx> = redb::Table<'tx, (IdKey, i32), u32>;

/// How many days are shown.
pub const DAYS: usize = 30;

/// The posts of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Which day, in Sweden.
    pub date: Date,
    /// How many posts.
    pub posts: u32,
}

/// The last [`DAYS`] days up to the day that `now` is in Sweden, oldest first.
pub fn of(snapshot: &Snapshot, arena: ArenaId, now: Timestamp) -> Result<Vec<Day>, ViewError> {
    let table = snapshot.table(ACTIVITY)?;
    let arena = key(arena.uuid());
    let today = date(now);
    let dates = (0..DAYS).rev().filter_map(|back| today.checked_sub((back as i64).days()).ok());
    dates
        .map(|date| {
            let posts = table.get((arena, number(date)))?.map_or(0, |posts| posts.value());
            Ok(Day { date, posts })
        })
        .collect()
}

pub(super) fn posted(tables: &mut Tables<'_>, arena: ArenaId, event: &Recorded) -> Result<(), ViewError> {
    let place = (key(arena.uuid()), number(date(event.recorded_at)));
    let posts = tables.activity.get(place)?.map_or(0, |posts| posts.value());
    tables.activity.insert(place, posts + 1)?;
    Ok(())
}

/// The day in Sweden; in UTC if the time zone is not known, which the bundled database rules out.
fn date(moment: Timestamp) -> Date {
    let zone = TimeZone::get("Europe/Stockholm").unwrap_or(TimeZone::UTC);
    moment.to_zoned(zone).date()
}

/// Year and day of the year as one number, so that days stand in order.
fn number(date: Date) -> i32 {
    i32::from(date.year()) * 1_000 + i32::from(date.day_of_year())
}
