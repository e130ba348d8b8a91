//! Every screen and every dialog in every state that looks different, brought there by keys and messages. One list: what
//! holds for all of them is checked in `every`, and each has its picture in `pictures/`.

mod data;
mod dialogs;
mod gates;
mod hostile;
mod past;
mod records;
pub(crate) mod stage;
mod start;
pub(crate) mod sync;

pub(crate) use hostile::{HOSTILE, PAIRS, TAME};
pub(crate) use stage::Stage;

/// A state that is worth a look.
pub(crate) struct Scene {
    /// What its picture is called.
    pub(crate) name: &'static str,
    /// Brings it about.
    pub(crate) make: fn() -> Stage,
}

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Scene> {
    let lists: [&'static [Scene]; 7] = [
        start::SCENES,
        records::SCENES,
        sync::SCENES,
        past::SCENES,
        dialogs::SCENES,
        gates::SCENES,
        hostile::SCENES,
    ];
    lists.into_iter().flatten()
}

const fn scene(name: &'static str, make: fn() -> Stage) -> Scene {
    Scene { name, make }
}
