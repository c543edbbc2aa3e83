//! `resprout params`: the model's parameters, with where they come from.

use std::fmt::Write as _;

use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;

use super::terminal::{self, refuse};
use crate::configuration::{key_of_default, subject_table};
use crate::foundation::diagnostics::{codes, nearest};
use crate::foundation::error::{Error, Result};
use crate::foundation::parameters::Parameter;
use crate::mechanisms::Cascade;

#[derive(Debug, Args)]
pub(super) struct Params {
    #[command(subcommand)]
    view: Option<ParamsView>,
}

#[derive(Debug, Subcommand)]
enum ParamsView {
    /// One line per parameter: key, value, unit, range, evidence grade
    List,
    /// Everything about one parameter
    Show {
        /// The key, such as stress.onset_time_constant_d
        key: String,
    },
    /// The whole table, for documents and spreadsheets
    Table {
        /// Markdown, comma-separated values, or the sources as BibTeX
        #[arg(long, value_enum, default_value = "md")]
        format: TableFormat,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TableFormat {
    Md,
    Csv,
    Bib,
}

impl Params {
    pub(super) fn run(self, cascade: &Cascade) -> Result<()> {
        let mut table = cascade.parameters();
        table.extend(subject_table());
        let text = match self.view.unwrap_or(ParamsView::List) {
            ParamsView::List => list(&table),
            ParamsView::Show { key } => show(&table, &key)?,
            ParamsView::Table { format: TableFormat::Md } => markdown(&table),
            ParamsView::Table { format: TableFormat::Csv } => comma_separated(&table)?,
            ParamsView::Table { format: TableFormat::Bib } => bibliography(&table)?,
        };
        terminal::say(&text)
    }
}

fn list(table: &[&Parameter]) -> String {
    let width = table.iter().map(|parameter| parameter.key().len()).max().unwrap_or(0);
    let mut text = String::new();
    for parameter in table {
        let value = format!("{} {}", parameter.default, parameter.unit);
        let range = format!("{} to {}", parameter.min, parameter.max);
        let grade = format!("{:?}", parameter.grade);
        let set = stated_elsewhere(parameter).map_or(String::new(), |key| format!("  set as {key}"));
        let _ = writeln!(
            text,
            "{:<width$}  {value:<14}  {range:<18}  {}",
            parameter.key(),
            format!("{grade:<9}{set}").trim_end()
        );
    }
    text
}

/// The key of a config that sets what is no parameter of the model, but a default of `[subjects]`; none for parameters, which
/// `model.override` sets.
fn stated_elsewhere(parameter: &Parameter) -> Option<String> {
    let is_default = subject_table().iter().any(|default| default.key() == parameter.key());
    is_default.then(|| key_of_default(parameter.name))
}

fn show(table: &[&Parameter], key: &str) -> Result<String> {
    let Some(parameter) = table.iter().find(|parameter| parameter.key() == key) else {
        let keys: Vec<String> = table.iter().map(|parameter| parameter.key()).collect();
        let hint = nearest(key, keys.iter().map(String::as_str)).map_or_else(
            || "`resprout params list` lists them all".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(refuse(&codes::NO_SUCH_TOPIC, format!("no parameter has the key `{key}`"), Some(hint)));
    };
    let Parameter { symbol, default, unit, min, max, species, grade, source, .. } = parameter;
    let set = stated_elsewhere(parameter).unwrap_or_else(|| format!("model.override.\"{key}\".value"));
    Ok(format!(
        "{}\n  meaning  {}\n  symbol   {symbol}\n  value    {default} {unit}\n  range    {min} to {max} {unit}\n  \
         species  {species}\n  grade    {grade:?}\n  source   {source}\n  set as   {set}\n",
        parameter.key(),
        meaning(parameter),
    ))
}

/// The meaning on one line.
fn meaning(parameter: &Parameter) -> String {
    parameter.meaning.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn markdown(table: &[&Parameter]) -> String {
    let mut text = String::from(
        "| key | symbol | value | unit | range | species | grade | meaning | source |\n\
         | --- | --- | ---: | --- | --- | --- | --- | --- | --- |\n",
    );
    for parameter in table {
        let cells = [
            format!("`{}`", parameter.key()),
            parameter.symbol.to_owned(),
            parameter.default.to_string(),
            parameter.unit.to_owned(),
            format!("{} to {}", parameter.min, parameter.max),
            parameter.species.to_owned(),
            format!("{:?}", parameter.grade),
            meaning(parameter),
            parameter.source.to_owned(),
        ];
        let _ = writeln!(text, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    text
}

fn comma_separated(table: &[&Parameter]) -> Result<String> {
    let failed = |error: String| Error::Run(format!("cannot write the table: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["key", "symbol", "value", "unit", "min", "max", "species", "grade", "meaning", "source"];
    writer.write_record(header).map_err(|error| failed(error.to_string()))?;
    for parameter in table {
        let record = [
            parameter.key(),
            parameter.symbol.to_owned(),
            parameter.default.to_string(),
            parameter.unit.to_owned(),
            parameter.min.to_string(),
            parameter.max.to_string(),
            parameter.species.to_owned(),
            format!("{:?}", parameter.grade),
            meaning(parameter),
            parameter.source.to_owned(),
        ];
        writer.write_record(record).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A work that sources name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CitedWork {
    /// How a source names it: authors and year.
    cited: String,
    author: String,
    title: String,
    journal: String,
    year: u16,
    doi: Option<String>,
    /// Whether title, authors and year were looked up; others are recalled.
    #[serde(default)]
    verified: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CitedWorks {
    work: Vec<CitedWork>,
}

impl CitedWorks {
    fn shipped() -> Result<Self> {
        toml::from_str(include_str!("works.toml"))
            .map_err(|error| Error::Run(format!("cannot read the table of cited works: {error}")))
    }
}

/// Whether `source` names the work that is `cited` so: `Li 2010`, but not the end of `Tsai-Li 2010`.
fn names(source: &str, cited: &str) -> bool {
    source.match_indices(cited).any(|(at, _)| {
        let before = source[..at].chars().next_back();
        let after = source[at + cited.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '-') && !after.is_some_and(char::is_alphanumeric)
    })
}

/// One entry for each work that a source names, with the parameters that rest on it. Sources that name none, because they state an
/// assumption or a work that is known by author and year alone, stand in the other tables.
fn bibliography(table: &[&Parameter]) -> Result<String> {
    let mut text = String::new();
    for work in CitedWorks::shipped()?.work {
        let keys: Vec<String> =
            table.iter().filter(|parameter| names(parameter.source, &work.cited)).map(|it| it.key()).collect();
        if keys.is_empty() {
            continue;
        }
        let CitedWork { cited, author, title, journal, year, doi, verified } = work;
        // letters and digits alone, so that every program takes it
        let key: String = cited.to_lowercase().chars().filter_map(ascii).collect();
        // the second braces keep capitals, which styles of bibliographies take away
        let mut fields = vec![("author", author), ("title", format!("{{{title}}}")), ("journal", journal)];
        fields.push(("year", year.to_string()));
        fields.extend(doi.map(|doi| ("doi", doi)));
        fields.extend((!verified).then(|| ("note", "Recalled, not looked up".to_owned())));
        fields.push(("keywords", keys.join(", ")));
        let _ = writeln!(text, "@article{{{key},");
        for (name, value) in fields {
            let _ = writeln!(text, "  {name} = {{{}}},", value.replace('&', "\\&"));
        }
        text.push_str("}\n\n");
    }
    Ok(text)
}

/// A letter without its accent.
fn ascii(letter: char) -> Option<char> {
    match letter {
        'á' | 'à' | 'ä' => Some('a'),
        'é' | 'è' => Some('e'),
        'í' => Some('i'),
        'ñ' => Some('n'),
        'ó' | 'ö' => Some('o'),
        'ú' | 'ü' => Some('u'),
        other => other.is_ascii_alphanumeric().then_some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Vec<&'static Parameter> {
        let mut table = Cascade::standard().parameters();
        table.extend(subject_table());
        table
    }

    #[test]
    fn a_work_is_named_by_its_whole_name() {
        assert!(names("fitted to Li 2010: synaptic proteins", "Li 2010"));
        assert!(!names("Tsai-Li 2010", "Li 2010") && !names("Li 20100", "Li 2010") && !names("Ali 2010", "Li 2010"));
    }

    /// Every work is named by some source, once, and every entry is one that a parser of BibTeX takes, with what it needs.
    #[test]
    fn the_bibliography_is_bibtex_with_author_title_and_year() {
        let text = bibliography(&table()).unwrap();
        let parsed = biblatex::Bibliography::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let works = CitedWorks::shipped().unwrap().work;
        assert_eq!(parsed.len(), works.len(), "a work that no source names, or a key used twice");
        for entry in parsed.iter() {
            let authors = entry.author().unwrap_or_else(|error| panic!("{}: {error}", entry.key));
            assert!(authors.iter().all(|author| !author.name.is_empty()), "{}: {authors:?}", entry.key);
            assert!(!entry.title().unwrap().is_empty() && entry.date().is_ok(), "{}", entry.key);
            assert!(entry.get("keywords").is_some() && entry.get("journal").or(entry.get("journaltitle")).is_some());
        }
        let dois: Vec<_> = works.iter().filter_map(|work| work.doi.as_deref()).collect();
        assert!(dois.iter().all(|doi| doi.starts_with("10.") && doi.contains('/')), "{dois:?}");
    }

    #[test]
    fn defaults_of_subjects_say_which_key_sets_them() {
        let settable = crate::configuration::keys::settable(&Cascade::standard());
        let listed = list(&table());
        for default in subject_table() {
            let key = key_of_default(default.name);
            assert!(settable.iter().any(|known| known.path == key), "{key} is no key of a config");
            assert!(listed.contains(&format!("set as {key}")), "{listed}");
        }
        assert!(show(&table(), "subjects.weight_cv").unwrap().contains("set as   subjects.weight.cv\n"));
        let shown = show(&table(), "stress.onset_time_constant_d").unwrap();
        assert!(shown.contains("set as   model.override.\"stress.onset_time_constant_d\".value\n"), "{shown}");
    }
}
