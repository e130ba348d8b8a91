//! `skydeck import` and `skydeck delete-all`

use super::written::{Intent, write};
use crate::cli::args::{DeleteAll, Import};
use crate::cli::desk::Desk;
use crate::cli::output::talk;
use crate::sync::{JobError, review_delete_all, review_import};

/// Replaces the cloud's records by the files'.
pub async fn import(desk: &Desk, import: &Import) -> Result<u8, JobError> {
    let types = desk.session.types(&import.types)?;
    let reviewed = desk.watch(review_import(&desk.session, types)).await?;
    if !desk.json {
        talk(
            "Import replaces records whole, fields that skydeck.toml does not name included; sync is gentler.",
        );
    }
    let intent = Intent {
        command: "import",
        listed: false,
        dry_run: import.dry_run,
        writes_agreed: import.yes,
        deletions_agreed: import.yes,
        flag: "--yes",
    };
    write(desk, reviewed, &intent).await
}

/// Deletes whole types.
pub async fn delete_all(desk: &Desk, delete: &DeleteAll) -> Result<u8, JobError> {
    let types = desk.session.types(&delete.types)?;
    let reviewed = desk.watch(review_delete_all(&desk.session, types)).await?;
    let intent = Intent {
        command: "delete-all",
        listed: false,
        dry_run: delete.dry_run,
        writes_agreed: delete.force,
        deletions_agreed: delete.force,
        flag: "--force",
    };
    write(desk, reviewed, &intent).await
}
