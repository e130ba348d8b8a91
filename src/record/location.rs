//! A location: its coordinates, the other parts that CloudKit stores, and which of these a value states.
//!
//! A value from the cloud states every part, absent ones included. A value from a file states the parts that the
//! manifest maps, one that was typed the parts that stand in it. What a value does not state is never compared, and a
//! write takes it from the record as read ([`merge`](super::merge)).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A member of a LOCATION other than its coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocationPart {
    /// Meters.
    Altitude,
    /// Meters.
    HorizontalAccuracy,
    /// Meters.
    VerticalAccuracy,
    /// Degrees clockwise from north.
    Course,
    /// Meters per second.
    Speed,
    /// Milliseconds since 1970 UTC.
    Timestamp,
}

impl LocationPart {
    /// Every part.
    pub const ALL: [LocationPart; 6] = [
        LocationPart::Altitude,
        LocationPart::HorizontalAccuracy,
        LocationPart::VerticalAccuracy,
        LocationPart::Course,
        LocationPart::Speed,
        LocationPart::Timestamp,
    ];

    /// The member's name on the wire, in the manifest, and in typed JSON.
    pub const fn name(self) -> &'static str {
        match self {
            LocationPart::Altitude => "altitude",
            LocationPart::HorizontalAccuracy => "horizontalAccuracy",
            LocationPart::VerticalAccuracy => "verticalAccuracy",
            LocationPart::Course => "course",
            LocationPart::Speed => "speed",
            LocationPart::Timestamp => "timestamp",
        }
    }

    /// The part's value as a JSON number; milliseconds have no fraction unless they need one.
    pub fn json(self, value: f64) -> Json {
        /// Up to here every whole number is exact.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if self == LocationPart::Timestamp && value.fract() == 0.0 && value.abs() <= EXACT {
            #[expect(clippy::cast_possible_truncation, reason = "whole and exact")]
            return Json::from(value as i64);
        }
        Json::from(value)
    }
}

impl FromStr for LocationPart {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        LocationPart::ALL
            .into_iter()
            .find(|part| part.name() == text)
            .ok_or(())
    }
}

/// A set of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LocationParts(u8);

impl LocationParts {
    /// No part.
    pub const NONE: LocationParts = LocationParts(0);
    /// Every part.
    pub const ALL: LocationParts = LocationParts(0b11_1111);

    /// Whether the set has this part.
    pub const fn contains(self, part: LocationPart) -> bool {
        self.0 & (1 << part as u8) != 0
    }

    /// The set with this part.
    #[must_use]
    pub const fn with(self, part: LocationPart) -> Self {
        LocationParts(self.0 | 1 << part as u8)
    }

    /// The union of both sets.
    #[must_use]
    pub const fn union(self, other: LocationParts) -> Self {
        LocationParts(self.0 | other.0)
    }

    /// The parts in the set.
    pub fn iter(self) -> impl Iterator<Item = LocationPart> {
        LocationPart::ALL
            .into_iter()
            .filter(move |part| self.contains(*part))
    }

    const fn all() -> Self {
        LocationParts::ALL
    }

    const fn without(self, part: LocationPart) -> Self {
        LocationParts(self.0 & !(1 << part as u8))
    }
}

impl FromIterator<LocationPart> for LocationParts {
    fn from_iter<I: IntoIterator<Item = LocationPart>>(parts: I) -> Self {
        parts.into_iter().fold(LocationParts::NONE, LocationParts::with)
    }
}

/// A place on Earth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    horizontal_accuracy: Option<f64>,
    vertical_accuracy: Option<f64>,
    altitude: Option<f64>,
    speed: Option<f64>,
    course: Option<f64>,
    timestamp: Option<f64>,
    /// Members that this version does not know, as the JSON text of an object; empty where there are none. `None`: this
    /// value does not say, and a write keeps the cloud's.
    #[serde(default)]
    pub further: Option<String>,
    /// Of the parts that have no value: those about which nothing is said. Journals of earlier versions do not have
    /// it; what they left out was not meant to be taken away.
    #[serde(default = "LocationParts::all")]
    unstated: LocationParts,
}

impl Location {
    /// A place by its coordinates in degrees; it states none of the parts.
    pub const fn at(latitude: f64, longitude: f64) -> Self {
        Location {
            latitude,
            longitude,
            horizontal_accuracy: None,
            vertical_accuracy: None,
            altitude: None,
            speed: None,
            course: None,
            timestamp: None,
            further: None,
            unstated: LocationParts::ALL,
        }
    }

    /// A place by its coordinates that states that it has no parts, as the cloud does.
    pub fn bare(latitude: f64, longitude: f64) -> Self {
        Location {
            further: Some(String::new()),
            unstated: LocationParts::NONE,
            ..Location::at(latitude, longitude)
        }
    }

    /// Sets a part; `None` states that there is none.
    pub fn set(&mut self, part: LocationPart, value: Option<f64>) {
        *self.slot_mut(part) = value;
        self.unstated = self.unstated.without(part);
    }

    /// The same place with a part set.
    #[must_use]
    pub fn with(mut self, part: LocationPart, value: Option<f64>) -> Self {
        self.set(part, value);
        self
    }

    /// A part's value.
    pub const fn part(&self, part: LocationPart) -> Option<f64> {
        match part {
            LocationPart::Altitude => self.altitude,
            LocationPart::HorizontalAccuracy => self.horizontal_accuracy,
            LocationPart::VerticalAccuracy => self.vertical_accuracy,
            LocationPart::Course => self.course,
            LocationPart::Speed => self.speed,
            LocationPart::Timestamp => self.timestamp,
        }
    }

    /// Whether something is said about a part, be it that there is none.
    pub const fn states(&self, part: LocationPart) -> bool {
        self.part(part).is_some() || !self.unstated.contains(part)
    }

    /// The parts about which something is said.
    pub fn stated(&self) -> LocationParts {
        LocationPart::ALL
            .into_iter()
            .filter(|part| self.states(*part))
            .collect()
    }

    /// The parts that have a value.
    pub fn parts(&self) -> impl Iterator<Item = (LocationPart, f64)> {
        LocationPart::ALL
            .into_iter()
            .filter_map(|part| Some((part, self.part(part)?)))
    }

    /// The same place, saying nothing about other parts than these.
    #[must_use]
    pub fn limited_to(&self, parts: LocationParts) -> Self {
        let kept = parts.iter().filter(|part| self.states(*part));
        let bare = Location::at(self.latitude, self.longitude);
        kept.fold(bare, |place, part| place.with(part, self.part(part)))
    }

    fn slot_mut(&mut self, part: LocationPart) -> &mut Option<f64> {
        match part {
            LocationPart::Altitude => &mut self.altitude,
            LocationPart::HorizontalAccuracy => &mut self.horizontal_accuracy,
            LocationPart::VerticalAccuracy => &mut self.vertical_accuracy,
            LocationPart::Course => &mut self.course,
            LocationPart::Speed => &mut self.speed,
            LocationPart::Timestamp => &mut self.timestamp,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.latitude, self.longitude)?;
        let mut separator = " (";
        for (part, value) in self.parts() {
            write!(f, "{separator}{} ", part.name())?;
            separator = ", ";
            match moment(part, value) {
                Some(time) => write!(f, "{time}")?,
                None => write!(f, "{value}")?,
            }
        }
        f.write_str(if separator == ", " { ")" } else { "" })
    }
}

/// A timestamp as a time, where it is one.
fn moment(part: LocationPart, value: f64) -> Option<jiff::Timestamp> {
    let ms = part
        .json(value)
        .as_i64()
        .filter(|_| part == LocationPart::Timestamp)?;
    jiff::Timestamp::from_millisecond(ms).ok()
}
