//! The table of unit symbols.

use std::sync::LazyLock;

/// Exponents of length, mass, time, electric current, amount of substance and data.
pub(super) type Dimension = [i32; 6];

/// One symbol: `mantissa` · 10^`decade` of the coherent unit (m, kg, s, A, mol, B) of its dimension.
pub(super) struct Symbol {
    name: &'static str,
    /// Prefixes it takes, one character each; `µ` and `μ` are read as `u`.
    prefixes: &'static str,
    pub(super) mantissa: f64,
    pub(super) decade: i32,
    pub(super) dimension: Dimension,
}

const fn symbol(
    name: &'static str,
    prefixes: &'static str,
    mantissa: f64,
    decade: i32,
    dimension: Dimension,
) -> Symbol {
    Symbol { name, prefixes, mantissa, decade, dimension }
}

pub(super) const PURE: Dimension = [0; 6];
const LENGTH: Dimension = [1, 0, 0, 0, 0, 0];
const MASS: Dimension = [0, 1, 0, 0, 0, 0];
const TIME: Dimension = [0, 0, 1, 0, 0, 0];
const RATE: Dimension = [0, 0, -1, 0, 0, 0];
const DATA: Dimension = [0, 0, 0, 0, 0, 1];

/// Every symbol that a unit may be made of. An entry without prefixes wins over a prefixed reading
/// (`min` is a minute, `d` a day).
#[rustfmt::skip]
const SYMBOLS: [Symbol; 32] = [
    symbol("1", "", 1.0, 0, PURE),
    symbol("%", "", 1.0, -2, PURE),
    symbol("m", "npumcdk", 1.0, 0, LENGTH),
    symbol("g", "fpnumk", 1.0, -3, MASS),
    symbol("Da", "kM", 1.660_539_066_60, -27, MASS),
    symbol("s", "num", 1.0, 0, TIME),
    symbol("min", "", 60.0, 0, TIME),
    symbol("h", "", 3_600.0, 0, TIME),
    symbol("d", "", 86_400.0, 0, TIME),
    symbol("wk", "", 604_800.0, 0, TIME),
    symbol("Hz", "mkM", 1.0, 0, RATE),
    symbol("bpm", "", 1.0 / 60.0, 0, RATE),
    symbol("L", "fpnumcd", 1.0, -3, [3, 0, 0, 0, 0, 0]),
    symbol("l", "fpnumcd", 1.0, -3, [3, 0, 0, 0, 0, 0]),
    symbol("mol", "fpnum", 1.0, 0, [0, 0, 0, 0, 1, 0]),
    symbol("M", "fpnum", 1.0, 3, [-3, 0, 0, 0, 1, 0]),
    symbol("A", "fpnum", 1.0, 0, [0, 0, 0, 1, 0, 0]),
    symbol("C", "fpnum", 1.0, 0, [0, 0, 1, 1, 0, 0]),
    symbol("V", "num", 1.0, 0, [2, 1, -3, -1, 0, 0]),
    symbol("S", "fpnum", 1.0, 0, [-2, -1, 3, 2, 0, 0]),
    symbol("ohm", "kMG", 1.0, 0, [2, 1, -3, -2, 0, 0]),
    symbol("F", "fpnum", 1.0, 0, [-2, -1, 4, 2, 0, 0]),
    symbol("Pa", "k", 1.0, 0, [-1, 1, -2, 0, 0, 0]),
    symbol("mmHg", "", 133.322_387_415, 0, [-1, 1, -2, 0, 0, 0]),
    symbol("J", "mk", 1.0, 0, [2, 1, -2, 0, 0, 0]),
    symbol("B", "", 1.0, 0, DATA),
    symbol("kB", "", 1.0, 3, DATA),
    symbol("MB", "", 1.0, 6, DATA),
    symbol("GB", "", 1.0, 9, DATA),
    symbol("TB", "", 1.0, 12, DATA),
    symbol("MiB", "", 1_048_576.0, 0, DATA),
    symbol("GiB", "", 1_073_741_824.0, 0, DATA),
];

const PREFIXES: [(char, i32); 10] =
    [('f', -15), ('p', -12), ('n', -9), ('u', -6), ('m', -3), ('c', -2), ('d', -1), ('k', 3), ('M', 6), ('G', 9)];

/// What people write instead of a symbol, for suggestions only.
const WORDS: [(&str, &str); 20] = [
    ("second", "s"),
    ("seconds", "s"),
    ("sec", "s"),
    ("minute", "min"),
    ("minutes", "min"),
    ("mins", "min"),
    ("hour", "h"),
    ("hours", "h"),
    ("hr", "h"),
    ("hrs", "h"),
    ("day", "d"),
    ("days", "d"),
    ("week", "wk"),
    ("weeks", "wk"),
    ("w", "wk"),
    ("micron", "um"),
    ("mcg", "ug"),
    ("mgs", "mg"),
    ("percent", "%"),
    ("gb", "GB"),
];

/// Dimensions that have a name, with a unit that people use for each.
pub(super) const NAMED_DIMENSIONS: [(&str, Dimension); 19] = [
    ("a pure number", PURE),
    ("a length", LENGTH),
    ("a mass", MASS),
    ("a time", TIME),
    ("a rate", RATE),
    ("an area", [2, 0, 0, 0, 0, 0]),
    ("a volume", [3, 0, 0, 0, 0, 0]),
    ("a number per length", [-1, 0, 0, 0, 0, 0]),
    ("a number per area", [-2, 0, 0, 0, 0, 0]),
    ("a number per volume", [-3, 0, 0, 0, 0, 0]),
    ("an amount of substance", [0, 0, 0, 0, 1, 0]),
    ("a concentration", [-3, 0, 0, 0, 1, 0]),
    ("a mass concentration", [-3, 1, 0, 0, 0, 0]),
    ("a flow or clearance", [3, 0, -1, 0, 0, 0]),
    ("a current", [0, 0, 0, 1, 0, 0]),
    ("a voltage", [2, 1, -3, -1, 0, 0]),
    ("a conductance", [-2, -1, 3, 2, 0, 0]),
    ("a speed", [1, 0, -1, 0, 0, 0]),
    ("a data size", DATA),
];

/// The decade of the prefix and the symbol that `name` consists of.
pub(super) fn look_up(name: &str) -> Option<(i32, &'static Symbol)> {
    if let Some(exact) = SYMBOLS.iter().find(|symbol| symbol.name == name) {
        return Some((0, exact));
    }
    let mut characters = name.chars();
    let prefix = match characters.next()? {
        'µ' | 'μ' => 'u',
        other => other,
    };
    let symbol =
        SYMBOLS.iter().find(|symbol| symbol.name == characters.as_str() && symbol.prefixes.contains(prefix))?;
    let (_, decade) = PREFIXES.iter().find(|(letter, _)| *letter == prefix)?;
    Some((*decade, symbol))
}

/// The symbol that someone who wrote `name` most likely meant.
pub(super) fn nearest_symbol(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    if let Some((_, meant)) = WORDS.iter().find(|(word, _)| *word == lower) {
        return Some((*meant).to_owned());
    }
    let length = name.chars().count();
    let mut best: Option<((bool, usize), &str)> = None;
    for Spelling { text, lower: own_lower, length: own_length } in SPELLINGS.iter() {
        let is_other = *own_lower != lower;
        let bound = best.map_or((true, (*own_length).max(2)), |(found, _)| found.min((true, (*own_length).max(2))));
        // two words are at least as far apart as they differ in length, and that is quickly known
        if (is_other, length.abs_diff(*own_length)) >= bound {
            continue;
        }
        let key = (is_other, strsim::damerau_levenshtein(text, name));
        if key.1 < (*own_length).max(2) && best.is_none_or(|(found, _)| key < found) {
            best = Some((key, text));
        }
    }
    best.map(|(_, text)| text.to_owned())
}

/// A symbol, with or without a prefix.
struct Spelling {
    text: String,
    lower: String,
    /// In characters.
    length: usize,
}

/// Every spelling, in the order of the symbols.
static SPELLINGS: LazyLock<Vec<Spelling>> = LazyLock::new(|| {
    let prefixed = SYMBOLS.iter().flat_map(|symbol| {
        std::iter::once(symbol.name.to_owned())
            .chain(symbol.prefixes.chars().map(move |prefix| format!("{prefix}{}", symbol.name)))
    });
    prefixed.map(|text| Spelling { lower: text.to_lowercase(), length: text.chars().count(), text }).collect()
});
