//! Panics to order, for the tests of what a panic leaves behind: nothing is known that would cause one from outside. It is
//! in no release.

use super::Runtime;

impl Runtime {
    /// With `SKYDECK_PANIC` set to `loop` or `task`, drawing anew panics: in the loop, or in a task beside it.
    #[expect(clippy::panic, reason = "that is what it is for")]
    pub(super) fn mishap(&mut self) {
        match std::env::var("SKYDECK_PANIC").as_deref() {
            Ok("loop") => panic!("made to panic in the loop"),
            Ok("task") => {
                self.tasks.spawn(async { panic!("made to panic in a task") });
            }
            _ => {}
        }
    }
}
