//! Columns of the tables of a run beside the time series: name, type, unit and meaning, for `dictionary.csv`.

/// What the cells of a column are, in every reader of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Words, never empty.
    Text,
    /// A count or an index.
    Integer,
    /// A number with a decimal point or an exponent; NaN where there is none.
    Float,
    /// `true` or `false`.
    Boolean,
}

impl ColumnType {
    /// The word in `dictionary.csv`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
        }
    }
}

/// One column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// The name in the header.
    pub name: &'static str,
    /// What its cells are.
    pub kind: ColumnType,
    /// The unit; `name` of text, `index` or `count` of integers.
    pub unit: &'static str,
    /// What a value means, in a sentence without a full stop.
    pub meaning: &'static str,
}

const fn column(name: &'static str, kind: ColumnType, unit: &'static str, meaning: &'static str) -> TableColumn {
    TableColumn { name, kind, unit, meaning }
}

use ColumnType::{Boolean, Float, Integer, Text};

const ARM: TableColumn = column("arm", Text, "name", "arm of the protocol");
const REPLICATE: TableColumn = column("replicate", Integer, "index", "independent network, counted from 0");
const SUBJECT: TableColumn =
    column("subject", Integer, "index", "virtual subject, counted from 0; 0 in runs of one typical subject");
const UNIT: TableColumn = column("unit", Text, "name", "unit of the values of the row");

/// Of `study.csv`, beside a column for each factor.
pub const STUDY: [TableColumn; 7] = [
    column("point", Integer, "index", "point of the design, counted from 0; points.csv tells its factors"),
    column(
        "arm",
        Text,
        "name",
        "arm of the protocol; several, joined by a bar, for an outcome that is measured over several",
    ),
    column("replicate", Integer, "index", "independent network, counted from 0; -1 for a value of all networks"),
    column("subject", Integer, "index", "virtual subject, counted from 0; -1 for a value of all networks"),
    column("outcome", Text, "name", "what was asked of the point, by its name in the study"),
    UNIT,
    column("value", Float, "that of the row", "what it came to; NaN where the question has no answer"),
];

/// Of `sensitivity.csv`.
pub const SENSITIVITY: [TableColumn; 9] = [
    column("outcome", Text, "name", "what was asked of the points, by its name in the study"),
    column("arm", Text, "name", "arm of the protocol, as in study.csv"),
    column("factor", Text, "name", "factor of the study; all for what concerns every factor"),
    column("index", Text, "name", "which number: first_order, total_order, mu_star, seed_noise and others"),
    UNIT,
    column("n", Integer, "count", "base samples, trajectories or networks that it rests on"),
    column("value", Float, "that of the row", "the index"),
    column("low", Float, "that of the row", "lower end of its 95 % bootstrap interval; NaN where there is none"),
    column("high", Float, "that of the row", "upper end of that interval"),
];

/// Of `trial.csv`.
pub const TRIAL: [TableColumn; 9] = [
    column("arm", Text, "name", "arm of the trial; A - B for what A differs by from the control B"),
    column("visit", Text, "name", "visit at which subjects were rated"),
    column("hours", Float, "h", "hours of the visit since the first dose of any arm"),
    column("outcome", Text, "name", "change of the score, response, remission, not_relapsed, at_risk, left"),
    UNIT,
    column("n", Integer, "count", "subjects behind it"),
    column(
        "value",
        Float,
        "that of the row",
        "mean, share or number; of A - B the difference, for a change at the same baseline",
    ),
    column("low", Float, "that of the row", "lower end of its 95 % interval; NaN where there is none"),
    column("high", Float, "that of the row", "upper end of that interval"),
];

/// Of `comparison.csv`.
pub const COMPARISON: [TableColumn; 12] = [
    column("run", Text, "name", "run that is compared"),
    column("against", Text, "name", "run that it is compared with"),
    ARM,
    column("outcome", Text, "name", "headline figure; summary.json says what it means"),
    UNIT,
    column(
        "paired",
        Boolean,
        "true or false",
        "whether the difference was taken within networks that both runs drew alike",
    ),
    column("n", Integer, "count", "pairs, or networks of the run"),
    column("mean_of_first", Float, "that of the row", "mean over networks of the run that it is compared with"),
    column("mean", Float, "that of the row", "mean over networks"),
    column("difference", Float, "that of the row", "mean difference"),
    column("low", Float, "that of the row", "lower end of its 95 % interval (Student's t, or Welch's); NaN below two"),
    column("high", Float, "that of the row", "upper end of that interval"),
];

/// Of `failed.csv`, beside a column for each factor.
pub const FAILED: [TableColumn; 3] = [
    column("point", Integer, "index", "point of the design, counted from 0"),
    column("exit_code", Integer, "code", "exit code that a run of the point alone would give"),
    column("error", Text, "words", "what the point failed of"),
];

/// The table of `dictionary.csv` under which stands what the column `outcome` of others names.
pub const OUTCOME: &str = "outcome";

/// Of `outcomes.csv`.
pub const OUTCOMES: [TableColumn; 6] = [
    ARM,
    REPLICATE,
    SUBJECT,
    column(
        "outcome",
        Text,
        "name",
        "what was observed of the network; dictionary.csv says what it means, under the table outcome",
    ),
    UNIT,
    column("value", Float, "that of the row", "what it came to; NaN where the question has no answer"),
];

/// Of `summary.csv`.
pub const SUMMARY: [TableColumn; 9] = [
    column("arm", Text, "name", "arm of the protocol; A - B for what A differs by from the reference arm B"),
    column("outcome", Text, "name", "headline figure; dictionary.csv says what it means, under the table outcome"),
    UNIT,
    column(
        "paired",
        Boolean,
        "true or false",
        "whether the row is a difference between arms, taken within each network that went through both",
    ),
    column("n", Integer, "count", "networks that have a value"),
    column("mean", Float, "that of the row", "mean over networks; of yes or no, the fraction of networks"),
    column("sd", Float, "that of the row", "standard deviation by n - 1; NaN below two values and of yes or no"),
    column(
        "low",
        Float,
        "that of the row",
        "lower end of the 95 % interval: Student's t of means, Wilson of fractions, Newcombe's method 10 of differences of fractions",
    ),
    column("high", Float, "that of the row", "upper end of that interval"),
];

/// Of `subjects.csv`.
pub const SUBJECTS: [TableColumn; 13] = [
    REPLICATE,
    SUBJECT,
    column("weight_kg", Float, "kg", "body weight"),
    column("clearance_scale", Float, "× typical", "clearance, relative to the typical subject of that weight"),
    column(
        "volume_scale",
        Float,
        "× typical",
        "volume of distribution, relative to the typical subject of that weight",
    ),
    column("bioavailability_scale", Float, "× typical", "bioavailability, relative to the typical subject"),
    column("stress_sensitivity", Float, "× typical", "effect of stress, relative to the typical subject"),
    column("baseline_inflammation", Float, "× typical", "cytokines above those of the typical subject"),
    column("expectancy_scale", Float, "× typical", "effect of expectancy, relative to the typical subject"),
    column("secretion_scale", Float, "× typical", "release of BDNF by activity, relative to the typical subject"),
    column("pressor_scale", Float, "× typical", "rise of blood pressure, relative to the typical subject"),
    column("circuit_share", Float, "1", "share of a symptom scale that the circuit carries at once"),
    column("bdnf_genotype", Text, "name", "BDNF genotype at codon 66"),
];

/// Of `dictionary.csv`.
pub const DICTIONARY: [TableColumn; 7] = [
    column(
        "table",
        Text,
        "name",
        "table that the column stands in: the name of its file without the ending; outcome for a value that the column outcome names",
    ),
    column("column", Text, "name", "name in the header"),
    column("type", Text, "name", "text, integer, float or boolean"),
    column("unit", Text, "name", "unit of its values"),
    column("meaning", Text, "name", "what its values mean"),
    column(
        "least",
        Float,
        "that of the row",
        "least value that makes sense, as the model has it; NaN where nothing is said",
    ),
    column(
        "most",
        Float,
        "that of the row",
        "greatest value that makes sense; beyond, the run ends unless that is allowed",
    ),
];
