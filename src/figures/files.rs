//! The files of a figure: picture, bitmap, numbers and caption, each whole or not at all.

use std::path::PathBuf;

use crate::figures::data::Run;
use crate::figures::drawing::Format;
use crate::figures::figure::Figure;
use crate::figures::sheet::Sheet;
use crate::figures::{raster, words};
use crate::foundation::error::{Error, Result};
use crate::foundation::files as whole;

/// Writes a figure into the run's folder and lists the files.
pub(super) fn write(figure: &Figure, run: &Run, sheet: &Sheet, formats: &[Format]) -> Result<Vec<PathBuf>> {
    let folder = run.folder.path().join("figures");
    whole::create_folder(&folder)?;
    let mut files = Vec::new();
    let mut put = |extension: &str, bytes: &[u8]| {
        let path = folder.join(format!("{}.{extension}", figure.id));
        whole::write(&path, bytes)?;
        files.push(path);
        Ok::<(), Error>(())
    };
    if formats.contains(&Format::Svg) {
        put("svg", sheet.svg.as_bytes())?;
    }
    if formats.contains(&Format::Png) {
        put("png", &raster::png(&sheet.svg)?)?;
    }
    put("csv", sheet.source.csv().as_bytes())?;
    put("md", caption(figure, run, sheet).as_bytes())?;
    Ok(files)
}

fn caption(figure: &Figure, run: &Run, sheet: &Sheet) -> String {
    let title = words::markdown(&run.folder.course.title);
    let of_run = if title.is_empty() { String::new() } else { format!(" Run: {}.", title.trim_end_matches('.')) };
    let seed = run.folder.course.seed;
    format!(
        "# {id}. {title}\n\n{caption}\n\nSimulated by resprout; every line is model output unless it is marked as published.{of_run} Seed {seed}. \
         Source data as drawn: `{id}.csv`. Research and teaching software, not medical advice.\n",
        id = figure.id,
        title = figure.title,
        caption = sheet.caption,
    )
}
