//! Questions, where there is somebody to ask. Enter alone means no.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use tokio::task::spawn_blocking;

use super::interrupt::Interrupt;
use crate::printable::escape;
use crate::sync::JobError;

/// What is asked before something is sent.
pub struct Question<'q> {
    /// What, how many, where.
    pub text: &'q str,
    /// The word to type; `None`: y.
    pub word: Option<&'q str>,
    /// The flag that answers it without asking.
    pub flag: &'q str,
}

/// How a question was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Yes,
    /// Leave it.
    No,
}

/// Asks, where there is a terminal.
///
/// # Errors
/// Where there is nobody to ask, and where Ctrl-C is the answer.
pub async fn ask(question: &Question<'_>, interrupt: &mut Interrupt) -> Result<Answer, JobError> {
    if !io::stdin().is_terminal() {
        return Err(unanswered(question));
    }
    let hint = question
        .word
        .map_or_else(|| "[y/N]".to_owned(), |word| format!("Type {word} to confirm:"));
    let _ = write!(io::stderr(), "{} {hint} ", escape(question.text));
    let _ = io::stderr().flush();
    // A thread of its own, so that Ctrl-C is heard while it waits.
    let answer = tokio::select! {
        answer = spawn_blocking(typed) => answer.unwrap_or_default(),
        () = interrupt.heard() => {
            let _ = writeln!(io::stderr());
            return Err(JobError::Cancelled);
        }
    };
    let answer = answer.trim();
    let agreed = match question.word {
        Some(word) => answer == word,
        None => matches!(answer.to_lowercase().as_str(), "y" | "yes"),
    };
    Ok(if agreed { Answer::Yes } else { Answer::No })
}

fn typed() -> String {
    let mut answer = String::new();
    // A closed terminal answers nothing, which is no.
    let _ = io::stdin().lock().read_line(&mut answer);
    answer
}

fn unanswered(question: &Question<'_>) -> JobError {
    JobError::Unconfirmed(format!(
        "{} There is no terminal to ask; add {} to go on. Nothing was sent",
        question.text, question.flag
    ))
}
