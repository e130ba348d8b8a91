//! Requests from outside to end, and a terminal that is gone.

use std::io;

#[cfg(unix)]
use tokio::io::Interest;
#[cfg(unix)]
use tokio::io::unix::AsyncFd;

use crate::tui::message::Message;

/// The signals that concern a full-screen program.
#[cfg(unix)]
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    /// Nothing is read here; the reader of keys does not notice the end, and asks again and again.
    terminal: Option<AsyncFd<io::Stdin>>,
}

#[cfg(unix)]
impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system does not allow it.
    #[expect(
        deprecated,
        reason = "what follows it is unsafe, for descriptors that are closed; this one never is"
    )]
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminal: AsyncFd::with_interest(io::stdin(), Interest::READABLE).ok(),
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Message {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
            _ = self.interrupt.recv() => {}
            () = gone(self.terminal.as_ref()) => {}
        }
        Message::Terminate
    }
}

/// Waits until the terminal is gone. Where it is not the session's own, no signal tells of it.
#[cfg(unix)]
async fn gone(terminal: Option<&AsyncFd<io::Stdin>>) {
    let Some(terminal) = terminal else {
        return std::future::pending().await;
    };
    while let Ok(mut ready) = terminal.ready(Interest::READABLE).await {
        if ready.ready().is_read_closed() {
            return;
        }
        ready.clear_ready();
    }
}

/// Ctrl-C from outside the terminal.
#[cfg(not(unix))]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Listens from now on.
    pub fn listen() -> io::Result<Self> {
        Ok(Signals)
    }

    /// The next one.
    pub async fn next(&mut self) -> Message {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Message::Terminate
    }
}
