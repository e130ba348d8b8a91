//! Where effects are carried out: jobs are begun, followed and ended here, and nowhere else does the screen touch the
//! world.

mod clipboard;
mod export;
#[cfg(debug_assertions)]
mod mishap;
mod records;
mod sift;
mod signals;
mod start;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::effect::{Effect, Work};
use super::failure::Failure;
use super::job::JobId;
use super::message::{Done, Message};
use super::terminal::Terminal;
use crate::files::read;
use crate::launch::{self, Launch, Launched};
use crate::sync::{Event, Job, Pause, Session};

pub use records::read;
pub use signals::Signals;
pub use start::Handle;

/// What jobs say is handed on this often, so that a thousand pages a second are twenty messages.
const HANDED_ON: Duration = Duration::from_millis(50);

/// What the journal keeps of arrangements begins so.
const ARRANGED: &str = "screen ";

/// The world, as far as the screen has to do with it.
pub struct Runtime {
    launch: Launch,
    launched: Option<Arc<Launched>>,
    session: Option<Arc<Session>>,
    sender: UnboundedSender<Message>,
    receiver: UnboundedReceiver<Message>,
    running: HashMap<JobId, (CancellationToken, Pause)>,
    /// Jobs that only read; nobody holds these.
    reading: HashMap<JobId, CancellationToken>,
    tasks: JoinSet<()>,
    /// Reads off the event loop. Exit does not wait for it, because a file system may hang.
    reads: JoinSet<()>,
}

impl Runtime {
    /// A world in which nothing has been opened yet.
    pub fn new(launch: Launch) -> Self {
        let (sender, receiver) = unbounded_channel();
        Runtime {
            launch,
            launched: None,
            session: None,
            sender,
            receiver,
            running: HashMap::new(),
            reading: HashMap::new(),
            tasks: JoinSet::new(),
            reads: JoinSet::new(),
        }
    }

    /// The next message of a job. It waits for ever while none has anything to say.
    pub async fn message(&mut self) -> Message {
        match self.receiver.recv().await {
            Some(message) => self.seen(message),
            // The sender is a member of this very value.
            None => std::future::pending().await,
        }
    }

    /// A message that is there already.
    pub fn message_at_hand(&mut self) -> Option<Message> {
        let message = self.receiver.try_recv().ok()?;
        Some(self.seen(message))
    }

    /// What concerns the world itself is kept here; the screen gets the rest.
    fn seen(&mut self, message: Message) -> Message {
        if let Message::Done(id, _) = &message {
            self.running.remove(id);
            self.reading.remove(id);
        }
        message
    }

    /// Does what is asked for.
    ///
    /// # Errors
    /// When the terminal fails.
    pub fn carry_out(&mut self, effect: Effect, terminal: &mut Terminal) -> io::Result<()> {
        match effect {
            Effect::Start(id, work) => self.start(id, work),
            Effect::Cancel(id) => {
                let running = self.running.get(&id).map(|(token, _)| token);
                if let Some(token) = running.or_else(|| self.reading.get(&id)) {
                    token.cancel();
                }
            }
            Effect::Pause(id, paused) => {
                if let Some((_, pause)) = self.running.get(&id) {
                    pause.set(paused);
                }
            }
            Effect::Copy(text) => self.copy(&text),
            Effect::Editor { text, ending } => {
                let edited = terminal.lend(|| edit(&text, ending))?;
                let edited = edited.map_err(|error| Failure::plain("Editing", error.to_string()));
                self.tell(0, Done::Edited(edited));
            }
            Effect::Enter(Handle { session, launched }) => {
                self.session = Some(session);
                self.launched = Some(launched);
            }
            Effect::Bell => terminal.ring()?,
            Effect::Mouse(on) => terminal.set_mouse(on)?,
            Effect::Redraw => {
                #[cfg(debug_assertions)]
                self.mishap();
                terminal.clear()?;
            }
            Effect::Suspend => terminal.suspend()?,
            // The loop ends with the state.
            Effect::Quit => {}
            Effect::Remember { key, value } => self.remember(key, value),
        }
        Ok(())
    }

    fn tell(&self, id: JobId, what: Done) {
        // The receiver is a member of this very value.
        let _ = self.sender.send(Message::Done(id, what));
    }

    fn start(&mut self, id: JobId, work: Work) {
        match work {
            Work::Open {
                environment,
                unlocked,
            } => self.open(id, environment, unlocked),
            Work::Demo => {
                self.launch.demo = true;
                self.open(id, "development".to_owned(), false);
            }
            Work::Init => self.init(id),
            work => match self.session.clone() {
                Some(session) => self.start_in(id, &session, work),
                None => self.tell(
                    id,
                    Done::Exported(Err(Failure::plain("Beginning", "no environment is open"))),
                ),
            },
        }
    }

    /// Follows a job to its end: what it says is handed on in batches.
    fn follow<T: Send + 'static>(
        &mut self,
        id: JobId,
        what: &'static str,
        mut job: Job<T>,
        done: impl FnOnce(Result<T, Failure>) -> Done + Send + 'static,
    ) {
        self.running.insert(id, (job.cancellation(), job.pause()));
        let sender = self.sender.clone();
        let client = self.session.as_ref().map(|session| session.client().clone());
        let hand_on = move |said: Vec<Event>| {
            if let Some(client) = &client {
                let _ = sender.send(Message::Load(client.load()));
            }
            let _ = sender.send(Message::Told(id, said));
        };
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let mut said: Vec<Event> = Vec::new();
            let mut beat = tokio::time::interval(HANDED_ON);
            loop {
                tokio::select! {
                    event = job.event() => match event {
                        Some(event) => said.push(event),
                        None => break,
                    },
                    _ = beat.tick(), if !said.is_empty() => hand_on(std::mem::take(&mut said)),
                }
            }
            hand_on(said);
            let result = job.result().await.map_err(|error| Failure::of(what, &error));
            let _ = sender.send(Message::Done(id, done(result)));
        });
    }

    /// Reads something off the event loop.
    fn beside(&mut self, id: JobId, work: impl FnOnce() -> Done + Send + 'static) {
        let task = beside(self.sender.clone(), id, work);
        self.reads.spawn(task);
    }

    /// Writes a file off the event loop; exit waits for it.
    fn write_beside(&mut self, id: JobId, work: impl FnOnce() -> Done + Send + 'static) {
        let task = beside(self.sender.clone(), id, work);
        self.tasks.spawn(task);
    }

    fn copy(&self, text: &str) {
        let told = clipboard::copy(text)
            .map(|way| {
                let characters = super::text::counted(text.chars().count(), "character");
                format!("copied {characters} {way}")
            })
            .map_err(|error| Failure::plain("Copying", error.to_string()));
        self.tell(0, Done::Copied(told));
    }

    fn remember(&mut self, key: String, value: String) {
        if let Some(session) = self.session.clone() {
            self.tasks.spawn_blocking(move || {
                // What was arranged is a convenience; that it is not kept is no trouble worth a word.
                let _ = session.journal().remember(&format!("{ARRANGED}{key}"), &value);
            });
        }
    }

    /// Ends: jobs are asked to stop, and those that write are waited for.
    pub async fn finish(mut self) {
        let running = self.running.values().map(|(token, _)| token);
        for token in running.chain(self.reading.values()) {
            token.cancel();
        }
        while self.tasks.join_next().await.is_some() {}
        if let Some(launched) = self.launched.take().and_then(Arc::into_inner) {
            drop(self.session);
            launched.close().await;
        }
    }
}

async fn beside(sender: UnboundedSender<Message>, id: JobId, work: impl FnOnce() -> Done + Send + 'static) {
    if let Ok(done) = tokio::task::spawn_blocking(work).await {
        let _ = sender.send(Message::Done(id, done));
    }
}

/// Lets the user edit a text in `$VISUAL` or `$EDITOR`; `None` where it comes back as it was.
fn edit(text: &str, ending: &str) -> io::Result<Option<String>> {
    use std::io::Write as _;
    let mut file = tempfile::Builder::new()
        .prefix("skydeck-")
        .suffix(ending)
        .tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    let named = ["VISUAL", "EDITOR"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()));
    let editor = named.unwrap_or_else(|| "vi".to_owned());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = launch::program(program)
        .args(words)
        .arg(file.path())
        .status()
        .map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("{editor}: {error}; set EDITOR to an editor"),
            )
        })?;
    if !status.success() {
        return Ok(None);
    }
    // Editors that save by renaming leave another file under the name.
    let edited = read::text(file.path())?;
    Ok((edited != text).then_some(edited))
}
