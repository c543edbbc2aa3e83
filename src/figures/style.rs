//! One style for every figure: palette, widths, type sizes, line weights.

/// A colour without transparency.
pub use plotters::style::RGBColor as Colour;

/// Okabe and Ito's palette, told apart with every common form of colour blindness.
pub mod okabe_ito {
    use super::Colour;
    /// Orange.
    pub const ORANGE: Colour = Colour(0xE6, 0x9F, 0x00);
    /// Sky blue.
    pub const SKY_BLUE: Colour = Colour(0x56, 0xB4, 0xE9);
    /// Bluish green.
    pub const BLUISH_GREEN: Colour = Colour(0x00, 0x9E, 0x73);
    /// Yellow.
    pub const YELLOW: Colour = Colour(0xF0, 0xE4, 0x42);
    /// Blue.
    pub const BLUE: Colour = Colour(0x00, 0x72, 0xB2);
    /// Vermillion.
    pub const VERMILLION: Colour = Colour(0xD5, 0x5E, 0x00);
    /// Reddish purple.
    pub const REDDISH_PURPLE: Colour = Colour(0xCC, 0x79, 0xA7);
}

/// Width of a figure of one column, in millimetres.
pub const ONE_COLUMN_MM: f64 = 85.0;
/// Width of a figure of two columns, in millimetres.
pub const TWO_COLUMNS_MM: f64 = 180.0;
/// Height of the tallest figure, in millimetres: a page (A4) less its margins and a caption of two lines.
pub const PAGE_MM: f64 = 247.0;
/// Resolution of bitmaps, in dots per inch.
pub const DPI: f64 = 300.0;

/// Height of tick labels, legends and notes, in points.
pub const SMALL_PT: f64 = 7.0;
/// Height of axis labels, in points.
pub const LABEL_PT: f64 = 7.5;
/// Height of panel letters, in points.
pub const LETTER_PT: f64 = 9.0;
/// Weight of axes and ticks, in points.
pub const AXIS_PT: f64 = 0.5;
/// Weight of data lines, in points.
pub const LINE_PT: f64 = 1.1;

/// How a line is broken; lengths in millimetres, on and off in turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dash(pub &'static [f64]);

impl Dash {
    /// An unbroken line.
    pub const SOLID: Self = Self(&[]);
    /// Dashes.
    pub const DASHED: Self = Self(&[1.6, 0.9]);
    /// Dots.
    pub const DOTTED: Self = Self(&[0.35, 0.75]);
    /// A dash and a dot in turn.
    pub const DASH_DOT: Self = Self(&[1.8, 0.7, 0.35, 0.7]);
    /// Long dashes.
    pub const LONG: Self = Self(&[3.0, 1.0]);
    /// A dash and two dots in turn.
    pub const DASH_DOT_DOT: Self = Self(&[1.8, 0.6, 0.35, 0.6, 0.35, 0.6]);
}

/// The pen of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pen {
    /// Colour.
    pub colour: Colour,
    /// Weight, in points.
    pub weight_pt: f64,
    /// How the line is broken.
    pub dash: Dash,
}

impl Pen {
    /// A solid data line.
    #[must_use]
    pub const fn solid(colour: Colour) -> Self {
        Self { colour, weight_pt: LINE_PT, dash: Dash::SOLID }
    }

    /// The same pen, broken.
    #[must_use]
    pub const fn dashed(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }

    /// The same pen with another weight.
    #[must_use]
    pub const fn weighing(self, weight_pt: f64) -> Self {
        Self { weight_pt, ..self }
    }
}

/// Colours that depend on where the figure is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// The name by which the command line selects it.
    pub name: &'static str,
    /// Background.
    pub paper: Colour,
    /// Text and axes.
    pub ink: Colour,
    /// Secondary lines, reference arms.
    pub grey: Colour,
    /// Faint rules and context.
    pub faint: Colour,
}

impl Style {
    /// Black on white, for journals.
    pub const PRINT: Self = Self {
        name: "print",
        paper: Colour(255, 255, 255),
        ink: Colour(0x1A, 0x1A, 0x1A),
        grey: Colour(0x75, 0x75, 0x75),
        faint: Colour(0xD0, 0xD0, 0xD0),
    };
    /// Light on dark, for slides.
    pub const DARK: Self = Self {
        name: "dark",
        paper: Colour(0x14, 0x17, 0x1C),
        ink: Colour(0xEC, 0xEC, 0xEC),
        grey: Colour(0xA8, 0xA8, 0xA8),
        faint: Colour(0x4A, 0x4E, 0x55),
    };
    /// Every style.
    pub const ALL: [Self; 2] = [Self::PRINT, Self::DARK];

    /// The style called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|style| style.name == name)
    }

    /// The pen of the `index`-th arm.
    ///
    /// Six colours and five kinds of line go round together, so that neighbours differ in both and no two of 30 arms look
    /// alike.
    #[must_use]
    pub fn arm(&self, index: usize) -> Pen {
        const COLOURS: [Colour; 6] = [
            okabe_ito::BLUE,
            okabe_ito::VERMILLION,
            okabe_ito::BLUISH_GREEN,
            okabe_ito::ORANGE,
            okabe_ito::REDDISH_PURPLE,
            okabe_ito::SKY_BLUE,
        ];
        const DASHES: [Dash; 5] = [Dash::SOLID, Dash::LONG, Dash::DASH_DOT, Dash::DASHED, Dash::DASH_DOT_DOT];
        Pen::solid(COLOURS[index % 6]).dashed(DASHES[index % 5])
    }

    /// The pen of the `index`-th arm without a dose: grey and broken.
    #[must_use]
    pub fn reference(&self, index: usize) -> Pen {
        Pen::solid(self.grey).dashed([Dash::DASHED, Dash::DOTTED, Dash::DASH_DOT, Dash::LONG][index % 4])
    }

    /// The pen of an arm in a series of amounts, `share` of the way from the lowest to the highest: light to dark,
    /// and thin to heavy, so that order is seen without a legend and without colour.
    #[must_use]
    pub fn amount(&self, share: f64) -> Pen {
        let dark = blend(okabe_ito::BLUE, self.ink, 0.85);
        let colour = if share < 0.5 {
            blend(blend(okabe_ito::SKY_BLUE, self.paper, 0.25), okabe_ito::BLUE, 2.0 * share)
        } else {
            blend(okabe_ito::BLUE, dark, 2.0 * share - 1.0)
        };
        Pen::solid(colour).weighing(0.7 + 0.9 * share)
    }

    /// The pen of a population: the first is that of the pyramidal cells.
    #[must_use]
    pub fn population(&self, index: usize) -> Pen {
        const COLOURS: [Colour; 5] = [
            okabe_ito::BLUE,
            okabe_ito::REDDISH_PURPLE,
            okabe_ito::ORANGE,
            okabe_ito::BLUISH_GREEN,
            okabe_ito::VERMILLION,
        ];
        const DASHES: [Dash; 5] = [Dash::SOLID, Dash::LONG, Dash::DASH_DOT, Dash::DASHED, Dash::DOTTED];
        Pen::solid(COLOURS[index % 5]).dashed(DASHES[index % 5])
    }
}

/// The colour at `share` (0 to 1) of the way from `low` to `high`.
#[must_use]
pub fn blend(low: Colour, high: Colour, share: f64) -> Colour {
    let share = share.clamp(0.0, 1.0);
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    Colour(mix(low.0, high.0), mix(low.1, high.1), mix(low.2, high.2))
}
