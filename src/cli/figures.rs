//! `resprout figures`: draw the figures of finished runs again.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::terminal::{self, refuse};
use crate::figures::style::Style;
use crate::figures::{self, Format, Options};
use crate::foundation::diagnostics::{codes, nearest};
use crate::foundation::error::Result;

const EXAMPLES: &str = "\
Examples:
  resprout figures output/quick_start                    draw every figure of a run again
  resprout figures output/quick_start --only F01,F03     draw two of them
  resprout figures output/quick_start --style dark --format png
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
            Picture::Svg => Format::Svg,
            Picture::Png => Format::Png,
        });
        let options = Options { only: self.only, formats: formats.collect(), style };
        for folder in &self.runs {
            let report = figures::draw(folder, &options)?;
            let mut text = String::new();
            for (id, _) in &report.drawn {
                let _ = writeln!(text, "{id}  {}", folder.join("figures").join(id).display());
            }
            for (id, reason) in &report.skipped {
                let _ = writeln!(text, "{id}  skipped: {reason}");
            }
            terminal::say(&text)?;
        }
        Ok(())
    }
}
