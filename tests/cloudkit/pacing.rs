//! How long a job takes against services that limit a rate, in virtual time: the services are models of their own, and what
//! is expected follows from their numbers.

#![expect(clippy::cast_precision_loss, reason = "small counts")]

use std::time::Duration;

use skydeck::cloudkit::pace::{KnownRate, Pace, PaceSettings, Start};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What a service says to a request.
#[derive(Clone, Copy)]
enum Said {
    Fine,
    /// 429.
    TooMany(Duration),
    /// 503.
    Busy(Duration),
}

/// A service: what it says to the n-th request, from 1, which arrives at this time.
trait Service {
    fn say(&mut self, number: usize, now: Duration) -> Said;
}

/// Takes a token for each request; refills at a rate, up to a burst.
struct Bucket {
    rate: f64,
    burst: f64,
    wait: Duration,
    tokens: f64,
    at: Duration,
}

impl Bucket {
    fn new(rate: f64, burst: f64, wait: Duration) -> Self {
        Bucket {
            rate,
            burst,
            wait,
            tokens: burst,
            at: Duration::ZERO,
        }
    }

    /// The least time in which it takes so many requests from a full bucket.
    fn floor(&self, requests: usize) -> f64 {
        (requests as f64 - self.burst) / self.rate
    }
}

impl Service for Bucket {
    fn say(&mut self, _: usize, now: Duration) -> Said {
        let gained = now.saturating_sub(self.at).as_secs_f64() * self.rate;
        self.tokens = (self.tokens + gained).min(self.burst);
        self.at = now;
        if self.tokens < 1.0 {
            return Said::TooMany(self.wait);
        }
        self.tokens -= 1.0;
        Said::Fine
    }
}

/// Takes so many requests in each period, and asks to wait until the next.
struct Quota {
    most: usize,
    period: Duration,
    taken: usize,
    begun: Duration,
}

impl Service for Quota {
    fn say(&mut self, _: usize, now: Duration) -> Said {
        while now >= self.begun + self.period {
            self.begun += self.period;
            self.taken = 0;
        }
        if self.taken == self.most {
            return Said::TooMany((self.begun + self.period).saturating_sub(now));
        }
        self.taken += 1;
        Said::Fine
    }
}

/// Takes everything, but for these.
struct Healthy<F>(F);

impl<F: Fn(usize) -> Option<Said>> Service for Healthy<F> {
    fn say(&mut self, number: usize, _: Duration) -> Said {
        (self.0)(number).unwrap_or(Said::Fine)
    }
}

/// What a job came to.
#[derive(Debug)]
struct Ran {
    time: f64,
    requests: usize,
    refused: usize,
    known: Option<KnownRate>,
}

/// One chain of pages.
struct Chain {
    left: usize,
    /// When its request left, and what comes back, and when.
    under_way: Option<(Duration, Said, Duration)>,
}

/// Reads as a comparison does: each type is a chain of pages, the types side by side. Several runs may follow each other
/// on the same service: its clock goes on.
fn run(
    service: &mut dyn Service,
    begun: Duration,
    latency: Duration,
    pages: &[usize],
    rate: Option<KnownRate>,
) -> Ran {
    let mut pace = Pace::new(PaceSettings {
        rate,
        ..PaceSettings::default()
    });
    let mut chains: Vec<Chain> = pages
        .iter()
        .map(|left| Chain {
            left: *left,
            under_way: None,
        })
        .collect();
    let (mut now, mut requests, mut refused) = (Duration::ZERO, 0, 0);
    while chains.iter().any(|chain| chain.left > 0) {
        let mut wake = Duration::MAX;
        for chain in &mut chains {
            if chain.left > 0 && chain.under_way.is_none() {
                match pace.start(now) {
                    Start::Now => {
                        requests += 1;
                        let said = service.say(requests, begun + now + latency / 2);
                        chain.under_way = Some((now, said, now + latency));
                    }
                    Start::At(time) => wake = wake.min(time),
                    Start::Full => {}
                }
            }
            if let Some((_, _, back)) = chain.under_way {
                wake = wake.min(back);
            }
        }
        assert!(
            wake > now && wake < Duration::MAX,
            "nothing happens any more at {now:?}"
        );
        assert!(wake < seconds(10_000), "a job that does not end");
        now = wake;
        for chain in &mut chains {
            let Some((left, said, _)) = chain.under_way.filter(|(.., back)| *back <= now) else {
                continue;
            };
            chain.under_way = None;
            match said {
                Said::Fine => {
                    pace.served("records/query", left, now);
                    chain.left -= 1;
                }
                Said::TooMany(wait) => {
                    refused += 1;
                    pace.throttled(left, now, wait);
                }
                Said::Busy(wait) => {
                    refused += 1;
                    pace.ended();
                    pace.hold(now, wait);
                }
            }
        }
    }
    Ran {
        time: now.as_secs_f64(),
        requests,
        refused,
        known: pace.known_rate(now),
    }
}

/// 20,000 records: 106 pages. The large type decides.
const PAGES: [usize; 6] = [98, 1, 2, 1, 2, 2];
/// 60,496 records.
const MANY: [usize; 6] = [300, 1, 1, 1, 1, 1];

fn assert_at_most(ran: &Ran, most: f64, what: &str) {
    assert!(
        ran.time <= most,
        "{what}: {:.2} s, at most {most:.2} s: {ran:?}",
        ran.time
    );
}

/// The wait itself is what the service asked for; beyond it nothing is lost, and nothing is remembered.
#[test]
fn one_refusal_that_is_not_about_the_rate_leaves_no_trace() {
    let healthy = run(&mut Healthy(|_| None), Duration::ZERO, ms(20), &MANY, None);
    for number in [1, 7, 100, 290] {
        let busy = |n| (n == number).then_some(Said::Busy(seconds(1)));
        let ran = run(&mut Healthy(busy), Duration::ZERO, ms(20), &MANY, None);
        assert_eq!((ran.refused, ran.known), (1, None));
        assert_at_most(&ran, healthy.time + 1.0 + 0.1 * healthy.time, "one 503");
        let later = run(&mut Healthy(|_| None), Duration::ZERO, ms(20), &MANY, ran.known);
        assert_at_most(&later, healthy.time * 1.1, "the run after it");
    }
}

#[test]
fn one_percent_of_such_refusals_costs_their_waits_alone() {
    let healthy = run(&mut Healthy(|_| None), Duration::ZERO, ms(20), &MANY, None);
    let mut known = None;
    for _ in 0..5 {
        let busy = |n: usize| (n % 100 == 57).then_some(Said::Busy(seconds(1)));
        let ran = run(&mut Healthy(busy), Duration::ZERO, ms(20), &MANY, known);
        let waits = ran.refused as f64;
        assert_at_most(&ran, healthy.time * 1.1 + waits, "1 % of 503s");
        known = ran.known;
        assert_eq!(known, None);
    }
}

/// The first run cannot know: it is refused once, waits as long as it is told, and keeps to the rate from then on. A bucket
/// that is full after the wait makes up for a second of it.
#[test]
fn ten_requests_a_second_with_waits_of_ten_seconds() {
    for latency in [ms(5), ms(20), ms(50), ms(80)] {
        let service = || Bucket::new(10.0, 10.0, seconds(10));
        let floor = service().floor(106);
        let first = run(&mut service(), Duration::ZERO, latency, &PAGES, None);
        assert!(first.refused <= 6, "{first:?}");
        let unknown = floor + 10.0 - 1.0;
        assert_at_most(&first, 1.2 * unknown, "rate unknown");
        let known = first.known;
        assert!(
            known.is_some_and(|known| (8.0..10.0).contains(&known.per_second)),
            "{known:?}"
        );
        let second = run(&mut service(), Duration::ZERO, latency, &PAGES, known);
        assert_eq!(second.refused, 0, "{second:?}");
        assert_at_most(&second, 1.4 * floor, "rate known");
    }
}

/// 40/s with waits of half a minute, as was reported of the service; 100,000 and 1,000,000 records.
#[test]
fn forty_requests_a_second_with_waits_of_half_a_minute() {
    for pages in [&[500, 1, 1, 1, 1, 1][..], &[2000, 1500, 1000, 500, 20, 10]] {
        let service = || Bucket::new(40.0, 40.0, seconds(30));
        let requests: usize = pages.iter().sum();
        let floor = service().floor(requests);
        let first = run(&mut service(), Duration::ZERO, ms(10), pages, None);
        let mut known = first.known;
        for _ in 0..3 {
            let ran = run(&mut service(), Duration::ZERO, ms(10), pages, known);
            assert!(ran.refused * 100 <= ran.requests, "{ran:?}");
            assert_at_most(&ran, 1.4 * floor, "rate known");
            known = ran.known;
        }
    }
}

/// A bucket that holds more or less than a second's worth is met near its rate too, after a few refusals. One that holds
/// less looks slower than it is, until that is probed.
#[test]
fn whatever_a_bucket_holds_its_rate_is_found() {
    for (rate, burst, factor) in [
        (10.0, 10.0, 1.3),
        (10.0, 20.0, 1.35),
        (10.0, 50.0, 1.35),
        (10.0, 100.0, 1.35),
        (5.0, 20.0, 1.35),
        (10.0, 5.0, 1.8),
        (30.0, 6.0, 2.5),
    ] {
        let mut service = Bucket::new(rate, burst, seconds(10));
        let floor = service.floor(1008);
        let ran = run(&mut service, Duration::ZERO, ms(20), &[1000, 1, 2, 1, 2, 2], None);
        let what = format!("{rate}/s, {burst} at once");
        assert_at_most(&ran, factor * floor + 10.0, &what);
        let known = ran.known.unwrap();
        assert!(known.per_second < 1.05 * rate, "{what}: {known:?}");
        assert!(ran.refused < 20, "{what}: {ran:?}");
    }
}

/// So many a period, with a wait until the next one.
#[test]
fn a_quota_per_period_is_met_without_waiting_longer_than_it_asks() {
    let mut service = Quota {
        most: 100,
        period: seconds(10),
        taken: 0,
        begun: Duration::ZERO,
    };
    let ran = run(&mut service, Duration::ZERO, ms(20), &[990, 2, 2, 2, 2, 2], None);
    // A thousand requests are ten periods, of which the last need not be waited for.
    assert_at_most(&ran, 1.25 * 90.0, "a quota");
}

/// A limit that the service has no more: found out within seconds, whatever was remembered.
#[test]
fn a_remembered_rate_does_not_outlive_its_cause() {
    let healthy = run(&mut Healthy(|_| None), Duration::ZERO, ms(20), &MANY, None);
    let recent = |per_second, wait| KnownRate {
        per_second,
        wait,
        age: seconds(1),
    };
    for (per_second, wait, lost) in [
        (10.0, seconds(1), 10.0),
        (10.0, seconds(30), 20.0),
        (0.001, seconds(1), 20.0),
        (0.001, seconds(30), 30.0),
        (f64::MIN_POSITIVE, Duration::MAX, 30.0),
    ] {
        let ran = run(
            &mut Healthy(|_| None),
            Duration::ZERO,
            ms(20),
            &MANY,
            Some(recent(per_second, wait)),
        );
        assert_at_most(&ran, healthy.time + lost, &format!("{per_second} with {wait:?}"));
        // What was learnt on the way helps the next run.
        let next = run(&mut Healthy(|_| None), Duration::ZERO, ms(20), &MANY, ran.known);
        assert_at_most(
            &next,
            healthy.time * 1.1 + 5.0,
            &format!("after {per_second} with {wait:?}"),
        );
    }
    for (per_second, age) in [
        (1.0, seconds(3601)),
        (1.0, Duration::MAX),
        (0.0, seconds(1)),
        (-1.0, seconds(1)),
        (f64::NAN, seconds(1)),
        (f64::INFINITY, seconds(1)),
    ] {
        let remembered = KnownRate {
            per_second,
            wait: seconds(30),
            age,
        };
        let ran = run(
            &mut Healthy(|_| None),
            Duration::ZERO,
            ms(20),
            &MANY,
            Some(remembered),
        );
        assert_eq!((ran.time, ran.known), (healthy.time, None), "{remembered:?}");
    }
}

/// An hour after the last refusal nothing is known any more, also in a run that goes on for so long.
#[test]
fn what_nobody_has_met_for_an_hour_is_forgotten() {
    let remembered = KnownRate {
        per_second: 10.0,
        wait: seconds(30),
        age: seconds(3590),
    };
    let mut pace = Pace::new(PaceSettings {
        rate: Some(remembered),
        ..PaceSettings::default()
    });
    assert_eq!(pace.start(seconds(10)), Start::Now);
    assert_eq!(pace.rate(), Some(10.0));
    assert_eq!(
        pace.known_rate(seconds(10)).map(|known| known.age),
        Some(seconds(3600))
    );
    assert_eq!(pace.known_rate(seconds(11)), None);
    assert_eq!(pace.start(seconds(11)), Start::Now);
    assert_eq!(pace.rate(), None);
}

/// A service that is refused its rate by others, at random: the waits are kept, and the job goes on at speed.
#[test]
fn one_percent_of_throttles_at_a_healthy_service_costs_little() {
    let healthy = run(&mut Healthy(|_| None), Duration::ZERO, ms(20), &MANY, None);
    let mut known = None;
    for _ in 0..5 {
        let throttled = |n: usize| (n % 100 == 57).then_some(Said::TooMany(seconds(1)));
        let ran = run(&mut Healthy(throttled), Duration::ZERO, ms(20), &MANY, known);
        assert_at_most(&ran, healthy.time * 1.1 + ran.refused as f64, "1 % of 429s");
        known = ran.known;
    }
}

/// Little was asked for minutes, and then much at once: the quiet time is no measure of what the service takes.
#[test]
fn a_quiet_time_is_no_measurement() {
    let mut pace = Pace::new(PaceSettings::default());
    let mut now = Duration::ZERO;
    for _ in 0..100 {
        now += seconds(3);
        assert_eq!(pace.start(now), Start::Now);
        pace.served("records/lookup", now, now + ms(50));
    }
    now += seconds(3);
    for _ in 0..50 {
        assert_eq!(pace.start(now), Start::Now);
        now += ms(20);
        pace.served("records/query", now.saturating_sub(ms(20)), now);
    }
    assert_eq!(pace.start(now), Start::Now);
    pace.throttled(now, now + ms(20), seconds(10));
    // Fifty in a second, of which a second's worth may have been saved up.
    let rate = pace.rate().unwrap();
    assert!((20.0..=25.0).contains(&rate), "{rate}");
}

/// A service that is closed, or that answers a handful, has not said how much it takes.
#[test]
fn few_answers_are_no_measurement() {
    for accepted in 0..5 {
        let mut pace = Pace::new(PaceSettings::default());
        let mut now = Duration::ZERO;
        for _ in 0..accepted {
            assert_eq!(pace.start(now), Start::Now);
            now += ms(20);
            pace.served("records/query", now.saturating_sub(ms(20)), now);
        }
        for _ in 0..20 {
            assert_eq!(pace.start(now), Start::Now);
            pace.throttled(now, now, seconds(10));
            now += seconds(10);
        }
        assert_eq!((pace.rate(), pace.known_rate(now)), (None, None), "{accepted}");
    }
}
