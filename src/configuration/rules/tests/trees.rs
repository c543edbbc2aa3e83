//! Inputs damaged in what they say rather than in how it is written: values, units, keys and entries of a text that remains
//! TOML, and cells of a table that remains a table. Nearly all of it gets past the grammar, to the rules behind.

use toml::{Table, Value};

use crate::foundation::random::Draws;

/// Numbers that quantities get, and numbers that keys get.
const NUMBERS: [&str; 16] = [
    "0",
    "-0.0",
    "1",
    "-1",
    "0.5",
    "2",
    "3",
    "7",
    "24",
    "100",
    "1e-3",
    "1e-9",
    "1e6",
    "1e300",
    "-1e-320",
    "4294967296",
];

/// Units, of every dimension that a key takes and of some that none does.
const UNITS: [&str; 24] = [
    "", "ms", "s", "min", "h", "d", "wk", "y", "mg", "g", "kg", "ug", "mg/kg", "ug/kg", "mmol", "nM", "1/h", "1/d",
    "%", "um", "/mm3", "L/h", "MB", "furlong",
];

/// Names that some key somewhere takes, and some that none does.
const NAMES: [&str; 22] = [
    "ketamine",
    "esketamine",
    "midazolam",
    "iv",
    "oral",
    "ip",
    "pruning",
    "bdnf",
    "symptoms",
    "direct",
    "disinhibition",
    "depression",
    "hama",
    "pyramidal",
    "shared",
    "W001",
    "crossover",
    "csv",
    "doses.csv",
    "own.toml",
    "NaN",
    "",
];

fn pick<'a, T>(from: &'a [T], draws: &mut Draws) -> &'a T {
    &from[draws.below(from.len() as u32) as usize]
}

fn number(draws: &mut Draws) -> &'static str {
    NUMBERS[draws.below(NUMBERS.len() as u32) as usize]
}

/// Any value.
fn value(draws: &mut Draws) -> Value {
    match draws.below(8) {
        0 => Value::Integer(i64::from(draws.below(200_000)) - 100),
        1 => number(draws).parse().map_or(Value::Float(f64::NAN), Value::Float),
        2 | 3 => Value::String(format!("{} {}", number(draws), pick(&UNITS, draws))),
        4 => Value::String((*pick(&NAMES, draws)).to_owned()),
        5 => Value::Boolean(draws.below(2) == 0),
        6 => Value::Array((0..draws.below(3)).map(|_| value(draws)).collect()),
        _ => Value::Table((0..draws.below(3)).map(|_| ((*pick(&NAMES, draws)).to_owned(), value(draws))).collect()),
    }
}

/// How many values there are in `of`, itself included.
fn count(of: &Value) -> u32 {
    let within: u32 = match of {
        Value::Table(entries) => entries.values().map(count).sum(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    };
    within + 1
}

/// Value number `left` of `of`.
fn nth<'a>(of: &'a mut Value, left: &mut u32) -> Option<&'a mut Value> {
    if *left == 0 {
        return Some(of);
    }
    *left -= 1;
    match of {
        Value::Table(entries) => entries.iter_mut().find_map(|(_, value)| nth(value, left)),
        Value::Array(items) => items.iter_mut().find_map(|value| nth(value, left)),
        _ => None,
    }
}

fn any<'a>(of: &'a mut Value, draws: &mut Draws) -> Option<&'a mut Value> {
    let mut place = draws.below(count(of));
    nth(of, &mut place)
}

/// A value and its key in some table of `of`.
fn entry(of: &Value, draws: &mut Draws) -> Option<(String, Value)> {
    let mut tables = Vec::new();
    let mut waiting = vec![of];
    while let Some(next) = waiting.pop() {
        match next {
            Value::Table(entries) => {
                tables.push(entries);
                waiting.extend(entries.values());
            }
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    tables.retain(|table| !table.is_empty());
    if tables.is_empty() {
        return None;
    }
    let table = *pick(&tables, draws);
    table.iter().nth(draws.below(table.len() as u32) as usize).map(|(key, value)| (key.clone(), value.clone()))
}

/// Another number, or another unit, in a text that is a quantity; another number for a number; another name for a name.
fn shifted(old: &Value, draws: &mut Draws) -> Value {
    let scaled = |number: f64, draws: &mut Draws| number * pick(&[0.0, -1.0, 0.1, 0.5, 2.0, 10.0, 1e3, 1e-3], draws);
    match old {
        Value::Integer(number) => Value::Integer(scaled(*number as f64, draws) as i64),
        Value::Float(number) => Value::Float(scaled(*number, draws)),
        Value::Boolean(boolean) => Value::Boolean(!boolean),
        Value::String(text) => match text.split_once(' ').filter(|(number, _)| number.parse::<f64>().is_ok()) {
            Some((old, unit)) if draws.below(2) == 0 => {
                let old: f64 = old.parse().unwrap_or_default();
                Value::String(format!("{} {unit}", scaled(old, draws)))
            }
            Some((number, _)) => Value::String(format!("{number} {}", pick(&UNITS, draws))),
            None => Value::String((*pick(&NAMES, draws)).to_owned()),
        },
        _ => value(draws),
    }
}

/// A word with a letter more, a letter less, or another letter.
fn misspelt(word: &str, draws: &mut Draws) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let place = draws.below(letters.len().max(1) as u32) as usize;
    match draws.below(3) {
        0 => letters.insert(place, 'x'),
        1 if !letters.is_empty() => drop(letters.remove(place)),
        _ => letters.iter_mut().skip(place).take(1).for_each(|letter| *letter = 'q'),
    }
    letters.into_iter().collect()
}

/// One edit of `document`; `strangers` lend entries.
fn edit(document: &mut Value, strangers: &[Value], draws: &mut Draws) {
    let stranger = pick(strangers, draws);
    let lent = entry(if draws.below(2) == 0 { stranger } else { document }, draws);
    let (kind, fresh) = (draws.below(12), value(draws));
    let Some(place) = any(document, draws) else { return };
    match (kind, place) {
        (0, Value::Table(entries)) => {
            // a key is misspelt
            if let Some(key) = entries.keys().nth(draws.below(entries.len().max(1) as u32) as usize).cloned()
                && let Some(value) = entries.remove(&key)
            {
                entries.insert(misspelt(&key, draws), value);
            }
        }
        (1, Value::Table(entries)) => {
            if let Some(key) = entries.keys().nth(draws.below(entries.len().max(1) as u32) as usize).cloned() {
                entries.remove(&key);
            }
        }
        (2..=4, Value::Table(entries)) => entries.extend(lent),
        (0 | 1, Value::Array(items)) if !items.is_empty() => {
            items.remove(draws.below(items.len() as u32) as usize);
        }
        (2 | 3, Value::Array(items)) if !items.is_empty() => {
            let again = pick(items, draws).clone();
            items.push(again);
        }
        (4, Value::Array(items)) => items.extend(lent.map(|(_, value)| value)),
        // of a table or a list, what it holds rather than itself
        (5..=9, Value::Table(entries)) => {
            if let Some((_, value)) = entries.iter_mut().nth(draws.below(4) as usize) {
                *value = shifted(value, draws);
            }
        }
        (10, place) => *place = lent.map_or(fresh, |(_, value)| value),
        (11, place) => *place = fresh,
        (_, place) => *place = shifted(place, draws),
    }
}

/// `text` after one to three edits, in TOML again; as it was if it is none.
pub(super) fn reshaped(text: &str, strangers: &[String], draws: &mut Draws) -> String {
    let parsed = |text: &str| text.parse::<Table>().ok().map(Value::Table);
    let Some(mut document) = parsed(text) else { return text.to_owned() };
    let stranger = parsed(pick::<String>(strangers, draws)).unwrap_or_else(|| document.clone());
    for _ in 0..=draws.below(3) {
        let before = document.clone();
        edit(&mut document, std::slice::from_ref(&stranger), draws);
        if !document.is_table() {
            document = before;
        }
    }
    toml::to_string(&document).unwrap_or_else(|_| text.to_owned())
}

/// A table of doses after one to three edits of its cells, columns and lines.
pub(super) fn recut(table: &str, draws: &mut Draws) -> String {
    let mut lines: Vec<Vec<String>> = table.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
    for _ in 0..=draws.below(3) {
        let line = draws.below(lines.len() as u32) as usize;
        let cell = draws.below(lines[line].len() as u32) as usize;
        let other = pick(&lines, draws).clone();
        match draws.below(6) {
            0 => lines[line][cell] = format!("{} {}", number(draws), pick(&UNITS, draws)),
            1 => lines[line][cell] = (*pick(&NAMES, draws)).to_owned(),
            2 => lines[line][cell] = number(draws).to_owned(),
            3 => lines[line][cell] = misspelt(&lines[line][cell], draws),
            4 => lines.insert(line, other),
            _ => {
                // a column less, in every line that has it
                let most = lines.iter().map(Vec::len).max().unwrap_or(0);
                if cell + 1 < most {
                    lines.iter_mut().filter(|cells| cells.len() > cell).for_each(|cells| drop(cells.remove(cell)));
                    lines.retain(|cells| !cells.is_empty());
                }
            }
        }
    }
    lines.iter().map(|cells| cells.join(",") + "\n").collect()
}
