//! F17: time and memory per synapse against size and threads, from what `resprout bench --scaling` measured.
//!
//! The one figure that shows a machine and not a run: it is drawn from a table of measurements.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::figures::canvas::Rect;
use crate::figures::legend::{LegendKey, Shape, legend};
use crate::figures::panel::{Axis, Panel};
use crate::figures::raster;
use crate::figures::scale::{AxisScale, AxisTick};
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{AXIS_PT, Dash, Pen, Style, TWO_COLUMNS_MM, okabe_ito};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;

/// One measurement, as far as the figure needs it.
#[derive(Clone, Debug, Deserialize)]
struct Case {
    neurons: u64,
    synapses: u64,
    threads: usize,
    ns_per_synapse_tick: f64,
    sweep_ns_per_synapse: f64,
    /// The fastest tick and the fastest sweep, in ns per synapse, and the fastest stream.
    fastest: [f64; 3],
    bytes_per_synapse: Option<f64>,
    bandwidth_gb_per_s: f64,
    sweep_bandwidth_fraction: f64,
}

const TITLE: &str = "Time and memory per synapse";

/// The table of measurements in the folder that `resprout bench --scaling --out` names.
pub const TABLE: &str = "scaling.json";

/// Draws F17 from the table at `measured` into `folder` and lists the files.
///
/// # Errors
/// [`Error::Input`] if the table is not one of measurements; [`Error::Io`] if files can't be read or written.
pub fn draw(measured: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let text = std::fs::read(measured).map_err(Error::io("read", measured))?;
    let cases: Vec<Case> = serde_json::from_slice(&text).map_err(|error| {
        Error::Input(format!("error: `{}` is not a table that `bench --scaling` wrote: {error}", measured.display()))
    })?;
    let sheet = sheet(&cases, Style::PRINT)?;
    let mut written = Vec::new();
    let caption = format!("# F17. {TITLE}\n\n{}\n", sheet.caption);
    for (extension, bytes) in [
        ("svg", sheet.svg.as_bytes()),
        ("png", &raster::png(&sheet.svg)?),
        ("csv", sheet.source.csv().as_bytes()),
        ("md", caption.as_bytes()),
    ] {
        let path = folder.join(format!("F17.{extension}"));
        files::write(&path, bytes)?;
        written.push(path);
    }
    Ok(written)
}

/// What a panel shows of a case, `None` where it was not measured.
type CaseReading = fn(&Case) -> Option<f64>;

impl Case {
    /// The place of the fastest of what `panel` shows, if it was kept.
    fn fastest_in(&self, panel: usize) -> f64 {
        if panel < 2 { self.fastest[panel] } else { f64::NAN }
    }
}

fn sheet(cases: &[Case], style: Style) -> Result<Sheet> {
    let mut threads: Vec<usize> = cases.iter().map(|case| case.threads).collect();
    threads.sort_unstable();
    threads.dedup();
    let pen = |index: usize| {
        let colours = [okabe_ito::BLUE, okabe_ito::VERMILLION, okabe_ito::BLUISH_GREEN, okabe_ito::REDDISH_PURPLE];
        let dashes = [Dash::SOLID, Dash::LONG, Dash::DASH_DOT, Dash::DOTTED];
        Pen::solid(colours[index % 4]).dashed(dashes[index % 4])
    };
    let panels: [(&str, CaseReading, Option<f64>); 4] = [
        ("Whole tick\n(ns per synapse)", |case| Some(case.ns_per_synapse_tick), None),
        ("Sweep over synapses\n(ns per synapse)", |case| Some(case.sweep_ns_per_synapse), None),
        ("Sweep, share of the\nmachine's stream (%)", |case| Some(100.0 * case.sweep_bandwidth_fraction), Some(100.0)),
        ("Peak memory\n(bytes per synapse)", |case| case.bytes_per_synapse, Some(8.0)),
    ];
    let sizes = || cases.iter().map(|case| case.synapses as f64);
    let (low, high) = sizes().fold((f64::INFINITY, 1.0_f64), |(low, high), size| (low.min(size), high.max(size)));
    let first = if low.is_finite() { low.log10().round() as i32 } else { 0 };
    let ticks: Vec<AxisTick> =
        (first..=high.log10().round() as i32).map(|power| (10_f64.powi(power), decade(power))).collect();
    let speeds = cases.iter().map(|case| case.bandwidth_gb_per_s);
    let (slowest, fastest) = speeds.fold((f64::INFINITY, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
    let largest = cases.iter().map(|case| case.neurons).max().unwrap_or(0);
    let caption = format!(
        "Ticks of one hour at rest with every mechanism on, networks of up to {largest} neurons; medians over ticks, one process per \
         point; bars of **a** and **b** reach down to the fastest tick, which nothing else on the machine disturbed. **a** Time of the whole tick and **b** of the sweep alone, over synapses. **c** Time that a stream which reads 4 and \
         rewrites 4 bytes per synapse takes in the same run ({slowest:.0}–{fastest:.0} GB/s), over that of the sweep; small networks \
         stay in cache and may surpass it. **d** Peak resident memory of the process over synapses; the rule marks the 8 bytes of a \
         synapse's state."
    );
    Sheet::paint(TITLE, (TWO_COLUMNS_MM, 112.0), style, caption, |canvas, source| {
        let area = Rect { left: 17.0, top: 9.0, right: TWO_COLUMNS_MM - 3.5, bottom: 102.5 };
        for (index, ((label, reading, rule), frame)) in panels.into_iter().zip(area.grid(2, 2, 21.0, 19.0)).enumerate()
        {
            let letter = char::from(b'a' + index as u8).to_string();
            let values = cases.iter().filter_map(reading).chain(rule);
            // the memory of the program itself outweighs a small network by far
            let memory = index == 3;
            let scale = if memory { AxisScale::decades(values) } else { AxisScale::around(values, Some(0.0)) };
            let x = Axis::new(AxisScale::Log(low / 1.6, high * 1.6), "Synapses").with_ticks(ticks.clone());
            let panel = Panel::new(canvas, source, &letter, frame, x, Axis::new(scale, label));
            if let Some(height) = rule {
                panel.rule(height, Pen::solid(style.grey).weighing(AXIS_PT));
            }
            let mut entries = Vec::new();
            for (order, &count) in threads.iter().enumerate() {
                let name = if count == 1 { "1 thread".to_owned() } else { format!("{count} threads") };
                let marks: Vec<Mark> = cases
                    .iter()
                    .filter(|case| case.threads == count)
                    .filter_map(|case| {
                        let (y, low) = (reading(case)?, case.fastest_in(index));
                        let bar = if low < y { (low, y) } else { (f64::NAN, f64::NAN) };
                        Some(Mark { low: bar.0, high: bar.1, ..Mark::plain(case.synapses as f64, y) })
                    })
                    .collect();
                panel.guide(&marks, pen(order));
                panel.points(&name, &marks, Shape::of(order), pen(order).colour, 0.75);
                entries.push((name, LegendKey::Marked(pen(order), Shape::of(order))));
            }
            panel.axes();
            panel.letter(&letter, 13.0);
            legend(canvas, (frame.left, frame.top - 2.6), frame.width(), &entries);
        }
    })
}

/// A power of ten, with its exponent raised.
fn decade(power: i32) -> String {
    let raised: String = power
        .to_string()
        .chars()
        .filter_map(|digit| Some(['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit.to_digit(10)? as usize]))
        .collect();
    format!("10{raised}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measurement_stands_in_every_panel_in_which_it_was_taken() {
        let case = |neurons: u64, threads: usize, bytes_per_synapse| Case {
            neurons,
            synapses: neurons * 1_000,
            threads,
            ns_per_synapse_tick: 1.0 / threads as f64,
            sweep_ns_per_synapse: 0.5 / threads as f64,
            fastest: [0.9 / threads as f64, 0.6, 50.0],
            bytes_per_synapse,
            bandwidth_gb_per_s: 40.0,
            sweep_bandwidth_fraction: 0.6,
        };
        let cases =
            [case(100, 1, Some(20.0)), case(100, 2, None), case(10_000, 1, Some(9.0)), case(10_000, 2, Some(9.1))];
        let sheet = sheet(&cases, Style::PRINT).unwrap();
        let csv = sheet.source.csv();
        assert_eq!(csv.lines().count(), 1 + 3 * 4 + 3, "{csv}");
        let row = csv.lines().find(|row| row.starts_with("a,") && row.contains("2 threads")).unwrap();
        assert!(row.contains(",0.5,0.45,0.5,"), "{row}");
        assert!(sheet.svg.contains("2 threads") && sheet.svg.contains("10⁷"));
    }

    #[test]
    fn another_table_is_refused_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.json");
        std::fs::write(&path, "{}").unwrap();
        let error = draw(&path, folder.path()).unwrap_err();
        assert!(error.exit_code() == 2 && error.to_string().contains("other.json"), "{error}");
    }
}
