//! Which change of the model mended which row of the board, and which broke which.
//!
//! A [`Change`] is data (`changes.toml`): what the model does since, and the values that take it back. The board is scored with each
//! change taken back, one at a time, from the same seeds; a row that is met with the change and missed without it was mended by it. What
//! was fitted beside a change stays as it was fitted, so that the table says what a change does in the model as it is, not what a model
//! that never had it would be.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Board, Laboratory, ScoredTarget, Target, reference};
use crate::anatomy::cohort::Covariate;
use crate::foundation::diagnostics::nearest;
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::mechanisms::Cascade;
use crate::mechanisms::mechanism::Flow;

/// A change of the model, and how it is taken back.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Its name.
    pub id: String,
    /// What the model does since, in words.
    pub what: String,
    /// Parameter values that take it back, by key, in their declared units.
    #[serde(default)]
    pub off: BTreeMap<String, f64>,
    /// Covariates in which all virtual subjects are typical without it, by their key.
    #[serde(default)]
    pub alike: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeFile {
    change: Vec<Change>,
}

/// The changes that `only` names, in the order of the file; all of them if it names none.
///
/// # Errors
/// [`Error::Input`] for a name that no change has, or if the file is not as it should be; a test reads it.
pub fn selected(only: &[String]) -> Result<Vec<Change>> {
    let file: ChangeFile = toml::from_str(include_str!("changes.toml"))
        .map_err(|error| Error::Input(format!("error: changes.toml: {error}")))?;
    let ids: Vec<&str> = file.change.iter().map(|change| change.id.as_str()).collect();
    if let Some(unknown) = only.iter().find(|name| !ids.contains(&name.as_str())) {
        let hint = nearest(unknown, ids.iter().copied())
            .map_or_else(|| format!("changes: {}", ids.join(", ")), |near| format!("did you mean `{near}`?"));
        return Err(Error::Input(format!("error: no change is called `{unknown}`\n  = help: {hint}")));
    }
    Ok(file.change.into_iter().filter(|change| only.is_empty() || only.contains(&change.id)).collect())
}

impl Change {
    /// How it is taken back, in words.
    #[must_use]
    pub fn taken_back_by(&self) -> String {
        let set = self.off.iter().map(|(key, value)| format!("{key} = {value}"));
        let alike = self.alike.iter().map(|covariate| format!("all subjects alike in {covariate}"));
        set.chain(alike).collect::<Vec<_>>().join(", ")
    }

    fn covariates(&self) -> Result<Vec<Covariate>> {
        let find = |key: &String| {
            let found = Covariate::ALL.into_iter().find(|covariate| covariate.key() == key);
            found.ok_or_else(|| Error::Input(format!("error: changes.toml: no covariate is called `{key}`")))
        };
        self.alike.iter().map(find).collect()
    }

    /// The columns by which alone it can move anything, if nothing reads the mechanisms that it belongs to.
    fn only_columns(&self, cascade: &Cascade) -> Result<Option<Vec<&'static str>>> {
        if !self.alike.is_empty() {
            return Ok(None);
        }
        let entries = cascade.entries()?;
        let is_own = |name: &str| self.off.keys().any(|key| key.split('.').next() == Some(name));
        let own: Vec<_> = entries.iter().filter(|entry| is_own(entry.name)).collect();
        let written: Vec<_> = own
            .iter()
            .flat_map(|entry| &entry.signals)
            .filter(|it| it.flow == Flow::Writes)
            .map(|it| it.kind)
            .collect();
        let others = entries.iter().filter(|entry| !is_own(entry.name)).flat_map(|entry| &entry.signals);
        let is_read = others.filter(|it| it.flow != Flow::Writes).any(|it| written.contains(&it.kind));
        let columns = || own.iter().flat_map(|entry| entry.columns.iter().map(|column| column.name)).collect();
        Ok((!is_read && !own.is_empty()).then(columns))
    }

    /// Those of `targets` that it can move: the others need not be measured again.
    fn reach(&self, targets: &[Target], cascade: &Cascade) -> Result<Vec<Target>> {
        let columns = self.only_columns(cascade)?;
        let mut reached = Vec::new();
        for target in targets.iter().filter(|target| target.experiment != reference::EQUATIONS_ALONE) {
            let needs_subjects = self.off.is_empty();
            if needs_subjects && reference::experiment(&target.experiment, cascade)?.subjects.is_none() {
                continue;
            }
            let expression = target.expression()?;
            let reads = |columns: &Vec<&str>| expression.series().iter().any(|(column, _)| columns.contains(column));
            if columns.as_ref().is_none_or(reads) {
                reached.push(target.clone());
            }
        }
        Ok(reached)
    }
}

/// What a change does to a row of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeEffect {
    /// Met with it, missed without.
    Mended,
    /// Missed with it, met without.
    Broke,
    /// The same either way.
    Neither,
}

/// A row of the board with a change, and without it.
#[derive(Clone, Debug, PartialEq)]
pub struct RowTakenBack {
    /// The row as the model scores it.
    pub with: ScoredTarget,
    /// The row with the change taken back.
    pub without: ScoredTarget,
}

impl RowTakenBack {
    /// What the change does to it.
    #[must_use]
    pub fn effect(&self) -> ChangeEffect {
        match (self.with.pass, self.without.pass) {
            (true, false) => ChangeEffect::Mended,
            (false, true) => ChangeEffect::Broke,
            _ => ChangeEffect::Neither,
        }
    }
}

/// A change with the rows that it can move.
#[derive(Clone, Debug, PartialEq)]
pub struct TakenBack {
    /// The change.
    pub change: Change,
    /// The rows, in the order of the board.
    pub rows: Vec<RowTakenBack>,
}

/// Every change, taken back alone.
#[derive(Clone, Debug, PartialEq)]
pub struct EachAlone {
    /// The board of the model as it is.
    pub board: Board,
    /// The changes, in the order asked.
    pub changes: Vec<TakenBack>,
}

/// A line of `each_alone.csv`.
#[derive(Serialize)]
struct AloneLine<'a> {
    change: &'a str,
    target: &'a str,
    kind: &'static str,
    unit: &'a str,
    band_low: f64,
    band_high: f64,
    with: f64,
    without: f64,
    effect: ChangeEffect,
}

impl EachAlone {
    /// Scores `targets` as the model is, then with each of `changes` taken back. `announce` is told what is run, and `keep` has what
    /// is found so far after every change, since all of them take long.
    ///
    /// # Errors
    /// Those of [`Board::score`], and of `keep`.
    pub fn score(
        targets: &[Target],
        changes: Vec<Change>,
        laboratory: &Laboratory,
        announce: impl Fn(&str),
        mut keep: impl FnMut(&Self) -> Result<()>,
    ) -> Result<Self> {
        let board = Board::score(targets.to_vec(), laboratory, None, |name| announce(name))?;
        let mut found = Self { board, changes: Vec::new() };
        for change in changes {
            let off: Vec<(String, f64)> = change.off.iter().map(|(key, value)| (key.clone(), *value)).collect();
            let alike = change.covariates()?;
            let without = Laboratory { overrides: &off, alike: &alike, ..*laboratory };
            let reached = change.reach(targets, laboratory.cascade)?;
            let told = |name: &str| announce(&format!("{name}, without {}", change.id));
            let without = Board::score(reached, &without, None, told)?;
            let pair = |row: ScoredTarget| {
                let with = found.board.rows.iter().find(|with| with.id == row.id)?.clone();
                Some(RowTakenBack { with, without: row })
            };
            let rows = without.rows.into_iter().filter_map(pair).collect();
            found.changes.push(TakenBack { change, rows });
            keep(&found)?;
        }
        Ok(found)
    }

    /// All rows that were measured again, as CSV.
    ///
    /// # Errors
    /// [`Error::Run`] if the encoder refuses.
    pub fn csv(&self) -> Result<String> {
        let refused = |error: &dyn std::fmt::Display| Error::Run(format!("cannot write the table of changes: {error}"));
        let mut csv = csv::Writer::from_writer(Vec::new());
        for TakenBack { change, rows } in &self.changes {
            for row in rows {
                let RowTakenBack { with, without } = row;
                csv.serialize(AloneLine {
                    change: &change.id,
                    target: &with.id,
                    kind: with.kind.name(),
                    unit: &with.unit,
                    band_low: with.band_low,
                    band_high: with.band_high,
                    with: with.value,
                    without: without.value,
                    effect: row.effect(),
                })
                .map_err(|error| refused(&error))?;
            }
        }
        let bytes = csv.into_inner().map_err(|error| refused(&error))?;
        String::from_utf8(bytes).map_err(|error| refused(&error))
    }

    /// Writes `each_alone.csv` into `folder`.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder takes no file.
    pub fn write(&self, folder: &Path) -> Result<()> {
        files::create_folder(folder)?;
        files::write(&folder.join("each_alone.csv"), self.csv()?.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::super::targets;
    use super::*;
    use crate::experiment::watch::Unwatched;

    fn change(id: &str) -> Change {
        selected(&[id.to_owned()]).unwrap().remove(0)
    }

    #[test]
    fn every_change_is_taken_back_by_values_that_a_parameter_can_have_and_has_not() {
        let cascade = Cascade::standard();
        let changes = selected(&[]).unwrap();
        assert!(changes.len() > 20);
        for change in &changes {
            let id = &change.id;
            assert!(changes.iter().filter(|other| other.id == *id).count() == 1, "{id} stands there twice");
            assert!(change.off.is_empty() != change.alike.is_empty() && change.what.len() > 8, "{id}");
            assert_eq!(change.covariates().unwrap().len(), change.alike.len(), "{id}");
            for (key, value) in &change.off {
                let parameter = cascade.parameter(key).unwrap_or_else(|| panic!("{id}: {key}"));
                assert!((parameter.min..=parameter.max).contains(value), "{id}: {key} = {value}");
                assert!(parameter.default != *value, "{id}: {key} is {value} with the change");
            }
        }
        let refused = selected(&["contact".to_owned()]).unwrap_err().to_string();
        assert!(refused.contains("did you mean `contacts`?"), "{refused}");
    }

    /// A change of what nothing reads moves the rows that show it; a spread of subjects, those with subjects; others any but equations.
    #[test]
    fn a_change_reaches_the_rows_that_it_can_move() {
        let cascade = Cascade::standard();
        let targets = targets::selected(&[]).unwrap();
        let reached = |id: &str| {
            let reached = change(id).reach(&targets, &cascade).unwrap();
            reached.into_iter().map(|target| target.id).collect::<Vec<_>>()
        };
        let by_rating = reached("rating_error");
        assert!(by_rating.contains(&"C16.ketamine".to_owned()) && by_rating.iter().all(|id| !id.starts_with("C14")));
        let by_spread = reached("spread_of_secretion");
        assert!(by_spread.contains(&"C16.ketamine".to_owned()) && by_spread.iter().all(|id| !id.starts_with("C14")));
        let by_gate = reached("nmda_gate");
        let equations = targets.iter().filter(|target| target.experiment == reference::EQUATIONS_ALONE).count();
        assert!(equations > 0 && by_gate.len() == targets.len() - equations, "{}", by_gate.len());
    }

    /// Without allometry a mouse clears a drug as slowly as its share of a man: the half-life leaves its band.
    #[test]
    fn a_row_that_is_missed_without_a_change_was_mended_by_it() {
        let cascade = Cascade::standard();
        let off = BTreeMap::from([("pharmacokinetics.clearance_exponent".to_owned(), 1.5)]);
        let made_up = Change { id: "allometry".into(), what: "allometry".into(), off, alike: Vec::new() };
        let targets = targets::selected(&["P50".to_owned()]).unwrap();
        let laboratory = Laboratory::of(&cascade, 1, &Unwatched);
        let found = EachAlone::score(&targets, vec![made_up], &laboratory, |_| (), |_| Ok(())).unwrap();
        let row = found.changes[0].rows.iter().find(|row| row.with.id == "P50.mouse_half_life").unwrap();
        assert_eq!(row.effect(), ChangeEffect::Mended, "{} and {}", row.with.value, row.without.value);
        let csv = found.csv().unwrap();
        let line = csv.lines().find(|line| line.contains("mouse_half_life")).unwrap();
        assert!(line.starts_with("allometry,P50.mouse_half_life,informed,h,0.2,0.6,0."), "{line}");
        assert!(line.ends_with(",mended"), "{line}");
    }
}
