//! Windows of days that never repeat, so that no kept answer can flatter a figure.

use tuantra::base::time::LocalDate;

/// A window of local days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub from: LocalDate,
    pub to: LocalDate,
}

/// Windows of one length, drawn over a year.
#[derive(Debug, Clone)]
pub struct Windows {
    first: LocalDate,
    /// How many places a window can have.
    places: i64,
    days: i64,
    drawn: i64,
}

/// A window as long as the year still moves by so many days: it begins before the first patrol.
const LEEWAY_D: i64 = 12;

impl Windows {
    /// Windows of so many days in a year that begins on a day.
    pub fn of(first: LocalDate, year_d: i64, days: i64) -> Self {
        let room = year_d - days;
        Self {
            first: if room < LEEWAY_D {
                first.plus_days(-LEEWAY_D)
            } else {
                first
            },
            places: room.max(LEEWAY_D) + 1,
            days,
            drawn: 0,
        }
    }
}

impl Iterator for Windows {
    type Item = Window;

    /// Steps of about a golden section of the places lie far apart, and pass every place before one comes again.
    fn next(&mut self) -> Option<Window> {
        let golden = (self.places * 61_803 / 100_000).max(1);
        let step =
            (golden..=golden + self.places).find(|step| common_divisor(*step, self.places) == 1)?;
        let from = self.first.plus_days(self.drawn * step % self.places);
        self.drawn += 1;
        Some(Window {
            from,
            to: from.plus_days(self.days - 1),
        })
    }
}

const fn common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}
