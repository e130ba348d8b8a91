//! Ctrl-C, and requests to end.

#[cfg(unix)]
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};

/// What asks the program to end, heard from the moment this is made: also what comes while nobody waits for it.
pub struct Interrupt {
    #[cfg(unix)]
    signals: Vec<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Interrupt {
    /// Begins to listen; needs a runtime.
    pub fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        Interrupt {
            signals: kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect(),
        }
    }

    /// Waits for the next one.
    pub async fn heard(&mut self) {
        use std::task::Poll;
        std::future::poll_fn(|context| {
            let mut signals = self.signals.iter_mut();
            if signals.any(|signal| signal.poll_recv(context).is_ready()) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

/// Exits the process on the third Ctrl-C or SIGTERM. The first two stop a job in order; a third means that something does not
/// respond, such as a hung file system.
#[cfg(unix)]
pub fn end_at_the_third() {
    const REQUESTS: usize = 3;
    // A separate thread receives signals even if the others are blocked.
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) {
        std::thread::spawn(move || {
            if signals.forever().nth(REQUESTS - 1).is_some() {
                std::process::exit(i32::from(super::exit::INTERRUPTED));
            }
        });
    }
}

/// A second Ctrl-C is not told apart here.
#[cfg(not(unix))]
pub fn end_at_the_third() {}

#[cfg(not(unix))]
impl Interrupt {
    /// Begins to listen.
    pub fn listen() -> Self {
        Interrupt {}
    }

    /// Waits for the next one.
    pub async fn heard(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
