//! A figure as drawn.

use std::cell::RefCell;

use crate::figures::canvas::{self, Canvas};
use crate::figures::source::SourceTable;
use crate::figures::style::Style;
use crate::foundation::error::Result;

/// A figure as drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The picture.
    pub svg: String,
    /// The numbers in it.
    pub source: SourceTable,
    /// What it shows, in words: a paragraph of Markdown.
    pub caption: String,
}

impl Sheet {
    /// Paints a sheet of the given size in millimetres.
    pub(super) fn paint(
        title: &str,
        size: (f64, f64),
        style: Style,
        caption: String,
        paint: impl FnOnce(&Canvas, &RefCell<SourceTable>),
    ) -> Result<Self> {
        let source = RefCell::new(SourceTable::default());
        let svg = canvas::draw(title, size.0, size.1, style, |canvas| paint(canvas, &source))?;
        Ok(Self { svg, source: source.into_inner(), caption })
    }
}
