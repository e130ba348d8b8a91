//! The program: parse, choose a front end, map the result to an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    skydeck::cli::main(std::env::args_os(), skydeck::tui::open)
}
