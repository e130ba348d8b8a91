//! Ctrl-C, and requests to end.

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
