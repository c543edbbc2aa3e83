//! What to draw, and how; and what became of it.

use crate::figures::style::Style;
use crate::foundation::files::Fingerprint;

/// A file format of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// Vector.
    Svg,
    /// Bitmap at 300 dpi.
    Png,
}

impl PictureFormat {
    /// The format called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            _ => None,
        }
    }
}

/// What to draw, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawingOptions {
    /// Ids of the figures wanted; all if empty.
    pub only: Vec<String>,
    /// Formats of the pictures.
    pub formats: Vec<PictureFormat>,
    /// Colours.
    pub style: Style,
}

impl Default for DrawingOptions {
    fn default() -> Self {
        Self { only: Vec::new(), formats: vec![PictureFormat::Svg, PictureFormat::Png], style: Style::PRINT }
    }
}

/// What became of each figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DrawingReport {
    /// Figures that were drawn, with the files written.
    pub drawn: Vec<(&'static str, Vec<Fingerprint>)>,
    /// Figures that were not, with the reason.
    pub skipped: Vec<(&'static str, String)>,
}
