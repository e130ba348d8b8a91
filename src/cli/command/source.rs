//! Where the value of `FIELD=VALUE` comes from: the command line, a file, or standard input.

use std::io::{self, Read as _};
use std::path::PathBuf;

use crate::cli::desk::Desk;
use crate::files;
use crate::sync::JobError;

/// The sources of the values of one command; standard input can be read once.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// The field that got standard input.
    piped: Option<String>,
}

impl Sources {
    /// The text of a value: `-` and `@-` stand for standard input, `@PATH` for a file, anything else for itself.
    ///
    /// # Errors
    /// Where the file or standard input cannot be read, or is not text.
    pub(super) async fn text(&mut self, desk: &Desk, field: &str, typed: &str) -> Result<String, JobError> {
        match typed.strip_prefix('@') {
            None if typed == "-" => self.piped(desk, field).await,
            None => Ok(typed.to_owned()),
            Some("-") => self.piped(desk, field).await,
            Some("") => Err(JobError::Usage(format!(
                "{field}: a file name must follow the @; for a literal @ write {field}='\"@\"'"
            ))),
            Some(path) => {
                let file = PathBuf::from(path);
                read(desk, field, path, move || files::read::bytes(&file)).await
            }
        }
    }

    async fn piped(&mut self, desk: &Desk, field: &str) -> Result<String, JobError> {
        if let Some(first) = self.piped.replace(field.to_owned()) {
            return Err(JobError::Usage(format!(
                "{field}: standard input was already read for {first}"
            )));
        }
        let input = || {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read(desk, field, "standard input", input).await
    }
}

/// Reads on a separate thread, so that Ctrl-C works while a pipe has no data.
async fn read(
    desk: &Desk,
    field: &str,
    what: &str,
    input: impl FnOnce() -> io::Result<Vec<u8>> + Send + 'static,
) -> Result<String, JobError> {
    let failed = |why: String| JobError::Failed(format!("{field}: {what} cannot be read: {why}"));
    let read = desk
        .unless_interrupted(tokio::task::spawn_blocking(input))
        .await?;
    let bytes = match read {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(cause)) => return Err(failed(cause.to_string())),
        Err(cause) => return Err(JobError::Broken(cause.to_string())),
    };
    let text = String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8 text".to_owned()))?;
    Ok(without_line_break(text))
}

/// Removes the final line break that editors and `echo` add.
fn without_line_break(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}
