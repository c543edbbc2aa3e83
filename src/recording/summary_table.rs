//! `summary.csv`: the headline figures of every arm, and what arms differ by, in long form.

use std::io::Write;

use super::cells;
use super::columns::SUMMARY;
use super::headlines::Headlines;
use super::summary::NetworkValues;
use crate::foundation::error::{Error, Result};

impl Headlines {
    /// Writes `summary.csv`. `arms` gives, by arm, the values of each network in the order of the tables.
    ///
    /// # Errors
    /// [`Error::Run`] when `target` refuses.
    pub fn write_summary_table<W: Write>(&self, target: W, arms: &NetworkValues) -> Result<()> {
        let mut csv = csv::Writer::from_writer(target);
        csv.write_record(SUMMARY.map(|column| column.name)).map_err(refused)?;
        let mut row =
            |names: [&str; 3], paired: bool, n: usize, numbers: [Option<f64>; 2], interval: Option<[f64; 2]>| {
                let [low, high] = interval.unwrap_or([f64::NAN; 2]);
                let [mean, sd] = numbers.map(|number| number.unwrap_or(f64::NAN));
                let mut cells = names.map(str::to_owned).to_vec();
                cells.extend([paired.to_string(), n.to_string()]);
                cells.extend([mean, sd, low, high].map(cells::exact));
                csv.write_record(cells).map_err(refused)
            };
        for (arm, figures) in self.figures(arms) {
            for (key, figure) in figures {
                row([arm, key, figure.unit], false, figure.n, [figure.mean, figure.sd], figure.ci95)?;
            }
        }
        for (name, contrasts) in self.contrasts(arms) {
            for (key, contrast) in contrasts {
                row([&name, key, contrast.unit], true, contrast.n, [contrast.mean, contrast.sd], contrast.ci95)?;
            }
        }
        csv.flush().map_err(|error| refused(error.into()))
    }
}

fn refused(error: csv::Error) -> Error {
    Error::Run(format!("cannot write the table of the summary: {error}"))
}
