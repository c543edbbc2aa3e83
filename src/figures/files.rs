//! The files of a figure: picture, bitmap, numbers and caption, each whole or not at all.

use std::path::Path;

use crate::figures::data::RecordedRun;
use crate::figures::drawing::PictureFormat;
use crate::figures::figure::Figure;
use crate::figures::sheet::Sheet;
use crate::figures::{raster, words};
use crate::foundation::error::Result;
use crate::foundation::files::{self as whole, Fingerprint};
use crate::recording::layout::FIGURES;

/// The files of the figure `id` in these formats, by their path in the run folder: picture, bitmap, numbers, caption.
pub(super) fn names<'a>(id: &'a str, formats: &'a [PictureFormat]) -> impl Iterator<Item = String> + 'a {
    let pictures = [(PictureFormat::Svg, "svg"), (PictureFormat::Png, "png")].into_iter();
    let wanted = pictures.filter(|(format, _)| formats.contains(format)).map(|(_, extension)| extension);
    wanted.chain(["csv", "md"]).map(move |extension| format!("{FIGURES}/{id}.{extension}"))
}

/// Writes the files of a figure into the folder `run` and lists them.
pub(super) fn write(
    run: &Path,
    id: &str,
    formats: &[PictureFormat],
    sheet: &Sheet,
    caption: &str,
) -> Result<Vec<Fingerprint>> {
    whole::create_folder_in(run, FIGURES)?;
    let mut written = Vec::new();
    for name in names(id, formats) {
        let bytes = match name.rsplit_once('.') {
            Some((_, "svg")) => sheet.svg.clone().into_bytes(),
            Some((_, "png")) => raster::png(&sheet.svg)?,
            Some((_, "csv")) => sheet.source.csv().into_bytes(),
            _ => caption.as_bytes().to_vec(),
        };
        whole::write(&run.join(&name), &bytes)?;
        written.push(Fingerprint { hash: whole::hash_of(&bytes), path: name });
    }
    Ok(written)
}

pub(super) fn caption(figure: &Figure, run: &RecordedRun, sheet: &Sheet) -> String {
    caption_of(figure.id, figure.title, run, sheet)
}

/// The caption of the figure `id` of a run, with what every caption says.
pub(super) fn caption_of(id: &str, title: &str, run: &RecordedRun, sheet: &Sheet) -> String {
    let named = words::markdown(&run.folder.course.title);
    let of_run = if named.is_empty() { String::new() } else { format!(" Run: {}.", named.trim_end_matches('.')) };
    let seed = run.folder.course.seed;
    let edits: Vec<String> = edits(run).into_iter().map(words::code).collect();
    let edited = if edits.is_empty() {
        String::new()
    } else {
        format!(" Changed on the command line, against the config: {}.", words::list(&edits))
    };
    let caption = &sheet.caption;
    format!(
        "# {id}. {title}\n\n{caption}\n\nSimulated by resprout; every line is model output unless it is marked as published.{of_run} Seed {seed}.{edited} \
         Source data as drawn: `{id}.csv`. Research and teaching software, not medical advice.\n",
    )
}

/// What the command line changed in the config of a run, as its manifest records it.
fn edits(run: &RecordedRun) -> Vec<&str> {
    let recorded = run.folder.manifest.get("edits").and_then(serde_json::Value::as_array);
    recorded.into_iter().flatten().filter_map(serde_json::Value::as_str).collect()
}
