//! The flags of the script that Skydeck replaces, as commands.

use std::ffi::{OsStr, OsString};

use clap::CommandFactory as _;

/// The script's flags, and the command each stands for.
const FLAGS: [(&str, &[&str]); 9] = [
    ("--diff", &["diff"]),
    ("--smart-sync", &["sync", "--writes-agreed"]),
    ("--verify", &["verify"]),
    ("--verify-deep", &["verify", "--deep"]),
    ("--get", &["get"]),
    ("--list", &["list"]),
    ("--update-record", &["update", "--writes-agreed"]),
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
    if args.get(1..at).is_some_and(names_command) {
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

/// Whether a command stands among these: not as the value of a flag, such as a configuration named `sync`.
fn names_command(args: &[OsString]) -> bool {
    let program = super::args::Cli::command();
    let takes_value = |arg: &str| {
        program
            .get_arguments()
            .filter(|known| known.get_action().takes_values())
            .any(|known| {
                let long = known
                    .get_long()
                    .is_some_and(|long| arg.strip_prefix("--") == Some(long));
                long || known.get_short().is_some_and(|short| arg == format!("-{short}"))
            })
    };
    let mut args = args.iter().map(|arg| arg.to_string_lossy());
    while let Some(arg) = args.next() {
        if takes_value(&arg) {
            args.next();
        } else if program.find_subcommand(arg.as_ref()).is_some() {
            return true;
        }
    }
    false
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
            "skydeck update --writes-agreed T I a=1",
        );
        check(
            "skydeck --delete-record T I --force",
            "skydeck delete T I --force",
        );
        check("skydeck --type Game --diff", "skydeck diff Game");
        check("skydeck --config sync --diff", "skydeck diff --config sync");
        check("skydeck -e production --get T I", "skydeck get -e production T I");
    }

    #[test]
    fn commands_stay_as_they_are() {
        check("skydeck sync --yes", "skydeck sync --yes");
        check("skydeck diff --diff", "skydeck diff --diff");
        check("skydeck", "skydeck");
    }
}
