//! Periods and calendars.
