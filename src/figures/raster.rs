//! Bitmaps of figures: the SVG, rasterised with the embedded font and nothing else.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

use crate::figures::canvas::{FONT_BOLD, FONT_REGULAR};
use crate::figures::style::DPI;
use crate::foundation::error::{Error, Result};

/// The fonts of the bitmaps: those compiled in. System fonts are never looked for.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(FONT_REGULAR.to_vec());
    fonts.load_font_data(FONT_BOLD.to_vec());
    Arc::new(fonts)
});

/// The PNG of an SVG text, at [`DPI`].
///
/// # Errors
/// [`Error::Run`] if the text is not SVG or is too large.
pub fn png(svg: &str) -> Result<Vec<u8>> {
    let tree = tree(svg)?;
    // Whole pixels only: a row that the paper covers in part would come out darker.
    let [width, height] = [tree.size().width(), tree.size().height()].map(|side| (side + 0.01).floor() as u32);
    let mut pixels = Pixmap::new(width, height).ok_or_else(|| failed(&"it has no area"))?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    encode(&pixels).map_err(|error| failed(&error))
}

/// The drawing as it will be rasterised: one unit is one pixel.
pub(super) fn tree(svg: &str) -> Result<Tree> {
    let options =
        Options { dpi: DPI as f32, font_family: "Roboto".to_owned(), fontdb: Arc::clone(&FONTS), ..Options::default() };
    Tree::from_str(svg, &options).map_err(|error| failed(&error))
}

fn failed(what: &dyn std::fmt::Display) -> Error {
    Error::Run(format!("cannot rasterise a figure: {what}"))
}

/// Opaque RGB with the resolution written into the file, so that it prints at its true size.
fn encode(pixels: &Pixmap) -> std::result::Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let per_metre = (DPI / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }));
    let mut writer = encoder.write_header()?;
    let rgb: Vec<u8> = pixels.data().chunks_exact(4).flat_map(|rgba| [rgba[0], rgba[1], rgba[2]]).collect();
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::canvas::{Anchor, Type, draw};
    use crate::figures::style::Style;

    /// Only the embedded font is known here, so ink on the paper means that the text was set in it.
    #[test]
    fn text_is_set_without_any_system_font_and_twice_the_same() {
        let sheet = |text: &str| {
            draw("sheet", 25.4, 12.7, Style::PRINT, |canvas| {
                canvas.text(text, (12.0, 6.0), Type::small(Anchor::Middle));
            })
            .unwrap()
        };
        let blank = png(&sheet(" ")).unwrap();
        let text = png(&sheet("spines, µm, ₂, −1 Δ ≥")).unwrap();
        assert!(text.len() > blank.len() + 500, "{} {}", text.len(), blank.len());
        assert_eq!(text, png(&sheet("spines, µm, ₂, −1 Δ ≥")).unwrap());
        // One inch at 300 dpi.
        assert_eq!(u32::from_be_bytes(text[16..20].try_into().unwrap()), 300);
    }
}
