//! The terminal: entered once, left however the program ends, handed to an editor or to the shell in between.

use std::io::{self, BufWriter, Stdout, Write as _};
use std::mem::ManuallyDrop;

use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange,
    EnableMouseCapture, Event, EventStream,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use futures::StreamExt as _;
use ratatui::Frame;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;

type Backend = CrosstermBackend<BufWriter<Stdout>>;

/// The terminal while it is ours. It is given back when dropped.
pub struct Terminal {
    /// Not dropped: what it would say on a terminal that is gone is a panic, and giving back is done here.
    inner: ManuallyDrop<ratatui::Terminal<Backend>>,
    /// What is typed. A borrower of the terminal reads alone, so it is `None` meanwhile.
    input: Option<EventStream>,
    mouse: bool,
}

impl Terminal {
    /// Enters: raw, the other screen, pastes as one event.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, io::stdout()));
        set_up(mouse)?;
        let inner = ManuallyDrop::new(ratatui::Terminal::new(backend)?);
        let input = Some(EventStream::new());
        Ok(Terminal { inner, input, mouse })
    }

    /// The next event; an error once the terminal is gone.
    pub async fn event(&mut self) -> io::Result<Event> {
        match &mut self.input {
            Some(input) => input
                .next()
                .await
                .unwrap_or(Err(io::ErrorKind::UnexpectedEof.into())),
            None => std::future::pending().await,
        }
    }

    /// Draws a frame, all of it at once.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        queue!(self.inner.backend_mut(), BeginSynchronizedUpdate)?;
        self.inner.draw(view)?;
        queue!(self.inner.backend_mut(), EndSynchronizedUpdate)?;
        self.inner.backend_mut().flush()
    }

    /// Forgets what is on the screen, so that everything is drawn anew.
    pub fn clear(&mut self) -> io::Result<()> {
        // Not `Terminal::clear`, which asks the terminal where its cursor is: the answer would be read as input.
        let size = self.inner.size()?;
        self.inner.resize(Rect::new(0, 0, size.width, size.height))
    }

    /// Rings the bell: what that does is the terminal's affair.
    pub fn ring(&mut self) -> io::Result<()> {
        let mut out = io::stdout();
        out.write_all(b"\x07")?;
        out.flush()
    }

    /// Takes the mouse, or leaves it to the terminal.
    pub fn set_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        if on {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }

    /// Gives the terminal away while something else has it, and takes it back.
    pub fn lend<T>(&mut self, borrower: impl FnOnce() -> T) -> io::Result<T> {
        self.input = None;
        let _alone = io::stdout().lock();
        give_back();
        let result = borrower();
        set_up(self.mouse)?;
        self.input = Some(EventStream::new());
        self.clear()?;
        Ok(result)
    }

    /// Stops the process as the shell expects it; goes on when the shell says so.
    #[cfg(unix)]
    pub fn suspend(&mut self) -> io::Result<()> {
        self.lend(|| signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP))?
    }

    /// There is nothing to suspend to.
    #[cfg(not(unix))]
    pub fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

fn set_up(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        EnableBracketedPaste,
        EnableFocusChange,
        cursor::Hide
    )?;
    if mouse {
        execute!(io::stdout(), EnableMouseCapture)?;
    }
    Ok(())
}

/// Leaves the terminal as it was found. That it is gone is no reason to stop trying.
pub fn give_back() {
    let _ = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
}
