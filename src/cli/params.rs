//! `resprout params`: the model's parameters, with where they come from.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::{Args, Subcommand, ValueEnum};

use super::terminal::{self, refuse};
use crate::configuration::subject_table;
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
            ParamsView::Table { format: TableFormat::Bib } => bibliography(&table),
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
        let _ = writeln!(text, "{:<width$}  {value:<14}  {range:<18}  {:?}", parameter.key(), parameter.grade);
    }
    text
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
    Ok(format!(
        "{}\n  meaning  {}\n  symbol   {symbol}\n  value    {default} {unit}\n  range    {min} to {max} {unit}\n  \
         species  {species}\n  grade    {grade:?}\n  source   {source}\n",
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

/// One entry per distinct source, with the parameters that rest on it.
fn bibliography(table: &[&Parameter]) -> String {
    let mut parameters_of: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for parameter in table {
        parameters_of.entry(parameter.source).or_default().push(parameter.key());
    }
    let mut text = String::new();
    for (number, (source, keys)) in parameters_of.iter().enumerate() {
        let braceless = source.replace(['{', '}'], "");
        let _ = writeln!(text, "@misc{{resprout{:03},\n  note = {{{braceless}}},", number + 1);
        if let Some(doi) = doi(source) {
            let _ = writeln!(text, "  doi = {{{doi}}},");
        }
        let _ = writeln!(text, "  keywords = {{{}}},\n}}\n", keys.join(", "));
    }
    text
}

/// The first DOI that a citation names.
fn doi(source: &str) -> Option<&str> {
    let start = source.find("10.").filter(|&at| source[at..].contains('/'))?;
    let rest = &source[start..];
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).unwrap_or(rest.len());
    let found = rest[..end].trim_end_matches(['.', ')', ']']);
    found.split_once('/').filter(|(registrant, _)| registrant[3..].chars().all(|c| c.is_ascii_digit()))?;
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doi_is_found_in_running_text() {
        assert_eq!(doi("Rudy 2011, doi:10.1002/dneu.20853; others"), Some("10.1002/dneu.20853"));
        assert_eq!(doi("(Salmon 2011, doi:10.1145/2063384.2063405)."), Some("10.1145/2063384.2063405"));
        assert_eq!(doi("Perin 2011: 0.10-0.15 below 50 µm, 10.5 and/or less"), None);
    }
}
