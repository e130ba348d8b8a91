//! The key as people have it, and what is said where it is not the right one.

use std::process::Command;

use serde_json::json;
use skydeck::emulator::KeyPair;

use super::Rig;
use super::rig::CONTAINER;

/// The public key of a private one, by another program than ours.
fn public_half(rig: &Rig, file: &str) -> String {
    let path = rig.path(file);
    let output = Command::new("openssl")
        .args(["ec", "-pubout", "-in"])
        .arg(path)
        .output();
    match output {
        Ok(output) if output.status.success() => String::from_utf8(output.stdout).unwrap(),
        // Without openssl the pair that was registered says it.
        _ => rig.key.trusted().public_key_pem,
    }
}

/// Whether each line of a key stands at the end of a line.
#[track_caller]
fn shows(text: &str, public: &str) {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let key: Vec<&str> = public.trim().lines().collect();
    assert!(
        lines.windows(key.len()).any(|found| found == key),
        "{public} is not in {text}"
    );
}

#[test]
fn the_public_half_is_shown_to_be_compared_with_the_console() {
    let rig = Rig::new();
    let doctor = rig.run(&["doctor"]);
    shows(
        doctor.data(0).replace("✓ public key      ", "").as_str(),
        &public_half(&rig, "key.pem"),
    );

    // Another key than the one that is registered.
    rig.write_private("key.pem", &KeyPair::generate().unwrap().private_pem);
    let public = public_half(&rig, "key.pem");
    let diff = rig.run(&["diff"]);
    shows(diff.refusal(5), &public);
    let doctor = rig.run(&["doctor"]);
    shows(doctor.data(5), &public);
    let private = rig.read("key.pem");
    for line in private.lines().filter(|line| !line.starts_with('-')) {
        assert!(
            !diff.err.contains(line) && !doctor.out.contains(line),
            "the private half stays hidden"
        );
    }
}

#[test]
fn a_key_whose_line_breaks_were_lost_is_taken() {
    let rig = Rig::new();
    let pem = rig.key.private_pem.trim().to_owned();
    let literal = pem.replace('\n', "\\n");
    for text in [
        pem.replace('\n', " "),
        literal.clone(),
        format!("\"{literal}\""),
        format!("'{pem}'"),
    ] {
        rig.write_private("key.pem", &text);
        let file = rig.run(&["diff"]);
        assert_eq!(file.code, 2, "{text}: {file:?}");
        rig.write_private("key.pem", "");
        let variable = rig
            .command(&["diff"])
            .env("CLOUDKIT_PRIVATE_KEY", &text)
            .output()
            .unwrap();
        assert_eq!(variable.status.code(), Some(2), "{text}: {variable:?}");
    }
}

#[test]
fn a_key_in_another_form_is_named_with_the_line_that_converts_it() {
    let rig = Rig::new();
    let body: String = rig
        .key
        .private_pem
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let decode =
        |text: &str| base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).unwrap();
    std::fs::write(rig.path("key.pem"), decode(&body)).unwrap();
    let said = rig.run(&["diff"]);
    assert!(said.refusal(1).contains("DER form"), "{said:?}");
    assert!(said.err.contains("openssl pkey -inform DER -in '"), "{said:?}");
    assert!(
        rig.run(&["doctor"])
            .data(1)
            .contains("openssl pkey -inform DER -in '")
    );

    let label = "ENCRYPTED PRIVATE KEY";
    rig.write_private(
        "key.pem",
        &format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"),
    );
    let said = rig.run(&["diff"]);
    assert!(
        said.refusal(1).contains("encrypted with a passphrase"),
        "{said:?}"
    );
    assert!(said.err.contains("openssl pkey -in '"), "{said:?}");
}

#[test]
fn the_container_can_come_from_a_variable_which_wins() {
    let rig = Rig::new();
    let with = |variables: &[(&str, &str)]| {
        let mut command = rig.command(&["diff", "--json"]);
        command.envs(variables.iter().copied());
        super::rig::Said::from(command.output().unwrap())
    };
    let file = rig.read("skydeck.toml");
    let line = format!("container = \"{CONTAINER}\"\n");
    rig.write("skydeck.toml", &file.replace(&line, ""));
    assert!(with(&[]).err.contains("the file has no 'container'"));
    for variable in ["CLOUDKIT_CONTAINER", "CLOUDKIT_CONTAINER_ID"] {
        assert_eq!(with(&[(variable, CONTAINER)]).code, 2, "{variable}");
    }
    // It wins over the file.
    rig.write(
        "skydeck.toml",
        &file.replace(CONTAINER, "iCloud.com.example.other"),
    );
    assert_eq!(with(&[("CLOUDKIT_CONTAINER", CONTAINER)]).code, 2);
    let asked = rig.emulator.requests().len();
    let differing = with(&[
        ("CLOUDKIT_CONTAINER", CONTAINER),
        ("CLOUDKIT_CONTAINER_ID", "iCloud.com.example.third"),
    ]);
    assert!(
        differing
            .err
            .contains("CLOUDKIT_CONTAINER_ID is 'iCloud.com.example.third'"),
        "{differing:?}"
    );
    let wrong = with(&[("CLOUDKIT_CONTAINER_ID", "football")]);
    assert!(
        wrong
            .err
            .contains("CLOUDKIT_CONTAINER_ID is 'football', which is not a CloudKit container"),
        "{wrong:?}"
    );
    assert_eq!(rig.emulator.requests().len(), asked);
}

#[test]
fn an_environment_is_named_in_any_case() {
    let rig = Rig::new();
    for name in ["Development", "DEVELOPMENT", "development"] {
        assert_eq!(rig.run(&["diff", "-e", name]).code, 2, "{name}");
        let variable = rig
            .command(&["diff"])
            .env("CLOUDKIT_ENVIRONMENT", name)
            .output()
            .unwrap();
        assert_eq!(variable.status.code(), Some(2), "{name}");
    }
    let production = rig.run(&[
        "sync",
        "--yes",
        "-e",
        "Production",
        "--unlock",
        "PRODUCTION",
        "Team",
    ]);
    assert_eq!(production.code, 0, "{production:?}");
    let names: Vec<_> = rig
        .emulator
        .records(skydeck::emulator::Environment::Production)
        .iter()
        .map(|one| one["recordName"].clone())
        .collect();
    assert_eq!(names, [json!("liverpool"), json!("spurs")]);
    let staging = rig.run(&["diff", "-e", "staging"]);
    assert_eq!(staging.code, 64, "{staging:?}");
}
