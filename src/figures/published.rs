//! Published values that figures lay over the model's, each with its source.

use crate::figures::data::RecordedRun;
use crate::foundation::time::Time;

/// What instant of the protocol a published value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtocolInstant {
    /// The end of the last stress episode.
    EndOfStress,
    /// The start of the first dose.
    FirstDose,
}

/// What a published value is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Percent of the unstressed state.
    PercentOfBaseline,
    /// Percent of the connections lost to stress that stand again, each between the same two neurons.
    PercentOfLost,
    /// In the unit of the column itself.
    Absolute,
}

/// One published value.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// Short name, for legends and source data.
    pub name: String,
    /// The instant it belongs to.
    pub moment: ProtocolInstant,
    /// How long after it.
    pub after: Time,
    /// What it is a share of.
    pub kind: Basis,
    /// The value.
    pub value: f64,
    /// Lower end of the spread that the source gives; NaN if none.
    pub low: f64,
    /// Upper end of the spread that the source gives; NaN if none.
    pub high: f64,
    /// Preparation, and how well the value is known.
    pub remark: String,
    /// Citation with DOI.
    pub source: String,
}

/// Spine density of pyramidal cells.
const SPINE_DENSITY: &str = include_str!("published/spine_density.csv");
/// Lost connections that stand again.
const LOST_CONNECTIONS: &str = include_str!("published/lost_connections.csv");
/// Ketamine in plasma after 0.5 mg/kg over 40 min.
const PLASMA: &str = include_str!("published/plasma_ketamine.csv");

/// A value is laid over the model's only where the axis is the same quantity: nothing of another kind is handed out, and
/// nothing at all if the config wants none.
fn of_kind(run: &RecordedRun, text: &str, kind: Basis) -> Vec<Published> {
    if run.folder.course.hides_published {
        return Vec::new();
    }
    parse(text).into_iter().filter(|it| it.kind == kind).collect()
}

/// Published spine densities, in percent of the unstressed state.
#[must_use]
pub fn spine_density(run: &RecordedRun) -> Vec<Published> {
    of_kind(run, SPINE_DENSITY, Basis::PercentOfBaseline)
}

/// Published shares of lost connections that stand again.
#[must_use]
pub fn lost_connections(run: &RecordedRun) -> Vec<Published> {
    of_kind(run, LOST_CONNECTIONS, Basis::PercentOfLost)
}

/// Published plasma concentrations after 0.5 mg/kg of ketamine, infused over 40 min, in ng/mL.
#[must_use]
pub fn plasma_ketamine(run: &RecordedRun) -> Vec<Published> {
    of_kind(run, PLASMA, Basis::Absolute)
}

/// Where the protocol has the moment that a value belongs to: after three weeks of stress, as published, or after the first
/// dose on top of that.
#[must_use]
pub fn instant(run: &RecordedRun, it: &Published) -> Option<Time> {
    // Half a day of difference is no other length of stress.
    let published = |days: f64| (days - 21.0).abs() <= 0.5;
    let episode = run.featured().stress.iter().find(|it| published((it.end - it.start).days()))?;
    let moment = match it.moment {
        ProtocolInstant::EndOfStress => episode.end,
        ProtocolInstant::FirstDose => run.first_dose()?.start,
    };
    (moment >= episode.end).then_some(moment + it.after)
}

/// Published values as a caption tells of them.
#[must_use]
pub fn sources(published: &[Published]) -> String {
    published.iter().map(|it| format!("{} ({})", it.source, it.remark)).collect::<Vec<String>>().join("; ")
}

/// Rows that cannot be read are left out; a test reads every row of every file.
fn parse(text: &str) -> Vec<Published> {
    csv::Reader::from_reader(text.as_bytes()).records().filter_map(|record| row(&record.ok()?)).collect()
}

fn row(record: &csv::StringRecord) -> Option<Published> {
    let number = |index| record.get(index).map_or(f64::NAN, |cell| cell.parse().unwrap_or(f64::NAN));
    let text = |index| record.get(index).map(str::to_owned);
    let moment = match record.get(1)? {
        "end_of_stress" => ProtocolInstant::EndOfStress,
        "first_dose" => ProtocolInstant::FirstDose,
        _ => return None,
    };
    let kind = match record.get(3)? {
        "percent_of_baseline" => Basis::PercentOfBaseline,
        "percent_of_lost" => Basis::PercentOfLost,
        "absolute" => Basis::Absolute,
        _ => return None,
    };
    Some(Published {
        name: text(0)?,
        moment,
        after: Time::from_hours(record.get(2)?.parse().ok()?),
        kind,
        value: record.get(4)?.parse().ok()?,
        low: number(5),
        high: number(6),
        remark: format!("{}; {}", record.get(7)?, record.get(8)?),
        source: format!("{}, doi:{}", record.get(9)?, record.get(10)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_row_is_read_and_has_a_doi() {
        let files = [
            (SPINE_DENSITY, Basis::PercentOfBaseline),
            (LOST_CONNECTIONS, Basis::PercentOfLost),
            (PLASMA, Basis::Absolute),
        ];
        for (text, kind) in files {
            let rows = parse(text);
            assert_eq!(rows.len(), text.lines().count() - 1);
            for row in rows {
                assert_eq!(row.kind, kind, "{row:?}");
                assert!(row.source.contains("doi:10."), "{row:?}");
                assert!(row.low.is_nan() || (row.low <= row.value && row.value <= row.high), "{row:?}");
            }
        }
    }
}
