//! Shipped configs, drugs and dose tables, damaged at random: every one is either sound or refused, each fault with its line.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use super::trees::{recut, reshaped};
use super::*;
use crate::configuration::Experiment;
use crate::foundation::random::{Draws, Purpose, Seed};

/// What breaks grammars, numbers, names and units.
const POISON: [&str; 52] = [
    "",
    "0",
    "-1",
    "1e300",
    "-1e-300",
    "1e-320",
    "NaN",
    "inf",
    "-inf",
    "9223372036854775808",
    "4294967296",
    "0x1f",
    "١٢",
    "true",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ",",
    ".",
    "#",
    "\\",
    "\\u0000",
    "\0",
    "\u{7f}",
    "\r",
    "\t",
    "\n",
    "\u{feff}",
    "é",
    "𝄞",
    " h",
    " d",
    " mg",
    " mg/kg",
    " 1/h",
    "1e9 y",
    "999999999999 d",
    "\"\"",
    "[]",
    "{}",
    "null",
    "1970-01-01",
    ";",
    "ketamine",
];

/// A table in which every column is used.
const DOSES: &str = "# of the clinic\ntime,amt,route,dur,ii,addl,drug,arm\n1 d,0.5 mg/kg,iv,40 min,.,0,,clinic\n\
    30 h,35 mg,im,,12 h,2,ketamine,clinic\n40 h,2 mg/kg,oral,0,0,0,.,\n";

/// The text of every file with this ending in a folder of `configs`, by name.
fn texts(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs").join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// What may be damaged: configs, drugs that a config lists, and a table of doses that it names.
struct Corpus {
    configs: Vec<String>,
    drugs: Vec<String>,
}

impl Corpus {
    fn shipped() -> Self {
        let mut configs = texts("");
        configs.extend(texts("validation"));
        Self { configs, drugs: texts("drugs") }
    }

    /// A config and the files beside it, one of them damaged: in four of five in what it says, else in its letters.
    fn case(&self, number: u32) -> (String, BTreeMap<String, String>) {
        let mut draws = Seed(20).draws(Purpose::Test, 0, number);
        let pick = |texts: &[String], draws: &mut Draws| texts[draws.below(texts.len() as u32) as usize].clone();
        let says = draws.below(5) > 0;
        let damage = |text: &str, strangers: &[String], draws: &mut Draws| {
            if says { reshaped(text, strangers, draws) } else { damaged(text, self, draws) }
        };
        match draws.below(5) {
            0 => {
                let drug = damage(&pick(&self.drugs, &mut draws), &self.drugs, &mut draws);
                let config = format!("{HEAD}drugs = [\"own.toml\"]\n{ARM}");
                (config, [("own.toml".to_owned(), drug)].into())
            }
            1 => {
                let table = if says { recut(DOSES, &mut draws) } else { damaged(DOSES, self, &mut draws) };
                (format!("{HEAD}{ARM}{TABLE}"), [("doses.csv".to_owned(), table)].into())
            }
            _ => (damage(&pick(&self.configs, &mut draws), &self.configs, &mut draws), BTreeMap::new()),
        }
    }
}

/// `text` after one to four random edits.
fn damaged(text: &str, corpus: &Corpus, draws: &mut Draws) -> String {
    let mut text = text.to_owned();
    for _ in 0..=draws.below(4) {
        text = edited(&text, corpus, draws);
    }
    text
}

fn edited(text: &str, corpus: &Corpus, draws: &mut Draws) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return POISON[draws.below(POISON.len() as u32) as usize].to_owned();
    }
    let at = |draws: &mut Draws, length: usize| draws.below(length.max(1) as u32) as usize;
    let poison = POISON[at(draws, POISON.len())];
    let (place, line, other) = (at(draws, letters.len()), at(draws, lines.len()), at(draws, lines.len()));
    match draws.below(10) {
        0 => drop(letters.drain(place..(place + 1 + at(draws, 20)).min(letters.len()))),
        1 => drop(letters.splice(place..place, poison.chars())),
        2 => letters.truncate(place),
        3 => letters[place] = char::from(b' ' + at(draws, 95) as u8),
        4 => {
            // a whole word or number becomes something else
            let is_part = |letter: &char| letter.is_alphanumeric() || ['.', '_', '-'].contains(letter);
            let before = letters[..place].iter().rev().take_while(|letter| is_part(letter)).count();
            let after = letters[place..].iter().take_while(|letter| is_part(letter)).count();
            drop(letters.splice(place - before..place + after, poison.chars()));
        }
        5 => {
            let numerals: Vec<usize> = (0..letters.len()).filter(|&at| letters[at].is_ascii_digit()).collect();
            if !numerals.is_empty() {
                letters[numerals[at(draws, numerals.len())]] = char::from(b'0' + at(draws, 10) as u8);
            }
        }
        6 => {
            lines.insert(line, lines[other]);
            return lines.join("\n");
        }
        7 => {
            lines.swap(line, other);
            return lines.join("\n");
        }
        8 => {
            lines.remove(line);
            return lines.join("\n");
        }
        _ => {
            let stranger = &corpus.configs[at(draws, corpus.configs.len())];
            let strange: Vec<&str> = stranger.lines().collect();
            lines.insert(line, strange[at(draws, strange.len())]);
            return lines.join("\n");
        }
    }
    letters.into_iter().collect()
}

/// What came of a damaged input.
enum Outcome {
    /// Nothing is wrong with it; the codes of what is said all the same.
    Sound(Vec<String>),
    /// It is refused, with these codes.
    Refused(Vec<String>),
    /// Neither, and what was seen.
    Fallen(String),
}

/// What becomes of a sound experiment that is written out in full: it must be read back as it was.
fn written_out(experiment: Experiment) -> Option<String> {
    match experiment.clone().checked() {
        Ok(again) if again == experiment => None,
        Ok(again) => Some(format!("written out, it is another:\n{again:?}\n{experiment:?}")),
        Err(error) => Some(format!("written out, it is refused: {error}")),
    }
}

fn outcome(corpus: &Corpus, number: u32) -> Outcome {
    let (config, beside) = corpus.case(number);
    let files = Files::Held(beside);
    let begun = Instant::now();
    let read = catch_unwind(AssertUnwindSafe(|| reading(&files, &Cascade::standard()).read("exp.toml", &config)));
    let (report, sound) = match read {
        Ok(Ok(loaded)) => (loaded.remarks.to_string(), Some(loaded.experiment)),
        Ok(Err(Error::Input(report))) => (report, None),
        Ok(Err(other)) => return Outcome::Fallen(format!("not a fault of the input: {other}")),
        Err(_) => return Outcome::Fallen("a panic".to_owned()),
    };
    let lines: Vec<&str> = report.lines().collect();
    let is_head = |line: &str| ["error[", "warning[", "note["].iter().any(|kind| line.starts_with(kind));
    for (index, head) in lines.iter().enumerate().filter(|(_, line)| is_head(line)) {
        let place = lines.get(index + 1).and_then(|line| line.trim_start().strip_prefix("--> "));
        let numbers = place.and_then(|place| place.split_once(':')).map(|(_, numbers)| numbers.split(':'));
        if !numbers
            .is_some_and(|mut numbers| numbers.clone().count() == 2 && numbers.all(|it| it.parse::<u32>().is_ok()))
        {
            return Outcome::Fallen(format!("no line: {head}"));
        }
    }
    if sound.is_some() == report.contains("error[") {
        return Outcome::Fallen(format!("an error, or none where it is refused: {report}"));
    }
    // milliseconds alone; the machine may be at other work
    if begun.elapsed() > Duration::from_secs(20) {
        return Outcome::Fallen(format!("it took {:?}", begun.elapsed()));
    }
    let mut codes: Vec<String> = lines
        .iter()
        .filter(|line| is_head(line))
        .filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned()))
        .collect();
    codes.sort();
    codes.dedup();
    let Some(experiment) = sound else { return Outcome::Refused(codes) };
    match catch_unwind(AssertUnwindSafe(|| written_out(experiment))) {
        Ok(None) => Outcome::Sound(codes),
        Ok(Some(what)) => Outcome::Fallen(what),
        Err(_) => Outcome::Fallen("a panic when it is written out".to_owned()),
    }
}

/// What came of many inputs.
#[derive(Default)]
struct Tally {
    sound: u32,
    /// Sound, and something is said.
    doubtful: u32,
    /// Refused, and for more than the grammar.
    refused: u32,
    /// Refused as no TOML, or no table.
    ungrammatical: u32,
    /// How many inputs each code was said of.
    codes: BTreeMap<String, u32>,
}

impl Tally {
    fn count(&mut self, sound: bool, codes: Vec<String>) {
        let is_grammar = |code: &String| ["E002", "E025"].contains(&code.as_str());
        *match (sound, codes.is_empty()) {
            (true, true) => &mut self.sound,
            (true, false) => &mut self.doubtful,
            (false, _) if codes.iter().all(is_grammar) => &mut self.ungrammatical,
            (false, _) => &mut self.refused,
        } += 1;
        for code in codes {
            *self.codes.entry(code).or_default() += 1;
        }
    }
}

/// Checks inputs of these numbers on two threads.
fn trial(numbers: std::ops::Range<u32>) -> Tally {
    let corpus = Corpus::shipped();
    assert!(corpus.configs.len() > 20 && corpus.drugs.len() > 8);
    let next = AtomicU32::new(numbers.start);
    let (tally, fallen) = (Mutex::new(Tally::default()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= numbers.end {
                        return;
                    }
                    match outcome(&corpus, number) {
                        Outcome::Sound(codes) => tally.lock().unwrap().count(true, codes),
                        Outcome::Refused(codes) => tally.lock().unwrap().count(false, codes),
                        Outcome::Fallen(what) => fallen.lock().unwrap().push((number, what)),
                    }
                }
            });
        }
    });
    let mut fallen = fallen.into_inner().unwrap();
    fallen.sort();
    for (number, what) in fallen.iter().take(10) {
        let (config, beside) = corpus.case(*number);
        println!("{number}: {what}\n{}\n", beside.values().next().unwrap_or(&config));
    }
    let told: Vec<_> = fallen.iter().map(|(number, what)| format!("{number}: {what}")).collect();
    assert!(fallen.is_empty(), "{} fell:\n{}", fallen.len(), told.join("\n"));
    tally.into_inner().unwrap()
}

#[test]
fn damaged_inputs_are_sound_or_refused_with_a_line_for_each_fault() {
    let Tally { sound, doubtful, refused, ungrammatical, .. } = trial(0..300);
    assert!(sound > 20 && doubtful > 2 && refused > 100, "{sound} sound, {doubtful} doubtful, {refused} refused");
    assert!((1..60).contains(&ungrammatical), "{ungrammatical} are no TOML or no table");
}

#[test]
#[ignore = "minutes: `cargo test --lib thirty_thousand -- --ignored --nocapture`"]
fn thirty_thousand_damaged_inputs_are_sound_or_refused() {
    let Tally { sound, doubtful, refused, ungrammatical, codes } = trial(0..30_000);
    println!(
        "30,000 damaged inputs: {sound} sound, {doubtful} sound with remarks, {refused} refused for what they say, \
        {ungrammatical} for their grammar alone; none fell. By code:"
    );
    for (code, count) in codes {
        println!("{count:6}  {code}");
    }
}
