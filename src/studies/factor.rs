//! What varies in a study: which keys, which values or distribution, and how a value is written into a config.

use serde_json::Value;

use super::statement::{DistributionShape, FactorTable, Method};
use crate::configuration::document::{KeyPath, at};
use crate::configuration::keys::{NumberKey, SettableKey, steps_of};
use crate::foundation::characters;
use crate::foundation::diagnostics::{Diagnostic, codes, nearest};
use crate::foundation::parameters::Parameter;
use crate::foundation::units::{Quantity, Unit, convert};
use crate::mechanisms::Cascade;
use crate::statistics::distributions::{normal_probability, normal_quantile};

/// A value of a factor, as its column shows it.
#[derive(Clone, Debug, PartialEq)]
pub enum Level {
    /// A number, in the factor's unit.
    Number(f64),
    /// Anything else, as TOML writes it; text without its quotes.
    Text(String),
}

/// What varies.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// The name of its column.
    pub name: String,
    /// The unit of its numbers; none for pure numbers and texts.
    pub unit: Option<String>,
    /// Whether all its values are numbers.
    pub is_numeric: bool,
    /// What it is drawn from; none where values are listed.
    pub drawn: Option<Drawn>,
    /// The values that are listed.
    pub listed: Vec<Level>,
    targets: Vec<FactorTarget>,
}

/// A key that takes the value.
#[derive(Clone, Debug, PartialEq)]
enum FactorTarget {
    Key(String),
    Parameter(String),
}

/// A distribution between two bounds, by its quantile function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    shape: DistributionShape,
    from: f64,
    to: f64,
    center: f64,
    sd: f64,
    is_whole: bool,
}

impl Drawn {
    /// The value below which the share `u` of the distribution lies, 0 ≤ u < 1.
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        let Self { shape, from, to, center, sd, is_whole } = *self;
        if is_whole {
            return (from + (u * (to - from + 1.0)).floor()).min(to);
        }
        let within = |from: f64, to: f64, center: f64| {
            let [low, high] = [from, to].map(|bound| normal_probability((bound - center) / sd));
            (center + sd * normal_quantile(low + u * (high - low))).clamp(from, to)
        };
        match shape {
            DistributionShape::Uniform => from + u * (to - from),
            DistributionShape::LogUniform => (from.ln() + u * (to.ln() - from.ln())).exp().clamp(from, to),
            DistributionShape::Normal => within(from, to, center),
            DistributionShape::LogNormal => within(from.ln(), to.ln(), center.ln()).exp().clamp(from, to),
        }
    }

    /// The ends between which values are drawn.
    #[must_use]
    pub fn bounds(&self) -> [f64; 2] {
        [self.from, self.to]
    }
}

/// A fault in a factor: at which key of the study file, and the message.
pub(super) type FactorFault = (KeyPath, Diagnostic);

impl Factor {
    /// Reads the factor that stands at `place` in the study file.
    pub(super) fn read(
        table: &FactorTable,
        place: usize,
        keys: &[SettableKey],
        cascade: &Cascade,
        method: Method,
    ) -> Result<Self, FactorFault> {
        let here = at!["factor", place];
        let (targets, number) = targets(table, &here, keys, cascade)?;
        let first = match &targets[0] {
            FactorTarget::Key(key) | FactorTarget::Parameter(key) => key.clone(),
        };
        let name = table.name.clone().unwrap_or(first);
        let mut factor = Self {
            name,
            unit: number.as_ref().and_then(|number| number.unit.clone()),
            is_numeric: true,
            drawn: None,
            listed: Vec::new(),
            targets,
        };
        if !is_name(&factor.name) {
            let label = "a column needs a name of plain characters, without blanks at its ends";
            return Err((here.then("name"), Diagnostic::new(&codes::STUDY_FACTOR, label)));
        }
        if let Some(fault) = idle(table, &here) {
            return Err(fault);
        }
        let states_bounds =
            table.from.is_some() || table.to.is_some() || table.distribution != DistributionShape::default();
        if table.values.is_empty() && (method.takes_points() || states_bounds) {
            factor.drawn = drawn(table, &here, number.as_ref())?;
        } else if !table.values.is_empty() {
            factor.list(table, &here, number.as_ref(), method == Method::List)?;
        }
        Ok(factor)
    }

    /// Takes in the values that are listed. Numbers, and quantities in the unit of the first, make a numeric column.
    /// A value may stand there twice where points are listed, since another factor can tell the two apart.
    fn list(
        &mut self,
        table: &FactorTable,
        here: &KeyPath,
        number: Option<&NumberKey>,
        may_repeat: bool,
    ) -> Result<(), FactorFault> {
        if table.values.iter().any(Value::is_number)
            && let Some(odd) = table.values.iter().position(|value| !value.is_number())
        {
            let label = format!("{} is no number, and others of the list are", table.values[odd]);
            return Err((here.then("values").then(odd), Diagnostic::new(&codes::STUDY_FACTOR, label)));
        }
        let quantity = |value: &Value| value.as_str().and_then(|text| text.parse::<Quantity>().ok());
        let unit = table.values.first().and_then(quantity).map(|quantity| quantity.unit.text().to_owned());
        let numeric = |value: &Value| match &unit {
            None => value.as_f64(),
            Some(unit) => value.as_str().and_then(|text| convert(text, unit).ok()),
        };
        let numbers: Option<Vec<f64>> = table.values.iter().map(numeric).collect();
        self.is_numeric = numbers.is_some();
        self.unit = unit.filter(|unit| self.is_numeric && unit != "1");
        self.listed = match numbers {
            Some(numbers) => numbers.into_iter().map(Level::Number).collect(),
            None => table.values.iter().map(|value| Level::Text(shown(value))).collect(),
        };
        for (index, (value, level)) in table.values.iter().zip(&self.listed).enumerate() {
            let at = here.then("values").then(index);
            if matches!(level, Level::Text(text) if !is_shown_as_it_is(text)) {
                return Err((at, Diagnostic::new(&codes::STUDY_FACTOR, "it holds control characters")));
            }
            if matches!(level, Level::Number(number) if number.abs() > LARGEST_WHOLE && number.fract() == 0.0) {
                let label = "whole numbers beyond 2^53 are not told apart here";
                return Err((at, Diagnostic::new(&codes::STUDY_FACTOR, label)));
            }
            if !may_repeat && self.listed[..index].contains(level) {
                let label = format!("{} stands here twice", shown(value));
                return Err((at, Diagnostic::new(&codes::STUDY_FACTOR, label)));
            }
            let (Level::Number(value), Some(number)) = (level, number) else { continue };
            let bound = |bound: Option<f64>| Some((bound?, number.unit.clone()));
            self.within(*value, bound(number.least), bound(number.most)).map_err(|fault| (at, fault))?;
        }
        Ok(())
    }

    /// Refuses a value beyond what the key allows, where both can be compared.
    fn within(
        &self,
        value: f64,
        least: Option<(f64, Option<String>)>,
        most: Option<(f64, Option<String>)>,
    ) -> Result<(), Diagnostic> {
        let in_own = |(bound, unit): (f64, Option<String>)| match (&unit, &self.unit) {
            (None, None) => Some(bound),
            (Some(of_bound), Some(own)) => convert(&format!("{bound} {of_bound}"), own).ok(),
            _ => None,
        };
        let (least, most) = (least.and_then(in_own), most.and_then(in_own));
        if least.is_some_and(|least| value < least) || most.is_some_and(|most| value > most) {
            let unit = self.unit.as_ref().map_or(String::new(), |unit| format!(" {unit}"));
            let side = |name: &str, bound: Option<f64>| bound.map(|bound| format!("{name} {bound}{unit}"));
            let allowed: Vec<String> = [side("at least", least), side("at most", most)].into_iter().flatten().collect();
            let label = format!("{value}{unit} is outside what the key allows: {}", allowed.join(", "));
            return Err(Diagnostic::new(&codes::STUDY_FACTOR, label));
        }
        Ok(())
    }

    /// The edits that give its keys the value `level`.
    #[must_use]
    pub fn edits(&self, level: &Level) -> Vec<String> {
        let value = match level {
            Level::Text(text) if is_toml(text) => text.clone(),
            Level::Text(text) => Value::from(text.as_str()).to_string(),
            Level::Number(value) => match &self.unit {
                Some(unit) => format!("\"{value} {unit}\""),
                // a key of numbers takes whole ones as well, one of whole numbers nothing else
                None if value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.0}"),
                None => format!("{value:?}"),
            },
        };
        let edit = |target: &FactorTarget| match target {
            FactorTarget::Key(key) => format!("{key}={value}"),
            FactorTarget::Parameter(key) => {
                format!("model.override.\"{key}\"={{ value = {value}, why = \"varied by a study\" }}")
            }
        };
        self.targets.iter().map(edit).collect()
    }

    /// The keys that it gives a value, by their steps.
    pub(super) fn keys(&self) -> impl Iterator<Item = Vec<String>> {
        self.targets.iter().map(|target| match target {
            FactorTarget::Key(key) => steps_of(key).unwrap_or_default(),
            FactorTarget::Parameter(key) => ["model", "override", key].map(str::to_owned).to_vec(),
        })
    }

    /// What it is and which values it takes, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let unit = self.unit.as_ref().map_or(String::new(), |unit| format!(" {unit}"));
        let shown = |level: &Level| match level {
            Level::Number(value) => value.to_string(),
            Level::Text(text) => text.clone(),
        };
        match &self.drawn {
            Some(drawn) => {
                let [from, to] = drawn.bounds();
                format!("{}, from {from} to {to}{unit}", self.name)
            }
            None if self.listed.is_empty() => format!("{}, as the table of points says", self.name),
            None => {
                let listed: Vec<String> = self.listed.iter().map(shown).collect();
                format!("{}: {}{unit}", self.name, listed.join(", "))
            }
        }
    }

    /// Reads a cell of a table of points.
    pub(super) fn parse(&self, cell: &str) -> Result<Level, String> {
        let cell = cell.trim();
        if cell.is_empty() {
            return Err("the cell is empty".to_owned());
        }
        match cell.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Level::Number(value)),
            Ok(_) => Err(format!("`{cell}` is no number that a config can hold")),
            Err(_) => match (&self.unit, cell.parse::<Quantity>()) {
                (Some(unit), Ok(quantity)) => {
                    let unit: Unit = unit.parse().map_err(|_| format!("`{unit}` is no unit"))?;
                    quantity.to(&unit).map(Level::Number).map_err(|error| error.to_string())
                }
                _ => Ok(Level::Text(cell.to_owned())),
            },
        }
    }
}

/// Beyond this, a float skips whole numbers.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;
/// The longest name of a column, in characters.
const LONGEST_NAME: usize = 120;

/// Whether nothing in `text` does anything to a terminal or to a line of a table.
fn is_shown_as_it_is(text: &str) -> bool {
    characters::escaped_line(text) == text
}

/// Whether `name` can head a column.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.trim() == name && name.chars().count() <= LONGEST_NAME && is_shown_as_it_is(name)
}

/// Whether a level that is no number is a list, a table or a truth value rather than a word.
fn is_toml(text: &str) -> bool {
    text.starts_with('[') || text.starts_with('{') || text == "true" || text == "false"
}

/// A value as a column shows it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| format!("{key} = {value}");
            format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// The keys that a factor is about, and what numbers the first takes.
fn targets(
    table: &FactorTable,
    here: &KeyPath,
    keys: &[SettableKey],
    cascade: &Cascade,
) -> Result<(Vec<FactorTarget>, Option<NumberKey>), FactorFault> {
    let stated = [table.key.is_some(), !table.keys.is_empty(), table.parameter.is_some()];
    if stated.iter().filter(|&&is_stated| is_stated).count() != 1 {
        let label = "a factor states one of `key`, `keys` and `parameter`";
        return Err((here.clone(), Diagnostic::new(&codes::STUDY_FACTOR, label)));
    }
    if let Some(name) = &table.parameter {
        let Some(parameter) = cascade.parameter(name) else {
            let fault = Diagnostic::new(&codes::UNKNOWN_NAME, "no parameter has this name");
            let known: Vec<String> = cascade.parameters().into_iter().map(Parameter::key).collect();
            let near = nearest(name, known.iter().map(String::as_str));
            let hint =
                near.map_or("`resprout params list` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
            return Err((here.then("parameter"), fault.help(hint)));
        };
        let number = NumberKey {
            least: Some(parameter.min).filter(|bound| bound.is_finite()),
            most: Some(parameter.max).filter(|bound| bound.is_finite()),
            unit: Some(parameter.unit.to_owned()).filter(|unit| unit != "1"),
            is_whole: false,
        };
        return Ok((vec![FactorTarget::Parameter(name.clone())], Some(number)));
    }
    let named = table.key.iter().chain(&table.keys);
    let mut number = None;
    let mut targets = Vec::new();
    for (index, key) in named.enumerate() {
        let place = if table.key.is_some() { here.then("key") } else { here.then("keys").then(index) };
        let steps = steps_of(key).ok_or_else(|| {
            (place.clone(), Diagnostic::new(&codes::STUDY_FACTOR, format!("`{key}` is no dotted key")))
        })?;
        let Some(known) = keys.iter().find(|known| known.is_at(&steps)) else {
            let fault = Diagnostic::new(&codes::UNKNOWN_KEY, "a config has no such key");
            let near = nearest(key, keys.iter().map(|known| known.path.as_str()));
            let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
            return Err((place, fault.help(format!("{near}`resprout keys` lists all keys"))));
        };
        if index == 0 {
            number.clone_from(&known.number);
        }
        targets.push(FactorTarget::Key(key.clone()));
    }
    Ok((targets, number))
}

/// The first key of a factor that would have no effect.
fn idle(table: &FactorTable, here: &KeyPath) -> Option<FactorFault> {
    let is_shaped = table.distribution != DistributionShape::default();
    let center = table.center.is_some();
    let (sd, sd_log) = (table.sd.is_some(), table.sd_log.is_some());
    let (idle, label) = if table.values.is_empty() {
        let idle = match table.distribution {
            DistributionShape::Uniform | DistributionShape::LogUniform => {
                vec![("center", center), ("sd", sd), ("sd_log", sd_log)]
            }
            DistributionShape::Normal => vec![("sd_log", sd_log)],
            DistributionShape::LogNormal => vec![("sd", sd)],
        };
        (
            idle,
            "the distribution takes no such number: `normal` has `center` and `sd`, `log_normal` `center` and `sd_log`",
        )
    } else {
        let (from, to) = (table.from.is_some(), table.to.is_some());
        let drawn = [
            ("from", from),
            ("to", to),
            ("distribution", is_shaped),
            ("center", center),
            ("sd", sd),
            ("sd_log", sd_log),
        ];
        (drawn.to_vec(), "`values` lists what the factor takes: this has no effect")
    };
    let (key, _) = idle.into_iter().find(|(_, is_stated)| *is_stated)?;
    Some((here.then(key), Diagnostic::new(&codes::STUDY_FACTOR, label)))
}

/// What a factor without listed values is drawn from; none if it states nothing of the kind.
fn drawn(table: &FactorTable, here: &KeyPath, number: Option<&NumberKey>) -> Result<Option<Drawn>, FactorFault> {
    let Some(number) = number else { return Ok(None) };
    let unit = number.unit.as_deref().unwrap_or("1");
    let read = |name: &str, value: Option<&Value>| -> Result<Option<f64>, FactorFault> {
        let fault = |label: String| (here.then(name), Diagnostic::new(&codes::STUDY_FACTOR, label));
        match value {
            None => Ok(None),
            Some(Value::String(text)) => convert(text, unit).map(Some).map_err(|error| fault(error.to_string())),
            Some(bare) if unit == "1" => {
                bare.as_f64().map(Some).ok_or_else(|| fault(format!("expected a number, found {bare}")))
            }
            Some(bare) => Err(fault(format!("expected a quantity such as \"{bare} {unit}\""))),
        }
    };
    let bound = |name: &str, stated: Option<&Value>, limit: Option<f64>| -> Result<Option<f64>, FactorFault> {
        let stated = read(name, stated)?;
        let spaced = if unit == "1" { String::new() } else { format!(" {unit}") };
        if let Some(value) = stated {
            let outside = [
                (number.least, value < number.least.unwrap_or(value)),
                (number.most, value > number.most.unwrap_or(value)),
            ];
            if let Some((Some(limit), _)) = outside.into_iter().find(|(_, is_outside)| *is_outside) {
                let side = if value < limit { "at least" } else { "at most" };
                let label = format!("{value}{spaced} is outside what the key allows: {side} {limit}{spaced}");
                return Err((here.then(name), Diagnostic::new(&codes::STUDY_FACTOR, label)));
            }
        }
        Ok(stated.or(limit))
    };
    let from = bound("from", table.from.as_ref(), number.least)?;
    let to = bound("to", table.to.as_ref(), number.most)?;
    let (center, sd) = (read("center", table.center.as_ref())?, read("sd", table.sd.as_ref())?);
    let sd = if table.distribution == DistributionShape::LogNormal { table.sd_log } else { sd };
    let (Some(from), Some(to)) = (from, to) else {
        let missing = if from.is_none() { "from" } else { "to" };
        let label = format!("`{missing}` is missing: the key has no bound of its own there");
        return Err((here.clone(), Diagnostic::new(&codes::STUDY_FACTOR, label)));
    };
    let refuse = |label: &str| Err((here.clone(), Diagnostic::new(&codes::STUDY_FACTOR, label)));
    if from >= to {
        return Err((
            here.clone(),
            Diagnostic::new(&codes::STUDY_FACTOR, format!("`from` is {from}, `to` is {to}: nothing lies between")),
        ));
    }
    if matches!(table.distribution, DistributionShape::LogUniform | DistributionShape::LogNormal) && from <= 0.0 {
        return refuse("a logarithm needs `from` above 0");
    }
    let is_normal = matches!(table.distribution, DistributionShape::Normal | DistributionShape::LogNormal);
    if number.is_whole && (table.distribution != DistributionShape::Uniform || from.fract() != 0.0 || to.fract() != 0.0)
    {
        return refuse("whole numbers are drawn uniformly, between whole numbers");
    }
    if is_normal && (center.is_none() || !sd.is_some_and(|sd| sd > 0.0)) {
        let name = if table.distribution == DistributionShape::Normal { "sd" } else { "sd_log" };
        return refuse(&format!("this distribution needs `center` and a positive `{name}`"));
    }
    let drawn = Drawn {
        shape: table.distribution,
        from,
        to,
        center: center.unwrap_or(f64::NAN),
        sd: sd.unwrap_or(f64::NAN),
        is_whole: number.is_whole,
    };
    if is_normal {
        let z = |bound: f64| {
            let scaled = if table.distribution == DistributionShape::Normal {
                bound - drawn.center
            } else {
                (bound / drawn.center).ln()
            };
            normal_probability(scaled / drawn.sd)
        };
        // beyond this, no quantile tells values apart
        let share = z(to) - z(from);
        if share.is_nan() || share <= 1e-9 {
            return refuse("the distribution has nothing between `from` and `to`");
        }
    }
    Ok(Some(drawn))
}
