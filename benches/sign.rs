//! Signing a request, of which every attempt needs its own.
//!
//! `cargo bench --bench sign`

use divan::{Bencher, black_box};
use sha2::{Digest as _, Sha256};
use skydeck::cloudkit::SigningKey;
use skydeck::emulator::KeyPair;

const DATE: &str = "2026-01-02T03:04:05Z";
const PATH: &str = "/database/1/iCloud.com.example.sports/development/public/records/query";
/// A query and the largest modify request.
const BODIES: [usize; 2] = [120, 1_000_000];

fn main() {
    divan::main();
}

#[divan::bench(args = BODIES)]
fn sign(bencher: Bencher<'_, '_>, body: usize) {
    let Ok(pair) = KeyPair::generate() else { return };
    let Ok(key) = SigningKey::from_pem(&pair.private_pem) else {
        return;
    };
    let body = vec![b'x'; body];
    bencher.bench(|| key.sign(DATE, black_box(&body), PATH));
}

/// The part of it that grows with the body.
#[divan::bench(args = BODIES)]
fn sha256_alone(bencher: Bencher<'_, '_>, body: usize) {
    let body = vec![b'x'; body];
    bencher.bench(|| Sha256::digest(black_box(&body)));
}
