//! The manual page: every command with its options, and the documents for programs.

use std::io::{self, Write};

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::args::Cli;

/// Where the manual tells what `--json` prints.
const DOCUMENTS: &str = include_str!("../../assets/documents.md");

/// Writes the page in roff.
pub(super) fn write(out: &mut impl Write) -> io::Result<()> {
    let mut program = Cli::command();
    program.build();
    let page = Man::new(program.clone());
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    writeln!(out, ".SH COMMANDS")?;
    for command in program.get_subcommands().filter(|one| one.get_name() != "help") {
        section(command, out)?;
    }
    page.render_extra_section(out)?;
    documents(out)?;
    page.render_version_section(out)
}

/// A command: what it is for, and what only it understands.
fn section(command: &Command, out: &mut impl Write) -> io::Result<()> {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    writeln!(out, ".SS {}\n{}", text(command.get_name()), text(&about))?;
    let own = |arg: &&clap::Arg| !arg.is_global_set() && !arg.is_hide_set();
    for arg in command
        .get_arguments()
        .filter(own)
        .filter(|arg| !["help", "version"].contains(&arg.get_id().as_str()))
    {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        writeln!(out, ".TP\n\\fB{}\\fR\n{}", text(&arg.to_string()), text(&help))?;
    }
    Ok(())
}

/// The chapter on `--json`, from its Markdown.
fn documents(out: &mut impl Write) -> io::Result<()> {
    let mut example = false;
    for line in DOCUMENTS.lines() {
        match line.split_once("# ") {
            Some(("", title)) => writeln!(out, ".SH {}", text(&title.to_uppercase()))?,
            Some(("#", title)) => writeln!(out, ".SS {}", text(title))?,
            _ if line.starts_with("```") => {
                example = !example;
                writeln!(out, "{}", if example { ".EX" } else { ".EE" })?;
            }
            _ if line.is_empty() => writeln!(out, ".PP")?,
            _ if example => writeln!(out, "{}", text(line))?,
            _ => writeln!(out, "{}", text(&line.replace('`', "")))?,
        }
    }
    Ok(())
}

/// Text that roff takes as it stands.
fn text(line: &str) -> String {
    let escaped = line.replace('\\', "\\e").replace('-', "\\-");
    if escaped.starts_with(['.', '\'']) {
        format!("\\&{escaped}")
    } else {
        escaped
    }
}
