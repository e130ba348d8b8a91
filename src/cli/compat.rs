//! The flags of the script that Skydeck replaces, as commands.

use std::ffi::{OsStr, OsString};

/// The script's flags, the command each stands for, and whether it takes what follows it along.
const FLAGS: [(&str, &[&str]); 9] = [
    ("--diff", &["diff"]),
    ("--smart-sync", &["sync", "--writes-agreed"]),
    ("--verify", &["verify"]),
    ("--verify-deep", &["verify", "--deep"]),
    ("--get", &["get"]),
    ("--list", &["list"]),
    ("--update-record", &["update", "--yes"]),
    ("--delete-record", &["delete"]),
    ("--delete-all", &["delete-all"]),
];

/// Puts the command that a script's flag stands for in front. Where a command is named already, nothing changes.
pub fn translated(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    let flag = args.iter().enumerate().skip(1).find_map(|(at, arg)| {
        let known = FLAGS.iter().find(|(flag, _)| OsStr::new(flag) == arg);
        known.map(|(_, command)| (at, *command))
    });
    let Some((at, command)) = flag else { return args };
    if args.iter().take(at).skip(1).any(|arg| is_command(arg)) {
        return args;
    }
    args.remove(at);
    let set_aside: Vec<OsString> = args
        .drain(1..)
        .filter(|arg| arg != "--set" && arg != "--type")
        .collect();
    args.extend(command.iter().map(OsString::from));
    args.extend(set_aside);
    args
}

fn is_command(arg: &OsStr) -> bool {
    use clap::CommandFactory as _;
    let name = arg.to_string_lossy();
    super::args::Cli::command()
        .get_subcommands()
        .any(|known| known.get_name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, command: &str) {
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(translated(words(script)), words(command));
    }

    #[test]
    fn flags_of_the_script_are_commands() {
        check("skydeck --diff --verbose", "skydeck diff --verbose");
        check("skydeck --verbose --diff", "skydeck diff --verbose");
        check(
            "skydeck --smart-sync --delete-orphans --dry-run",
            "skydeck sync --writes-agreed --delete-orphans --dry-run",
        );
        check("skydeck --verify-deep", "skydeck verify --deep");
        check("skydeck --list Stadium --count", "skydeck list Stadium --count");
        check(
            "skydeck --update-record T I --set a=1",
            "skydeck update --yes T I a=1",
        );
        check(
            "skydeck --delete-record T I --force",
            "skydeck delete T I --force",
        );
        check("skydeck --type Game --diff", "skydeck diff Game");
    }

    #[test]
    fn commands_stay_as_they_are() {
        check("skydeck sync --yes", "skydeck sync --yes");
        check("skydeck diff --diff", "skydeck diff --diff");
        check("skydeck", "skydeck");
    }
}
