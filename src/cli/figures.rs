//! `resprout figures`: draw the figures of finished runs again.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::terminal::{self, refuse};
use crate::figures::style::Style;
use crate::figures::{self, DrawingOptions, DrawingReport, PictureFormat};
use crate::foundation::diagnostics::{Diagnostic, Report, codes, nearest};
use crate::foundation::error::Result;
use crate::recording::claim;
use crate::recording::layout::{COURSE, NETWORK, OUTCOMES, SUBJECTS, TIME_SERIES, TIME_SERIES_PARQUET};
use crate::recording::lock::FolderLock;
use crate::recording::manifest::{self, Damage, Manifest};

const EXAMPLES: &str = "\
Examples:
  resprout figures output/quick_start                    draw every figure of a run again
  resprout figures output/quick_start --only F01,F03     draw two of them
  resprout figures output/quick_start --style dark --format png
  resprout figures output/large --beside output/small    draw F15: one network beside another
";

#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Figures {
    /// Folders of finished runs; each gets its own `figures/`
    #[arg(value_name = "RUN_DIR", required = true)]
    runs: Vec<PathBuf>,
    /// Draw these figures only, such as F03,F12
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    only: Vec<String>,
    /// Write pictures in these formats; numbers and captions are always written
    #[arg(long, value_name = "FORMATS", value_delimiter = ',', value_enum, default_values_t = [Picture::Svg, Picture::Png])]
    format: Vec<Picture>,
    /// Draw F26 alone: this run beside that in DIR, such as a large network beside a small one
    #[arg(long, value_name = "DIR", conflicts_with = "only")]
    beside: Option<PathBuf>,
    /// Colours: print (black on white) or dark (for slides)
    #[arg(long, value_name = "NAME", default_value = Style::PRINT.name)]
    style: String,
}

/// A format of pictures, as the command line names it.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Picture {
    Svg,
    Png,
}

impl Figures {
    pub(super) fn run(self) -> Result<()> {
        let Some(style) = Style::named(&self.style) else {
            let names = || Style::ALL.iter().map(|style| style.name);
            let hint = nearest(&self.style, names()).map_or_else(
                || format!("styles: {}", names().collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(refuse(&codes::NO_SUCH_TOPIC, format!("no style is called `{}`", self.style), Some(hint)));
        };
        let formats = self.format.iter().map(|picture| match picture {
            Picture::Svg => PictureFormat::Svg,
            Picture::Png => PictureFormat::Png,
        });
        let options = DrawingOptions { only: self.only, formats: formats.collect(), style };
        for folder in &self.runs {
            let report = draw(folder, self.beside.as_deref(), &options)?;
            let mut text = String::new();
            for (id, _) in &report.drawn {
                let _ = writeln!(text, "{id}  {}", folder.join("figures").join(id).display());
            }
            for (id, reason) in &report.skipped {
                let _ = writeln!(text, "{id}  skipped: {reason}");
            }
            terminal::say(&text)?;
            complain_of_missing(folder, &options, &report);
        }
        Ok(())
    }
}

/// Warns of figures that were asked for by name and are not there.
fn complain_of_missing(folder: &Path, options: &DrawingOptions, report: &DrawingReport) {
    let asked_for = |id: &str| options.only.iter().any(|asked| asked.eq_ignore_ascii_case(id));
    let missing = report.skipped.iter().filter(|(id, _)| asked_for(id));
    let told: Vec<Diagnostic> = missing
        .map(|(id, reason)| {
            Diagnostic::new(&codes::FIGURE_LEFT_OUT, format!("{id} is not drawn of `{}`: {reason}", folder.display()))
        })
        .collect();
    if !told.is_empty() {
        terminal::complain(&Report::new(Vec::new(), told).to_string());
    }
}

/// Draws in `folder`, in which nobody else works meanwhile. What is drawn of a run enters its manifest.
fn draw(folder: &Path, beside: Option<&Path>, options: &DrawingOptions) -> Result<DrawingReport> {
    if figures::is_scaling(folder) {
        let _lock = claim::claim_beside(folder)?;
        figures::f17_scaling::draw(&folder.join(figures::f17_scaling::TABLE), folder)?;
        return Ok(DrawingReport { drawn: vec![("F17", Vec::new())], skipped: Vec::new() });
    }
    let _lock = FolderLock::to_write(folder)?;
    if figures::is_board(folder) {
        return figures::draw(folder, options);
    }
    let names = if beside.is_some() { figures::names_beside(options) } else { figures::names(options)? };
    let mut manifest = of_whole_run(folder)?;
    let _other_lock = beside.map(FolderLock::to_read).transpose()?;
    if let Some(other) = beside {
        of_whole_run(other)?;
    }
    claim::refuse_links(folder)?;
    claim::delete_parts(folder)?;
    manifest.drawing.extend(names.iter().cloned());
    manifest.write(folder)?;
    let report = match beside {
        Some(other) => figures::draw_beside(folder, other, options)?,
        None => figures::draw(folder, options)?,
    };
    for file in report.drawn.iter().flat_map(|(_, files)| files) {
        if manifest.files.get(&file.path) != Some(&file.hash) {
            manifest.files.insert(file.path.clone(), file.hash.clone());
            manifest.redrawn.insert(file.path.clone());
        }
    }
    manifest.drawing.retain(|name| !names.contains(name));
    manifest.write(folder)?;
    Ok(report)
}

/// The manifest of the complete run in `folder`, in which nothing that is drawn has changed.
fn of_whole_run(folder: &Path) -> Result<Manifest> {
    let (manifest, is_sealed) = Manifest::read_complete(folder)?;
    // figures that lack their data are skipped; none is drawn of data that are not the run's
    let read = [COURSE, OUTCOMES, TIME_SERIES, TIME_SERIES_PARQUET, SUBJECTS];
    let is_read = |name: &str| read.contains(&name) || name.starts_with(NETWORK);
    let mut damage = manifest.damage(folder, is_sealed, is_read)?;
    damage.retain(|(_, damage)| *damage == Damage::Changed);
    manifest::require_whole(folder, &damage)?;
    Ok(manifest)
}
