//! The data, the emulator as a process, and the two programs as they are called.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use skydeck::emulator::KeyPair;

use crate::Outcome;
use crate::data::{self, CONTAINER, MANIFEST, Side};
use crate::figures::{Figures, measure};

pub(crate) const SKYDECK: &str = env!("CARGO_BIN_EXE_skydeck");

/// Who runs.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Party {
    Skydeck,
    Script,
}

/// A folder with manifest, keys and the data of both sides.
pub(crate) struct World {
    folder: tempfile::TempDir,
    key_id: String,
    /// Records on each side.
    pub(crate) records: usize,
    /// How many of them differ.
    pub(crate) drifted: usize,
}

/// An emulator at work, ended when dropped.
pub(crate) struct Server {
    process: Child,
    endpoint: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It keeps nothing that would have to be put away.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/baseline/cloudkit_import.py")
}

/// Whether the script can run here.
pub(crate) fn has_script() -> bool {
    let mut imports = Command::new("python3");
    imports
        .args(["-c", "import requests, cryptography"])
        .stderr(Stdio::null());
    script().is_file() && imports.status().is_ok_and(|status| status.success())
}

impl World {
    pub(crate) fn make(games: usize) -> Outcome<World> {
        let folder = tempfile::tempdir()?;
        let path = folder.path();
        let drifted = data::write(&path.join("data"), games, Side::Local)?;
        data::write(&path.join("cloud"), games, Side::Cloud)?;
        fs::write(path.join("skydeck.toml"), MANIFEST)?;
        let key = KeyPair::generate()?;
        fs::write(path.join("private.pem"), &key.private_pem)?;
        fs::write(path.join("public.pem"), &key.trusted().public_key_pem)?;
        Ok(World {
            key_id: key.key_id,
            records: games + data::OTHERS,
            drifted,
            folder,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts an emulator that has the cloud's side.
    pub(crate) fn serve(&self, latency: &str) -> Outcome<Server> {
        self.start(&["--latency", latency], Some(self.path("cloud")))
    }

    /// Starts an emulator that has the cloud's side, with further options.
    #[allow(dead_code, reason = "not every benchmark makes it difficult")]
    pub(crate) fn serve_with(&self, options: &[&str]) -> Outcome<Server> {
        self.start(options, Some(self.path("cloud")))
    }

    /// Starts an emulator that has no record.
    #[allow(dead_code, reason = "not every benchmark begins with nothing")]
    pub(crate) fn serve_nothing(&self, latency: &str) -> Outcome<Server> {
        self.start(&["--latency", latency], None)
    }

    fn start(&self, options: &[&str], load: Option<PathBuf>) -> Outcome<Server> {
        let mut process = Command::new(SKYDECK)
            .arg("emulator")
            .args(options)
            .args(["--key-id", &self.key_id, "--public-key"])
            .arg(self.path("public.pem"))
            .arg("--config")
            .arg(self.path("skydeck.toml"))
            .args(
                load.map(|folder| [PathBuf::from("--load"), folder])
                    .into_iter()
                    .flatten(),
            )
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let said = process.stdout.take().map(BufReader::new);
        let mut server = Server {
            process,
            endpoint: String::new(),
        };
        for line in said.into_iter().flat_map(io::BufRead::lines) {
            if let Some(endpoint) = line?.strip_prefix("listening on ") {
                endpoint.clone_into(&mut server.endpoint);
                return Ok(server);
            }
        }
        Err("the emulator does not start".into())
    }

    /// Runs one of the programs to its end, from an empty journal; `counting` its requests.
    pub(crate) fn run(&self, who: Party, args: &[&str], server: &Server, counting: bool) -> Outcome<Figures> {
        let (printed, talked, log) = (self.path("printed"), self.path("talked"), self.path("log"));
        let mut command = match who {
            Party::Skydeck => self.skydeck(server)?,
            Party::Script => self.script(server),
        };
        command.args(args).stdin(Stdio::null());
        command
            .stdout(File::create(&printed)?)
            .stderr(File::create(&talked)?);
        if counting {
            let _ = fs::remove_file(&log);
            match who {
                Party::Skydeck => command.arg("--log").arg(&log),
                Party::Script => command.arg("--stats"),
            };
        }
        let (code, mut figures) = measure(&mut command)?;
        let (printed, talked) = (fs::read_to_string(printed)?, fs::read_to_string(talked)?);
        let compares = matches!(args, ["diff" | "--diff"]);
        if !matches!(code, Some(0..=2)) || (compares && updated(&printed) != self.drifted) {
            return Err(format!("{args:?} ended with {code:?}:\n{printed}{talked}").into());
        }
        if counting {
            figures.requests = match who {
                Party::Skydeck => {
                    let log = fs::read_to_string(&log).unwrap_or_default();
                    Some(
                        log.lines()
                            .filter(|line| line.contains("request operation="))
                            .count(),
                    )
                }
                Party::Script => talked
                    .lines()
                    .find_map(|line| line.strip_prefix("requests ")?.parse().ok()),
            };
        }
        Ok(figures)
    }

    /// Forgets what earlier runs have left.
    pub(crate) fn forget(&self) -> io::Result<()> {
        let state = self.path("state");
        if state.exists() {
            fs::remove_dir_all(&state)?;
        }
        Ok(())
    }

    /// Compares with the journal as it is; its wall time in seconds, its requests, and how many of them were refused.
    #[allow(dead_code, reason = "not every benchmark is about refusals")]
    pub(crate) fn diff_again(&self, server: &Server) -> Outcome<(f64, usize, usize)> {
        let log = self.path("log");
        let _ = fs::remove_file(&log);
        let mut command = Command::new(SKYDECK);
        command
            .envs(self.environment(server))
            .arg("diff")
            .arg("--log")
            .arg(&log);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let (code, figures) = measure(&mut command)?;
        if code != Some(2) {
            return Err(format!("diff ended with {code:?}").into());
        }
        let log = fs::read_to_string(&log)?;
        let requests: Vec<&str> = log
            .lines()
            .filter(|line| line.contains("request operation="))
            .collect();
        let refused = requests
            .iter()
            .filter(|line| !line.contains("status=200"))
            .count();
        Ok((figures.wall, requests.len(), refused))
    }

    fn skydeck(&self, server: &Server) -> Outcome<Command> {
        self.forget()?;
        let mut command = Command::new(SKYDECK);
        command.envs(self.environment(server));
        Ok(command)
    }

    /// The variables that lead Skydeck to the data, to its journal and to a server.
    pub(crate) fn environment(&self, server: &Server) -> [(&'static str, OsString); 5] {
        [
            ("SKYDECK_CONFIG", self.path("skydeck.toml").into()),
            ("SKYDECK_STATE", self.path("state").into()),
            ("CLOUDKIT_ENDPOINT", (&server.endpoint).into()),
            ("CLOUDKIT_KEY_ID", (&self.key_id).into()),
            ("CLOUDKIT_PRIVATE_KEY_PATH", self.path("private.pem").into()),
        ]
    }

    fn script(&self, server: &Server) -> Command {
        let mut command = Command::new("python3");
        command
            .arg(script())
            .arg("--data-dir")
            .arg(self.path("data"))
            .env("CK_BASE_URL", &server.endpoint)
            .env("CK_CONTAINER", CONTAINER)
            .env("CK_KEY_ID", &self.key_id)
            .env("CK_KEY_FILE", self.path("private.pem"));
        command
    }
}

/// The records that either program says differ: `1 updated` in one, `updated 1` in the other.
fn updated(printed: &str) -> usize {
    let words: Vec<&str> = printed.split_whitespace().collect();
    let number = |word: Option<&&str>| word.and_then(|word| word.replace(',', "").parse::<usize>().ok());
    let of = |at: usize| match words[at] {
        "updated," => number(words.get(at - 1)),
        "updated" => number(words.get(at + 1)),
        _ => None,
    };
    (0..words.len()).filter_map(of).sum()
}
