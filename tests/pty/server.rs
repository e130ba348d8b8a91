//! `skydeck emulator` as a process of its own, so that it can be killed and come back.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::world::World;

/// A server that keeps its records in a file; it ends with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) endpoint: String,
}

impl Server {
    /// Starts it in a world's folder and waits until it listens.
    pub(crate) fn start(world: &World, args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skydeck"));
        command
            .args(["emulator", "--any-signature", "--store", "cloud.sqlite"])
            .args(args);
        let mut child = command
            .current_dir(world.folder())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let endpoint = lines.find_map(|line| Some(line.strip_prefix("listening on ")?.to_owned()));
        Server {
            child,
            endpoint: endpoint.unwrap(),
        }
    }

    /// Its port.
    pub(crate) fn port(&self) -> &str {
        self.endpoint.rsplit(':').next().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
