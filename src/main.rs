//! The program: parse, choose a front end, map the result to an exit code.
fn main() {}
