//! Joining the parts of a study: the bytes that one process would have given.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::folder::{Claimed, Shard, StudyFolder, StudyManifest, kept};
use super::journal::{FinishedPoint, Journal};
use super::layout;
use super::study::Study;
use super::sweep::StudyPlan;
use crate::foundation::diagnostics::{Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::mechanisms::Cascade;
use crate::recording::lock::FolderLock;
use crate::recording::manifest::{self, Status};

fn refuse(label: String, hint: impl Into<String>) -> Error {
    Error::Input(Report::new(Vec::new(), vec![Diagnostic::new(&codes::PARTS_DIFFER, label).help(hint)]).to_string())
}

/// A part of a study, as it was found.
struct FinishedPart {
    folder: PathBuf,
    manifest: StudyManifest,
    finished: BTreeMap<usize, FinishedPoint>,
    _lock: FolderLock,
}

impl FinishedPart {
    fn open(folder: &Path) -> Result<Self> {
        let lock = FolderLock::to_read(folder)?;
        let (manifest, is_sealed) = StudyManifest::read(folder)?;
        let shown = folder.display();
        if manifest.status != Status::Complete {
            let label = format!("the part in `{shown}` is {}", manifest.status.name());
            return Err(refuse(label, "the same `resprout sweep` command goes on with it"));
        }
        let damage = manifest.damage(folder, is_sealed)?;
        if !damage.is_empty() {
            return Err(Error::Checkpoint(format!("`{shown}` is not as it was left: {}", manifest::listed(&damage))));
        }
        let finished = Journal::read(&folder.join(layout::JOURNAL))?;
        Ok(Self { folder: folder.to_path_buf(), manifest, finished, _lock: lock })
    }
}

/// What was joined, ready for its tables.
pub struct Collected {
    /// The study.
    pub study: Study,
    /// The folder that takes it, with the journal of all parts.
    pub claimed: Claimed,
}

/// Joins the parts in `folders` in the folder `out`.
///
/// # Errors
/// [`Error::Input`] that names the parts that do not fit together; [`Error::Checkpoint`] for a damaged one. Nothing has
/// been written then.
pub fn collect(folders: &[PathBuf], out: &Path, cascade: &Cascade) -> Result<Collected> {
    let parts: Vec<FinishedPart> = folders.iter().map(|folder| FinishedPart::open(folder)).collect::<Result<_>>()?;
    let Some(first) = parts.first() else {
        return Err(refuse("there is no part to join".to_owned(), "name the folders that `--shard` filled"));
    };
    let here = (env!("CARGO_PKG_VERSION"), manifest::COMMIT);
    let mut places: BTreeMap<u32, &FinishedPart> = BTreeMap::new();
    for part in &parts {
        let (shown, of_first) = (part.folder.display(), first.folder.display());
        let StudyManifest { study_hash, version, commit, shard, .. } = &part.manifest;
        if (version.as_str(), commit.as_deref()) != here {
            let label = format!("`{shown}` was made by another build of resprout ({version})");
            return Err(refuse(label, "collect with the program that made the parts"));
        }
        if *study_hash != first.manifest.study_hash {
            let label = format!("`{shown}` and `{of_first}` are of different studies");
            return Err(refuse(label, "join parts of one study, none of which was changed in between"));
        }
        if shard.of != first.manifest.shard.of {
            let (a, b) = (shard.of, first.manifest.shard.of);
            let label = format!("`{shown}` is one of {a} parts, `{of_first}` one of {b}");
            return Err(refuse(label, "join parts of one division"));
        }
        if let Some(other) = places.insert(shard.index, part) {
            let label =
                format!("`{}` and `{shown}` are both part {}/{}", other.folder.display(), shard.index, shard.of);
            return Err(refuse(label, "name each part once"));
        }
    }
    let of = first.manifest.shard.of;
    let missing: Vec<String> =
        (1..=of).filter(|index| !places.contains_key(index)).map(|i| format!("{i}/{of}")).collect();
    if !missing.is_empty() {
        let which = if missing.len() == 1 { "part" } else { "parts" };
        return Err(refuse(format!("{which} {} missing", missing.join(", ")), "name the folders of all parts"));
    }
    let study = kept(&first.folder, cascade)?;
    if study.hash() != first.manifest.study_hash {
        let label = format!("the study that `{}` keeps is not the one it was made from", first.folder.display());
        return Err(refuse(label, "run the part again"));
    }
    // the division follows from the study: a part holds its own points and no others
    let plan = StudyPlan::of(&study, cascade)?;
    for (&index, part) in &places {
        let own: Vec<usize> = {
            let mut own: Vec<usize> = plan.batches_of(Shard { index, of }).flatten().copied().collect();
            own.sort_unstable();
            own
        };
        if !part.finished.keys().eq(own.iter()) {
            let label = format!("`{}` holds other points than part {index}/{of} has", part.folder.display());
            return Err(refuse(label, "run the part again"));
        }
    }
    let mut claimed = StudyFolder::claim(out, &study, Shard::WHOLE)?;
    if let Claimed::UnderWay(folder) = &mut claimed {
        let mut points: BTreeMap<usize, FinishedPoint> = BTreeMap::new();
        for part in places.into_values() {
            points.extend(part.finished.clone());
        }
        points.retain(|index, _| !folder.finished().contains_key(index));
        folder.divide((0..study.points.len()).collect());
        folder.append(points.into_values().collect())?;
    }
    Ok(Collected { study, claimed })
}
