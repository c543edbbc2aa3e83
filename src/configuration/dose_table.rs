//! Dosing events from a CSV file, one line each, in the tongue of NONMEM.
//!
//! `.` and `NA` mean that a cell is empty, and so does a bare `0` for `dur`, `ii` and `addl`, as in any NONMEM data set.

use std::collections::HashSet;
use std::ops::Range;

use strum::VariantNames;

use crate::foundation::diagnostics::{Code, Diagnostic, Span, codes, nearest};
use crate::foundation::time::Time;
use crate::foundation::units::{UnitError, parse_time};
use crate::mechanisms::dosing::{Amount, Dose, DoseEvent, Route};

/// Columns that every table has.
const REQUIRED: [&str; 3] = ["time", "amt", "route"];
/// Columns that a table may have.
const OPTIONAL: [&str; 5] = ["dur", "ii", "addl", "drug", "arm"];
/// Columns in which a bare zero means none, although they take quantities with units.
const NONE_AT_ZERO: [&str; 3] = ["dur", "ii", "addl"];
/// The longest infusion or release, in h, and the largest number of repeats, as in a config.
const LONGEST_H: f64 = 240.0;
const MOST_REPEATS: u32 = 10_000;

/// For so many faults the nearest name is searched for; the search is slow, and nobody reads as many.
const MOST_SEARCHED: usize = 100;

/// One line of a dosing table.
#[derive(Clone, Debug, PartialEq)]
pub struct DoseRow {
    /// The event that it states.
    pub event: DoseEvent,
    /// The arm that it is for; every arm that reads the table if it names none.
    pub arm: Option<String>,
    /// Whether it names its drug itself.
    pub names_drug: bool,
    /// Where the cell of each column stands, by the name of the column.
    pub cells: Vec<(String, Span)>,
}

impl DoseRow {
    /// Where the cell of `column` stands, or the whole line if it has none.
    #[must_use]
    pub fn cell(&self, column: &str) -> Span {
        let own = self.cells.iter().find(|(name, _)| name == column).map(|&(_, span)| span);
        own.unwrap_or_else(|| match (self.cells.first(), self.cells.last()) {
            (Some((_, first)), Some((_, last))) => Span { end: last.end, ..*first },
            _ => Span::default(),
        })
    }
}

/// Reads dosing events from a CSV text with the columns `time, amt, route` and, where needed, `dur, ii, addl,
/// drug, arm`. Cells are quantities with units, as in a config. Lines that name no drug give `drug`; `drugs` are
/// the names that exist, and `source` is the index that spans carry.
///
/// # Errors
/// A diagnostic at its cell for every fault.
pub fn read_dose_table(
    text: &str,
    source: usize,
    drug: Option<&str>,
    drugs: &[&str],
) -> Result<Vec<DoseRow>, Vec<Diagnostic>> {
    let mut reader = DoseTableReader { text, source, drug, drugs, faults: Vec::new() };
    let rows = reader.read();
    if reader.faults.is_empty() { Ok(rows) } else { Err(reader.faults) }
}

/// Whether `text` was meant for a dose table: one of its first lines names two of its columns, whatever parts them. So was
/// a text that holds nothing.
#[must_use]
pub fn resembles_dose_table(text: &str) -> bool {
    const HEAD: usize = 50;
    let is_column = |word: &&str| REQUIRED.iter().chain(&OPTIONAL).any(|column| word.eq_ignore_ascii_case(column));
    let names = |line: &str| line.split([',', ';', '\t', '|', ' ', '#', '"']).filter(is_column).count();
    text.trim().is_empty() || text.lines().take(HEAD).any(|line| names(line) >= 2)
}

/// Whether a cell says that there is nothing to say.
fn is_none(column: &str, text: &str) -> bool {
    let is_zero = || NONE_AT_ZERO.contains(&column) && text.parse::<f64>().is_ok_and(|number| number == 0.0);
    ["", ".", "NA"].iter().any(|none| none.eq_ignore_ascii_case(text)) || is_zero()
}

struct DoseTableReader<'a> {
    text: &'a str,
    source: usize,
    drug: Option<&'a str>,
    drugs: &'a [&'a str],
    faults: Vec<Diagnostic>,
}

/// A cell: its text and where it stands.
type Cell = (String, Span);

impl DoseTableReader<'_> {
    fn fault(&mut self, code: &'static Code, span: Span, label: impl Into<String>) {
        self.faults.push(Diagnostic::new(code, label).at(span));
    }

    fn read(&mut self) -> Vec<DoseRow> {
        if let Some(fault) = self.misread() {
            self.faults.push(fault);
            return Vec::new();
        }
        let mut csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .comment(Some(b'#'))
            .from_reader(self.text.as_bytes());
        let mut columns: Option<Vec<String>> = None;
        let mut rows = Vec::new();
        let mut record = csv::StringRecord::new();
        loop {
            match csv.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.fault(&codes::WRONG_TYPE, self.line_at(csv.position().byte() as usize), error.to_string());
                    break;
                }
            }
            let start = record.position().map_or(0, |position| position.byte() as usize);
            let cells: Vec<Cell> = record.iter().map(str::to_owned).zip(self.spans(start, record.len())).collect();
            match &columns {
                None => columns = Some(self.header(&cells)),
                Some(columns) if cells.len() == columns.len() => rows.extend(self.row(columns, &cells)),
                Some(columns) => {
                    let is_digit = |c: char| c.is_ascii_digit();
                    let comma = cells.windows(2).find(|pair| {
                        let [(before, _), (after, _)] = pair else { return false };
                        before.chars().all(is_digit) && !before.is_empty() && after.starts_with(is_digit)
                    });
                    let (code, span, label) = match comma {
                        Some([(_, before), (_, after)]) if cells.len() > columns.len() => {
                            let label = "a comma parts cells: the decimal mark is a point".to_owned();
                            (&codes::TABLE_FORM, Span { end: after.end, ..*before }, label)
                        }
                        _ => {
                            let label = format!("{} cells under {} columns", cells.len(), columns.len());
                            (&codes::WRONG_TYPE, self.line_at(start), label)
                        }
                    };
                    self.fault(code, span, label);
                }
            }
        }
        if columns.is_none() {
            self.fault(&codes::MISSING_KEY, self.line_at(0), "the table has no header");
        }
        rows
    }

    /// What keeps the whole table from being read as one, if its first lines show it: cells parted by something
    /// else than commas, or a header that is a comment. Read on, it would give a fault in every cell.
    fn misread(&self) -> Option<Diagnostic> {
        let header = self.line_at(0);
        let names = |line: &str, separator: char| {
            let known = |name: &&str| REQUIRED.iter().chain(&OPTIONAL).any(|column| name.eq_ignore_ascii_case(column));
            line.split(separator).map(|name| name.trim().trim_matches('"')).filter(known).count()
        };
        let line = &self.text[header.start..header.end];
        if names(line, ',') < 2 {
            let separators = [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")];
            if let Some((_, word)) = separators.into_iter().find(|&(separator, _)| names(line, separator) >= 2) {
                let fault = Diagnostic::new(&codes::TABLE_FORM, format!("{word} part the columns"));
                return Some(fault.at(header).help("part them by commas, and write numbers with a decimal point"));
            }
            let mut from = 0;
            for comment in self.text[..header.start].split_inclusive('\n') {
                let start = from + (comment.len() - comment.trim_start().len());
                let text = comment.trim();
                from += comment.len();
                let is_header = |rest: &str| [',', ';', '\t'].into_iter().any(|separator| names(rest, separator) >= 2);
                if text.strip_prefix('#').is_some_and(is_header) {
                    let span = Span { source: self.source, start, end: start + text.len() };
                    let fault = Diagnostic::new(&codes::TABLE_FORM, "a line that begins with `#` is a comment");
                    return Some(fault.at(span).help("remove the `#` before the header"));
                }
            }
        }
        None
    }

    /// The first line with anything but a comment on it, from byte `start` on.
    fn line_at(&self, start: usize) -> Span {
        let mut start = self.text.floor_char_boundary(start);
        loop {
            let rest = &self.text[start..];
            start += rest.len() - rest.trim_start().len();
            let end = self.text[start..].find(['\n', '\r']).map_or(self.text.len(), |length| start + length);
            if self.text[start..end].starts_with('#') {
                start = end;
            } else {
                return Span { source: self.source, start, end };
            }
        }
    }

    /// Where each of `count` cells of the line at byte `start` stands, blanks left out.
    fn spans(&self, start: usize, count: usize) -> Vec<Span> {
        let line = self.line_at(start);
        let text = &self.text[line.start..line.end];
        let mut ranges: Vec<Range<usize>> = Vec::new();
        let (mut from, mut quoted) = (0, false);
        for (place, character) in text.char_indices() {
            quoted ^= character == '"';
            if character == ',' && !quoted {
                ranges.push(from..place);
                from = place + 1;
            }
        }
        ranges.push(from..text.len());
        let span = |range: Range<usize>| {
            let cell = &text[range.clone()];
            let start = line.start + range.start + (cell.len() - cell.trim_start().len());
            Span { source: self.source, start, end: start + cell.trim().len() }
        };
        let mut spans: Vec<Span> = ranges.into_iter().map(span).collect();
        spans.resize(count, line);
        spans
    }

    fn header(&mut self, cells: &[Cell]) -> Vec<String> {
        let names: Vec<String> = cells.iter().map(|(name, _)| name.to_lowercase()).collect();
        let known = || REQUIRED.into_iter().chain(OPTIONAL);
        let mut before = HashSet::new();
        for (name, (_, span)) in names.iter().zip(cells) {
            if !before.insert(name) {
                self.fault(&codes::DUPLICATE_NAME, *span, format!("`{name}` heads a column before"));
            } else if !known().any(|column| column == name) {
                let hint = nearest(name, known()).map_or_else(
                    || format!("accepted: {}", known().collect::<Vec<_>>().join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                let fault = Diagnostic::new(&codes::UNKNOWN_KEY, "no column has this name").at(*span).help(hint);
                self.faults.push(fault);
            }
        }
        let line = cells.first().map_or(Span::default(), |(_, first)| Span {
            end: cells.last().map_or(first.end, |(_, last)| last.end),
            ..*first
        });
        for column in REQUIRED.into_iter().filter(|column| names.iter().all(|name| name != column)) {
            self.fault(&codes::MISSING_KEY, line, format!("the column `{column}` is missing"));
        }
        if self.drug.is_none() && names.iter().all(|name| name != "drug") {
            self.fault(&codes::MISSING_KEY, line, "no column says which drug, and the config does not either");
        }
        names
    }

    fn row(&mut self, columns: &[String], cells: &[Cell]) -> Option<DoseRow> {
        let before = self.faults.len();
        let find = |column: &str| {
            let index = columns.iter().position(|name| name == column)?;
            Some(&cells[index]).filter(|(text, _)| !is_none(column, text))
        };
        for column in REQUIRED.into_iter().filter(|column| columns.iter().any(|name| name == column)) {
            if find(column).is_none() {
                let line = self.line_at(cells[0].1.start);
                self.fault(&codes::MISSING_KEY, line, format!("`{column}` is empty here"));
            }
        }
        let start = self.time(find("time"), false);
        let duration = self.time(find("dur"), true);
        let interval = self.time(find("ii"), true);
        if let Some((_, span)) = find("dur").filter(|_| duration.hours() > LONGEST_H) {
            self.fault(&codes::OUT_OF_RANGE, *span, format!("must be at most {LONGEST_H} h"));
        }
        let amount = self.amount(find("amt"));
        let route = find("route").and_then(|(text, span)| {
            let parsed = text.parse::<Route>().ok();
            if parsed.is_none() {
                self.unknown("route", text, *span, Route::VARIANTS);
            }
            parsed
        });
        let additional = find("addl").map_or(0, |(text, span)| {
            let parsed = text.parse::<u32>().ok().filter(|addl| *addl <= MOST_REPEATS);
            if parsed.is_none() {
                self.fault(&codes::OUT_OF_RANGE, *span, format!("expected a whole number from 0 to {MOST_REPEATS}"));
            }
            parsed.unwrap_or(0)
        });
        let drug = match find("drug") {
            Some((name, span)) => {
                if !self.drugs.contains(&name.as_str()) {
                    self.unknown("drug", name, *span, self.drugs);
                }
                Some(name.clone())
            }
            None => self.drug.map(str::to_owned),
        };
        if drug.is_none() && columns.iter().any(|name| name == "drug") {
            let line = self.line_at(cells[0].1.start);
            self.fault(&codes::MISSING_KEY, line, "`drug` is empty here, and the config names none");
        }
        let first = Dose { drug: drug?, start, duration, amount: amount?, route: route? };
        let row = DoseRow {
            event: DoseEvent { first, interval, additional },
            arm: find("arm").map(|(name, _)| name.clone()),
            names_drug: find("drug").is_some(),
            cells: columns.iter().cloned().zip(cells.iter().map(|&(_, span)| span)).collect(),
        };
        (self.faults.len() == before).then_some(row)
    }

    fn time(&mut self, cell: Option<&Cell>, positive: bool) -> Time {
        let Some((text, span)) = cell else { return Time::ZERO };
        match parse_time(text) {
            Ok(time) if positive && time < Time::ZERO => {
                self.fault(&codes::OUT_OF_RANGE, *span, "must not be negative");
                Time::ZERO
            }
            Ok(time) => time,
            Err(error) => {
                self.quantity(&error, *span);
                Time::ZERO
            }
        }
    }

    fn amount(&mut self, cell: Option<&Cell>) -> Option<Amount> {
        let (text, span) = cell?;
        match text.parse::<Amount>() {
            Ok(amount) if amount.value() > 0.0 && amount.value().is_finite() => return Some(amount),
            Ok(_) => self.fault(&codes::OUT_OF_RANGE, *span, "must be above 0"),
            Err(error) => self.quantity(&error, *span),
        }
        None
    }

    fn quantity(&mut self, error: &UnitError, span: Span) {
        let code = match error {
            UnitError::WrongDimension { .. } | UnitError::MissingUnit { .. } => &codes::WRONG_UNIT,
            _ => &codes::BAD_QUANTITY,
        };
        self.fault(code, span, error.to_string());
    }

    fn unknown(&mut self, noun: &str, word: &str, span: Span, known: &[&str]) {
        // routes are short and unlike: the nearest name is another way into the body
        let looks = noun != "route" && self.faults.len() < MOST_SEARCHED;
        let near = looks.then(|| nearest(word, known.iter().copied())).flatten();
        let hint =
            near.map_or_else(|| format!("accepted: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
        let fault = Diagnostic::new(&codes::UNKNOWN_NAME, format!("no {noun} has this name"));
        self.faults.push(fault.at(span).help(hint));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code, line, column and marked text of every fault of a dose table.
    fn faults(text: &str) -> Vec<(&'static str, usize, String)> {
        let faults = read_dose_table(text, 0, Some("ketamine"), &["ketamine", "saline"]).expect_err("faulty");
        let place = |fault: Diagnostic| {
            let span = fault.span.expect("every fault has a place");
            (fault.code.id, 1 + text[..span.start].matches('\n').count(), text[span.start..span.end].to_owned())
        };
        faults.into_iter().map(place).collect()
    }

    #[test]
    fn a_dose_table_is_read_as_events_and_every_fault_is_found_in_its_cell() {
        let text = "# every dose\ntime, amt, route, dur, ii, addl, drug, arm\n\
                21 d, 0.5 mg/kg, iv, 40 min, 84 h, 5,,\n22 d,50 mg,\"oral\",,,,saline,late\n";
        let infusion = Dose {
            drug: "ketamine".into(),
            start: Time::from_hours(504.0),
            duration: Time::from_hours(2.0 / 3.0),
            amount: Amount::MgPerKg(0.5),
            route: Route::Iv,
        };
        let read = |text| read_dose_table(text, 0, Some("ketamine"), &["ketamine", "saline"]);
        let rows = read(text).unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].event, DoseEvent { first: infusion, interval: Time::from_hours(84.0), additional: 5 });
        assert_eq!((rows[1].event.first.amount, rows[1].event.first.drug.as_str()), (Amount::Mg(50.0), "saline"));
        assert_eq!((rows[0].arm.as_deref(), rows[1].arm.as_deref()), (None, Some("late")));
        assert_eq!((rows[0].names_drug, rows[1].names_drug), (false, true));
        let cell = rows[0].cell("ii");
        assert_eq!(&text[cell.start..cell.end], "84 h");

        for (from, to, code, line, marked) in [
            ("50 mg", "50 ml", "E008", 4, "50 ml"),
            ("50 mg", "-50 mg", "E009", 4, "-50 mg"),
            ("40 min", "40", "E008", 3, "40"),
            ("40 min", "400 h", "E009", 3, "400 h"),
            ("84 h, 5", "84 h, five", "E009", 3, "five"),
            ("84 h", "-84 h", "E009", 3, "-84 h"),
            ("iv", "ivy", "E006", 3, "ivy"),
            ("saline", "salina", "E006", 4, "salina"),
            ("22 d", "", "E004", 4, ",50 mg,\"oral\",,,,saline,late"),
            ("addl", "adl", "E003", 2, "adl"),
            ("dur", "ii", "E011", 2, "ii"),
            ("saline,late", "saline", "E005", 4, "22 d,50 mg,\"oral\",,,,saline"),
            (", route", "", "E004", 2, "time, amt, dur, ii, addl, drug, arm"),
        ] {
            let broken = text.replacen(from, to, 1);
            assert_eq!(faults(&broken)[0], (code, line, marked.to_owned()), "{from} -> {to}");
        }
        let unsaid = read_dose_table("time,amt,route\n1 d,1 mg,iv\n", 0, None, &["saline"]).expect_err("which drug?");
        assert!(unsaid[0].label.contains("which drug"), "{unsaid:?}");
        assert_eq!(read_dose_table("", 0, None, &[]).expect_err("empty")[0].code.id, "E004");
    }
}
