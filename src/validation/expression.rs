//! The language in which a target says how it is measured: arithmetic over what a run recorded.
//!
//! `100 * (peak(glutamate_um[ketamine], 0 h .. 2 h) / at(glutamate_um[ketamine], 0 h) - 1)` is the largest rise
//! of glutamate in arm `ketamine` within two hours of the dose, in percent. A `column[arm]` stands for one
//! recorded trace per network (`column["arm, of any name"]` likewise); functions of traces give one number per network; functions of such numbers, as
//! `average` and `hedges_g`, give one number for all. Times carry a unit and count from the target's origin.
//! A comparison is 1 where it holds and 0 where it does not.

use std::fmt;

/// What a function takes at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A `column[arm]`.
    Series,
    /// A stretch of time, `0 h .. 24 h`.
    Window,
    /// A number, or one per network.
    Number,
}

use Takes::{Number, Series, Window};

/// A function of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it takes, in order.
    pub takes: &'static [Takes],
    /// What it gives.
    pub meaning: &'static str,
}

const fn function(name: &'static str, takes: &'static [Takes], meaning: &'static str) -> Function {
    Function { name, takes, meaning }
}

/// Functions that read one number off what each network recorded.
pub const READINGS: &[Function] = &[
    function("at", &[Series, Number], "value at an instant"),
    function("baseline", &[Series], "mean over the last day of the burn-in"),
    function("peak", &[Series, Window], "largest value"),
    function("trough", &[Series, Window], "smallest value"),
    function("mean", &[Series, Window], "mean over the rows of a stretch of time"),
    function("time_of_peak", &[Series, Window], "when the value is largest, in h"),
    function("time_of_trough", &[Series, Window], "when the value is smallest, in h"),
    function("area", &[Series, Window], "area under the curve, by trapezoids, per h"),
    function("half_life", &[Series, Window], "half-life by regression of the logarithm, in h"),
    function("first_above", &[Series, Number, Window], "when a level is first exceeded, in h; infinite if never"),
    function(
        "first_below",
        &[Series, Number, Window],
        "when a level is first reached from above, in h; infinite if never",
    ),
    function(
        "first_visit_above",
        &[Series, Number, Window, Number],
        "as `first_above`, rated only at visits: the begin of the stretch, and every so many hours on",
    ),
    function(
        "first_visit_below",
        &[Series, Number, Window, Number],
        "as `first_below`, rated only at visits: the begin of the stretch, and every so many hours on",
    ),
    function("spines", &[Series, Number], "standing spines in the snapshot of `synapses[arm]`"),
    function("spines_born", &[Series, Number, Window], "those of them that were born within a stretch of time"),
    function("excitatory_percent", &[Series, Number], "excitatory among all synapses on pyramidal cells, in %"),
    function(
        "rising_percent",
        &[Series, Number, Number],
        "pyramidal cells of `neurons[arm]` that fire faster at the second instant, in %",
    ),
];

/// Functions of the model's equations, without a run.
pub const EQUATIONS: &[Function] = &[
    function("magnesium_gate", &[Number], "NMDA channels that 1 mM magnesium leaves free at a voltage in mV"),
    function(
        "equilibrium_block",
        &[Series, Number],
        "block of `subunit[drug]` at a concentration in µM, −66 mV, 1 mM magnesium",
    ),
];

/// Functions of one number, or several, per network.
pub const POINTWISE: &[Function] = &[
    function("larger", &[Number, Number], "the larger of two"),
    function("smaller", &[Number, Number], "the smaller of two"),
    function("when", &[Number, Number], "the second where the first holds; left out elsewhere"),
];

/// Functions that make one number of all networks.
pub const SUMMARIES: &[Function] = &[
    function("median", &[Number], "median"),
    function("average", &[Number], "mean"),
    function("sd", &[Number], "standard deviation"),
    function("cv_percent", &[Number], "coefficient of variation, in %"),
    function("percent", &[Number], "share for which a comparison holds, in %"),
    function(
        "hedges_g",
        &[Number, Number],
        "difference of two means over their pooled standard deviation, corrected for small samples",
    ),
    function(
        "event_rate",
        &[Number, Number],
        "events per time at risk, of times that are infinite or beyond the second where nothing happened",
    ),
];

/// The function called `name`.
#[must_use]
pub fn function_named(name: &str) -> Option<Function> {
    [READINGS, EQUATIONS, POINTWISE, SUMMARIES].into_iter().flatten().find(|function| function.name == name).copied()
}

/// A measurement, parsed.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A number; times in hours.
    Number(f64),
    /// `column[arm]`.
    Series {
        /// The column.
        column: String,
        /// The arm.
        arm: String,
    },
    /// From one instant to another, in hours.
    Window(f64, f64),
    /// A function with what it is given.
    Call(Function, Vec<Self>),
    /// Two numbers joined by an operator.
    Binary(Operator, Box<Self>, Box<Self>),
    /// One number per network, already read.
    Known(Vec<f64>),
}

/// What joins two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Sum.
    Add,
    /// Difference.
    Subtract,
    /// Product.
    Multiply,
    /// Ratio.
    Divide,
    /// 1 if the left is not more than the right, else 0.
    AtMost,
    /// 1 if the left is not less than the right, else 0.
    AtLeast,
}

impl Operator {
    /// The result for two numbers; a comparison with a value that does not exist has none either.
    #[must_use]
    pub fn apply(self, a: f64, b: f64) -> f64 {
        let holds = |truth: bool| if a.is_nan() || b.is_nan() { f64::NAN } else { f64::from(u8::from(truth)) };
        match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::AtMost => holds(a <= b),
            Self::AtLeast => holds(a >= b),
        }
    }
}

/// What is wrong with a measurement, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ExpressionFault {
    /// Place in the text, in characters from 0.
    pub at: usize,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for ExpressionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.at + 1, self.what)
    }
}

impl Expression {
    /// Reads a measurement.
    ///
    /// # Errors
    /// The first [`ExpressionFault`].
    pub fn parse(text: &str) -> Result<Self, ExpressionFault> {
        let mut reader = ExpressionReader { text: text.chars().collect(), at: 0 };
        let expression = reader.comparison()?;
        reader.skip_space();
        if reader.at < reader.text.len() { Err(reader.fault("nothing more is expected here")) } else { Ok(expression) }
    }

    /// Every series that it reads: column, arm.
    #[must_use]
    pub fn series(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Series { column, arm } => vec![(column, arm)],
            // the series of an equation names a receptor and a drug
            Self::Call(function, _) if EQUATIONS.contains(function) => Vec::new(),
            Self::Call(_, given) => given.iter().flat_map(Self::series).collect(),
            Self::Binary(_, a, b) => [a, b].into_iter().flat_map(|side| side.series()).collect(),
            _ => Vec::new(),
        }
    }
}

struct ExpressionReader {
    text: Vec<char>,
    at: usize,
}

impl ExpressionReader {
    fn fault(&self, what: impl Into<String>) -> ExpressionFault {
        ExpressionFault { at: self.at, what: what.into() }
    }

    fn skip_space(&mut self) {
        while self.text.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
    }

    fn takes(&mut self, token: &str) -> bool {
        self.skip_space();
        let found = self.text[self.at..].iter().copied().take(token.len()).eq(token.chars());
        if found {
            self.at += token.len();
        }
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), ExpressionFault> {
        if self.takes(token) { Ok(()) } else { Err(self.fault(format!("`{token}` is expected here"))) }
    }

    fn comparison(&mut self) -> Result<Expression, ExpressionFault> {
        let left = self.sum()?;
        let operator = if self.takes("<=") {
            Operator::AtMost
        } else if self.takes(">=") {
            Operator::AtLeast
        } else {
            return Ok(left);
        };
        Ok(Expression::Binary(operator, Box::new(left), Box::new(self.sum()?)))
    }

    fn sum(&mut self) -> Result<Expression, ExpressionFault> {
        let mut left = self.product()?;
        loop {
            let operator = if self.takes("+") {
                Operator::Add
            } else if self.takes("-") {
                Operator::Subtract
            } else {
                return Ok(left);
            };
            left = Expression::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Expression, ExpressionFault> {
        let mut left = self.operand()?;
        loop {
            let operator = if self.takes("*") {
                Operator::Multiply
            } else if self.takes("/") {
                Operator::Divide
            } else {
                return Ok(left);
            };
            left = Expression::Binary(operator, Box::new(left), Box::new(self.operand()?));
        }
    }

    fn operand(&mut self) -> Result<Expression, ExpressionFault> {
        if self.takes("-") {
            return Ok(match self.operand()? {
                Expression::Number(value) => Expression::Number(-value),
                other => Expression::Binary(Operator::Subtract, Box::new(Expression::Number(0.0)), Box::new(other)),
            });
        }
        if self.takes("(") {
            let inner = self.comparison()?;
            self.expect(")")?;
            return Ok(inner);
        }
        self.skip_space();
        match self.text.get(self.at) {
            Some(c) if c.is_ascii_digit() => self.quantity(),
            Some(c) if c.is_ascii_alphabetic() => self.named(),
            _ => Err(self.fault("a number, a function or `column[arm]` is expected here")),
        }
    }

    fn word(&mut self) -> String {
        self.skip_space();
        let rest = &self.text[self.at..];
        let word: String = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '_').collect();
        self.at += word.len();
        word
    }

    /// A name up to its closing quote, for arms whose names are no words.
    fn quoted(&mut self) -> Result<String, ExpressionFault> {
        let rest = &self.text[self.at..];
        let length = rest.iter().position(|c| *c == '"').ok_or_else(|| self.fault("a quote is not closed"))?;
        let name = rest[..length].iter().collect();
        self.at += length + 1;
        Ok(name)
    }

    /// A number, in hours if a unit of time follows.
    fn quantity(&mut self) -> Result<Expression, ExpressionFault> {
        let rest = &self.text[self.at..];
        // a second point belongs to `..`
        let digits = |from: usize| rest[from..].iter().take_while(|c| c.is_ascii_digit()).count();
        let whole = digits(0);
        let has_fraction = rest.get(whole) == Some(&'.') && rest.get(whole + 1).is_some_and(char::is_ascii_digit);
        let length = if has_fraction { whole + 1 + digits(whole + 1) } else { whole };
        let number: String = rest[..length].iter().collect();
        let value: f64 = number.parse().map_err(|_| self.fault(format!("`{number}` is no number")))?;
        self.at += length;
        let after = self.at;
        let hours = match self.word().as_str() {
            "min" => 1.0 / 60.0,
            "" | "h" => 1.0,
            "d" => 24.0,
            other => {
                self.at = after;
                return Err(self.fault(format!("`{other}` is no unit of time: min, h, d")));
            }
        };
        Ok(Expression::Number(value * hours))
    }

    fn named(&mut self) -> Result<Expression, ExpressionFault> {
        let start = self.at;
        let name = self.word();
        if self.takes("[") {
            let arm = if self.takes("\"") { self.quoted()? } else { self.word() };
            self.expect("]")?;
            return Ok(Expression::Series { column: name, arm });
        }
        let Some(function) = function_named(&name) else {
            self.at = start;
            return Err(self.fault(format!("no function is called `{name}`")));
        };
        self.expect("(")?;
        let mut given = Vec::with_capacity(function.takes.len());
        for (index, takes) in function.takes.iter().enumerate() {
            if index > 0 {
                self.expect(",")?;
            }
            given.push(self.given(&name, *takes)?);
        }
        self.expect(")")?;
        Ok(Expression::Call(function, given))
    }

    fn given(&mut self, name: &str, takes: Takes) -> Result<Expression, ExpressionFault> {
        let start = self.at;
        let first = self.comparison()?;
        let given = if self.takes("..") {
            match (first, self.comparison()?) {
                (Expression::Number(from), Expression::Number(to)) if from < to => Expression::Window(from, to),
                _ => return Err(self.fault("a stretch of time runs from one instant to a later one")),
            }
        } else {
            first
        };
        let fits = match takes {
            Series => matches!(given, Expression::Series { .. }),
            Window => matches!(given, Expression::Window(..)),
            Number => !matches!(given, Expression::Series { .. } | Expression::Window(..)),
        };
        if !fits {
            self.at = start;
            let wanted = match takes {
                Series => "a `column[arm]`",
                Window => "a stretch of time",
                Number => "a number",
            };
            return Err(self.fault(format!("`{name}` takes {wanted} here")));
        }
        Ok(given)
    }
}
