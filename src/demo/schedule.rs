//! 5,760 games of five leagues, made up: MLB 2,430, NBA 1,230, NHL 1,312, NFL 272, MLS 510, and 6 play-offs.
//!
//! Every team plays in every round; who meets whom comes from the circle method over the teams in an order shuffled
//! by splitmix64 with a fixed seed, so that each run makes the same games. A round has days of its own, so no team
//! plays twice on one, but for the doubleheaders of MLB, whose second game has a name that ends in `_2`. Games before
//! the day `TODAY` have a score.

use std::collections::{BTreeMap, HashSet};

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Weekday, date};
use serde::{Deserialize, Serialize};

use super::{STADIUMS, TEAMS};

const SEED: u64 = 0x5EED_0F5C_4ED1_1E00;

/// The day the demonstration takes place.
const TODAY: Date = date(2026, 1, 15);

/// One game as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Game {
    /// Names the record: league, season, away, home, month and day.
    pub canonical_id: String,
    /// The league.
    pub sport: &'static str,
    /// As the league writes it.
    pub season: &'static str,
    /// When it begins.
    pub game_datetime_utc: String,
    /// The team at home.
    pub home_team_canonical_id: String,
    /// Its guest.
    pub away_team_canonical_id: String,
    /// Where it is played.
    pub stadium_canonical_id: String,
    /// Whether it is none of the regular season.
    pub is_playoff: bool,
    /// Who shows it.
    pub broadcast: Option<&'static str>,
    /// Points of the team at home, once played.
    pub home_score: Option<u64>,
    /// Points of its guest, once played.
    pub away_score: Option<u64>,
}

struct League {
    sport: &'static str,
    season: &'static str,
    first: Date,
    /// Days from the first round to the end of the last.
    days: usize,
    rounds: usize,
    /// Games that two teams play in a row at one place.
    series: usize,
    broadcasters: &'static [Option<&'static str>],
    /// The fewest points of a team, and how many more there may be.
    points: (u64, u64),
}

const LEAGUES: [League; 5] = [
    League {
        sport: "MLB",
        season: "2025",
        first: date(2025, 3, 27),
        days: 186,
        rounds: 54,
        series: 3,
        broadcasters: &[None, None, Some("MLB Network"), Some("FOX"), Some("TBS")],
        points: (0, 10),
    },
    League {
        sport: "NBA",
        season: "2025-26",
        first: date(2025, 10, 21),
        days: 174,
        rounds: 82,
        series: 1,
        broadcasters: &[None, Some("ESPN"), Some("NBC"), Some("Prime Video")],
        points: (92, 45),
    },
    League {
        sport: "NHL",
        season: "2025-26",
        first: date(2025, 10, 7),
        days: 192,
        rounds: 82,
        series: 1,
        broadcasters: &[None, None, Some("ESPN+"), Some("TNT")],
        points: (0, 7),
    },
    League {
        sport: "NFL",
        season: "2025",
        first: date(2025, 9, 4),
        days: 119,
        rounds: 17,
        series: 1,
        broadcasters: &[Some("CBS"), Some("FOX"), Some("NBC"), Some("ESPN")],
        points: (6, 35),
    },
    League {
        sport: "MLS",
        season: "2025",
        first: date(2025, 2, 22),
        days: 238,
        rounds: 34,
        series: 1,
        broadcasters: &[Some("Apple TV")],
        points: (0, 5),
    },
];

#[derive(Deserialize)]
struct Team {
    canonical_id: String,
    abbreviation: String,
    sport: String,
    stadium_canonical_id: String,
    conference_id: String,
}

#[derive(Deserialize)]
struct Stadium {
    canonical_id: String,
    timezone_identifier: String,
}

/// All games, league by league, round by round. The only error is a broken asset.
pub fn schedule() -> serde_json::Result<Vec<Game>> {
    let teams: Vec<Team> = serde_json::from_str(TEAMS)?;
    let stadiums: Vec<Stadium> = serde_json::from_str(STADIUMS)?;
    let zones = stadiums
        .into_iter()
        .map(|stadium| (stadium.canonical_id, stadium.timezone_identifier));
    let mut maker = Maker {
        random: Random(SEED),
        zones: zones.collect(),
        names: HashSet::new(),
        games: Vec::with_capacity(5760),
    };
    for league in &LEAGUES {
        let mut members: Vec<&Team> = teams.iter().filter(|team| team.sport == league.sport).collect();
        maker.random.shuffle(&mut members);
        maker.season(league, &members);
        maker.playoffs(league, &members);
    }
    Ok(maker.games)
}

struct Maker {
    random: Random,
    zones: BTreeMap<String, String>,
    names: HashSet<String>,
    games: Vec<Game>,
}

impl Maker {
    fn season(&mut self, league: &League, teams: &[&Team]) {
        for round in 0..league.rounds {
            // A round's days are its own: from its share of the season to the next one's.
            let start = round * league.days / league.rounds;
            let room = (round + 1) * league.days / league.rounds - start;
            let mut taken = HashSet::new();
            for (number, (mut home, mut away)) in pairs(teams, round).into_iter().enumerate() {
                if taken.contains(&home.stadium_canonical_id) {
                    // Two teams share a stadium, and the other one is at home already.
                    (home, away) = (away, home);
                }
                taken.insert(&home.stadium_canonical_id);
                let day = start + self.day(league, number, room);
                let doubleheader = league.series > 1 && self.random.below(40) == 0;
                for game in 0..league.series {
                    let moved = doubleheader && game + 1 == league.series;
                    let day = league.first.saturating_add(days(day + game - usize::from(moved)));
                    self.game(league, home, away, day, false);
                }
            }
        }
    }

    /// The day of a game within its round.
    fn day(&mut self, league: &League, number: usize, room: usize) -> usize {
        match (league.sport, number) {
            // From Thursday on: one game that day, one on Monday, the others on Sunday.
            ("NFL", 0) => 0,
            ("NFL", 1) => 4,
            ("NFL", _) => 3,
            // From Saturday on.
            ("MLS", _) => usize::from(self.random.below(4) == 0),
            _ => self.random.below(room + 1 - league.series),
        }
    }

    /// Five games of a World Series and one MLS Cup.
    fn playoffs(&mut self, league: &League, teams: &[&Team]) {
        let of = |conference: &str| {
            teams
                .iter()
                .copied()
                .find(|team| team.conference_id == conference)
        };
        let (conferences, first, at_home): (_, _, &[(usize, bool)]) = match league.sport {
            "MLB" => {
                let at_home = &[(0, true), (1, true), (3, false), (4, false), (5, false)];
                (["conf_mlb_nl", "conf_mlb_al"], date(2025, 10, 24), at_home)
            }
            "MLS" => (
                ["conf_mls_east", "conf_mls_west"],
                date(2025, 12, 6),
                &[(0, true)],
            ),
            _ => return,
        };
        let (Some(one), Some(other)) = (of(conferences[0]), of(conferences[1])) else {
            return;
        };
        for (day, first_at_home) in at_home {
            let (home, away) = if *first_at_home {
                (one, other)
            } else {
                (other, one)
            };
            self.game(league, home, away, first.saturating_add(days(*day)), true);
        }
    }

    fn game(&mut self, league: &League, home: &Team, away: &Team, day: Date, is_playoff: bool) {
        let sport = league.sport.to_lowercase();
        let short = |team: &Team| {
            team.canonical_id
                .rsplit('_')
                .next()
                .unwrap_or(&team.abbreviation)
                .to_owned()
        };
        let year = league.season.get(..4).unwrap_or_default();
        let (month, number) = (day.month(), day.day());
        let mut name = format!(
            "game_{sport}_{year}_{}_{}_{month:02}{number:02}",
            short(away),
            short(home)
        );
        let second = !self.names.insert(name.clone());
        if second {
            name.push_str("_2");
            self.names.insert(name.clone());
        }
        let local = self.start(league.sport, day, second);
        let zone = self
            .zones
            .get(&home.stadium_canonical_id)
            .map_or("", String::as_str);
        let utc = local.saturating_sub(offset(zone, day).hours());
        let played = day < TODAY;
        let home_score = self.points(league, None);
        let away_score = self.points(league, Some(home_score));
        let broadcast = self.random.below(league.broadcasters.len());
        self.games.push(Game {
            canonical_id: name,
            sport: league.sport,
            season: league.season,
            game_datetime_utc: format!("{utc}Z"),
            home_team_canonical_id: home.canonical_id.clone(),
            away_team_canonical_id: away.canonical_id.clone(),
            stadium_canonical_id: home.stadium_canonical_id.clone(),
            is_playoff,
            broadcast: league.broadcasters.get(broadcast).copied().flatten(),
            home_score: played.then_some(home_score),
            away_score: played.then_some(away_score),
        });
    }

    /// When a game begins, by the clock of the place.
    fn start(&mut self, sport: &str, day: Date, second: bool) -> DateTime {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let starts: &[(i8, i8)] = match sport {
            "MLB" if second => &[(19, 40)],
            "MLB" if weekend => &[(13, 10), (13, 35), (16, 5)],
            "MLB" => &[(18, 40), (19, 5), (19, 10)],
            "NBA" => &[(19, 0), (19, 30), (20, 0)],
            "NHL" => &[(19, 0), (19, 30)],
            "NFL" if weekend => &[(13, 0), (13, 0), (16, 25)],
            "NFL" => &[(20, 15)],
            _ => &[(19, 30), (16, 30)],
        };
        let chosen = self.random.below(starts.len());
        let (hour, minute) = starts.get(chosen).copied().unwrap_or((19, 0));
        day.at(hour, minute, 0, 0)
    }

    /// The points of a team; only MLS and NFL know a draw.
    fn points(&mut self, league: &League, other: Option<u64>) -> u64 {
        let (fewest, more) = league.points;
        let points = fewest + self.random.next() % more;
        let draw = other == Some(points) && !matches!(league.sport, "MLS" | "NFL");
        points + u64::from(draw)
    }
}

/// Who meets whom in a round, home team first: the circle method, where all but one team move on by one place.
fn pairs<'t>(teams: &[&'t Team], round: usize) -> Vec<(&'t Team, &'t Team)> {
    let Some((fixed, moving)) = teams.split_first() else {
        return Vec::new();
    };
    let count = moving.len();
    let at = |place: usize| moving.get((round + place) % count.max(1)).copied();
    // When all have met, they meet again at the other's place.
    let again = round / count.max(1);
    let mut pairs = Vec::new();
    for number in 0..teams.len() / 2 {
        let pair = if number == 0 {
            at(0).map(|other| (*fixed, other))
        } else {
            at(number).zip(at(count - number))
        };
        let turned = (number + round * usize::from(number == 0) + again) % 2 == 1;
        pairs.extend(pair.map(|(one, other)| if turned { (other, one) } else { (one, other) }));
    }
    pairs
}

/// Hours to UTC in 2025 and 2026. Written out here, so that the demonstration is the same on a machine that knows no
/// time zones.
fn offset(zone: &str, day: Date) -> i64 {
    let summers = [
        date(2025, 3, 9)..date(2025, 11, 2),
        date(2026, 3, 8)..date(2026, 11, 1),
    ];
    let summer = summers.iter().any(|summer| summer.contains(&day));
    let standard = match zone {
        "America/Chicago" | "America/Winnipeg" => -6,
        "America/Denver" | "America/Edmonton" | "America/Phoenix" => -7,
        "America/Los_Angeles" | "America/Vancouver" => -8,
        _ => -5,
    };
    standard + i64::from(summer && zone != "America/Phoenix")
}

fn days(count: usize) -> jiff::Span {
    i64::try_from(count).unwrap_or_default().days()
}

/// splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is far below 2^64: the remainder is as good as even.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or_default()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
